/** Products, prices and plans: what is sold is checked before it is written. */
import { openTestApi, type TestApi, type Wire } from '../support/api';

let api: TestApi;
let productId: string;

beforeAll(async () => {
  api = await openTestApi();
  productId = (await api.send('POST', '/products', { body: { name: 'Pro' } })).body['id'];
});
afterAll(() => api.close());

const flat = (amounts: Record<string, string>) => ({ kind: 'recurring', model: 'flat', amounts, description: 'Pro' });
const month = { unit: 'month', count: 1 };
let code = 0;
const plan = (over: object) => ({
  product_id: productId,
  code: `plan-${(code += 1)}`,
  name: 'Pro',
  interval: month,
  prices: [flat({ USD: '49.00' })],
  ...over,
});
const fieldsOf = (body: Record<string, Wire>): string[] =>
  body['errors'].map((error: { field: string }) => error.field);

test('a plan keeps a snapshot of prices given by id and inline', async () => {
  const price = await api.send('POST', '/prices', {
    body: { product_id: productId, ...flat({ USD: '49.00', EUR: '45.00' }) },
  });
  expect(price.status).toBe(201);
  const seat = {
    kind: 'recurring',
    model: 'per_seat',
    amounts: { USD: '5.00', EUR: '4.50' },
    parameters: { included: '3' },
    description: 'Seats',
  };
  const made = await api.send('POST', '/plans', { body: plan({ prices: [{ price_id: price.body['id'] }, seat] }) });
  expect(made.status).toBe(201);
  const [version] = made.body['versions'];
  expect(version.prices.map((one: { id: string }) => one.id)[0]).toBe(price.body['id']);
  expect(version.prices[1]).toMatchObject({
    model: 'per_seat',
    amounts: { USD: '5.00', EUR: '4.50' },
    parameters: { included: '3' },
    stream: 'subscriptions',
  });
});

const tiered = (currency: string, last: object = { up_to: null }) => ({
  kind: 'recurring',
  model: 'graduated',
  parameters: {
    tiers: [
      { up_to: '10', amounts: { [currency]: '12.00' } },
      { amounts: { [currency]: '0.125' }, ...last },
    ],
  },
  description: 'Seats in tiers',
});

test('a price may have its amounts in tiers, whose currencies count as those of any other price', async () => {
  const made = await api.send('POST', '/plans', { body: plan({ prices: [flat({ USD: '49.00' }), tiered('USD')] }) });
  expect(made.status).toBe(201);
  const [version] = made.body['versions'];
  expect(version.prices[1]).toMatchObject({ model: 'graduated', amounts: {}, parameters: tiered('USD').parameters });
});

const percents = [
  { up_to: { USD: '10' }, percent: '2' },
  { up_to: null, percent: '1' },
];
const regions = { dimensions: ['region'], cells: [{ when: { region: 'eu' }, amounts: { USD: '1' } }], default: null };
const contract = { tiers: [{ up_to: null, amounts: { USD: '1' }, fees: null }] };
const phase = (over: object) => ({ name: 'First', length: month, ...over });

test('a model that needs a meter is no model of a subscription', async () => {
  const body = { product_id: productId, model: 'dynamic', parameters: { currencies: ['USD'] }, description: 'x' };
  const answer = await api.send('POST', '/prices', { body });
  expect([answer.status, fieldsOf(answer.body)]).toEqual([422, ['meter']]);
});

test.each([
  ['a meter that is unknown', { meter: 'nothing' }, 'meter'],
  [
    'transactions of a meter that counts',
    { meter: 'calls', model: 'graduated_percentage', parameters: { tiers: percents } },
    'meter',
  ],
  [
    'prices of events that carry none',
    { meter: 'bytes', model: 'dynamic', parameters: { currencies: ['USD'] } },
    'meter',
  ],
  [
    'a dimension that the meter does not keep',
    { meter: 'bytes', model: 'matrix', parameters: regions },
    'parameters.dimensions.0',
  ],
  ['whole units of a meter that gives parts', { meter: 'bytes', model: 'per_seat' }, 'meter'],
  [
    'a contract over a meter that does not add up',
    { meter: 'peak', model: 'cumulative_volume', parameters: contract },
    'meter',
  ],
  ['a flat fee of a meter', { meter: 'calls', model: 'flat' }, 'meter'],
  ['usage billed ahead', { meter: 'calls', timing: 'in_advance' }, 'timing'],
  ['one-off usage', { meter: 'calls', kind: 'one_off' }, 'meter'],
  ['a one-off fee in arrears', { kind: 'one_off', timing: 'in_arrears' }, 'timing'],
  ['no usage to skip', { skip_zero_usage: true }, 'skip_zero_usage'],
])('a price of %s is refused by the field that is wrong', async (_case, over, field) => {
  await api.send('POST', '/meters', {
    body: { code: 'calls', name: 'Calls', event_type: 'call', aggregation: 'count' },
  });
  const bytes = { code: 'bytes', name: 'Bytes', event_type: 'bytes', aggregation: 'sum', value_property: 'n' };
  await api.send('POST', '/meters', { body: bytes });
  await api.send('POST', '/meters', { body: { ...bytes, code: 'peak', aggregation: 'max' } });
  const own = { model: 'per_unit', description: 'x', ...over };
  const body = { product_id: productId, ...('parameters' in over ? {} : { amounts: { USD: '1' } }), ...own };
  const answer = await api.send('POST', '/prices', { body });
  expect([answer.status, fieldsOf(answer.body)]).toEqual([422, [field]]);
});

test.each([
  ['a limit in another currency', { limits: { minimum: { EUR: '5' } } }, 'limits.minimum'],
  ['a maximum below the minimum', { limits: { minimum: { USD: '5' }, maximum: { USD: '4' } } }, 'limits.maximum.USD'],
  ['a phase without end before another', { phases: [phase({ length: null }), phase({})] }, 'phases.0.length'],
  [
    'a price that the plan has not',
    { phases: [phase({ overrides: [{ price_index: 3, parameters: {} }] })] },
    'phases.0.overrides.0.price_index',
  ],
  [
    'a parameter that the model has not',
    { phases: [phase({ overrides: [{ price_index: 0, parameters: { colour: 'red' } }] })] },
    'phases.0.overrides.0.parameters.colour',
  ],
])('a plan with %s is refused by the field that is wrong', async (_case, over, field) => {
  const answer = await api.send('POST', '/plans', { body: plan(over) });
  expect([answer.status, fieldsOf(answer.body)]).toEqual([422, [field]]);
});

test('a new version does not change the old one and becomes the current one', async () => {
  const made = await api.send('POST', '/plans', { body: plan({}) });
  const path = `/plans/${made.body['id']}/versions`;
  const next = await api.send('POST', path, { body: { interval: month, prices: [flat({ USD: '59.00' })] } });
  expect(next.status).toBe(201);
  expect(next.body['current_version']).toBe(2);
  expect(next.body['versions'].map((one: Wire) => one.prices[0].amounts.USD)).toEqual(['49.00', '59.00']);
});

test('a code belongs to one plan of the tenant', async () => {
  const body = plan({});
  await api.send('POST', '/plans', { body });
  const again = await api.send('POST', '/plans', { body });
  expect([again.status, again.body['code']]).toEqual([409, 'already_exists']);
});

test('intervals of seconds are for test tenants only', async () => {
  const live = await api.newTenant('live');
  const product = await api.send('POST', '/products', { key: live.key, body: { name: 'Pro' } });
  const seconds = plan({ product_id: product.body['id'], interval: { unit: 'second', count: 5 } });
  expect((await api.send('POST', '/plans', { key: live.key, body: seconds })).body['code']).toBe('test_mode_only');
  expect((await api.send('POST', '/plans', { body: { ...seconds, product_id: productId } })).status).toBe(201);
});

test.each([
  [
    'currencies that differ between prices',
    { prices: [flat({ USD: '1.00' }), flat({ EUR: '1.00' })] },
    ['prices.1.amounts'],
  ],
  ['an amount finer than its currency', { prices: [flat({ USD: '1.005' })] }, ['prices.0.amounts.USD']],
  ['tiers in another currency', { prices: [flat({ USD: '1.00' }), tiered('EUR')] }, ['prices.1.amounts']],
  ['a last tier with a bound', { prices: [tiered('USD', { up_to: '20' })] }, ['prices.0.parameters.tiers.1.up_to']],
  ['no amounts', { prices: [{ model: 'flat', description: 'x' }] }, ['prices.0.amounts']],
  ['a negative amount', { prices: [flat({ USD: '-1.00' })] }, ['prices.0.amounts.USD']],
  ['an unknown currency', { prices: [flat({ XXQ: '1.00' })] }, ['prices.0.amounts.XXQ']],
  ['an exponent', { prices: [flat({ USD: '1e3' })] }, ['prices.0.amounts.USD']],
  ['a price of nobody', { prices: [{ price_id: 'price_none' }] }, ['prices.0.price_id']],
  ['no price', { prices: [] }, ['prices']],
  ['a trial of no days', { trial: { days: 0 } }, ['trial.days']],
  ['a trial of more than two years', { trial: { days: 731 } }, ['trial.days']],
  ['an unknown unit', { interval: { unit: 'fortnight', count: 1 } }, ['interval.unit']],
  ['a count of zero', { interval: { unit: 'month', count: 0 } }, ['interval.count']],
  ['a misspelt field', { trail: { days: 3 } }, ['trail']],
  ['a product of nobody', { product_id: 'prod_none' }, ['product_id']],
])('a plan with %s is refused by field', async (_case, over, fields) => {
  const answer = await api.send('POST', '/plans', { body: plan(over) });
  expect([answer.status, answer.body['code'], fieldsOf(answer.body)]).toEqual([422, 'validation_failed', fields]);
});

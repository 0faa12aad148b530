/** Each mistake of a request is told by its field, and writes nothing. */
import { openTestApi, type TestApi, type Wire } from '../support/api';

let api: TestApi;
const ids: Record<string, string> = {};

const post = async (path: string, body: object): Promise<Wire> =>
  (await api.send('POST', path, { body, headers: { 'idempotency-key': `bad-${(sent += 1)}` } })) as Wire;
let sent = 0;
const made = async (path: string, body: object): Promise<string> => {
  const { status, body: answer } = await post(path, body);
  if (status !== 201) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  return answer['id'];
};

const tiers = (...bounds: (string | null)[]) => bounds.map((up_to) => ({ up_to, amounts: { USD: '1' }, fees: null }));
const flat = { model: 'flat', amounts: { USD: '10.00' }, description: 'Fee' };
const monthly = { unit: 'month', count: 1 };
const plan = (prices: object[], more: object = {}) => ({
  product_id: ids['product'],
  code: `plan-${(sent += 1)}`,
  name: 'Plan',
  interval: monthly,
  prices,
  ...more,
});
const subscription = (more: object) => ({
  customer_id: ids['customer'],
  plan_id: ids['plan'],
  currency: 'USD',
  ...more,
});
const graduated = (parameters: object) => ({ model: 'graduated', parameters, description: 'Calls', meter: 'calls' });
const preview = (more: object) => ({
  model: 'graduated',
  parameters: { tiers: tiers('10', null) },
  currency: 'USD',
  usage: { form: 'quantity', quantity: '1' },
  ...more,
});

beforeAll(async () => {
  api = await openTestApi();
  ids['product'] = await made('/products', { name: 'Product' });
  ids['customer'] = await made('/customers', { name: 'Ada' });
  await made('/meters', {
    code: 'calls',
    name: 'Calls',
    event_type: 'calls',
    aggregation: 'sum',
    value_property: 'n',
  });
  ids['plan'] = await made('/plans', plan([flat]));
  ids['wallet'] = await made('/wallets', { customer_id: ids['customer'], currency: 'USD' });
  ids['coupon'] = await made('/coupons', {
    name: 'Past',
    percent: '10',
    duration: 'once',
    redeem_by: '2020-01-01T00:00:00.000Z',
  });
});
afterAll(() => api.close());

type Case = readonly [mistake: string, path: string, body: () => object, fields: readonly string[]];

const byField: readonly Case[] = [
  // Unknown parameters of a model.
  [
    'an unknown parameter in a preview',
    '/pricing/preview',
    () => preview({ parameters: { tiers: tiers('10', null), tears: 1 } }),
    ['parameters.tears'],
  ],
  [
    'an unknown parameter in a plan',
    '/plans',
    () => plan([graduated({ tiers: tiers(null), tears: 1 })]),
    ['prices.0.parameters.tears'],
  ],
  [
    'an unknown parameter in a price',
    '/prices',
    () => ({ ...graduated({ tiers: tiers(null), tears: 1 }), product_id: ids['product'] }),
    ['parameters.tears'],
  ],
  ['an unknown model', '/pricing/preview', () => preview({ model: 'bargain' }), ['model']],
  ['an unknown field of a plan', '/plans', () => plan([flat], { colour: 'red' }), ['colour']],
  // Tiers that do not rise.
  [
    'tiers that fall',
    '/pricing/preview',
    () => preview({ parameters: { tiers: tiers('10', '5', null) } }),
    ['parameters.tiers.1.up_to'],
  ],
  [
    'tiers that stand',
    '/plans',
    () => plan([graduated({ tiers: tiers('10', '10', null) })]),
    ['prices.0.parameters.tiers.1.up_to'],
  ],
  [
    'tiers that end',
    '/plans',
    () => plan([graduated({ tiers: tiers('10', '20') })]),
    ['prices.0.parameters.tiers.1.up_to'],
  ],
  // Currencies that a price lacks beside the others.
  [
    'prices of different currencies',
    '/plans',
    () => plan([flat, { ...flat, amounts: { EUR: '1.00' } }]),
    ['prices.1.amounts'],
  ],
  [
    'a limit without the currency of the prices',
    '/plans',
    () => plan([flat], { limits: { minimum: { EUR: '50' } } }),
    ['limits.minimum'],
  ],
  ['a currency that is none', '/subscriptions', () => subscription({ currency: 'XXQ' }), ['currency']],
  // Quantities and amounts below zero.
  ['a quantity below zero', '/subscriptions', () => subscription({ quantity: -1 }), ['quantity']],
  ['a quantity of parts', '/subscriptions', () => subscription({ quantity: 1.5 }), ['quantity']],
  ['an amount below zero', '/plans', () => plan([{ ...flat, amounts: { USD: '-1' } }]), ['prices.0.amounts.USD']],
  ['an amount as a number', '/plans', () => plan([{ ...flat, amounts: { USD: 10 } }]), ['prices.0.amounts.USD']],
  ['a grant of nothing', '/wallets/:wallet/grants', () => ({ amount: '0' }), ['amount']],
  [
    'a rate below zero',
    '/tax-rates',
    () => ({ country: 'DE', category: 'books', percent: '-7', from: '2026-01-01', source: 'x' }),
    ['percent'],
  ],
  [
    'a rate above 100',
    '/tax-rates',
    () => ({ country: 'DE', category: 'books', percent: '101', from: '2026-01-01', source: 'x' }),
    ['percent'],
  ],
  ['a discount above 100', '/coupons', () => ({ name: 'All', percent: '101', duration: 'once' }), ['percent']],
  ['a trial below zero', '/subscriptions', () => subscription({ trial_days: -1 }), ['trial_days']],
  // Periods reversed.
  [
    'a rate that ends before it begins',
    '/tax-rates',
    () => ({ country: 'DE', category: 'books', percent: '7', from: '2026-01-01', to: '2025-01-01', source: 'x' }),
    ['rates.0.to', 'to', 'from'],
  ],
  [
    'a grant that ends before it begins',
    '/wallets/:wallet/grants',
    () => ({ amount: '5.00', effective_at: '2026-02-01T00:00:00.000Z', expires_at: '2026-01-01T00:00:00.000Z' }),
    ['expires_at'],
  ],
  [
    'an interval of no length',
    '/plans',
    () => plan([flat], { interval: { unit: 'month', count: 0 } }),
    ['interval.count'],
  ],
  [
    'a phase without an end that is not the last',
    '/plans',
    () =>
      plan([flat], {
        phases: [
          { name: 'a', length: null },
          { name: 'b', length: monthly },
        ],
      }),
    ['phases.0.length'],
  ],
  // Things that there are not.
  [
    'a meter that there is not',
    '/plans',
    () => plan([{ ...graduated({ tiers: tiers(null) }), meter: 'none' }]),
    ['prices.0.meter'],
  ],
  [
    'a plan that there is not',
    '/subscriptions',
    () => subscription({ plan_id: 'plan_01kav5xq8yfz2s1m3c4d5e6f7g' }),
    ['plan_id'],
  ],
  [
    'a preview of a plan that there is not',
    '/subscriptions/preview',
    () => subscription({ plan_id: 'plan_01kav5xq8yfz2s1m3c4d5e6f7g' }),
    ['plan_id'],
  ],
  ['a quantity below zero, previewed', '/subscriptions/preview', () => subscription({ quantity: -1 }), ['quantity']],
];

test.each(byField)('%s is refused by its field', async (_mistake, path, body, fields) => {
  const { status, body: answer } = await post(path.replace(':wallet', ids['wallet'] ?? ''), body());
  const told = ((answer['errors'] ?? []) as { field: string }[]).map(({ field }) => field);
  expect([status, answer['code']]).toEqual([422, 'validation_failed']);
  expect(fields).toEqual(expect.arrayContaining(told));
  expect(told.length).toBeGreaterThan(0);
});

const byCode: readonly (readonly [mistake: string, path: string, body: () => object, status: number, code: string])[] =
  [
    [
      'a currency that the plan lacks',
      '/subscriptions',
      () => subscription({ currency: 'EUR' }),
      409,
      'currency_not_priced',
    ],
    [
      'a currency that the plan lacks, previewed',
      '/subscriptions/preview',
      () => subscription({ currency: 'EUR' }),
      409,
      'currency_not_priced',
    ],
    [
      'a currency that the price lacks',
      '/pricing/preview',
      () => preview({ currency: 'EUR' }),
      409,
      'currency_not_priced',
    ],
    [
      'usage below zero',
      '/pricing/preview',
      () => preview({ usage: { form: 'quantity', quantity: '-1' } }),
      422,
      'quantity_invalid',
    ],
    [
      'a coupon past its end, for a customer',
      '/customers/:customer/coupons',
      () => ({ coupon_id: ids['coupon'] }),
      409,
      'coupon_not_redeemable',
    ],
    [
      'a coupon past its end, with a subscription',
      '/subscriptions',
      () => subscription({ coupons: [{ coupon_id: ids['coupon'] }] }),
      409,
      'coupon_not_redeemable',
    ],
    [
      'a coupon past its end, previewed',
      '/subscriptions/preview',
      () => subscription({ coupons: [{ coupon_id: ids['coupon'] }] }),
      409,
      'coupon_not_redeemable',
    ],
    [
      'a start twenty years ago',
      '/subscriptions',
      () => subscription({ start_at: '2006-01-01T00:00:00.000Z' }),
      422,
      'start_out_of_range',
    ],
  ];

test.each(byCode)('%s is refused', async (_mistake, path, body, status, code) => {
  const answer = await post(path.replace(':customer', ids['customer'] ?? ''), body());
  expect([answer['status'], answer['body']['code']]).toEqual([status, code]);
});

test('nothing of it was written', async () => {
  const count = async (table: string) => {
    const text = `select count(*)::int as n from ${table}`;
    return (await api.database.as(api.tenant.id).query({ name: `bad_${table}`, text }, []))[0]?.['n'] as number;
  };
  const tables = ['plans', 'prices', 'subscriptions', 'coupon_attachments', 'credit_grants', 'subscription_items'];
  // The plan of the set-up and its price.
  expect(await Promise.all(tables.map(count))).toEqual([1, 1, 0, 0, 0, 0]);
});

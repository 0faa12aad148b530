/** Wallets and credit notes over HTTP: what is refused, field by field, and what a repetition does. */
import { openTestApi, type Answer, type TestApi } from '../support/api';

let api: TestApi;
let customerId: string;

beforeAll(async () => {
  api = await openTestApi();
  customerId = (await api.send('POST', '/customers', { body: { name: 'Acme' } })).body.id;
});
afterAll(() => api.close());

const post = (path: string, body: unknown, key?: string): Promise<Answer> =>
  api.send('POST', path, { body, ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }) });
const faults = ({ status, body }: Answer): string[] => {
  expect(status).toBe(422);
  return body.errors.map(({ field }: { field: string }) => field);
};
async function newWallet(more: object = { currency: 'USD' }): Promise<string> {
  const customer = await post('/customers', { name: 'Ada' });
  const made = await post('/wallets', { customer_id: customer.body.id, ...more });
  expect([made.status, made.body]).toEqual([
    201,
    expect.objectContaining({ balance: { paid: '0', granted: '0', total: '0' } }),
  ]);
  return made.body.id;
}

describe('a wallet', () => {
  const rules = (top_up_rules: object, more: object = { currency: 'USD' }) => ({ ...more, top_up_rules });

  test.each([
    [{ currency: 'USD', unit: 'token' }, ['currency']],
    [{}, ['currency']],
    [{ currency: 'usd' }, ['currency']],
    [{ unit: 'Tokens!' }, ['unit']],
    [{ currency: 'USD', pay_currency: 'EUR' }, ['pay_currency']],
    [{ currency: 'USD', customer_id: 'cus_of_nobody' }, ['customer_id']],
    [{ currency: 'USD', balance: '5' }, ['balance']],
  ])('of %j names what is wrong', async (body, fields) => {
    expect(faults(await post('/wallets', { customer_id: customerId, ...body }))).toEqual(fields);
  });

  test.each([
    [rules({ minimum: '10.001' }), ['top_up_rules.minimum']],
    [rules({ minimum: '50.00', maximum: '10.00' }), ['top_up_rules.maximum']],
    [rules({ unit_prices: { USD: '0.10' } }), ['top_up_rules.unit_prices']],
    [rules({}, { unit: 'token' }), ['top_up_rules.unit_prices']],
    [rules({ automatic: { threshold: '5.00' } }), ['top_up_rules.automatic']],
    [rules({ automatic: { threshold: '5.00', target: '5.00' } }), ['top_up_rules.automatic.target']],
    [rules({ rollover: { interval: { unit: 'month', count: 1 } } }), ['top_up_rules.rollover']],
    [
      rules({ unit_prices: { USD: '1' }, automatic: { threshold: '5', amount: '9' } }, { unit: 'token' }),
      ['pay_currency'],
    ],
  ])('with the rules %j names what is wrong', async (body, fields) => {
    expect(faults(await post('/wallets', { customer_id: customerId, ...body }))).toEqual(fields);
  });

  test('of a denomination is there once per customer, and another of another one may stand beside it', async () => {
    const body = { customer_id: customerId, currency: 'EUR' };
    expect((await post('/wallets', body)).status).toBe(201);
    expect((await post('/wallets', body)).body.code).toBe('already_exists');
    expect((await post('/wallets', { customer_id: customerId, unit: 'token' })).status).toBe(201);
  });

  test('of another tenant is not there', async () => {
    const id = await newWallet();
    const other = await api.newTenant();
    expect((await api.send('GET', `/wallets/${id}`, { key: other.key })).status).toBe(404);
    expect((await api.send('POST', `/wallets/${id}/grants`, { key: other.key, body: { amount: '1.00' } })).status).toBe(
      404,
    );
  });

  test('takes new rules, which are checked as at first', async () => {
    const id = await newWallet();
    const patch = (body: object) => api.send('PATCH', `/wallets/${id}`, { body });
    expect(faults(await patch({ top_up_rules: { bonus_percent: '-1' } }))).toEqual(['top_up_rules.bonus_percent']);
    const changed = await patch({ name: 'Prepaid', top_up_rules: { minimum: '5.00' } });
    expect(changed.body).toMatchObject({ name: 'Prepaid', top_up_rules: { minimum: '5.00' }, automatic_top_up: 'off' });
  });
});

describe('a grant', () => {
  test.each([
    [{ amount: '0' }, ['amount']],
    [{ amount: '-1.00' }, ['amount']],
    [{ amount: '1.005' }, ['amount']],
    [{ amount: 1 }, ['amount']],
    [{ amount: '1.00', priority: 0 }, ['priority']],
    [{ amount: '1.00', expires_at: 'soon' }, ['expires_at']],
    [{ amount: '1.00', expires_at: '2020-01-01T00:00:00Z' }, ['expires_at']],
    [{ amount: '1.00', effective_at: '2031-01-01T00:00:00Z', expires_at: '2030-01-01T00:00:00Z' }, ['expires_at']],
    [{ amount: '1.00', rollover: { interval: { unit: 'month', count: 1 } } }, ['rollover']],
  ])('of %j names what is wrong', async (body, fields) => {
    expect(faults(await post(`/wallets/${await newWallet()}/grants`, body))).toEqual(fields);
  });

  test('asked for twice under one key grants once, and grants at once all count', async () => {
    const id = await newWallet();
    const [first, again] = [
      await post(`/wallets/${id}/grants`, { amount: '5.00' }, 'grant-1'),
      await post(`/wallets/${id}/grants`, { amount: '5.00' }, 'grant-1'),
    ];
    expect(again.body).toEqual(first.body);
    await Promise.all(Array.from({ length: 8 }, () => post(`/wallets/${id}/grants`, { amount: '1.25' })));
    const { body } = await api.send('GET', `/wallets/${id}`);
    expect(body.balance).toEqual({ paid: '0', granted: '15', total: '15' });
    const movements = await api.send('GET', `/wallets/${id}/movements`);
    expect(movements.body.data).toHaveLength(9);
  });
});

describe('units', () => {
  test('that are used at once are never used twice', async () => {
    const id = await newWallet({ unit: 'token' });
    await post(`/wallets/${id}/grants`, { amount: '10' });
    const used = await Promise.all(Array.from({ length: 6 }, () => post(`/wallets/${id}/uses`, { amount: '3' })));
    expect(used.map(({ status }) => status).sort()).toEqual([201, 201, 201, 409, 409, 409]);
    expect((await api.send('GET', `/wallets/${id}`)).body.balance.total).toBe('1');
  });

  test('asked for twice under one key are used once, also when nothing is left for a second time', async () => {
    const id = await newWallet({ unit: 'token' });
    await post(`/wallets/${id}/grants`, { amount: '10' });
    const use = () => post(`/wallets/${id}/uses`, { amount: '7.5' }, `use-${id}`);
    expect([(await use()).status, (await use()).status]).toEqual([201, 201]);
    expect((await api.send('GET', `/wallets/${id}`)).body.balance.total).toBe('2.5');
  });

  test('are no money, and money is no unit', async () => {
    const money = await newWallet();
    expect((await post(`/wallets/${money}/uses`, { amount: '1' })).body.code).toBe('wallet_of_currency');
    const unit = await newWallet({ unit: 'token' });
    expect(faults(await post(`/wallets/${unit}/uses`, { amount: '0' }))).toEqual(['amount']);
    expect(faults(await post(`/wallets/${unit}/top-ups`, { amount: '5' }))).toEqual(['currency']);
  });
});

test('who has nothing to pay with cannot top up, and nothing is written', async () => {
  const id = await newWallet();
  expect((await post(`/wallets/${id}/top-ups`, { amount: '10.00' })).body.code).toBe('payment_method_required');
  expect((await api.send('GET', `/wallets/${id}/top-ups`)).body.data).toEqual([]);
});

describe('the books', () => {
  const run = (text: string, values: unknown[]) =>
    api.database.as(api.tenant.id).query({ name: `wallets_${text.length}`, text }, values);

  test('refuse a draw beyond what a grant holds, and any change of a movement', async () => {
    const id = await newWallet();
    const grant = (await post(`/wallets/${id}/grants`, { amount: '5.00' })).body.id;
    const draw = (movement: string, amount: string) =>
      run(
        `insert into wallet_movements (id, tenant_id, wallet_id, grant_id, kind, amount, occurred_at) values ($1, $2, $3, $4, 'drawn', $5, now())`,
        [movement, api.tenant.id, id, grant, amount],
      );
    await expect(draw('wm_1', '-5.01')).rejects.toThrow(/check/);
    await draw('wm_2', '-5.00');
    await expect(draw('wm_3', '-0.01')).rejects.toThrow(/check/);
    await expect(run('update wallet_movements set amount = -1 where id = $1', ['wm_2'])).rejects.toThrow(/append-only/);
  });

  test('hold one automatic top-up in flight', async () => {
    const id = await newWallet();
    const begin = (topUp: string) =>
      run(
        `insert into wallet_top_ups (id, tenant_id, wallet_id, customer_id, key, amount, bonus, price, currency, automatic, status, occurred_at)
         select $1, tenant_id, id, customer_id, $1, 5, 0, 5, 'USD', true, 'requested', now() from wallets where id = $2`,
        [topUp, id],
      );
    await begin('tu_1');
    await expect(begin('tu_2')).rejects.toThrow(/one_automatic/);
  });
});

test('a credit note of an invoice that is not there is 404, and a body is checked before', async () => {
  const at = '/invoices/inv_of_nobody/credit-notes';
  expect((await post(at, { reason: 'x' })).status).toBe(404);
  expect(faults(await post(at, {}))).toEqual(['reason']);
  expect(faults(await post(at, { reason: 'x', lines: [] }))).toEqual(['lines']);
  expect(faults(await post(at, { reason: 'x', lines: [{ line_id: 'il', amount: '1' }], amount: '1' }))).toEqual([
    'amount',
  ]);
  expect(faults(await post(at, { reason: 'x', rest: 'cash' }))).toEqual(['rest']);
});

/** The preview of a price: any model, the functions of the invoice, and nothing written. */
import { openTestApi, type TestApi, type Wire } from '../support/api';

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

const preview = (body: object) => api.send('POST', '/pricing/preview', { body });
const fieldsOf = (body: Record<string, Wire>): [string, string][] =>
  body['errors'].map((error: { field: string; reason: string }) => [error.field, error.reason]);

const tiers = [
  { up_to: '1000', amounts: { USD: '0.012' }, fees: { USD: '3' } },
  { up_to: '5000', amounts: { USD: '0.009' }, fees: null },
  { up_to: null, amounts: { USD: '0.005' }, fees: { USD: '10' } },
];
const quantity = (value: string) => ({ form: 'quantity', quantity: value });

test.each([
  ['graduated', '1000.5', '15.0045', '15.00'],
  ['graduated', '7250', '72.25', '72.25'],
  ['volume', '0', '3', '3.00'],
  ['volume', '1000.5', '9.0045', '9.00'],
  ['volume', '7250', '46.25', '46.25'],
])('%s of %s units is %s, %s on an invoice', async (model, units, exact, amount) => {
  const { status, body } = await preview({ model, parameters: { tiers }, currency: 'USD', usage: quantity(units) });
  expect(status).toBe(200);
  expect(body).toMatchObject({ exact, amount: { amount, currency: 'USD' } });
  expect(body['explanation'].text).toContain('USD');
});

test('every form of usage is taken', async () => {
  const percentage = await preview({
    model: 'percentage',
    parameters: { percent: '2.9', fixed: { USD: '0.30' }, minimum: { USD: '0.50' }, maximum: { USD: '25' } },
    currency: 'USD',
    usage: {
      form: 'transactions',
      currency: 'USD',
      bands: ['4.10', '99.99', '1250'].map((value) => ({ count: '1', value, least: value, most: value })),
    },
  });
  expect(percentage.body).toMatchObject({ amount: { amount: '28.70' }, exact: '28.69971' });
  const dynamic = await preview({
    model: 'dynamic',
    parameters: { currencies: ['USD'] },
    currency: 'USD',
    usage: { form: 'prices', currency: 'USD', rows: [{ unit_amount: '0.015', quantity: '101' }] },
  });
  expect(dynamic.body).toMatchObject({ exact: '1.515', amount: { amount: '1.52' } });
});

test('parameters and usage that make no sense are refused by field', async () => {
  const falling = [tiers[1], tiers[0], tiers[2]];
  const unsound = await preview({
    model: 'graduated',
    parameters: { tiers: falling, tears: 1 },
    currency: 'USD',
    usage: quantity('1'),
  });
  expect(unsound.status).toBe(422);
  expect(fieldsOf(unsound.body).map(([field]) => field)).toEqual(
    expect.arrayContaining(['parameters.tears', 'parameters.tiers.1.up_to']),
  );
  const negative = await preview({ model: 'volume', parameters: { tiers }, currency: 'USD', usage: quantity('-1') });
  expect([negative.status, negative.body['code']]).toEqual([422, 'quantity_invalid']);
  const unpriced = await preview({ model: 'volume', parameters: { tiers }, currency: 'EUR', usage: quantity('1') });
  expect([unpriced.status, unpriced.body['code']]).toEqual([409, 'currency_not_priced']);
  const unknown = await preview({ model: 'bargain', currency: 'USD', usage: quantity('1') });
  expect(fieldsOf(unknown.body).map(([field]) => field)).toEqual(['model']);
});

test('a preview without a key of the client leaves no trace', async () => {
  const count = async () =>
    (await api.database.as(api.tenant.id).query({ name: 'test_keys', text: 'select key from idempotency_keys' }, []))
      .length;
  const before = await count();
  await preview({ model: 'volume', parameters: { tiers }, currency: 'USD', usage: quantity('1') });
  expect(await count()).toBe(before);
});

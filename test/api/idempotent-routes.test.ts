/** Every POST of the API is carried out once for a key, and what it makes is made once though its process died before it answered. */
import { openTestApi, type TestApi, type Wire } from '../support/api';

let api: TestApi;
const ids: Record<string, string> = {};

const post = (path: string, body: unknown, key: string) =>
  api.send('POST', path, { body, headers: { 'idempotency-key': key } });
const made = async (path: string, body: object): Promise<string> => {
  const { status, body: answer } = await post(path, body, `setup-${path}`);
  if (status !== 201) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  return answer['id'] as string;
};

const price = { model: 'flat', amounts: { USD: '10.00' }, description: 'Fee' };

beforeAll(async () => {
  api = await openTestApi();
  ids['product'] = await made('/products', { name: 'Product' });
  ids['customer'] = await made('/customers', { name: 'Ada' });
  ids['coupon'] = await made('/coupons', { name: 'Tenth', percent: '10', duration: 'once' });
  ids['wallet'] = await made('/wallets', { customer_id: ids['customer'], currency: 'USD' });
  ids['feature'] = await made('/features', { key: 'export', name: 'Export', type: 'boolean' });
});
afterAll(() => api.close());

/** What each makes, and the tables that must not grow by a repetition. */
const making: readonly (readonly [path: string, body: () => object, tables: readonly string[]])[] = [
  ['/meters', () => ({ code: 'calls', name: 'Calls', event_type: 'calls', aggregation: 'count' }), ['meters']],
  ['/features', () => ({ key: 'seats', name: 'Seats', type: 'static' }), ['features']],
  ['/prices', () => ({ product_id: ids['product'], ...price }), ['prices']],
  [
    '/plans',
    () => ({
      product_id: ids['product'],
      code: 'basic',
      name: 'Basic',
      interval: { unit: 'month', count: 1 },
      prices: [price],
    }),
    ['plans', 'plan_versions', 'prices'],
  ],
  ['/coupons', () => ({ name: 'Half', percent: '50', duration: 'forever' }), ['coupons']],
  ['/coupons/:coupon/codes', () => ({ code: 'SPRING26' }), ['coupon_codes']],
  ['/customers/:customer/coupons', () => ({ coupon_id: ids['coupon'] }), ['coupon_attachments']],
  [
    '/tax-rates',
    () => ({ country: 'KE', category: 'books', percent: '0', from: '2026-01-01', source: 'VAT Act' }),
    ['tax_rates'],
  ],
  ['/wallets', () => ({ customer_id: ids['customer'], currency: 'EUR' }), ['wallets']],
  ['/wallets/:wallet/grants', () => ({ amount: '5.00' }), ['credit_grants', 'wallet_movements']],
  ['/entities', () => ({ legal_name: 'Kilima', invoice_series: 'KE', credit_note_series: 'KEC' }), ['entities']],
  [
    '/customers/:customer/entitlement-overrides',
    () => ({ feature: 'export', enabled: true }),
    ['entitlement_overrides'],
  ],
];

const filled = (path: string): string => path.replace(/:(\w+)/g, (_whole, name: string) => ids[name] ?? '');
const countOf = async (table: string): Promise<number> => {
  const text = `select count(*)::int as n from ${table}`;
  return (await api.database.as(api.tenant.id).query({ name: `once_${table}`, text }, []))[0]?.['n'] as number;
};
const forgotten = {
  name: 'once_forget_answer',
  text: `update idempotency_keys set status = null, response = null, locked_at = to_timestamp(0) where key = $1`,
};

test.each(making)(
  '%s is carried out once: told twice, and after a death before the answer',
  async (path, body, tables) => {
    const key = `once-${path}`;
    const first = await post(filled(path), body(), key);
    expect([first.status, first.body]).toEqual([201, expect.objectContaining({})]);
    const counts = await Promise.all([...tables, 'audit_log', 'events'].map(countOf));
    const again = await post(filled(path), body(), key);
    expect([again.headers.get('idempotent-replayed'), again.body]).toEqual(['true', first.body]);
    await api.database.as(api.tenant.id).query(forgotten, [key]);
    const completed = await post(filled(path), body(), key);
    expect([completed.status, completed.body]).toEqual([201, first.body]);
    expect(await Promise.all([...tables, 'audit_log', 'events'].map(countOf))).toEqual(counts);
  },
);

test('usage is taken once by the ids of its events, whatever key it comes with', async () => {
  const event = {
    id: 'event-1',
    type: 'calls',
    customer_id: ids['customer'],
    time: new Date().toISOString(),
    properties: {},
  };
  const first = await post('/usage-events', { events: [event] }, 'usage-1');
  const second = await post('/usage-events', { events: [event] }, 'usage-2');
  expect([first.status, second.status]).toEqual([202, 202]);
  expect(await countOf('usage_events')).toBe(1);
});

/** Answered by each request anew: nothing is kept of them. */
const unkept: ReadonlySet<string> = new Set(['/usage-events', '/entitlements/check', '/pricing/preview']);

test('a refusal of any POST of the API is kept under its key, too', async () => {
  const { body: document } = await api.send('GET', '/openapi.json', { key: null });
  const paths = Object.entries((document as Wire)['paths'] as Record<string, Wire>)
    .filter(([path, item]) => item['post'] !== undefined && path.startsWith('/api/v1/'))
    .map(([path]) => path.slice('/api/v1'.length).replace(/\{\w+\}/g, 'none_01kav5xq8yfz2s1m3c4d5e6f7g'))
    .filter((path) => !path.startsWith('/webhooks') && !path.startsWith('/tenants') && !unkept.has(path));
  expect(paths.length).toBeGreaterThan(60);
  const unkeptYet: string[] = [];
  for (const path of paths) {
    const key = `refused-${path}`;
    const first = await post(path, { no_such_field: true }, key);
    const second = await post(path, { no_such_field: true }, key);
    if (first.status >= 500) continue;
    if (second.headers.get('idempotent-replayed') !== 'true') unkeptYet.push(`${first.status} ${path}`);
  }
  expect(unkeptYet).toEqual([]);
});

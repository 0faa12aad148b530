/** What holds for every request: keys and scopes, problems, bounds, pages. */
import { adminKey, openTestApi, type TestApi } from '../support/api';

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi({ settings: { bodyBytesMax: 4_096 } });
});
afterAll(() => api.close());

const unknownKey = `pk_test_${'a'.repeat(43)}`;

test.each([
  ['no key', null],
  ['a malformed key', 'pk_test_short'],
  ['an unknown key', unknownKey],
  ['the admin key, which serves no tenant', adminKey],
])('%s is 401', async (_case, key) => {
  const answer = await api.send('GET', '/customers', { key });
  expect([answer.status, answer.body.code, answer.headers.get('www-authenticate')]).toEqual([
    401,
    'unauthorized',
    'Bearer',
  ]);
});

test('a revoked key is 401 at once where nobody used it before', async () => {
  const made = await api.send('POST', '/api-keys', { body: { name: 'gone', scopes: ['read'] } });
  await api.send('POST', `/api-keys/${made.body.id}/revoke`);
  expect((await api.send('GET', '/customers', { key: made.body.key })).status).toBe(401);
});

test.each([
  ['read', 'GET', '/customers', 200],
  ['read', 'POST', '/customers', 403],
  ['write', 'POST', '/customers', 201],
  ['write', 'POST', '/api-keys', 403],
  ['admin', 'POST', '/api-keys', 201],
])('the scope %s on %s %s answers %i', async (scope, method, path, status) => {
  const made = await api.send('POST', '/api-keys', { body: { name: scope, scopes: [scope] } });
  const body = path === '/api-keys' ? { name: 'x', scopes: ['read'] } : { name: 'x' };
  const answer = await api.send(method, path, { key: made.body.key, ...(method === 'GET' ? {} : { body }) });
  expect([answer.status, status === 403 ? answer.body.code : 'ok']).toEqual([
    status,
    status === 403 ? 'forbidden' : 'ok',
  ]);
});

test('a tenant may neither make nor see other tenants', async () => {
  const other = await api.newTenant();
  expect((await api.send('POST', '/tenants', { body: { name: 'x', mode: 'test' } })).status).toBe(403);
  expect((await api.send('GET', '/tenants')).status).toBe(403);
  expect((await api.send('GET', `/tenants/${other.id}`)).status).toBe(404);
  expect((await api.send('PATCH', `/tenants/${other.id}`, { body: { name: 'mine' } })).status).toBe(404);
  expect((await api.send('GET', `/tenants/${api.tenant.id}`)).body.id).toBe(api.tenant.id);
});

test('a tenant changes its own settings, and what it leaves out stays', async () => {
  const path = `/tenants/${api.tenant.id}`;
  const changed = await api.send('PATCH', path, {
    body: { dunning_policy: { steps_days: [2, 4] }, incomplete_hours: 24 },
  });
  expect(changed.body).toMatchObject({
    incomplete_hours: 24,
    dunning_policy: { steps_days: [2, 4], end: 'cancel', cap_per_card: { attempts: 15, window_days: 30 } },
  });
  const refused = await api.send('PATCH', path, { body: { dunning_policy: { cap_per_card: { attempts: 99 } } } });
  expect([refused.status, refused.body.errors[0].field]).toEqual([422, 'dunning_policy.cap_per_card.attempts']);
});

test('every answer carries a Request-Id: the client’s own when it is plain', async () => {
  const own = await api.send('GET', '/customers', { headers: { 'request-id': 'mine-1' } });
  const made = await api.send('GET', '/nowhere');
  const wild = await api.send('GET', '/customers', { headers: { 'request-id': 'a b<script>' } });
  expect(own.headers.get('request-id')).toBe('mine-1');
  expect(made.body.request_id).toBe(made.headers.get('request-id'));
  expect(wild.headers.get('request-id')).toMatch(/^req_/);
});

test.each([
  ['malformed JSON', '{"name":', {}, 400, 'request_malformed'],
  ['a body above the bound', JSON.stringify({ name: 'x'.repeat(5_000) }), {}, 413, 'body_too_large'],
  [
    'another content type',
    'name=x',
    { 'content-type': 'application/x-www-form-urlencoded' },
    415,
    'unsupported_media_type',
  ],
  ['an array', '[]', {}, 422, 'validation_failed'],
])('%s is refused as a problem', async (_case, body, headers, status, code) => {
  const answer = await api.send('POST', '/customers', { body, headers });
  expect([answer.status, answer.body.code, answer.body.status]).toEqual([status, code, status]);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
});

test('an unknown route is 404', async () => {
  const answer = await api.send('GET', '/nowhere');
  expect([answer.status, answer.body.code]).toEqual([404, 'route_not_found']);
});

/** Per POST: a body that is sound but for the named field. */
const faults: [string, Record<string, unknown>, string][] = [
  ['/customers', { name: '' }, 'name'],
  ['/customers', { name: 'x'.repeat(201) }, 'name'],
  ['/customers', {}, 'name'],
  ['/customers', { name: 'x', email: 'nobody' }, 'email'],
  ['/customers', { name: 'x', time_zone: 'Mars/Olympus' }, 'time_zone'],
  ['/customers', { name: 'x', proration_policy: 'fair' }, 'proration_policy'],
  ['/customers', { name: 'x', metadata: { a: 1 } }, 'metadata.a'],
  ['/customers', { name: 'x', nmae: 'y' }, 'nmae'],
  ['/products', { name: 1 }, 'name'],
  ['/products', { name: 'x', stream: 'Not A Stream' }, 'stream'],
  ['/prices', { product_id: 'prod_x', model: 'magic', amounts: {}, description: 'x' }, 'model'],
  ['/prices', { product_id: 'prod_x', model: 'flat', amounts: {}, description: 'x' }, 'amounts'],
  ['/prices', { product_id: 'prod_x', model: 'flat', amounts: { USD: 1 }, description: 'x' }, 'amounts.USD'],
  [
    '/prices',
    {
      product_id: 'prod_x',
      model: 'per_seat',
      amounts: { USD: '1' },
      parameters: { included: '-1' },
      description: 'x',
    },
    'parameters.included',
  ],
  ['/prices', { product_id: 'prod_x', model: 'flat', amounts: { USD: '1.00' }, description: 'x' }, 'product_id'],
  [
    '/prices',
    { product_id: 'prod_x', model: 'flat', kind: 'often', amounts: { USD: '1.00' }, description: 'x' },
    'kind',
  ],
  ['/test-clocks', { name: 'x', now: '2026-02-30T00:00:00Z' }, 'now'],
  ['/test-clocks', { name: 'x', now: 'today' }, 'now'],
  ['/payment-methods', { customer_id: 'cus_x', rail: 'carrier pigeon', token: 't' }, 'rail'],
  ['/payment-methods', { customer_id: 'cus_x', rail: 'stripe', token: '' }, 'token'],
  ['/subscriptions', { customer_id: 'cus_x', plan_id: 'plan_x', currency: 'dollars' }, 'currency'],
  ['/subscriptions', { customer_id: 'cus_x', plan_id: 'plan_x', currency: 'USD', quantity: 1.5 }, 'quantity'],
  ['/subscriptions', { customer_id: 'cus_x', plan_id: 'plan_x', currency: 'USD', quantity: -1 }, 'quantity'],
  ['/subscriptions', { customer_id: 'cus_x', plan_id: 'plan_x', currency: 'USD', billing_day: 32 }, 'billing_day'],
  ['/subscriptions', { customer_id: 'cus_x', plan_id: 'plan_x', currency: 'USD', trial_days: 731 }, 'trial_days'],
  [
    '/subscriptions',
    { customer_id: 'cus_x', plan_id: 'plan_x', currency: 'USD', trial_days: 3, trial: 'none' },
    'trial',
  ],
  ['/subscriptions', { customer_id: 'cus_x', plan_id: 'plan_x', currency: 'USD', start_at: 'soon' }, 'start_at'],
  ['/refunds', { payment_id: 'pay_x', amount: { amount: '1.005', currency: 'USD' } }, 'amount.amount'],
  ['/refunds', { payment_id: 'pay_x', amount: { amount: 1, currency: 'USD' } }, 'amount.amount'],
  ['/refunds', { payment_id: 'pay_x' }, 'payment_id'],
  ['/api-keys', { name: 'x', scopes: ['god'] }, 'scopes.0'],
  ['/api-keys', { name: 'x', scopes: [] }, 'scopes'],
];

test.each(faults)('POST %s with %j names the field %s', async (path, body, field) => {
  const answer = await api.send('POST', path, { body });
  expect([answer.status, answer.body.code]).toEqual([422, 'validation_failed']);
  expect(answer.body.errors.map((error: { field: string }) => error.field)).toContain(field);
});

test.each([
  ['limit=0', 'limit'],
  ['limit=101', 'limit'],
  ['limit=many', 'limit'],
  ['starting_after=a&ending_before=b', 'ending_before'],
  ['sort=name', 'sort'],
])('GET /customers?%s names the parameter', async (query, field) => {
  const answer = await api.send('GET', `/customers?${query}`);
  expect([answer.status, answer.body.errors[0].field]).toEqual([422, field]);
});

test('pages go through a list in both directions, newest first, without gap or repetition', async () => {
  const { key } = await api.newTenant();
  const made: string[] = [];
  for (let index = 0; index < 7; index += 1) {
    made.unshift((await api.send('POST', '/customers', { key, body: { name: `c${index}` } })).body.id);
  }
  const ids = async (query: string) => {
    const { body } = await api.send('GET', `/customers?${query}`, { key });
    return { ids: body.data.map((row: { id: string }) => row.id), more: body.has_more };
  };
  expect(await ids('limit=3')).toEqual({ ids: made.slice(0, 3), more: true });
  expect(await ids(`limit=3&starting_after=${made[2]}`)).toEqual({ ids: made.slice(3, 6), more: true });
  expect(await ids(`limit=3&starting_after=${made[5]}`)).toEqual({ ids: made.slice(6), more: false });
  expect(await ids(`limit=3&ending_before=${made[6]}`)).toEqual({ ids: made.slice(3, 6), more: true });
  expect(await ids(`limit=3&ending_before=${made[3]}`)).toEqual({ ids: made.slice(0, 3), more: false });
  expect(await ids('')).toEqual({ ids: made, more: false });
});

test('a patch changes what it names, clears what it nulls and leaves the rest', async () => {
  const made = await api.send('POST', '/customers', {
    body: { name: 'Acme', email: 'a@b.example', metadata: { a: 'b' } },
  });
  const changed = await api.send('PATCH', `/customers/${made.body.id}`, { body: { name: 'Acme Ltd', email: null } });
  expect(changed.body).toEqual({ ...made.body, name: 'Acme Ltd', email: null });
  const audit = await api.send('GET', `/audit-log?subject_id=${made.body.id}`);
  const actions = audit.body.data.map(
    (entry: { action: string; outcome: string }) => `${entry.action} ${entry.outcome}`,
  );
  expect(actions.sort()).toEqual(['customer.create applied', 'customer.update applied']);
});

test('requests above the rate are 429 with the headers that say when', async () => {
  const limited = await openTestApi({ settings: { requestsPerSecondMax: 5 } });
  try {
    const answers = await Promise.all(Array.from({ length: 12 }, () => limited.send('GET', '/products')));
    const refused = answers.filter((answer) => answer.status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]!.body.code).toBe('rate_limited');
    expect(refused[0]!.headers.get('retry-after')).toBe('1');
    expect(answers[0]!.headers.get('ratelimit-policy')).toBe('"default";q=5;w=1');
    expect(answers[0]!.headers.get('ratelimit')).toMatch(/^"default";r=\d+;t=1$/);
  } finally {
    await limited.close();
  }
});

/** Idempotency-Key: the same request is carried out once, whatever happens in between. */
import { claimIdempotencyKey, lockSecondsMax } from '../../db/queries/idempotency-keys';
import { createHash } from 'node:crypto';
import { newSeed } from '../../api/middleware/idempotency';
import { openTestApi, type Answer, type TestApi } from '../support/api';

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

const post = (path: string, body: unknown, key: string): Promise<Answer> =>
  api.send('POST', path, { body, headers: { 'idempotency-key': key } });
const countOf = async (table: string): Promise<number> => {
  const rows = await api.database
    .as(api.tenant.id)
    .query({ name: `count_${table}`, text: `select count(*)::int as n from ${table}` }, []);
  return rows[0]?.['n'];
};

/** A request that was taken by a process which died: the key is locked, and nothing else was written. */
async function abandon(key: string, path: string, body: unknown, lockedSecondsAgo: number): Promise<string> {
  const text = JSON.stringify(body);
  const requestHash = createHash('sha256').update(`POST /api/v1${path}\n${text}`).digest();
  const db = api.database.as(api.tenant.id);
  const seed = await claimIdempotencyKey(db, { tenantId: api.tenant.id, key, requestHash, seed: newSeed() });
  const age = {
    name: 'age_lock',
    text: `update idempotency_keys set locked_at = now() - make_interval(secs => $2) where key = $1`,
  };
  await db.query(age, [key, lockedSecondsAgo]);
  return seed ?? '';
}

test('the same key and body answer the same, marked as replayed, and write once', async () => {
  const before = await countOf('customers');
  const first = await post('/customers', { name: 'Acme' }, 'same-1');
  const second = await post('/customers', { name: 'Acme' }, 'same-1');
  expect([second.status, second.body]).toEqual([201, first.body]);
  expect([first.headers.get('idempotent-replayed'), second.headers.get('idempotent-replayed')]).toEqual([null, 'true']);
  expect(await countOf('customers')).toBe(before + 1);
});

test('the same key with another body is 422', async () => {
  await post('/customers', { name: 'Acme' }, 'other-body');
  const answer = await post('/customers', { name: 'Acne' }, 'other-body');
  expect([answer.status, answer.body.code]).toEqual([422, 'idempotency_key_reused']);
});

test('the same key on another path is 422', async () => {
  await post('/customers', { name: 'Acme' }, 'other-path');
  const answer = await post('/products', { name: 'Acme' }, 'other-path');
  expect([answer.status, answer.body.code]).toEqual([422, 'idempotency_key_reused']);
});

test('the same key of another tenant is another key', async () => {
  const other = await api.newTenant();
  const first = await post('/customers', { name: 'Acme' }, 'per-tenant');
  const second = await api.send('POST', '/customers', {
    key: other.key,
    body: { name: 'Acme' },
    headers: { 'idempotency-key': 'per-tenant' },
  });
  expect(second.status).toBe(201);
  expect(second.body.id).not.toBe(first.body.id);
});

test('a refusal that cannot change is remembered', async () => {
  const first = await post('/customers', { name: '' }, 'refused');
  const second = await post('/customers', { name: '' }, 'refused');
  expect([first.status, second.status, second.headers.get('idempotent-replayed')]).toEqual([422, 422, 'true']);
  expect(second.headers.get('content-type')).toContain('application/problem+json');
  expect(second.body).toEqual(first.body);
});

test('a request that is still running is 409 with a time to wait', async () => {
  await abandon('running', '/customers', { name: 'Acme' }, 0);
  const answer = await post('/customers', { name: 'Acme' }, 'running');
  expect([answer.status, answer.body.code]).toEqual([409, 'idempotency_in_progress']);
  expect(answer.headers.get('retry-after')).not.toBeNull();
});

test('a lock of a dead process is taken over, with the ids that it would have made', async () => {
  await abandon('dead', '/customers', { name: 'Acme' }, lockSecondsMax + 1);
  const before = await countOf('customers');
  const first = await post('/customers', { name: 'Acme' }, 'dead');
  const second = await post('/customers', { name: 'Acme' }, 'dead');
  expect([first.status, second.body.id]).toEqual([201, first.body.id]);
  expect(await countOf('customers')).toBe(before + 1);
});

test('a lock of a dead process is not taken over by another request', async () => {
  await abandon('dead-other', '/customers', { name: 'Acme' }, lockSecondsMax + 1);
  const answer = await post('/customers', { name: 'Acne' }, 'dead-other');
  expect([answer.status, answer.body.code]).toEqual([422, 'idempotency_key_reused']);
});

test.each([
  ['/customers', { name: 'Acme' }, 'customers'],
  ['/products', { name: 'Pro' }, 'products'],
  ['/test-clocks', { name: 'year', now: '2026-01-31T00:00:00Z' }, 'test_clocks'],
  ['/api-keys', { name: 'second', scopes: ['read'] }, 'api_keys'],
])(
  'a process that dies after it wrote and before it answered leaves %s to be completed, not doubled',
  async (path, body, table) => {
    const key = `died-${table}`;
    const first = await post(path, body, key);
    const counts = [await countOf(table), await countOf('audit_log'), await countOf('events')];
    const forget = {
      name: 'forget_answer',
      text: `update idempotency_keys set status = null, response = null, locked_at = to_timestamp(0) where key = $1`,
    };
    await api.database.as(api.tenant.id).query(forget, [key]);
    const second = await post(path, body, key);
    expect([second.status, second.headers.get('idempotent-replayed'), second.body]).toEqual([201, null, first.body]);
    expect([await countOf(table), await countOf('audit_log'), await countOf('events')]).toEqual(counts);
  },
);

test('a plan version that was written before a crash is not written again', async () => {
  const product = await api.send('POST', '/products', { body: { name: 'Pro' } });
  const price = await api.send('POST', '/prices', {
    body: { product_id: product.body.id, model: 'flat', amounts: { USD: '1.00' }, description: 'x' },
  });
  const version = { interval: { unit: 'month' }, prices: [{ price_id: price.body.id }] };
  const plan = await api.send('POST', '/plans', {
    body: { product_id: product.body.id, code: 'crash', name: 'Pro', ...version },
  });
  const path = `/plans/${plan.body.id}/versions`;
  await post(path, version, 'version-1');
  const forget = {
    name: 'forget_answer',
    text: `update idempotency_keys set status = null, response = null, locked_at = to_timestamp(0) where key = $1`,
  };
  await api.database.as(api.tenant.id).query(forget, ['version-1']);
  expect((await post(path, version, 'version-1')).body.versions).toHaveLength(2);
});

test('two requests with one key at the same time are carried out once', async () => {
  const before = await countOf('customers');
  const answers = await Promise.all(Array.from({ length: 4 }, () => post('/customers', { name: 'Acme' }, 'race')));
  const statuses = answers.map((answer) => answer.status);
  expect(statuses).toContain(201);
  expect(statuses.every((status) => status === 201 || status === 409)).toBe(true);
  expect(await countOf('customers')).toBe(before + 1);
});

test('a new API key is shown again by a replay, and stands nowhere in the database', async () => {
  const body = { name: 'back office', scopes: ['read'] };
  const first = await post('/api-keys', body, 'key-1');
  const second = await post('/api-keys', body, 'key-1');
  expect([second.headers.get('idempotent-replayed'), second.body.key]).toEqual(['true', first.body.key]);
  const stored = await api.database
    .as(api.tenant.id)
    .query({ name: 'all_answers', text: `select response::text as text from idempotency_keys` }, []);
  expect(stored.some((row) => String(row['text']).includes(first.body.key))).toBe(false);
  expect((await api.send('GET', '/customers', { key: second.body.key })).status).toBe(200);
});

test('an answer names the key that was made for a request without one', async () => {
  const first = await api.send('POST', '/customers', { body: { name: 'Acme' } });
  const key = first.headers.get('idempotency-key') ?? '';
  expect((await post('/customers', { name: 'Acme' }, key)).body).toEqual(first.body);
});

test.each([['x'.repeat(256)], ['ümlaut'], ['with space']])(
  'a key that is too long or not printable is 400',
  async (key) => {
    const answer = await post('/customers', { name: 'Acme' }, Buffer.from(key).toString('latin1'));
    expect([answer.status, answer.body.code]).toEqual([400, 'idempotency_key_invalid']);
  },
);

test('a tenant that is created again with the same key is the same tenant with the same API key', async () => {
  const create = (name: string) =>
    api.send('POST', '/tenants', {
      key: 'test-admin-key-of-the-engine',
      body: { name, mode: 'test' },
      headers: { 'idempotency-key': 'ten-1' },
    });
  const first = await create('Kilima');
  expect((await create('Kilima')).body).toEqual(first.body);
  expect((await create('Ziwa')).body.code).toBe('idempotency_key_reused');
});

/** A part that is stopped: the API says so quickly, loses nothing, and a repetition completes the request. */
import { closedPort, openTestApi, type TestApi } from '../support/api';
import { temporalAddress, temporalNamespace, uniqueTaskQueue } from '../support/temporal';
import { openWorkflows } from '../../api/temporal';
import { createApp } from '../../api/app';

/** A person waits for the answer. */
const answerMsMax = 8_000;

describe('Temporal is stopped', () => {
  let api: TestApi;
  let body: Record<string, unknown>;

  beforeAll(async () => {
    api = await openTestApi();
    const product = await api.send('POST', '/products', { body: { name: 'Pro' } });
    const prices = [{ model: 'flat', amounts: { USD: '49.00' }, description: 'Pro' }];
    const plan = await api.send('POST', '/plans', {
      body: { product_id: product.body.id, code: 'pro', name: 'Pro', interval: { unit: 'month' }, prices },
    });
    const customer = await api.send('POST', '/customers', { body: { name: 'Acme' } });
    body = { customer_id: customer.body.id, plan_id: plan.body.id, currency: 'USD' };
  });
  afterAll(() => api.close());

  const create = (key: string) => api.send('POST', '/subscriptions', { body, headers: { 'idempotency-key': key } });
  const waiting = () =>
    api.database
      .as(api.tenant.id)
      .query({ name: 'waiting', text: `select workflow_id from outbox where delivered_at is null` }, []);

  test('a subscription answers 503 in time, with its row and the message that starts it written once', async () => {
    const begin = Date.now();
    const first = await create('sub-1');
    expect([first.status, first.body.code, first.headers.get('retry-after')]).toEqual([
      503,
      'temporal_unavailable',
      '2',
    ]);
    expect(Date.now() - begin).toBeLessThan(answerMsMax);
    expect((await create('sub-1')).status).toBe(503);
    const { data } = (await api.send('GET', '/subscriptions')).body;
    expect(data.map((one: { status: string }) => one.status)).toEqual(['pending']);
    expect(await waiting()).toHaveLength(1);
  });

  test('a command answers 503, and reads go on', async () => {
    const { id } = (await api.send('GET', '/subscriptions')).body.data[0];
    const answer = await api.send('POST', `/subscriptions/${id}/cancel`, { body: {} });
    expect([answer.status, answer.body.code]).toEqual([503, 'temporal_unavailable']);
    expect((await api.send('GET', `/subscriptions/${id}`)).status).toBe(200);
  });

  test('readiness says which part is down', async () => {
    const answer = await api.send('GET', '/health/ready', { key: null });
    expect([answer.status, answer.body.parts.database, answer.body.parts.temporal]).toEqual([503, 'up', 'down']);
    expect((await api.send('GET', '/health/live', { key: null })).status).toBe(200);
  });

  test('the repetition completes the request once Temporal is back, even without a worker', async () => {
    const options = {
      address: temporalAddress(),
      namespace: temporalNamespace(),
      taskQueue: uniqueTaskQueue('nobody'),
    };
    const workflows = openWorkflows(options);
    const app = createApp({ ...api.deps, workflows });
    try {
      const answer = await app.request('/api/v1/subscriptions', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${api.tenant.key}`,
          'content-type': 'application/json',
          'idempotency-key': 'sub-1',
        },
        body: JSON.stringify(body),
      });
      expect([answer.status, ((await answer.json()) as { status: string }).status]).toEqual([201, 'pending']);
      expect(await waiting()).toHaveLength(0);
      expect((await api.send('GET', '/subscriptions')).body.data).toHaveLength(1);
    } finally {
      await workflows.close();
    }
  });
});

describe('Postgres is stopped', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await openTestApi({ databaseUrl: `postgres://perennial_app:x@127.0.0.1:${closedPort}/none` });
  });
  afterAll(() => api.close());

  test.each([
    ['GET', '/customers'],
    ['POST', '/customers'],
  ])('%s %s answers 503 in time', async (method, path) => {
    const begin = Date.now();
    const key = `pk_test_${'a'.repeat(43)}`;
    const answer = await api.send(method, path, { key, ...(method === 'POST' ? { body: { name: 'x' } } : {}) });
    expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([
      503,
      'database_unavailable',
      '2',
    ]);
    expect(Date.now() - begin).toBeLessThan(answerMsMax);
  });

  test('readiness says so, and the process is alive', async () => {
    const answer = await api.send('GET', '/health/ready', { key: null });
    expect([answer.status, answer.body.status, answer.body.parts.database]).toEqual([503, 'down', 'down']);
    expect((await api.send('GET', '/health/live', { key: null })).status).toBe(200);
  });
});

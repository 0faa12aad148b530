/** Orders of plan migrations: what is refused field by field, what stands when Temporal is down, and previews that write nothing. */
import { openTestApi, type Sent, type TestApi } from '../support/api';

let api: TestApi;
let plan: string;
let other: string;
const subscriptions: string[] = [];

async function makePlan(productId: string, code: string): Promise<string> {
  const prices = [{ model: 'flat', amounts: { USD: '49.00' }, description: code }];
  const interval = { unit: 'month', count: 1 };
  const body = { product_id: productId, code, name: code, interval, prices };
  return (await api.send('POST', '/plans', { body })).body.id;
}

/** Temporal is down, so it stays pending: it is there to be chosen all the same. */
async function subscribe(customerId: string, planId: string): Promise<void> {
  const body = { customer_id: customerId, plan_id: planId, currency: 'USD' };
  expect((await api.send('POST', '/subscriptions', { body })).status).toBe(503);
}

beforeAll(async () => {
  api = await openTestApi();
  const product = (await api.send('POST', '/products', { body: { name: 'Product' } })).body.id;
  plan = await makePlan(product, 'one');
  other = await makePlan(product, 'two');
  const version = { interval: { unit: 'month', count: 1 }, prices: [] as object[] };
  version.prices.push({ model: 'flat', amounts: { USD: '59.00' }, description: 'one' });
  const customer = (await api.send('POST', '/customers', { body: { name: 'Ada' } })).body.id;
  await subscribe(customer, plan);
  await subscribe(customer, plan);
  await subscribe(customer, other);
  expect((await api.send('POST', `/plans/${plan}/versions`, { body: version })).status).toBe(201);
  const { body } = await api.send('GET', '/subscriptions');
  subscriptions.push(...[...body.data].reverse().map(({ id }: { id: string }) => id));
});
afterAll(() => api.close());

const send = (path: string, body: object, key?: string) => {
  const headers: Sent = key === undefined ? {} : { headers: { 'idempotency-key': key } };
  return api.send('POST', `/plan-migrations${path}`, { body, ...headers });
};

const order = () => ({ plan_id: plan, when: 'at_period_end' });

test.each<[string, () => object, string]>([
  ['a plan of nobody', () => ({ plan_id: 'plan_x' }), 'plan_id'],
  ['a target of nobody', () => ({ to_plan_id: 'plan_x' }), 'to_plan_id'],
  ['a version that the target lacks', () => ({ to_version: 9 }), 'to_version'],
  ['the target among the chosen versions', () => ({ selection: { from_versions: [1, 2] } }), 'selection.from_versions'],
  ['an empty list', () => ({ selection: { customer_ids: [] } }), 'selection.customer_ids'],
  [
    'a subscription of another plan',
    () => ({ selection: { subscription_ids: [subscriptions[0], subscriptions[2]] } }),
    'selection.subscription_ids.1',
  ],
  [
    'subscriptions beside versions',
    () => ({ selection: { subscription_ids: [subscriptions[0]], from_versions: [1] } }),
    'selection.subscription_ids',
  ],
  ['another time', () => ({ when: 'soon' }), 'when'],
  ['another way of proration', () => ({ proration: 'fair' }), 'proration'],
  ['a field that is not known', () => ({ quantity: 5 }), 'quantity'],
])('%s is refused on its field, by the order and by its preview', async (_case, fault, field) => {
  for (const path of ['', '/preview']) {
    const { status, body } = await send(path, { ...order(), ...fault() });
    expect([status, body.code, body.errors[0].field]).toEqual([422, 'validation_failed', field]);
  }
});

test.each<[string, object, string]>([
  ['nobody', { selection: { from_versions: [7] } }, 'selection'],
  ['more in a second than workers bear', { per_second: 51 }, 'per_second'],
])('an order that chooses %s is refused', async (_case, fault, field) => {
  const { status, body } = await send('', { ...order(), ...fault });
  expect([status, body.errors[0].field]).toEqual([422, field]);
  expect((await api.send('GET', '/plan-migrations')).body.data).toEqual([]);
});

test('a preview pages up by id, says why one would be refused, and writes nothing', async () => {
  const first = await send('/preview', { ...order(), limit: 1 });
  expect(first.body).toMatchObject({ selected: 2, to_version: 2, sums: [], has_more: true });
  expect(first.body.data).toMatchObject([
    {
      subscription_id: subscriptions[0],
      from_version: 1,
      outcome: 'refused',
      reason: { code: 'subscription_not_in_state' },
      bill: null,
    },
  ]);
  const second = await send('/preview', { ...order(), limit: 1, starting_after: subscriptions[0] });
  expect([second.body.data[0].subscription_id, second.body.has_more]).toEqual([subscriptions[1], false]);
  expect((await api.send('GET', '/plan-migrations')).body.data).toEqual([]);
});

test('while Temporal is down the order stands with all that it chose, and a repetition adds nothing', async () => {
  const answers = [await send('', order(), 'order-1'), await send('', order(), 'order-1')];
  expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
    [503, 'temporal_unavailable'],
    [503, 'temporal_unavailable'],
  ]);
  const { data } = (await api.send('GET', '/plan-migrations?status=running')).body;
  expect(data).toHaveLength(1);
  expect(data[0]).toMatchObject({ to_version: 2, status: 'running', counts: { selected: 2, waiting: 2, migrated: 0 } });
  const path = `/plan-migrations/${data[0].id}`;
  const page = (await api.send('GET', `${path}/subscriptions?outcome=waiting`)).body;
  expect(page.data.map((row: { subscription_id: string }) => row.subscription_id)).toEqual(
    subscriptions.slice(0, 2).reverse(),
  );
  expect((await api.send('POST', `${path}/pause`)).body.code).toBe('temporal_unavailable');
  const events = (await api.send('GET', '/events?type=plan_migration.created')).body.data;
  expect(events).toMatchObject([{ data: { plan_migration_id: data[0].id, selected: 2 } }]);
  const outbox = { name: 'orders_waiting', text: `select payload from outbox where kind = 'start_plan_migration'` };
  expect(await api.database.as(api.tenant.id).query(outbox, [])).toHaveLength(1);
});

test('another tenant neither sees nor steers it', async () => {
  const { data } = (await api.send('GET', '/plan-migrations')).body;
  const stranger = await api.newTenant();
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/subscriptions'],
    ['POST', '/cancel'],
  ] as const) {
    const answer = await api.send(method, `/plan-migrations/${data[0].id}${path}`, { key: stranger.key });
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
  }
});

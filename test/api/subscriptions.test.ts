/** What a subscription may be is checked before anything is written; Temporal is stopped here, so what passes the checks answers 503. */
import { addDays, toIso } from '../../domain/time';
import { openTestApi, type TestApi } from '../support/api';

let api: TestApi;
let customer: string;
let plan: string;
let trialPlan: string;

async function planWith(code: string, over: object): Promise<string> {
  const product = await api.send('POST', '/products', { body: { name: code } });
  const prices = [{ model: 'flat', amounts: { USD: '49.00' }, description: code }];
  const body = { product_id: product.body.id, code, name: code, interval: { unit: 'month' }, prices, ...over };
  const made = await api.send('POST', '/plans', { body });
  expect(made.status).toBe(201);
  return made.body.id;
}

beforeAll(async () => {
  api = await openTestApi({ settings: { dueJitterSeconds: 3_600 } });
  plan = await planWith('pro', {});
  trialPlan = await planWith('trial', { trial: { days: 14 } });
  customer = (await api.send('POST', '/customers', { body: { name: 'Acme', time_zone: 'Africa/Nairobi' } })).body.id;
});
afterAll(() => api.close());

const create = (over: object) =>
  api.send('POST', '/subscriptions', { body: { customer_id: customer, plan_id: plan, currency: 'USD', ...over } });
const rows = async () => (await api.send('GET', '/subscriptions?limit=100')).body.data;

test.each([
  ['a currency without a price', () => ({ currency: 'EUR' }), 409, 'currency_not_priced'],
  [
    'a start more than ten years ago',
    () => ({ start_at: toIso(addDays(Date.now(), -3_660)) }),
    422,
    'start_out_of_range',
  ],
  [
    'a start more than five years ahead',
    () => ({ start_at: toIso(addDays(Date.now(), 1_830)) }),
    422,
    'start_out_of_range',
  ],
  ['a trial that needs a payment method', () => ({ plan_id: trialPlan }), 409, 'payment_method_required'],
  ['a version that is not there', () => ({ plan_version: 9 }), 422, 'validation_failed'],
  ['a payment method of nobody', () => ({ payment_method_id: 'pm_none' }), 422, 'validation_failed'],
])('%s is refused and writes nothing', async (_case, over, status, code) => {
  const before = (await rows()).length;
  const answer = await create(over());
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  expect((await rows()).length).toBe(before);
});

/** The state that is handed to the workflow with the start. */
async function stateOf(over: object) {
  expect((await create(over)).body.code).toBe('temporal_unavailable');
  const statement = { name: 'newest_start', text: `select payload, workflow_id from outbox order by id desc limit 1` };
  const [row] = await api.database.as(api.tenant.id).query(statement, []);
  const { state } = row!['payload'];
  expect(row!['workflow_id']).toBe(`sub/${api.tenant.id}/${state.subscriptionId}`);
  return state;
}

test('the workflow gets the customer’s zone, the plan’s version, the label and a bounded jitter', async () => {
  const state = await stateOf({ quantity: 3, billing_day: 31 });
  expect(state).toMatchObject({
    status: 'pending',
    timeZone: 'Africa/Nairobi',
    label: 'Acme · pro',
    terms: { planId: plan, planVersion: 1, quantity: 3 },
    anchor: { day: 31 },
    clock: null,
    trialEnd: null,
  });
  expect(state.jitterMs).toBeGreaterThanOrEqual(0);
  expect(state.jitterMs).toBeLessThan(3_600_000);
});

test('a trial of the request’s own length ends in calendar days of the customer', async () => {
  const startAt = Date.parse('2026-11-01T09:00:00.000Z');
  const state = await stateOf({ trial_days: 10, start_at: toIso(startAt) });
  expect(state.trialEnd).toBe(addDays(startAt, 10));
});

test('no trial is told to the engine, and the plan’s demand for a payment method with it', async () => {
  const state = await stateOf({ plan_id: trialPlan, trial: 'none' });
  expect(state.trialEnd).toBe(state.startAt);
  const answer = await api.send('GET', `/subscriptions/${state.subscriptionId}`);
  expect(answer.body.trial_end).toBeNull();
});

test('a customer on a test clock begins at the clock’s time, without jitter', async () => {
  const clock = await api.send('POST', '/test-clocks', { body: { name: 'past', now: '2020-02-29T12:00:00Z' } });
  const onClock = await api.send('POST', '/customers', { body: { name: 'Timely', test_clock_id: clock.body.id } });
  expect(onClock.body.created_at).toBe('2020-02-29T12:00:00.000Z');
  const state = await stateOf({ customer_id: onClock.body.id });
  const now = Date.parse('2020-02-29T12:00:00Z');
  expect(state).toMatchObject({ startAt: now, clock: { id: clock.body.id, now }, jitterMs: 0 });
});

test('a test clock goes neither back nor more than ten years ahead at once, and a live tenant has none', async () => {
  const clock = await api.send('POST', '/test-clocks', { body: { name: 'x', now: '2026-01-31T00:00:00Z' } });
  const advance = async (to: string) =>
    (await api.send('POST', `/test-clocks/${clock.body.id}/advance`, { body: { to } })).body;
  expect((await advance('2026-01-30T23:59:59.999Z')).code).toBe('test_clock_backwards');
  expect((await advance('2036-03-01T00:00:00Z')).code).toBe('test_clock_too_far');
  expect((await advance('2026-01-31T00:00:00Z')).status).toBe('ready');
  const live = await api.newTenant('live');
  const refused = await api.send('POST', '/test-clocks', {
    key: live.key,
    body: { name: 'x', now: '2026-01-31T00:00:00Z' },
  });
  expect([refused.status, refused.body.code]).toEqual([403, 'test_mode_only']);
});

test('a command needs no body where it has no required field', async () => {
  const { subscriptionId } = await stateOf({});
  for (const command of ['cancel', 'uncancel', 'pause', 'resume', 'retry-payment', 'update-payment-method']) {
    const answer = await api.send('POST', `/subscriptions/${subscriptionId}/${command}`);
    expect([command, answer.body.code]).toEqual([command, 'temporal_unavailable']);
  }
});

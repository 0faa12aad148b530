/**
 * Postgres and the Temporal server are killed in the middle of a billing day on real timers, and started again on their data. Meanwhile the
 * API says so, and does nothing by half.
 */
import type { ApiAnswer } from '../../dev/api-client';
import { waitFor } from '../../dev/stack/wait';
import {
  makeCast,
  newKey,
  readInvoices,
  readSubscription,
  settleMsMax,
  type Cast,
  type SubscriptionView,
} from '../support/faults/cast';
import { insist } from '../support/faults/insist';
import { startSmallStack, type SmallStack } from '../support/faults/small-stack';
import { expectSound } from '../support/faults/soundness';

const subscriptionsCount = 20;
/** Short enough that each server is killed while many are being billed, long enough for two cores. */
const periodSeconds = 8;

let stack: SmallStack;
beforeAll(async () => {
  stack = await startSmallStack();
}, 120_000);
afterAll(() => stack.stop(), 60_000);
jest.setTimeout(4 * settleMsMax);

interface Day {
  readonly cast: Cast;
  readonly ids: readonly string[];
}

/** Customers who pay every few seconds, each by a card of their own. */
async function beginDay(): Promise<Day> {
  const interval = { unit: 'second', count: periodSeconds };
  const cast = await makeCast(stack, stack.stripeUrl, { interval, realTime: true });
  const subscribeOne = async (): Promise<string> => {
    const { id: customerId } = await cast.api.post<{ id: string }>('/customers', { name: 'Ada' });
    await cast.api.post('/payment-methods', { customer_id: customerId, rail: 'stripe', token: 'pm_card_visa' });
    const body = { customer_id: customerId, plan_id: cast.starterId, currency: 'USD' };
    return (await insist(cast.api, '/subscriptions', body)).body.id;
  };
  return { cast, ids: await Promise.all(Array.from({ length: subscriptionsCount }, subscribeOne)) };
}

const startOf = ({ current_period: period }: SubscriptionView): number => Date.parse(period?.start ?? '1970-01-01');

/** Every subscription has paid for a period that began after now. */
async function allRenew({ cast, ids }: Day): Promise<void> {
  const from = Date.now();
  await waitFor(
    'every subscription is renewed and paid',
    async () => {
      const views = await Promise.all(ids.map((id) => readSubscription(cast, id)));
      return views.every((view) => startOf(view) > from && view.status === 'active');
    },
    { timeoutMs: settleMsMax, intervalMs: 500 },
  );
}

/** A change of plan of each of a few subscriptions, each under its own key. */
interface Wish {
  readonly id: string;
  readonly key: string;
}

const wishesFor = (ids: readonly string[]): Wish[] => ids.map((id) => ({ id, key: newKey() }));

function send({ cast }: Day, { id, key }: Wish): Promise<ApiAnswer> {
  const body = { plan_id: cast.proId, proration: 'none' };
  return cast.api.send('POST', `/subscriptions/${id}/change-plan`, body, { 'idempotency-key': key });
}

function expectUnavailable(answers: readonly ApiAnswer[]): void {
  const seen = answers.map(({ status, headers }) => [status, /^\d+$/.test(headers.get('retry-after') ?? '')]);
  expect(seen).toEqual(answers.map(() => [503, true]));
}

/** Sent again under their keys, all wishes come true, each once. */
async function fulfil({ cast }: Day, wishes: readonly Wish[]): Promise<void> {
  const body = { plan_id: cast.proId, proration: 'none' };
  const answers = await Promise.all(
    wishes.map(({ id, key }) => insist(cast.api, `/subscriptions/${id}/change-plan`, body, key)),
  );
  expect(answers.map(({ status }) => status)).toEqual(wishes.map(() => 200));
  const { data } = await cast.api.get<{ data: { action: string; subject_id: string }[] }>('/audit-log?limit=100');
  const changed = data.filter(({ action }) => action === 'changePlan').map(({ subject_id: id }) => id);
  expect(changed.sort()).toEqual(wishes.map(({ id }) => id).sort());
}

/** Ends the day, so that the books stand still, and looks at everything. */
async function endDay({ cast, ids }: Day): Promise<void> {
  await Promise.all(ids.map((id) => insist(cast.api, `/subscriptions/${id}/cancel`, {})));
  await waitFor(
    'nothing is owed any more',
    async () => (await readInvoices(cast)).every(({ status }) => status === 'paid'),
    { timeoutMs: settleMsMax, intervalMs: 500 },
  );
  await expectSound(cast);
}

test('Postgres is killed: the API answers 503 with Retry-After, and the billing day goes on when it is back', async () => {
  const day = await beginDay();
  await allRenew(day);
  const [unsent, inFlight] = [wishesFor(day.ids.slice(0, 4)), wishesFor(day.ids.slice(4, 8))];
  const flying = inFlight.map((wish) => send(day, wish).catch(() => null));
  await stack.killPostgres();
  const created = () => day.cast.api.send('POST', '/customers', { name: 'Nobody' }, { 'idempotency-key': 'nobody' });
  expectUnavailable(await Promise.all([...unsent.map((wish) => send(day, wish)), created()]));
  await Promise.all(flying);
  await stack.startPostgres();
  await fulfil(day, [...unsent, ...inFlight]);
  const { data } = await day.cast.api.get<{ data: { name: string }[] }>('/customers?limit=100');
  expect(data.filter(({ name }) => name === 'Nobody')).toEqual([]);
  await allRenew(day);
  await endDay(day);
});

test('the Temporal server is killed: commands answer 503, readings go on, and the billing day too when it is back', async () => {
  const day = await beginDay();
  await allRenew(day);
  const [unsent, inFlight] = [wishesFor(day.ids.slice(0, 4)), wishesFor(day.ids.slice(4, 8))];
  const flying = inFlight.map((wish) => send(day, wish).catch(() => null));
  await stack.killTemporal();
  expectUnavailable(await Promise.all(unsent.map((wish) => send(day, wish))));
  expect((await readSubscription(day.cast, day.ids[0] ?? '')).status).toBe('active');
  await Promise.all(flying);
  await stack.startTemporal();
  await fulfil(day, [...unsent, ...inFlight]);
  await allRenew(day);
  await endDay(day);
});

test('the worker, Postgres and Temporal are killed together: the billing day goes on when they are back', async () => {
  const day = await beginDay();
  await allRenew(day);
  const wishes = wishesFor(day.ids.slice(0, 4));
  const flying = wishes.map((wish) => send(day, wish).catch(() => null));
  stack.killWorker();
  await Promise.all([stack.killPostgres(), stack.killTemporal()]);
  await Promise.all(flying);
  await stack.startPostgres();
  await stack.startTemporal();
  await fulfil(day, wishes);
  await allRenew(day);
  await endDay(day);
});

/** The auditor gives a subscription that lost its workflow its life back: soon after somebody ended it, or when it is late. */
import { randomUUID } from 'node:crypto';
import { waitFor } from '../../dev/stack/wait';
import { subscriptionWorkflowId } from '../../domain/ids';
import type { SubscriptionState } from '../../domain/subscription/state';
import { reviveClosed, reviveLate, startAuditor } from '../../worker/auditor';
import { createReviver } from '../../worker/messenger';
import { checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { flat, monthly, Scene } from '../support/scenario';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(() => engine.stop());

const everySecond = { interval: { unit: 'second', count: 3 } };

const workflowOf = (scene: Scene, subscription: string) =>
  engine.temporal.workflow.getHandle(subscriptionWorkflowId(scene.tenantId, subscription));

/** A subscription on the scene's test clock, or in real time. */
async function subscribed(scene: Scene, time: 'clock' | 'real', interval: object = { interval: monthly }) {
  const plan = await scene.plan([flat('10.00')], interval);
  const customer = await scene.customer('pm_card_visa', time === 'real' ? { test_clock_id: undefined } : {});
  const id = await scene.subscribe(customer, plan);
  return { id, workflow: workflowOf(scene, id) };
}

const warnings: string[] = [];
const options = () => ({
  database: engine.database,
  ...createReviver(engine.temporal, engine.taskQueue),
  log: { warn: (_facts: object, message: string) => warnings.push(message) },
  lateSeconds: 1,
});

/** Looks until something was found: Temporal's visibility lags behind. */
const revived = (count: number) =>
  waitFor('what was ended is started again', async () => (await reviveClosed(options(), 0)) === count);

test('a subscription on a test clock whose workflow was terminated is started again, at its clock’s time, and catches up', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const { id, workflow } = await subscribed(scene, 'clock');
  await workflow.terminate('by mistake');
  // The clock does not wait for it.
  await scene.advance('2026-03-15');
  expect(await scene.billed(id)).toHaveLength(1);
  await revived(1);
  await scene.until(id, 'It has caught up', ({ next_due_at: at }) => at === '2026-04-01T00:00:00.000Z');
  expect(await scene.billed(id)).toEqual(['paid 10.00', 'paid 10.00', 'paid 10.00']);
  await scene.command(id, 'cancel');
  expect((await scene.subscription(id)).canceled_at).toBe('2026-03-15T00:00:00.000Z');
  await checkInvariants(scene);
});

test('a workflow that was terminated is found at once in real time too, long before its next due instant', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const { workflow } = await subscribed(scene, 'real');
  await workflow.terminate('by mistake');
  await revived(1);
  expect((await workflow.describe()).status.name).toBe('RUNNING');
  expect(await reviveClosed(options(), 0)).toBe(0);
});

test('what has ended by itself, what runs after a reset, and what is not in the books is left alone', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const ended = await subscribed(scene, 'clock');
  await scene.command(ended.id, 'cancel');
  const { events } = await ended.workflow.fetchHistory();
  await ended.workflow.result();
  const reset = await subscribed(scene, 'clock');
  await engine.temporal.workflowService.resetWorkflowExecution({
    namespace: engine.temporal.options.namespace,
    workflowExecution: { workflowId: reset.workflow.workflowId },
    reason: 'a test',
    requestId: randomUUID(),
    workflowTaskFinishEventId: events?.find((event) => event.workflowTaskCompletedEventAttributes)?.eventId ?? null,
  });
  const foreign = 'sub/ten_of_another/sub_of_another';
  const state = await reset.workflow.query<SubscriptionState>('state');
  const args = [{ state: { ...state, tenantId: 'ten_of_another', subscriptionId: 'sub_of_another' } }];
  await engine.temporal.workflow.start('subscription', { workflowId: foreign, taskQueue: engine.taskQueue, args });
  await engine.temporal.workflow.getHandle(foreign).terminate('not ours');
  const listed = async (): Promise<string[]> => {
    const ids: string[] = [];
    for await (const id of options().closedSince(0)) ids.push(id);
    return ids;
  };
  await waitFor('the list has caught up', async () => {
    const ids = await listed();
    return ids.includes(reset.id) && ids.includes('sub_of_another');
  });
  expect(await listed()).not.toContain(ended.id);
  expect(await reviveClosed(options(), 0)).toBe(0);
});

test('a subscription that ended and still owes is started again, too: what is owed is collected', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const plan = await scene.plan([flat('10.00')]);
  const id = await scene.subscribe(await scene.customer('pm_card_chargeCustomerFail'), plan);
  await scene.command(id, 'cancel');
  await workflowOf(scene, id).terminate('by mistake');
  await revived(1);
});

test('a subscription that is late and has no workflow is started again from its row and goes on billing', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const { id, workflow } = await subscribed(scene, 'real', everySecond);
  await workflow.terminate('lost');
  const before = (await scene.billed(id)).length;
  await waitFor('the late one is found', async () => (await reviveLate(options())).revived === 1, {
    timeoutMs: 15_000,
  });
  await waitFor('it bills again', async () => (await scene.billed(id)).length > before, { timeoutMs: 15_000 });
  expect(warnings).toContain('a subscription without a workflow was started again from its row');
  await scene.command(id, 'cancel');
});

test('the auditor looks again and again, goes on after an outage, and stops when told', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const { workflow } = await subscribed(scene, 'clock');
  await workflow.terminate('by mistake');
  let asked = 0;
  const closedSince = (since: number) => {
    asked += 1;
    if (asked === 1) throw new Error('Temporal is away.');
    return options().closedSince(since);
  };
  const auditor = startAuditor({ ...options(), closedSince, closedEveryMs: 20, lateEveryMs: 3_600_000 });
  await waitFor('it is found', async () => (await workflow.describe()).status.name === 'RUNNING');
  await auditor.stop();
  const before = asked;
  await scene.advance('2026-01-02');
  expect(asked).toBe(before);
  expect(warnings).toContain('the auditor rests');
});

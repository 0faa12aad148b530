/** What an operator does with Temporal's own means: commands typed by hand, a cancellation, a reset. */
import { randomUUID } from 'node:crypto';
import type { ActivityDependencies } from '../../activities/dependencies';
import { executeCommand } from '../../activities/execute-command';
import { subscriptionWorkflowId } from '../../domain/ids';
import type { SubscriptionState } from '../../domain/subscription/state';
import { checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { flat, perSeat, Scene } from '../support/scenario';

let engine: TestEngine;
let dependencies: ActivityDependencies;
beforeAll(async () => {
  engine = await startTestEngine({ wrap: (deps) => (dependencies = deps) });
});
afterAll(() => engine.stop());

interface AuditView {
  readonly actor: string;
  readonly action: string;
  readonly outcome: string;
}

async function subscribed(token = 'pm_card_visa') {
  const scene = await Scene.open(engine, { now: '2026-06-01' });
  const plan = await scene.plan([perSeat('10.00')]);
  const subscription = await scene.subscribe(await scene.customer(token), plan, { quantity: 3 });
  const workflow = engine.temporal.workflow.getHandle(subscriptionWorkflowId(scene.tenantId, subscription));
  const audit = async (): Promise<string[]> => {
    const page = await scene.api.get<{ data: AuditView[] }>(`/audit-log?subject_id=${subscription}&limit=100`);
    return [...page.data].reverse().map(({ actor, action, outcome }) => `${actor} ${action} ${outcome}`);
  };
  const update = (name: string) => workflow.executeUpdate<{ status: string }, []>(name);
  return { scene, subscription, workflow, audit, update };
}

type Subscribed = Awaited<ReturnType<typeof subscribed>>;

describe('an update without input', () => {
  test('carries out resume, cancel and uncancel', async () => {
    const { scene, subscription, update } = await subscribed();
    await scene.command(subscription, 'pause');
    expect(await update('resume')).toMatchObject({ status: 'active' });
    await scene.command(subscription, 'cancel', { at_period_end: true });
    expect(await update('uncancel')).toMatchObject({ status: 'active' });
    expect((await scene.subscription(subscription)).cancel_at).toBeNull();
    expect(await update('cancel')).toMatchObject({ status: 'canceled' });
    await checkInvariants(scene);
  });

  test('carries out retryPayment', async () => {
    const { update, audit } = await subscribed('pm_card_chargeCustomerFail');
    expect(await update('retryPayment')).toMatchObject({ status: 'past_due' });
    expect((await audit()).at(-1)).toBe('operator retryPayment applied');
  });

  test('is refused in words where a field is required', async () => {
    const { update } = await subscribed();
    await expect(update('changeQuantity')).rejects.toMatchObject({ cause: { type: 'validation_failed' } });
  });
});

describe('a cancellation of the workflow', () => {
  test('cancels the subscription now and without a credit, and the workflow ends by itself', async () => {
    const { scene, subscription, workflow, audit } = await subscribed();
    await scene.advance('2026-06-16');
    await workflow.cancel();
    expect(await workflow.result()).toEqual({ status: 'canceled' });
    expect((await scene.subscription(subscription)).canceled_at).toBe('2026-06-16T00:00:00.000Z');
    expect(await scene.billed(subscription)).toEqual(['paid 30.00']);
    expect((await audit()).at(-1)).toBe('operator cancel applied');
    await checkInvariants(scene);
  });

  test('leaves what is owed to be collected', async () => {
    const { scene, subscription, workflow } = await subscribed('pm_card_chargeCustomerFail');
    await workflow.cancel();
    const canceled = await scene.until(subscription, 'It is canceled', ({ status }) => status === 'canceled');
    expect(canceled.collection).toMatchObject({ open_invoices: 1, waiting_for: 'retry' });
    // The workflow, canceled as it is for Temporal, still hears commands and sleeps on timers.
    await workflow.executeUpdate('voidInvoice', { args: [{ invoiceId: canceled.collection?.invoice_id }] });
    expect(await workflow.result()).toEqual({ status: 'canceled' });
    await checkInvariants(scene);
  });

  test('takes nothing from a command that is under way', async () => {
    const { scene, subscription, workflow } = await subscribed();
    const change = workflow.executeUpdate('changeQuantity', { args: [{ quantity: 5 }] });
    await workflow.cancel();
    // Whichever comes first, the sender hears how it ended: carried out, or refused because the subscription has ended.
    const [outcome] = await Promise.allSettled([change]);
    if (outcome.status === 'rejected') {
      expect(outcome.reason).toMatchObject({ cause: { type: 'subscription_ended' } });
    }
    await scene.until(subscription, 'It is canceled', ({ status }) => status === 'canceled');
    await checkInvariants(scene);
  });
});

describe('a reset', () => {
  /** Resets to the end of the first workflow task: the subscription is started, and everything after is to be played again. */
  async function reset({ workflow }: Subscribed, options: object): Promise<void> {
    const { workflowId } = workflow;
    const { events } = await workflow.fetchHistory();
    const first = events?.find(({ workflowTaskCompletedEventAttributes: done }) => done);
    await engine.temporal.workflowService.resetWorkflowExecution({
      namespace: engine.temporal.options.namespace,
      workflowExecution: { workflowId },
      reason: 'a test',
      requestId: randomUUID(),
      workflowTaskFinishEventId: first?.eventId ?? null,
      ...options,
    });
  }

  const signals = 1;
  const updates = 2;

  /** Until so many seats are billed and paid. */
  const seats = ({ scene, subscription }: Subscribed, count: number) =>
    scene.until(
      subscription,
      `${count} seats`,
      ({ quantity, collection }) => quantity === count && collection === null,
    );

  async function twoChanges(): Promise<Subscribed> {
    const one = await subscribed();
    const { scene, subscription } = one;
    for (const quantity of [5, 4]) {
      await scene.signal(subscription, 'changeQuantity', { quantity });
      await seats(one, quantity);
    }
    expect(await scene.billed(subscription)).toHaveLength(3);
    return one;
  }

  test('carries out the signals that it applies again once, as they were', async () => {
    const one = await twoChanges();
    const { scene, subscription, update, audit } = one;
    const before = { billed: await scene.billed(subscription), audit: await audit() };
    await reset(one, {});
    // It answers once everything before it is done.
    await update('settle');
    expect({ billed: await scene.billed(subscription), audit: await audit() }).toEqual(before);
    expect((await scene.subscription(subscription)).quantity).toBe(4);
    await checkInvariants(scene);
  });

  test('that leaves signals out takes no later signal for one of those', async () => {
    const one = await twoChanges();
    const { scene, subscription } = one;
    await reset(one, { resetReapplyExcludeTypes: [signals, updates] });
    await scene.signal(subscription, 'changeQuantity', { quantity: 9 });
    await seats(one, 9);
    expect(await scene.billed(subscription)).toHaveLength(4);
    await checkInvariants(scene);
  });
});

test('a workflow that is behind the books, as after a reset, refuses no command by what is past', async () => {
  const { scene, subscription, workflow, audit } = await subscribed();
  const past = await workflow.query<SubscriptionState>('state');
  await scene.command(subscription, 'pause');
  const before = await audit();
  const command = { id: 'from-a-reset', name: 'resume', payload: {}, actor: 'operator', requestId: null } as const;
  const result = await executeCommand(dependencies)({ state: past, command, now: Date.parse('2026-06-01') });
  expect(result).toMatchObject({ kind: 'overtaken', event: { type: 'paused' } });
  expect(await audit()).toEqual(before);
});

test('a subscription that is canceled and still owes does nothing by itself until it is settled', async () => {
  const scene = await Scene.open(engine, {
    now: '2026-06-01',
    tenant: { dunning_policy: { end: 'leave_unpaid' } },
  });
  const plan = await scene.plan([flat('10.00')]);
  const subscription = await scene.subscribe(await scene.customer('pm_card_chargeCustomerFail'), plan);
  await scene.advance('2026-06-25');
  await scene.command(subscription, 'cancel');
  const { collection, next_due_at: dueAt } = await scene.subscription(subscription);
  expect(collection?.open_invoices).toBe(1);
  expect(dueAt).toBeNull();
  const workflow = engine.temporal.workflow.getHandle(subscriptionWorkflowId(scene.tenantId, subscription));
  const length = async () => (await workflow.describe()).historyLength;
  const quiet = await length();
  await scene.advance('2027-06-20');
  // Moving the clock is itself a message: it adds its own events, and no timer, activity or try.
  const { events } = await workflow.fetchHistory();
  const after = (events ?? []).slice(quiet);
  expect(
    after.some(({ timerStartedEventAttributes: timer, markerRecordedEventAttributes: work }) => timer ?? work),
  ).toBe(false);
  expect((await workflow.describe()).status.name).toBe('RUNNING');
});

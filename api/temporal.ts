/**
 * The port to the workflows, and its implementation on Temporal's client. The connection is lazy: the API starts and answers 503 while
 * Temporal is down. Every call is bounded, and every failure leaves as an error of the catalogue.
 */
import {
  Client,
  Connection,
  makeGrpcRetryInterceptor,
  defaultGrpcRetryOptions,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { fail } from '../domain/errors';
import type { CommandName, CommandPayloads } from '../domain/subscription/commands';
import type { SettlementCommandName } from '../domain/settlement/facts';
import type { SettlementState } from '../domain/settlement/state';
import type { SubscriptionState } from '../domain/subscription/state';
import { toIso, type Instant } from '../domain/time';
import {
  messages,
  migrationMessages,
  planMigrationStart,
  planMigrationWorkflowId,
  queues,
  refundWorkflowId,
  searchAttributes,
  settlementStart,
  settlementWorkflowId,
  subscriptionStart,
  subscriptionWorkflowId,
  testClockWorkflowId,
  topUpWorkflowId,
  workflowTypes,
  type MessageMeta,
  type PlanMigrationInput,
  type RefundInput,
  type SettlementCommandPayload,
  type TestClockInput,
  type TopUpInput,
} from '../workflows/contract';
import { isDeadline, isLostUpdate, translateTemporalError } from './temporal-errors';

/** Whether the thing that was asked for is complete, or goes on after the answer. */
export type Progress = 'settled' | 'running';

export interface CommandTarget {
  readonly tenantId: string;
  readonly subscriptionId: string;
}

/** What may be asked of a plan migration. */
export type MigrationWish = Exclude<keyof typeof migrationMessages, 'progress'>;

/** What the API asks of workflows. Every method may throw `temporal_unavailable` or `rate_limited`. */
export interface WorkflowPort {
  /** Starts a subscription unless it runs, and waits until nothing is due. Repeating it changes nothing. */
  startSubscription(state: SubscriptionState): Promise<Progress>;
  /** Carries out a command. Also throws the refusal of the rules, or `subscription_ended` when the workflow is gone. */
  command<N extends CommandName>(
    target: CommandTarget,
    name: N,
    payload: CommandPayloads[N],
    meta: MessageMeta & { commandId: string },
  ): Promise<Progress>;
  /** Sends a signal; a workflow that is gone needs none. */
  signal(target: CommandTarget, name: string, args: readonly unknown[]): Promise<void>;
  startRefund(input: RefundInput): Promise<Progress>;
  startTopUp(input: TopUpInput): Promise<Progress>;
  /** Sets a clock in motion unless it moves. Answers the instant that it goes to, which may be another one when it moved already. */
  startTestClock(input: TestClockInput): Promise<Instant | null>;
  /** Starts a plan migration unless it was started before. */
  startPlanMigration(input: PlanMigrationInput): Promise<void>;
  /** Pauses, resumes or cancels a plan migration. Throws `plan_migration_over` when it has come to its end. */
  steerPlanMigration(
    migration: { tenantId: string; migrationId: string },
    wish: MigrationWish,
    meta: MessageMeta & { commandId: string },
  ): Promise<Progress>;
  /** Starts a settlement unless it was started before. */
  startSettlement(state: SettlementState): Promise<void>;
  /** Carries out a command of an operator. Also throws the refusal of the rules, or `settlement_over` when the workflow is gone. */
  steerSettlement(
    settlement: { tenantId: string; settlementId: string },
    name: SettlementCommandName,
    payload: SettlementCommandPayload,
    meta: MessageMeta & { commandId: string },
  ): Promise<Progress>;
  /** Waits until a clock that moves has arrived. */
  awaitTestClock(clock: { tenantId: string; clockId: string }): Promise<Progress>;
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

/** How long an answer may wait. Idempotency locks last 60 s, so every wait stays below. */
const waitMs = {
  start: 15_000,
  command: 20_000,
  signal: 3_000,
  payment: 10_000,
  advance: 55_000,
  look: 1_500,
  ping: 1_500,
} as const;

/**
 * A person waits: two quick retries within about a second, then 503, or 429 from a server over its rate. The client's own pauses after
 * that refusal are longer than some of the waits above, and what was a refusal would look like an outage.
 */
const retry = defaultGrpcRetryOptions({ maxAttempts: 3, initialIntervalMs: () => 200 });

export interface TemporalOptions {
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
}

function openConnection(address: string): Connection {
  return Connection.lazy({
    address,
    interceptors: [makeGrpcRetryInterceptor(retry)],
    // The default grows to two minutes: a restarted server would be missed for that long.
    channelArgs: {
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.min_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1_000,
    },
  });
}

/** Opens the port. Nothing is sent before the first call. */
export function openWorkflows(options: TemporalOptions): WorkflowPort {
  const connection = openConnection(options.address);
  const client = new Client({ connection, namespace: options.namespace });
  const within = <T>(ms: number, call: () => Promise<T>): Promise<T> => connection.withDeadline(Date.now() + ms, call);
  const scope: Scope = { client, within, taskQueue: options.taskQueue };
  return {
    startSubscription: (state) => startSubscription(scope, state),
    command: ({ tenantId, subscriptionId }, name, payload, meta) =>
      sendUpdate(scope, subscriptionWorkflowId(tenantId, subscriptionId), name, [payload, meta], meta.commandId, () =>
        fail('subscription_ended', { subscriptionId }),
      ),
    signal: (target, name, args) => sendSignal(scope, target, name, args),
    startRefund: (input) =>
      startToItsEnd(scope, workflowTypes.refund, refundWorkflowId(input.tenantId, input.refundId), input),
    startTopUp: (input) =>
      startToItsEnd(scope, workflowTypes.topUp, topUpWorkflowId(input.tenantId, input.topUpId), input),
    startTestClock: (input) => startTestClock(scope, input),
    startPlanMigration: (input) => startPlanMigration(scope, input),
    steerPlanMigration: (migration, wish, meta) => steerPlanMigration(scope, migration, wish, meta),
    startSettlement: (state) => startSettlement(scope, state),
    steerSettlement: ({ tenantId, settlementId }, name, payload, meta) =>
      sendUpdate(scope, settlementWorkflowId(tenantId, settlementId), name, [payload, meta], meta.commandId, () =>
        fail('settlement_over', { settlementId, status: 'over' }),
      ),
    awaitTestClock: ({ tenantId, clockId }) =>
      waitForEnd(scope, testClockWorkflowId(tenantId, clockId), waitMs.advance),
    ping: () =>
      within(waitMs.ping, () => connection.workflowService.getSystemInfo({})).then(
        () => true,
        () => false,
      ),
    close: () => connection.close(),
  };
}

interface Scope {
  readonly client: Client;
  readonly within: <T>(ms: number, call: () => Promise<T>) => Promise<T>;
  readonly taskQueue: string;
}

/** True when the workflow was ever started: a time-out tells nothing about that. */
async function exists({ client, within }: Scope, workflowId: string): Promise<boolean> {
  return within(waitMs.look, () => client.workflow.getHandle(workflowId).describe()).then(
    () => true,
    (error: unknown) => (error instanceof WorkflowNotFoundError ? false : translateTemporalError(error)),
  );
}

async function startSubscription(scope: Scope, state: SubscriptionState): Promise<Progress> {
  const start = subscriptionStart(state, scope.taskQueue);
  const startWorkflowOperation = new WithStartWorkflowOperation(workflowTypes.subscription, start);
  // Whoever does not look at the handle must still hear of its failure once, not as an unhandled rejection.
  startWorkflowOperation.workflowHandle().catch(() => undefined);
  try {
    const updateId = `settle:${state.subscriptionId}`;
    await scope.within(waitMs.start, () =>
      scope.client.workflow.executeUpdateWithStart(messages.settle, { startWorkflowOperation, updateId, args: [] }),
    );
    return 'settled';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'settled';
    // Started and busy, or no worker runs: the subscription exists and goes on by itself.
    if (isDeadline(error) && (await exists(scope, start.workflowId))) return 'running';
    return translateTemporalError(error);
  }
}

/** Each loss needs a message at the very moment of a run's end: more in a row are no accident. */
const lossesMax = 3;

async function againWhenLost(send: () => Promise<void>): Promise<void> {
  for (let losses = 1; ; losses++) {
    try {
      return await send();
    } catch (error) {
      if (!isLostUpdate(error) || losses > lossesMax) throw error;
    }
  }
}

async function sendUpdate(
  scope: Scope,
  workflowId: string,
  name: string,
  args: [unknown, ...unknown[]],
  updateId: string,
  onGone: () => never,
): Promise<Progress> {
  const workflow = scope.client.workflow.getHandle(workflowId);
  let accepted = false;
  const send = async (): Promise<void> => {
    const update = await workflow.startUpdate(name, { args, updateId, waitForStage: 'ACCEPTED' });
    accepted = true;
    await update.result();
  };
  try {
    await scope.within(waitMs.command, () => againWhenLost(send));
    return 'settled';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return onGone();
    // Once accepted it stands in the history and will be carried out; before that nobody has it.
    if (accepted && isDeadline(error)) return 'running';
    return translateTemporalError(error);
  }
}

async function startPlanMigration(scope: Scope, input: PlanMigrationInput): Promise<void> {
  await startOnce(scope, workflowTypes.migratePlan, waitMs.payment, {
    ...planMigrationStart(input, scope.taskQueue),
    args: [input],
  });
}

async function startSettlement(scope: Scope, state: SettlementState): Promise<void> {
  const start = settlementStart(state, scope.taskQueue);
  await startOnce(scope, workflowTypes.settlement, waitMs.payment, { ...start, args: [{ state }] });
}

function steerPlanMigration(
  scope: Scope,
  { tenantId, migrationId }: { tenantId: string; migrationId: string },
  wish: MigrationWish,
  meta: MessageMeta & { commandId: string },
): Promise<Progress> {
  const onGone = () => fail('plan_migration_over', { migrationId, status: 'over' });
  return sendUpdate(
    scope,
    planMigrationWorkflowId(tenantId, migrationId),
    migrationMessages[wish],
    [meta],
    meta.commandId,
    onGone,
  );
}

async function sendSignal(scope: Scope, target: CommandTarget, name: string, args: readonly unknown[]): Promise<void> {
  const workflow = scope.client.workflow.getHandle(subscriptionWorkflowId(target.tenantId, target.subscriptionId));
  try {
    await scope.within(waitMs.signal, () => workflow.signal(name, ...args));
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) translateTemporalError(error);
  }
}

/** Waits for a workflow's end, whatever it is: its rows tell the result. */
async function waitForEnd({ client, within }: Scope, workflowId: string, ms: number): Promise<Progress> {
  return within(ms, () => client.workflow.getHandle(workflowId).result()).then(
    () => 'settled',
    (error: unknown) => (isDeadline(error) ? 'running' : endedBadly(error)),
  );
}

function endedBadly(error: unknown): Progress {
  return error instanceof Error && error.name === 'WorkflowFailedError' ? 'settled' : translateTemporalError(error);
}

/** Starts what moves money once, unless it was started before, and waits a while for its end. */
async function startToItsEnd(
  scope: Scope,
  type: string,
  workflowId: string,
  input: RefundInput | TopUpInput,
): Promise<Progress> {
  const options = {
    workflowId,
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    taskQueue: queues.main(scope.taskQueue),
    args: [input],
    staticSummary: input.label,
    typedSearchAttributes: new TypedSearchAttributes([{ key: searchAttributes.tenantId, value: input.tenantId }]),
  } satisfies WorkflowStartOptions;
  const until = Date.now() + waitMs.payment;
  try {
    await startOnce(scope, type, waitMs.payment, options);
  } catch (error) {
    // A busy server answers late: what it has started goes on by itself.
    if (isDeadline(error) && (await exists(scope, workflowId))) return 'running';
    throw error;
  }
  return waitForEnd(scope, workflowId, Math.max(until - Date.now(), 0));
}

/** A workflow known by its type name alone. */
type AnyWorkflow = (...args: unknown[]) => Promise<unknown>;

/** Starts a workflow within a time; false when one of that id exists and the policies refuse another. */
async function startOnce(
  { client, within }: Scope,
  type: string,
  ms: number,
  options: WorkflowStartOptions<AnyWorkflow>,
): Promise<boolean> {
  return within(ms, () => client.workflow.start<AnyWorkflow>(type, options)).then(
    () => true,
    (error: unknown) => (error instanceof WorkflowExecutionAlreadyStartedError ? false : translateTemporalError(error)),
  );
}

/** The memo says where a clock goes from the moment that its workflow exists, whoever dies in between. */
interface ClockMemo {
  readonly target?: Instant;
}

async function startTestClock(scope: Scope, input: TestClockInput): Promise<Instant | null> {
  const workflowId = testClockWorkflowId(input.tenantId, input.clockId);
  const started = await startOnce(scope, workflowTypes.testClock, waitMs.signal, {
    workflowId,
    workflowIdConflictPolicy: 'FAIL',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    taskQueue: queues.main(scope.taskQueue),
    args: [input],
    memo: { target: input.target } satisfies ClockMemo,
    staticSummary: `Test clock to ${toIso(input.target)}`,
    typedSearchAttributes: new TypedSearchAttributes([{ key: searchAttributes.tenantId, value: input.tenantId }]),
  });
  if (started) return input.target;
  const { status, memo } = await scope
    .within(waitMs.look, () => scope.client.workflow.getHandle(workflowId).describe())
    .catch(translateTemporalError);
  // It arrived between the two questions: now it may be set in motion.
  if (status.name !== 'RUNNING') return startTestClock(scope, input);
  // The release before wrote no memo.
  return (memo as ClockMemo | undefined)?.target ?? null;
}

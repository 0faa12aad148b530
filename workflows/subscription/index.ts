/**
 * A subscription's whole life. The loop asks the pure core what to do, does that one thing, folds the fact in and asks again.
 */
import {
  ActivityFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  makeContinueAsNewFunc,
  workflowInfo,
  type TemporalFailure,
} from '@temporalio/workflow';
import { refusal } from '../../domain/errors';
import { apply } from '../../domain/subscription/apply';
import type { Command } from '../../domain/subscription/commands';
import { decide, type Step } from '../../domain/subscription/decide';
import type { SubscriptionEvent } from '../../domain/subscription/events';
import type { SubscriptionStatus } from '../../domain/subscription/state';
import { businessTime, workflowTime } from '../clock';
import type { SubscriptionInput } from '../contract';
import { book, isFailedWork, rails } from '../proxies';
import { newEntity, type Entity } from './entity';
import { registerMessages } from './messages';
import { attributesOf, showChange, showDetails } from './visibility';
import { wakeOthers } from './wake-others';

/** A run this long or this old makes place for a new one at a quiet moment: replay stays cheap and old code can be retired. */
const runEventsMax = 64;
const runAgeMsMax = 100 * 24 * 3_600_000;
/** After a round of failed tries: long enough not to burn actions, short enough that an outage of an hour costs minutes more. */
const restAfterFailure = '10 minutes';
/**
 * A message that comes in while a workflow task ends the run makes the server throw that task away, and the updates that it answered fail.
 * The last task therefore does nothing else: what the provider says of our last call (a canceled payment) comes before it.
 */
const graceBeforeEnd = '1 second';

type Action = Exclude<Step, { kind: 'wait' | 'end' }>;

export async function subscription(input: SubscriptionInput): Promise<{ status: SubscriptionStatus }> {
  const entity = newEntity(input.state);
  registerMessages(entity);
  // A cancellation of the workflow comes in as a command: it interrupts nothing.
  return CancellationScope.nonCancellable(() => live(entity));
}

async function live(entity: Entity): Promise<{ status: SubscriptionStatus }> {
  for (;;) {
    if (entity.behind) {
      await catchUp(entity);
      continue;
    }
    const command = entity.inbox.shift();
    if (command !== undefined) {
      await guarded(
        entity,
        () => carryOut(entity, command),
        (error) => putBack(entity, command, error),
      );
      continue;
    }
    const step = decide(entity.state, businessTime(entity.state));
    showDetails(entity.state, step);
    if (step.kind === 'end') {
      if (await lastMessages(entity)) return { status: entity.state.status };
    } else if (step.kind === 'wait') {
      if (runIsLong() && (await drained(entity)) && decide(entity.state, businessTime(entity.state)).kind === 'wait')
        await renew(entity);
      await rest(entity, step);
    } else {
      await guarded(entity, async () => foldIn(entity, await perform(entity, step)));
    }
  }
}

/** Does the one thing that the core decided. */
function perform({ state }: Entity, step: Action): Promise<SubscriptionEvent> {
  const now = businessTime(state);
  switch (step.kind) {
    case 'bill':
      return book.issueInvoice({ state, reason: step.reason, at: step.at, now });
    case 'bill_usage':
      return book.billUsage({ state, now });
    case 'correct_usage':
      return rails.correctUsage({ state, now });
    case 'collect':
      return rails.collectPayment({ state, invoiceId: step.invoiceId, action: step.action, now });
    case 'end_dunning':
      return rails.endDunning({ state, now });
    case 'cancel':
    case 'expire':
      return rails.closeSubscription({ state, how: step.kind, now });
  }
}

function fold(entity: Entity, event: SubscriptionEvent): void {
  const before = entity.state;
  entity.state = apply(before, event);
  showChange(before, entity.state);
}

/** Folds a fact in, and wakes those whose facts were recorded with it. */
async function foldIn(entity: Entity, event: SubscriptionEvent): Promise<void> {
  fold(entity, event);
  await wakeOthers(entity.state, event);
}

/** Folds in what another subscription recorded for this one, a fact at a time. */
function catchUp(entity: Entity): Promise<void> {
  const isStillBehind = (): void => {
    entity.behind = true;
  };
  const work = async (): Promise<void> => {
    entity.behind = false;
    const event = await book.nextFact({ state: entity.state });
    if (event === null) return;
    isStillBehind();
    await foldIn(entity, event);
  };
  return guarded(entity, work, isStillBehind);
}

async function carryOut(entity: Entity, command: Command): Promise<void> {
  const { state } = entity;
  const result = await rails.executeCommand({ state, command, now: businessTime(state) });
  if (result.kind !== 'refused' && result.event !== null) await foldIn(entity, result.event);
  if (result.kind === 'overtaken') entity.inbox.unshift(command);
  else entity.outcomes.set(command.id, result.kind === 'refused' ? result.refusal : null);
}

/** An outage loses no command: it keeps its turn. One that can never succeed must not hold up those behind it: its sender is told. */
function putBack(entity: Entity, command: Command, error: TemporalFailure): void {
  const isHopeless = error instanceof ActivityFailure && error.retryState === 'NON_RETRYABLE_FAILURE';
  if (isHopeless) entity.outcomes.set(command.id, refusal('internal'));
  else entity.inbox.unshift(command);
}

/** A step that fails for good must not end the subscription: a person is called, and it is tried again after a rest or at the next message. */
async function guarded(
  entity: Entity,
  work: () => Promise<void>,
  onFailure: (error: TemporalFailure) => void = () => undefined,
): Promise<void> {
  entity.woken = false;
  try {
    await work();
    if (entity.state.attention !== null) await attend(entity, null);
  } catch (error) {
    if (!isFailedWork(error)) throw error;
    onFailure(error);
    await attend(entity, error.cause?.message ?? error.message);
    entity.quiet = true;
    // What came during the failed try is not made to wait for the end of the rest.
    if (!entity.woken) await condition(() => entity.woken, restAfterFailure, { summary: 'rests after a failure' });
  }
}

/** Notes in row, attributes and details that a person must look (or need not any more). The note itself may fail: then the attribute tells. */
async function attend(entity: Entity, reason: string | null): Promise<void> {
  try {
    fold(
      entity,
      await book.recordAttention({
        state: entity.state,
        reason: reason?.slice(0, 300) ?? null,
        now: businessTime(entity.state),
      }),
    );
  } catch (error) {
    if (!isFailedWork(error)) throw error;
    const before = entity.state;
    entity.state = { ...before, attention: reason };
    showChange(before, entity.state);
  }
}

/** Sleeps until the planned instant or a message. A test clock moves only by messages. */
async function rest(entity: Entity, step: Extract<Step, { kind: 'wait' }>): Promise<void> {
  if (entity.inbox.length > 0 || entity.woken || entity.behind) {
    entity.woken = false;
    return;
  }
  entity.quiet = true;
  if (step.until === null || entity.state.clock !== null) await condition(() => entity.woken);
  else await condition(() => entity.woken, step.until - workflowTime(), { summary: step.why });
  entity.woken = false;
  entity.quiet = false;
}

/** Lets the senders of updates have their answers; false when something new came in meanwhile. */
async function drained(entity: Entity): Promise<boolean> {
  entity.quiet = true;
  await condition(allHandlersFinished);
  return entity.inbox.length === 0 && !entity.behind;
}

/** Waits until no message is under way any more; false when a command came in, which is to be refused in words. */
async function lastMessages(entity: Entity): Promise<boolean> {
  entity.quiet = true;
  const commanded = await condition(() => entity.inbox.length > 0, graceBeforeEnd, { summary: 'ends' });
  return !commanded && (await drained(entity));
}

function runIsLong(): boolean {
  const { historyLength, runStartTime, continueAsNewSuggested } = workflowInfo();
  return (
    continueAsNewSuggested || historyLength > runEventsMax || workflowTime() - runStartTime.getTime() > runAgeMsMax
  );
}

async function renew(entity: Entity): Promise<never> {
  const next = makeContinueAsNewFunc<typeof subscription>({ typedSearchAttributes: attributesOf(entity.state) });
  return next({ state: entity.state });
}

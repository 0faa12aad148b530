/**
 * What a subscription does next: a pure function of its state and the business time. Trial end, period end, dunning step, pause
 * expiry, scheduled change and scheduled cancel are all the same line here, and only here.
 */
import type { Instant } from '../time';
import type { IssueReason } from './events';
import { backlogFull, cancelWaits, finalStatuses, type Collection, type SubscriptionState } from './state';
import { usageBilledAt } from './unbilled-usage';

export type Step =
  | { readonly kind: 'bill'; readonly reason: IssueReason; readonly at: Instant }
  | {
      readonly kind: 'collect';
      readonly invoiceId: string;
      readonly action: 'attempt' | 'reconcile';
      readonly at: Instant;
    }
  | { readonly kind: 'bill_usage'; readonly at: Instant }
  | { readonly kind: 'correct_usage'; readonly at: Instant }
  | { readonly kind: 'end_dunning'; readonly at: Instant }
  | { readonly kind: 'cancel'; readonly at: Instant }
  | { readonly kind: 'expire'; readonly at: Instant }
  | { readonly kind: 'wait'; readonly until: Instant | null; readonly why: string }
  | { readonly kind: 'end' };

interface Due {
  readonly at: Instant;
  readonly why: string;
  readonly step: Exclude<Step, { kind: 'wait' | 'end' }>;
}

const byInstant = (left: Due, right: Due): number => left.at - right.at;

/** Statuses in which a period that ends is followed by the next one. */
const renewing = new Set(['active', 'past_due']);

/** When to read what the provider knows: as planned, or because it told us something. */
function readDueAt({ checkAt, noticedAt }: Collection): Instant | null {
  if (checkAt === null || noticedAt === null) return checkAt ?? noticedAt;
  return Math.min(checkAt, noticedAt);
}

function collectionDue(state: SubscriptionState): Due[] {
  const { collection } = state;
  if (collection === null) return [];
  const { invoiceId, nextAt } = collection;
  const due: Due[] = [];
  const at = readDueAt(collection);
  if (at !== null) {
    due.push({ at, why: 'asks the provider', step: { kind: 'collect', invoiceId, action: 'reconcile', at } });
  }
  if (nextAt !== null && collection.action === 'end_dunning') {
    due.push({ at: nextAt, why: 'dunning ends', step: { kind: 'end_dunning', at: nextAt } });
  } else if (nextAt !== null) {
    const why = collection.firstFailureAt === null ? 'collects the invoice' : `dunning step ${collection.step}`;
    due.push({ at: nextAt, why, step: { kind: 'collect', invoiceId, action: 'attempt', at: nextAt } });
  }
  return due;
}

function calendarDue(state: SubscriptionState): Due[] {
  const { status, period, pause } = state;
  const due: Due[] = [];
  if (status === 'pending')
    due.push({ at: state.startAt, why: 'starts', step: { kind: 'bill', reason: 'start', at: state.startAt } });
  if (status === 'trialing' && state.trialEnd !== null) {
    due.push({
      at: state.trialEnd,
      why: 'trial ends',
      step: { kind: 'bill', reason: 'trial_end', at: state.trialEnd },
    });
  }
  if (renewing.has(status) && period !== null && !backlogFull(state)) {
    due.push({ at: period.end, why: 'renews', step: { kind: 'bill', reason: 'renewal', at: period.end } });
  }
  if (status === 'paused' && pause !== null && pause.resumeAt !== null && !backlogFull(state)) {
    due.push({ at: pause.resumeAt, why: 'resumes', step: { kind: 'bill', reason: 'resume', at: pause.resumeAt } });
  }
  if (status === 'incomplete' && state.incompleteUntil !== null && !paymentUnderWay(state)) {
    due.push({ at: state.incompleteUntil, why: 'expires unpaid', step: { kind: 'expire', at: state.incompleteUntil } });
  }
  return due;
}

/** A first payment that the provider works on (a bank debit takes days) is waited for: it can be neither voided nor hurried. */
function paymentUnderWay({ collection }: SubscriptionState): boolean {
  return collection?.waitingFor === 'provider';
}

/** What was used before the first payment is billed once that is there. An older stretch comes before a boundary of the same instant. */
function usageDue(state: SubscriptionState): Due[] {
  if (state.status === 'incomplete' || backlogFull(state)) return [];
  const at = usageBilledAt(state);
  const { lateInvoices: late } = state;
  return [
    ...(late === undefined
      ? []
      : [{ at: late.at, why: 'corrects usage', step: { kind: 'correct_usage' as const, at: late.at } }]),
    ...(at === null ? [] : [{ at, why: 'bills usage', step: { kind: 'bill_usage' as const, at } }]),
  ];
}

function cancelDue(state: SubscriptionState): Due[] {
  if (state.cancelAt === null || finalStatuses.has(state.status) || cancelWaits(state)) return [];
  return [{ at: state.cancelAt, why: 'cancels', step: { kind: 'cancel', at: state.cancelAt } }];
}

/**
 * All that is planned, earliest first. At the same instant a cancellation comes before a renewal (a canceled period is not billed)
 * and the calendar before collection (a new invoice joins the queue first). The first try of an invoice comes before everything:
 * a subscription that catches up pays each period before the next one is billed.
 */
function plan(state: SubscriptionState): Due[] {
  const collection = collectionDue(state).sort(byInstant);
  const calendar = [...usageDue(state), ...cancelDue(state), ...calendarDue(state)].sort(byInstant);
  if (state.collection?.waitingFor === 'nothing') return [...collection, ...calendar];
  return [...calendar, ...collection].sort(byInstant);
}

/** The instant at which the subscription acts next on its own, without the jitter; null when it only waits for messages. */
export function nextDueAt(state: SubscriptionState): Instant | null {
  return plan(state)[0]?.at ?? null;
}

/**
 * The boundary at which it renews, if that is what it does next; null while anything else comes first. Usage that waited for its grace is
 * billed by the terms of its own stretch, before the boundary or after it.
 */
export function renewsNextAt(state: SubscriptionState): Instant | null {
  const step = plan(state).find((due) => due.step.kind !== 'bill_usage')?.step;
  return step?.kind === 'bill' && step.reason === 'renewal' ? step.at : null;
}

/**
 * The one thing to do now. `now` is business time: the test clock's or the workflow's.
 * Every due instant is acted on in order; in real time the work (never the bounds) is delayed by the subscription's jitter.
 */
export function decide(state: SubscriptionState, now: Instant): Step {
  const first = plan(state)[0];
  if (first === undefined) {
    if (finalStatuses.has(state.status) && state.collection === null) return { kind: 'end' };
    return { kind: 'wait', until: null, why: idleReason(state) };
  }
  const delayed = first.at + delayOf(state, first);
  return delayed <= now ? first.step : { kind: 'wait', until: delayed, why: first.why };
}

/** Only what comes with the steady renewal is spread: a person waits for everything else. */
function delayOf(state: SubscriptionState, { step }: Due): number {
  const isSteady = step.kind === 'bill_usage' || (step.kind === 'bill' && step.reason === 'renewal');
  return state.clock === null && isSteady ? state.jitterMs : 0;
}

function idleReason(state: SubscriptionState): string {
  if (state.collection !== null) return `waits for the ${state.collection.waitingFor.replace('_', ' ')}`;
  return state.status === 'paused' ? 'paused until resumed' : `${state.status}, waits for a message`;
}

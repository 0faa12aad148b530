/**
 * The state of one subscription's workflow: small plain JSON (under 2 KB), versioned, money as strings, instants as epoch milliseconds.
 * It holds what is needed to decide when to act next; everything else stands in Postgres.
 */
import type { TrialEndBehavior } from '../plan';
import type { Instant } from '../time';
import type { LateInvoices, UnbilledUsage } from './unbilled-usage';

export type SubscriptionStatus =
  'pending' | 'incomplete' | 'trialing' | 'active' | 'past_due' | 'unpaid' | 'paused' | 'canceled' | 'expired';

/** The billing period `[start, end)`; `index` counts from the anchor, so later periods are re-derived from it. */
export interface Period {
  readonly index: number;
  readonly start: Instant;
  readonly end: Instant;
}

/** The instant from which every period is computed, and the day of month it stands for (31 stays 31 after a short month). */
export interface Anchor {
  readonly at: Instant;
  readonly day: number | null;
}

/** What a subscription is subscribed to. A subscription keeps its plan version until it is told otherwise. */
export interface Terms {
  readonly planId: string;
  readonly planVersion: number;
  readonly quantity: number;
}

/** A change of plan cuts both; a change of quantity cuts fees alone: usage does not ask for it. */
export interface ArrearsSince {
  readonly usageFrom: Instant;
  readonly feesFrom: Instant;
}

export type PauseMode = 'keep_schedule' | 'shift_schedule';

export interface Pause {
  readonly since: Instant;
  readonly resumeAt: Instant | null;
  /** `keep_schedule`: period boundaries stay. `shift_schedule`: time paid for and not used is given after the resume. */
  readonly mode: PauseMode;
  readonly cause: 'command' | 'dunning' | 'trial_end';
  /** The period that ran when the pause began goes on after it. A cancellation that is planned for its end waits with it. */
  readonly periodWaits?: true;
}

export type DunningEnd = 'cancel' | 'pause' | 'leave_unpaid';

/** Collecting what is owed: the oldest open invoice first; the others wait in the queue. */
export interface Collection {
  readonly invoiceId: string;
  readonly queue: readonly string[];
  /** Attempts begun for `invoiceId`. */
  readonly attempts: number;
  readonly firstFailureAt: Instant | null;
  /** Dunning steps used since the first failure. */
  readonly step: number;
  /** When to try next, or to end dunning; null waits for a message from outside. */
  readonly nextAt: Instant | null;
  readonly action: 'attempt' | 'end_dunning';
  /** When to read what the provider knows, without trying anything. */
  readonly checkAt: Instant | null;
  /** When the provider told us something that was not read yet. Apart from `checkAt`, which is also the customer's time limit. */
  readonly noticedAt: Instant | null;
  readonly waitingFor: 'nothing' | 'retry' | 'customer' | 'provider' | 'payment_method';
  /** True once the customer acted since the last try: the one-a-day rule then steps aside. */
  readonly customerActed: boolean;
  /**
   * True when that act was a new payment method, which wakes all that the customer owes: it lifts the rule until the method is declined for
   * one of the invoices. The release before wrote none.
   */
  readonly newMethod?: boolean;
  /** True when the next try may ask the customer, who is at the screen (3-D Secure). */
  readonly customerPresent: boolean;
}

export interface SubscriptionState {
  readonly v: 1;
  /** How many facts were folded in: the n-th fact of a subscription is recorded once. */
  readonly seq: number;
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly label: string;
  readonly currency: string;
  readonly status: SubscriptionStatus;
  readonly terms: Terms;
  readonly pendingTerms: Terms | null;
  readonly startAt: Instant;
  readonly anchor: Anchor;
  readonly timeZone: string;
  readonly period: Period | null;
  readonly trialEnd: Instant | null;
  readonly incompleteUntil: Instant | null;
  readonly cancelAt: Instant | null;
  readonly pause: Pause | null;
  readonly collection: Collection | null;
  /** Frozen business time of the customer's test clock; null in real time. */
  readonly clock: { readonly id: string; readonly now: Instant } | null;
  /** Work on a due instant is delayed by this much in real time; period bounds never move by it. */
  readonly jitterMs: number;
  readonly attention: string | null;
  readonly lastInvoice: { readonly number: string; readonly total: string } | null;
  /** Commands that came as signals have no id of the sender's: this counter names them. */
  readonly signals: number;
  /** Ids of provider events already handled, newest last, bounded by `handledFactsMax`. */
  readonly handledFacts: readonly string[];
  /** The tenant's policy when the subscription was made; absent in states of the first release: `openInvoicesMaxOfOld`. */
  readonly openInvoicesMax?: number;
  /** When the subscription came to its plan, if that has phases and it was not at the start. */
  readonly planSince?: Instant;
  /** From when on what is billed in arrears is not billed yet, after a change within the period; absent: since the period's start. */
  readonly arrears?: ArrearsSince;
  /** Open consolidated invoices that this subscription collects, for others too. */
  readonly leads?: readonly string[];
  /** Declined consolidated invoices that another subscription collects, for this one too. */
  readonly failingElsewhere?: readonly string[];
  /** It was on a consolidated invoice of another subscription, which may write facts of it. */
  readonly follows?: true;
  /** In a trial: what the plan that it began with does at its end without a payment method. A change of plan keeps the trial's terms. */
  readonly trialEndBehavior?: TrialEndBehavior;
  /** Stretches that are over and whose usage waits for what comes late, the oldest first; absent: none. */
  readonly unbilledUsage?: readonly UnbilledUsage[];
  /** Invoices that are to be credited and billed anew with the usage as it is; absent: none. */
  readonly lateInvoices?: LateInvoices;
  /** True while usage of a voided invoice is to be billed again, which no price of the plan may ask for any more. */
  readonly usageReturned?: true;
}

/** Enough to drop the duplicates of one provider outage; older ones only cost one read. */
export const handledFactsMax = 16;

/** What holds for a subscription that was made before its state named the tenant's bound: what every one had then. */
export const openInvoicesMaxOfOld = 12;

/** So many open invoices may pile up behind a failing payment; then billing waits until one is settled or dunning ends. */
export function openInvoicesMaxOf({ openInvoicesMax }: SubscriptionState): number {
  return openInvoicesMax ?? openInvoicesMaxOfOld;
}

/** True when no further invoice may be opened. */
export function backlogFull(state: SubscriptionState): boolean {
  const { collection, failingElsewhere = [] } = state;
  const own = collection === null ? 0 : collection.queue.length + 1;
  return own + failingElsewhere.length >= openInvoicesMaxOf(state);
}

/** True when the planned cancellation waits for the end of a pause: time that was paid for is served before the end. */
export function cancelWaits({ cancelAt, pause, period }: SubscriptionState): boolean {
  return cancelAt !== null && cancelAt === period?.end && pause?.periodWaits === true;
}

/** Statuses in which the subscription has come to its end and bills no more. */
export const finalStatuses: ReadonlySet<SubscriptionStatus> = new Set(['canceled', 'expired']);

/** True while something is still to come, so that a workflow must live: not for one that has ended, owes nothing and has billed all. */
export function isLive({ status, collection, unbilledUsage, lateInvoices }: SubscriptionState): boolean {
  const bills = unbilledUsage !== undefined || lateInvoices !== undefined;
  return !finalStatuses.has(status) || collection !== null || bills;
}

/** Adds a handled event id to the bounded ring. */
export function rememberFact(state: SubscriptionState, factId: string): SubscriptionState {
  return { ...state, handledFacts: [...state.handledFacts, factId].slice(-handledFactsMax) };
}

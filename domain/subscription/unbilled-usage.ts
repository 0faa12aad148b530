/**
 * Usage of a stretch that is over and whose invoice waits for events that come late: the stretch is told by a fact when it ends, and billed
 * by a fact of its own once the grace is over. It carries what its bill asks of the state, because the subscription goes on meanwhile.
 */
import type { Instant } from '../time';
import type { Anchor, Period, SubscriptionState, Terms } from './state';

export interface UnbilledUsage {
  readonly from: Instant;
  readonly to: Instant;
  /** When it is billed. */
  readonly dueAt: Instant;
  /** In force in the stretch, and where it lies in the calendar. */
  readonly terms: Terms;
  readonly period: Period;
  readonly anchor: Anchor;
  readonly planSince?: Instant;
  /** The end of the subscription ended the stretch; absent: its period or a change did. */
  readonly isLast?: true;
  /** Of a trial whose usage is billed. */
  readonly isTrial?: true;
}

/** So many stretches wait at once, since the state must stay small: the grace of the oldest ends when a further one comes. */
export const unbilledUsageMax = 3;

/** When the oldest stretch is billed; null when none waits. */
export function usageBilledAt({ unbilledUsage = [] }: SubscriptionState): Instant | null {
  const oldest = unbilledUsage[0];
  if (oldest === undefined) return null;
  const newest = unbilledUsage[unbilledUsage.length - 1] ?? oldest;
  return unbilledUsage.length > unbilledUsageMax ? Math.min(oldest.dueAt, newest.to) : oldest.dueAt;
}

/** The subscription as it was in the stretch, for what bills its usage. */
export function stateOfStretch(state: SubscriptionState, unbilled: UnbilledUsage): SubscriptionState {
  const { from, terms, period, anchor, planSince, isTrial = false } = unbilled;
  const { planSince: _now, ...rest } = state;
  return {
    ...rest,
    status: isTrial ? 'trialing' : 'active',
    terms,
    period,
    anchor,
    pause: null,
    arrears: { usageFrom: from, feesFrom: from },
    ...(planSince === undefined ? {} : { planSince }),
  };
}

/** What a fact says that ends a stretch, or bills its usage. */
interface EndsStretch {
  readonly at: Instant;
  readonly unbilled?: UnbilledUsage;
  readonly late?: readonly string[];
}

/** The state with another stretch that waits, and with what was found to be late. */
export function withUnbilled(state: SubscriptionState, { at, unbilled, late }: EndsStretch): SubscriptionState {
  const known = withLate(state, at, late);
  if (unbilled === undefined) return known;
  const { unbilledUsage = [] } = known;
  return { ...known, unbilledUsage: [...unbilledUsage, unbilled] };
}

/** The state once the oldest stretch is billed. */
export function withoutOldestUnbilled({ unbilledUsage = [], ...state }: SubscriptionState): SubscriptionState {
  const [, ...left] = unbilledUsage;
  return left.length === 0 ? state : { ...state, unbilledUsage: left };
}

/** Invoices whose usage changed after they were made, and since when that is known: each is credited and billed anew. */
export interface LateInvoices {
  readonly at: Instant;
  readonly ids: readonly string[];
}

/** The state with further invoices to correct. */
export function withLate(
  state: SubscriptionState,
  at: Instant,
  late: readonly string[] | undefined,
): SubscriptionState {
  if (late === undefined || late.length === 0) return state;
  const known = state.lateInvoices ?? { at, ids: [] };
  return { ...state, lateInvoices: { at: known.at, ids: [...new Set([...known.ids, ...late])] } };
}

/** The state once an invoice is corrected, or cannot be. */
export function withoutLate({ lateInvoices, ...state }: SubscriptionState, invoiceId: string): SubscriptionState {
  const ids = (lateInvoices?.ids ?? []).filter((id) => id !== invoiceId);
  return lateInvoices === undefined || ids.length === 0 ? state : { ...state, lateInvoices: { ...lateInvoices, ids } };
}

/** The state of a subscription that was never paid for: nothing of it is billed any more. */
export function withoutUnbilled({
  unbilledUsage: _none,
  lateInvoices: _either,
  ...state
}: SubscriptionState): SubscriptionState {
  return state;
}

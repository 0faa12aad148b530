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

/** The state with another stretch that waits; one that is told twice waits once. */
export function withUnbilled(state: SubscriptionState, unbilled: UnbilledUsage | undefined): SubscriptionState {
  if (unbilled === undefined) return state;
  const { unbilledUsage = [] } = state;
  return { ...state, unbilledUsage: [...unbilledUsage, unbilled] };
}

/** The state once the oldest stretch is billed. */
export function withoutOldestUnbilled({ unbilledUsage = [], ...state }: SubscriptionState): SubscriptionState {
  const [, ...left] = unbilledUsage;
  return left.length === 0 ? state : { ...state, unbilledUsage: left };
}

/** The state of a subscription that was never paid for: nothing of it is billed any more. */
export function withoutUnbilled({ unbilledUsage: _none, ...state }: SubscriptionState): SubscriptionState {
  return state;
}

/**
 * Charges after a pause that gave time back (`shift_schedule`). The period ends later by as long as the pause took, and what was billed for
 * it covers the time up to the new end: a change or a cancellation credits from there.
 */
import type { SubscriptionState } from '../subscription/state';
import type { Instant } from '../time';
import type { BilledLine } from './line';

/** A period that a pause has moved stands outside of the calendar's count, and so does a trial, which bills nothing. */
const isMoved = ({ period, status }: SubscriptionState): boolean => period?.index === -1 && status !== 'trialing';

/** From when on charges may still cover time after `at`: in a moved period, from its start. */
export function billedSince(state: SubscriptionState, at: Instant): Instant {
  return isMoved(state) && state.period !== null ? state.period.start : at;
}

/** A charge as it lies in the calendar now. Every charge of a period covers the time up to its end. */
export function movedByPause(state: SubscriptionState, line: BilledLine): BilledLine {
  if (!isMoved(state) || state.period === null) return line;
  const ms = state.period.end - line.periodEnd;
  const full = line.full && { start: line.full.start + ms, end: line.full.end + ms };
  return { ...line, periodStart: line.periodStart + ms, periodEnd: line.periodEnd + ms, ...(full ? { full } : {}) };
}

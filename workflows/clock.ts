/**
 * The one place where workflow code reads time. `Date.now()` is replaced by the SDK: it is the time of the current workflow task, and
 * replays to the same value.
 */
import type { SubscriptionState } from '../domain/subscription/state';
import type { Instant } from '../domain/time';

/** Real time as the workflow sees it. */
export function workflowTime(): Instant {
  return Date.now();
}

/** The business time of a subscription: its customer's test clock, or the workflow's own time. */
export function businessTime(state: SubscriptionState): Instant {
  return state.clock === null ? workflowTime() : state.clock.now;
}

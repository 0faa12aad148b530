/**
 * Which subscriptions of a customer share an invoice, and which of them collects it. Whoever asks gets the same answer, as long as none of
 * them was billed: it does not matter whose boundary is worked on first.
 */
import type { Instant } from '../time';
import { renewsNextAt } from './decide';
import type { SubscriptionState } from './state';

/** So many share an invoice at most: it is computed and written at once, within the time of an activity. More share the next one. */
export const consolidatedMax = 100;

/** A subscription that needs a person comes last: it should not be the one that collects. Of the others the oldest collects. */
function byRank(left: SubscriptionState, right: SubscriptionState): number {
  const [calm, called] = [left.attention === null, right.attention === null];
  if (calm !== called) return calm ? -1 : 1;
  return left.subscriptionId < right.subscriptionId ? -1 : 1;
}

/**
 * Those that renew at an instant, with the one that asks, in the order of the invoice: the first collects it.
 * @param found subscriptions of the customer in one currency that are charged to the same payment method
 */
export function dueTogether(
  own: SubscriptionState,
  found: readonly SubscriptionState[],
  at: Instant,
): SubscriptionState[] {
  const others = found.filter((state) => state.subscriptionId !== own.subscriptionId && renewsNextAt(state) === at);
  const ranked = [own, ...others].sort(byRank);
  const place = ranked.findIndex(({ subscriptionId }) => subscriptionId === own.subscriptionId);
  const start = place - (place % consolidatedMax);
  return ranked.slice(start, start + consolidatedMax);
}

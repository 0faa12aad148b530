/**
 * Every fact of a subscription has its place in the order, and the database takes each place once. Whoever comes second (a worker
 * that was killed after its commit, a slow twin, a reset workflow) is answered with the fact that stands there.
 */
import { findFact } from '../db/transactions/find-fact';
import { isConflict, isDuplicate } from '../db/errors';
import type { SubscriptionEvent } from '../domain/subscription/events';
import type { SubscriptionState } from '../domain/subscription/state';
import type { ActivityDependencies } from './dependencies';

/** So often a fact is computed anew at once when something moved; after that the retry policy paces it. */
const readingsMax = 3;

function recorded(deps: ActivityDependencies, state: SubscriptionState): Promise<SubscriptionEvent | null> {
  const { tenantId, subscriptionId, seq } = state;
  return findFact(deps.database.as(tenantId), tenantId, subscriptionId, seq + 1);
}

/** Wraps an activity that records one fact. */
export function once<Input extends { readonly state: SubscriptionState }>(
  deps: ActivityDependencies,
  activity: (input: Input) => Promise<SubscriptionEvent>,
): (input: Input) => Promise<SubscriptionEvent> {
  return async function recordOnce(input: Input): Promise<SubscriptionEvent> {
    for (let reading = 1; ; reading++) {
      try {
        return await activity(input);
      } catch (error) {
        // Another subscription of the customer moved their balance between our reading and writing: read again.
        if (isConflict(error) && reading < readingsMax) continue;
        if (!isDuplicate(error)) throw error;
        const fact = await recorded(deps, input.state);
        if (fact !== null) return fact;
        // The place of another subscription, whose fact was to be written with this one.
        if (reading >= readingsMax) throw error;
      }
    }
  };
}

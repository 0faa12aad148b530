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

async function recorded(
  deps: ActivityDependencies,
  state: SubscriptionState,
  error: unknown,
): Promise<SubscriptionEvent> {
  const { tenantId, subscriptionId, seq } = state;
  const fact = await findFact(deps.database.as(tenantId), tenantId, subscriptionId, seq + 1);
  if (fact === null) throw error;
  return fact;
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
        return recorded(deps, input.state, error);
      }
    }
  };
}

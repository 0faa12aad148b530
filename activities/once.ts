/**
 * Every fact of a subscription has its place in the order, and the database takes each place once. Whoever comes second (a worker
 * that was killed after its commit, a slow twin, a reset workflow) is answered with the fact that stands there.
 */
import { findFact } from '../db/transactions/find-fact';
import { isDuplicate } from '../db/errors';
import type { SubscriptionEvent } from '../domain/subscription/events';
import type { SubscriptionState } from '../domain/subscription/state';
import type { ActivityDependencies } from './dependencies';

/** Wraps an activity that records one fact. */
export function once<Input extends { readonly state: SubscriptionState }>(
  deps: ActivityDependencies,
  activity: (input: Input) => Promise<SubscriptionEvent>,
): (input: Input) => Promise<SubscriptionEvent> {
  return async function recordOnce(input: Input): Promise<SubscriptionEvent> {
    try {
      return await activity(input);
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      const { tenantId, subscriptionId, seq } = input.state;
      const recorded = await findFact(deps.database.as(tenantId), tenantId, subscriptionId, seq + 1);
      if (recorded === null) throw error;
      return recorded;
    }
  };
}

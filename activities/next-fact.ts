import { findFact } from '../db/transactions/find-fact';
import type { SubscriptionEvent } from '../domain/subscription/events';
import type { SubscriptionState } from '../domain/subscription/state';
import type { ActivityDependencies } from './dependencies';

export interface NextFactInput {
  readonly state: SubscriptionState;
}

/** The fact that another subscription recorded for this one and that its workflow has not folded in yet; null when there is none. */
export function nextFact(deps: ActivityDependencies) {
  return function next({ state }: NextFactInput): Promise<SubscriptionEvent | null> {
    const { tenantId, subscriptionId, seq } = state;
    return findFact(deps.database.as(tenantId), tenantId, subscriptionId, seq + 1);
  };
}

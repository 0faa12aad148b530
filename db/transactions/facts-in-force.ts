import { fail } from '../../domain/errors';
import { usageFrom } from '../../domain/invoice/arrears';
import { momentOf } from '../../domain/plan/in-force';
import type { SubscriptionState } from '../../domain/subscription/state';
import type { Database } from '../pool';
import { loadBillingFacts, type BillingFacts } from './billing-facts';

/**
 * What bills a subscription by the terms that are in force for what is not billed yet.
 * @throws PerennialError `not_found` when there is no such subscription.
 */
export async function loadFactsInForce(database: Database, state: SubscriptionState): Promise<BillingFacts> {
  const { tenantId, subscriptionId, currency, terms } = state;
  const inForce = momentOf(state, terms.planId, usageFrom(state));
  const request = { tenantId, subscriptionId, currency, ...terms, inForce };
  const facts = await loadBillingFacts(database.as(tenantId), request);
  return facts ?? fail('not_found', { resource: 'Subscription', id: subscriptionId });
}

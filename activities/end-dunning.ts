/**
 * What happens when the last step of dunning failed, as the tenant's policy says: canceled and given up, paused, or left unpaid.
 */
import { fail } from '../domain/errors';
import type { SubscriptionEvent } from '../domain/subscription/events';
import type { SubscriptionState } from '../domain/subscription/state';
import type { Instant } from '../domain/time';
import { finalStatuses } from '../domain/subscription/state';
import { loadBillingFacts } from '../db/transactions/billing-facts';
import { owedIds } from './commands/cancel';
import type { ActivityDependencies } from './dependencies';
import { recordFact } from './record-fact';
import { prepareSettlement, writeOff } from './settle-invoices';

export interface EndDunningInput {
  readonly state: SubscriptionState;
  readonly now: Instant;
}

export function endDunning(deps: ActivityDependencies) {
  return async function end({ state, now }: EndDunningInput): Promise<SubscriptionEvent> {
    const { tenantId, subscriptionId, currency, terms } = state;
    const request = { tenantId, subscriptionId, currency, ...terms };
    const facts = await loadBillingFacts(deps.database.as(tenantId), request);
    if (facts === null) return fail('not_found', { resource: 'Subscription', id: subscriptionId });
    // Who canceled already cannot be paused: what they owe is given up.
    const policyEnd = finalStatuses.has(state.status) ? 'cancel' : facts.dunning.end;
    if (policyEnd !== 'cancel') {
      return recordFact(deps, { state, now, event: { type: 'dunning_ended', at: now, end: policyEnd, settled: [] } });
    }
    const { open, paid } = await prepareSettlement(deps, tenantId, owedIds(state));
    // Money arrived at the last moment: collect it instead.
    if (paid.size > 0)
      return recordFact(deps, {
        state,
        now,
        event: { type: 'payment_requested', at: now, customerPresent: false, customerActed: false },
      });
    const given = writeOff(open, state);
    const event = {
      type: 'dunning_ended',
      at: now,
      end: 'cancel',
      settled: open.map((invoice) => invoice.id),
    } as const;
    return recordFact(deps, {
      state,
      now,
      event,
      partsOf: () => given,
    });
  };
}

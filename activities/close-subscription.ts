/**
 * Ends a subscription at its planned instant: a cancellation at the end of the period, or a first payment that never came.
 */
import { fail } from '../domain/errors';
import type { SubscriptionEvent } from '../domain/subscription/events';
import type { SubscriptionState } from '../domain/subscription/state';
import type { Instant } from '../domain/time';
import { loadBillingFacts, type BillingFacts } from '../db/transactions/billing-facts';
import { closingParts } from './closing-parts';
import { owedIds } from './commands/cancel';
import type { ActivityDependencies } from './dependencies';
import { recordFact } from './record-fact';
import { prepareSettlement, voidInvoice } from './settle-invoices';

export interface CloseSubscriptionInput {
  readonly state: SubscriptionState;
  readonly how: 'cancel' | 'expire';
  readonly now: Instant;
}

export function closeSubscription(deps: ActivityDependencies) {
  return async function close({ state, how, now }: CloseSubscriptionInput): Promise<SubscriptionEvent> {
    const { tenantId, subscriptionId, currency, terms } = state;
    const request = { tenantId, subscriptionId, currency, ...terms };
    const facts = await loadBillingFacts(deps.database.as(tenantId), request);
    if (facts === null) return fail('not_found', { resource: 'Subscription', id: subscriptionId });
    if (how === 'expire') return expire(deps, state, facts, now);
    const closing = closingParts(state, facts.deferred, now);
    const event = { type: 'canceled', at: now, invoice: null } as const;
    return recordFact(deps, { state, now, event, deferred: {}, partsOf: () => ({ entries: closing }) });
  };
}

/** The first invoice was not paid in time: it is voided, and nothing is owed. */
async function expire(
  deps: ActivityDependencies,
  state: SubscriptionState,
  facts: BillingFacts,
  now: Instant,
): Promise<SubscriptionEvent> {
  const { open, paid } = await prepareSettlement(deps, state.tenantId, owedIds(state));
  if (paid.size > 0)
    return recordFact(deps, {
      state,
      now,
      event: { type: 'payment_requested', at: now, customerPresent: false, customerActed: false },
    });
  const [invoice] = open;
  const event = { type: 'expired', at: now } as const;
  if (invoice === undefined) return recordFact(deps, { state, now, event });
  const voided = voidInvoice(invoice, state, facts.deferred);
  return recordFact(deps, {
    state,
    now,
    event,
    deferred: {},
    partsOf: () => ({
      ...voided.parts,
      balance: { customerId: state.customerId, change: voided.balanceBack, expected: null },
    }),
  });
}

/** The last invoice of a subscription: what was used, the fees in arrears until its end, and what waited for the next invoice. */
import { fail } from '../domain/errors';
import { newId } from '../domain/ids';
import { usageFrom } from '../domain/invoice/arrears';
import { momentOf } from '../domain/plan/in-force';
import type { SubscriptionEvent } from '../domain/subscription/events';
import type { SubscriptionState } from '../domain/subscription/state';
import type { Instant } from '../domain/time';
import { loadBillingFacts, type BillingFacts } from '../db/transactions/billing-facts';
import { finalLines } from '../db/transactions/final-lines';
import type { ActivityDependencies } from './dependencies';
import { recordFact, recordInvoice, type InvoiceFact } from './record-fact';

/** What activities need to bill the subscription by the terms in force. */
export async function factsInForce(deps: ActivityDependencies, state: SubscriptionState): Promise<BillingFacts> {
  const { tenantId, subscriptionId, currency, terms } = state;
  const inForce = momentOf(state, terms.planId, usageFrom(state));
  const request = { tenantId, subscriptionId, currency, ...terms, inForce };
  const facts = await loadBillingFacts(deps.database.as(tenantId), request);
  return facts ?? fail('not_found', { resource: 'Subscription', id: subscriptionId });
}

interface FinalBill extends Pick<InvoiceFact, 'state' | 'now'> {
  /** When service ended; never after `now`. */
  readonly at: Instant;
  readonly businessKey: string;
  readonly partsOf: NonNullable<InvoiceFact['partsOf']>;
}

/** Ends a subscription with a last invoice, if there is anything to bill. */
export async function recordEnd(deps: ActivityDependencies, bill: FinalBill): Promise<SubscriptionEvent> {
  const { state, now, at, businessKey, partsOf } = bill;
  const facts = await factsInForce(deps, state);
  const { last, ended } = await finalLines(deps.database, state, facts, at, true);
  if (last === null)
    return recordFact(deps, { state, now, partsOf, event: { type: 'canceled', at: now, invoice: null, ...ended } });
  const { lines, limits = null, parts } = last;
  const start = Math.min(usageFrom(state), ...lines.map(({ periodStart }) => periodStart));
  return recordInvoice(deps, {
    state,
    now,
    facts,
    partsOf: (event, after) => ({ ...partsOf(event, after), ...parts }),
    invoice: { id: newId('inv'), businessKey, lines, span: { start, end: at }, limits },
    eventOf: (invoice) => ({ type: 'canceled', at: now, invoice, ...ended }),
  });
}

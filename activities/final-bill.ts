/** The last invoice of a subscription: what was used, the fees in arrears until its end, and what waited for the next invoice. */
import { newId } from '../domain/ids';
import { usageFrom } from '../domain/invoice/arrears';
import type { SubscriptionEvent } from '../domain/subscription/events';
import type { SubscriptionState } from '../domain/subscription/state';
import type { Instant } from '../domain/time';
import type { BillingFacts } from '../db/transactions/billing-facts';
import { loadFactsInForce } from '../db/transactions/facts-in-force';
import { finalLines } from '../db/transactions/final-lines';
import type { ActivityDependencies } from './dependencies';
import { recordFact, recordInvoice, type InvoiceFact } from './record-fact';

/** What activities need to bill the subscription by the terms in force. */
export const factsInForce = ({ database }: ActivityDependencies, state: SubscriptionState): Promise<BillingFacts> =>
  loadFactsInForce(database, state);

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

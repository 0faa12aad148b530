/** The last invoice of a subscription: what was used, and the fees in arrears, until its end. */
import { fail } from '../domain/errors';
import { newId } from '../domain/ids';
import type { InvoiceLine } from '../domain/invoice/line';
import { isZero } from '../domain/money';
import { isAbove } from '../domain/pricing/exact';
import type { SubscriptionEvent } from '../domain/subscription/events';
import type { SubscriptionState, SubscriptionStatus } from '../domain/subscription/state';
import type { Instant } from '../domain/time';
import { noArrears, type Arrears } from '../db/transactions/arrears';
import { loadBillingFacts, type BillingFacts } from '../db/transactions/billing-facts';
import { endedArrears } from '../db/transactions/ended-arrears';
import type { ActivityDependencies } from './dependencies';
import { usagePart } from './usage-part';
import { recordFact, recordInvoice, type InvoiceFact } from './record-fact';

/** What is used before the first payment or in a trial is never billed by an end. */
const served: ReadonlySet<SubscriptionStatus> = new Set(['active', 'past_due', 'unpaid', 'paused']);

/** What activities need to bill the subscription by the terms in force. */
export async function factsInForce(deps: ActivityDependencies, state: SubscriptionState): Promise<BillingFacts> {
  const { tenantId, subscriptionId, currency, terms } = state;
  const request = { tenantId, subscriptionId, currency, ...terms };
  const facts = await loadBillingFacts(deps.database.as(tenantId), request);
  return facts ?? fail('not_found', { resource: 'Subscription', id: subscriptionId });
}

/** A line that says something: an end brings no invoice of nothing. */
const says = ({ amount, quantity, kind }: InvoiceLine): boolean =>
  !isZero(amount) || (kind === 'usage' && isAbove(quantity, '0'));

/** What the end of a subscription bills for what is over. */
export async function finalArrears(
  deps: ActivityDependencies,
  state: SubscriptionState,
  facts: BillingFacts,
  at: Instant,
): Promise<Arrears> {
  const { plan } = facts;
  if (plan === null || !served.has(state.status) || state.pause?.cause === 'trial_end') return noArrears;
  const arrears = await endedArrears(deps.database, {
    state,
    plan,
    at,
    policy: facts.proration,
    moment: 'termination',
  });
  return arrears.lines.some(says) ? arrears : noArrears;
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
  const arrears = await finalArrears(deps, state, facts, at);
  if (arrears.lines.length === 0)
    return recordFact(deps, { state, now, partsOf, event: { type: 'canceled', at: now, invoice: null } });
  const start = Math.min(...arrears.lines.map(({ periodStart }) => periodStart));
  return recordInvoice(deps, {
    state,
    now,
    facts,
    partsOf: (event, after) => ({ ...partsOf(event, after), ...usagePart(arrears) }),
    invoice: { id: newId('inv'), businessKey, lines: arrears.lines, span: { start, end: at } },
    eventOf: (invoice) => ({ type: 'canceled', at: now, invoice }),
  });
}

/** The last invoice of a subscription: what was used, the fees in arrears until its end, and what waited for the next invoice. */
import { fail } from '../domain/errors';
import { newId } from '../domain/ids';
import { usageFrom } from '../domain/invoice/arrears';
import { limitedLines } from '../domain/invoice/limited-lines';
import type { InvoiceLine } from '../domain/invoice/line';
import { isZero, zero } from '../domain/money';
import { isAbove } from '../domain/pricing/exact';
import { momentOf } from '../domain/plan/in-force';
import type { SubscriptionEvent } from '../domain/subscription/events';
import type { SubscriptionState, SubscriptionStatus } from '../domain/subscription/state';
import type { Instant } from '../domain/time';
import { loadBillingFacts, type BillingFacts } from '../db/transactions/billing-facts';
import { besidesOf, type Besides } from '../db/transactions/ended-arrears';
import type { ActivityDependencies } from './dependencies';
import { recordFact, recordInvoice, type InvoiceFact } from './record-fact';

/** What is used before the first payment or in a trial is never billed by an end. */
const served: ReadonlySet<SubscriptionStatus> = new Set(['active', 'past_due', 'unpaid', 'paused']);

const nothing: Besides = { lines: [], limits: null, parts: {} };

/** What activities need to bill the subscription by the terms in force. */
export async function factsInForce(deps: ActivityDependencies, state: SubscriptionState): Promise<BillingFacts> {
  const { tenantId, subscriptionId, currency, terms } = state;
  const inForce = momentOf(state, terms.planId, usageFrom(state));
  const request = { tenantId, subscriptionId, currency, ...terms, inForce };
  const facts = await loadBillingFacts(deps.database.as(tenantId), request);
  return facts ?? fail('not_found', { resource: 'Subscription', id: subscriptionId });
}

/** A line that says something: an end brings no invoice of nothing. */
const says = ({ amount, quantity, kind }: InvoiceLine): boolean =>
  !isZero(amount) || (kind === 'usage' && isAbove(quantity, '0'));

/** True when a minimum is not reached, or a maximum passed; coupons may still change by how much. */
function owesLimit({ lines, limits }: Besides, currency: string): boolean {
  const measured = lines.map((line) => ({ line, discount: zero(currency) }));
  return limits !== null && limits !== undefined && limitedLines(measured, limits, currency).length > 0;
}

/** What the end of a subscription bills for what is over. */
export async function finalLines(
  deps: ActivityDependencies,
  state: SubscriptionState,
  facts: BillingFacts,
  at: Instant,
): Promise<Besides> {
  const { plan, proration: policy } = facts;
  if (plan === null || !served.has(state.status) || state.pause?.cause === 'trial_end') return nothing;
  const ended = { state, facts, plan, at, policy, moment: 'termination', stretch: null } as const;
  const besides = await besidesOf(deps.database, ended);
  return besides.lines.some(says) || owesLimit(besides, state.currency) ? besides : nothing;
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
  const last = await finalLines(deps, state, facts, at);
  if (last === nothing)
    return recordFact(deps, { state, now, partsOf, event: { type: 'canceled', at: now, invoice: null } });
  const { lines, limits = null, parts } = last;
  const start = Math.min(usageFrom(state), ...lines.map(({ periodStart }) => periodStart));
  return recordInvoice(deps, {
    state,
    now,
    facts,
    partsOf: (event, after) => ({ ...partsOf(event, after), ...parts }),
    invoice: { id: newId('inv'), businessKey, lines, span: { start, end: at }, limits },
    eventOf: (invoice) => ({ type: 'canceled', at: now, invoice }),
  });
}

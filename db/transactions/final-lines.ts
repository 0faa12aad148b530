/** What the last invoice of a subscription bills: what was used, the fees in arrears until its end, and what waited for an invoice. */
import { limitedLines } from '../../domain/invoice/limited-lines';
import type { InvoiceLine } from '../../domain/invoice/line';
import { isZero, zero } from '../../domain/money';
import { isAbove } from '../../domain/pricing/exact';
import type { SubscriptionState, SubscriptionStatus } from '../../domain/subscription/state';
import type { Instant } from '../../domain/time';
import type { Database } from '../pool';
import type { BillingFacts } from './billing-facts';
import { besidesOf, type Besides } from './ended-arrears';

/** What is used before the first payment or in a trial is never billed by an end. */
const served: ReadonlySet<SubscriptionStatus> = new Set(['active', 'past_due', 'unpaid', 'paused']);

/** A line that says something: an end brings no invoice of nothing. */
const says = ({ amount, quantity, kind }: InvoiceLine): boolean =>
  !isZero(amount) || (kind === 'usage' && isAbove(quantity, '0'));

/** True when a minimum is not reached, or a maximum passed; coupons may still change by how much. */
function owesLimit({ lines, limits }: Besides, currency: string): boolean {
  const measured = lines.map((line) => ({ line, discount: zero(currency) }));
  return limits !== null && limits !== undefined && limitedLines(measured, limits, currency).length > 0;
}

/** What the end of a subscription bills for what is over; null when there is nothing to say. Bills and previews both come here. */
export async function finalLines(
  database: Database,
  state: SubscriptionState,
  facts: BillingFacts,
  at: Instant,
): Promise<Besides | null> {
  const { plan, proration: policy } = facts;
  if (plan === null || !served.has(state.status) || state.pause?.cause === 'trial_end') return null;
  const ended = { state, facts, plan, at, policy, moment: 'termination', stretch: null } as const;
  const besides = await besidesOf(database, ended);
  return besides.lines.some(says) || owesLimit(besides, state.currency) ? besides : null;
}

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
function owesLimit({ lines, limits }: Pick<Besides, 'lines' | 'limits'>, currency: string): boolean {
  const measured = lines.map((line) => ({ line, discount: zero(currency) }));
  return limits !== null && limits !== undefined && limitedLines(measured, limits, currency).length > 0;
}

/** True when there is something to say: lines of nothing alone make no invoice where none is due for another reason. */
export const isWorthAnInvoice = (besides: Pick<Besides, 'lines' | 'limits'>, currency: string): boolean =>
  besides.lines.some(says) || owesLimit(besides, currency);

export interface FinalLines {
  /** Null when there is nothing to bill at once. */
  readonly last: Besides | null;
  /** For the fact, where the usage of what ends is billed later. */
  readonly ended: Besides['ended'];
}

/**
 * What the end of a subscription bills for what is over. Bills and previews both come here.
 * @param withGrace as of `besidesOf`
 */
export async function finalLines(
  database: Database,
  state: SubscriptionState,
  facts: BillingFacts,
  at: Instant,
  withGrace: boolean,
): Promise<FinalLines> {
  const { plan, proration: policy } = facts;
  if (plan === null || !served.has(state.status) || state.pause?.cause === 'trial_end')
    return { last: null, ended: {} };
  const ended = { state, facts, plan, at, policy, moment: 'termination', stretch: null, withGrace } as const;
  const besides = await besidesOf(database, ended);
  return { last: isWorthAnInvoice(besides, state.currency) ? besides : null, ended: besides.ended };
}

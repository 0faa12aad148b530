import type { InvoiceLine } from '../invoice/line';
import type { Instant } from '../time';

/**
 * Whether an invoice of that instant bills the line ahead of its time: then it is deferred, and the monthly closes release it. A one-off
 * charge is revenue at once, and so is what was served already. The view `recognizable_lines` says the same in SQL.
 */
export function isAhead({ kind, periodEnd }: Pick<InvoiceLine, 'kind' | 'periodEnd'>, billedAt: Instant): boolean {
  return kind !== 'one_off' && periodEnd > billedAt;
}

/** Which usage the invoice of a recording bills, as rows of its statement. */
import type { Usage } from '../../domain/pricing/usage';
import { toIso, type Instant } from '../../domain/time';
import type { UsageRating } from '../queries/usage-billings';

/** Usage that the invoice of the fact bills, or that comes to nothing without one. */
export interface UsageBillingRow {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly meterId: string;
  readonly priceId: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly usage: Usage;
  /** What the reading could see, as `measureTogether` told it. */
  readonly counted: string;
  /** What the window has cost with it, unrounded, and what of that this row charged. */
  readonly exact: string;
  readonly billed: string;
  readonly rating: UsageRating;
}

/** The rows of usage that an invoice bills. */
export function usageRows(invoiceId: string | undefined, usage: readonly UsageBillingRow[] = []) {
  return usage.map(({ subscriptionId, customerId, meterId, priceId, from, to, ...row }) => ({
    ...row,
    subscription_id: subscriptionId,
    customer_id: customerId,
    meter_id: meterId,
    price_id: priceId,
    starts_at: toIso(from),
    ends_at: toIso(to),
    invoice_id: invoiceId,
  }));
}

/** Which usage went into which invoice: what makes an event billed, or late. */
import type { UsageReading } from '../../domain/invoice/usage-lines';
import type { Usage } from '../../domain/pricing/usage';
import { toIso, type Instant } from '../../domain/time';
import type { Queryable, Statement } from '../pool';

export interface UsageBilling {
  readonly tenantId: string;
  readonly customerId: string;
  readonly meterId: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly invoiceId: string;
  readonly usage: Usage;
  /** What the reading could see, as `measureUsage` told it. */
  readonly counted: string;
}

const insert: Statement = {
  name: 'usage_billings_insert',
  text: `insert into usage_billings (tenant_id, customer_id, meter_id, starts_at, ends_at, invoice_id, usage, counted)
    values ($1, $2, $3, $4, $5, $6, $7, $8::pg_snapshot) on conflict do nothing`,
};

/** Records that an invoice billed a window; the same invoice bills it once. */
export async function insertUsageBilling(db: Queryable, billing: UsageBilling): Promise<void> {
  const { tenantId, customerId, meterId, from, to, invoiceId, usage, counted } = billing;
  const values = [tenantId, customerId, meterId, toIso(from), toIso(to), invoiceId, JSON.stringify(usage), counted];
  await db.query(insert, values);
}

/** By what a window was priced. */
export type UsageRating = Pick<UsageReading, 'planId' | 'price' | 'before' | 'isFree'>;

/** A window that a subscription was billed for, as its newest billing left it. */
export interface BilledWindow {
  readonly meterId: string;
  readonly priceId: string;
  readonly from: Instant;
  readonly to: Instant;
  /** Of a usage that is one quantity. */
  readonly quantity: string | null;
  /** Usage and rating are read for windows that ended after a day alone; the older ones only count. */
  readonly usage: Usage | null;
  readonly rating: UsageRating | null;
  /** What it has cost, unrounded. */
  readonly exact: string;
}

interface BilledRow {
  [column: string]: unknown;
  meter_id: string;
  price_id: string;
  starts_at: Date;
  ends_at: Date;
  quantity: string | null;
  usage: Usage | null;
  rating: UsageRating | null;
  exact: string;
}

const ofSubscription: Statement = {
  name: 'usage_billings_of_subscription',
  text: `select distinct on (price_id, starts_at, ends_at) meter_id, price_id, starts_at, ends_at, usage->>'quantity' as quantity,
      case when ends_at > $3 then usage end as usage, case when ends_at > $3 then rating end as rating, exact
    from usage_billings where tenant_id = $1 and subscription_id = $2 order by price_id, starts_at, ends_at, id desc`,
};

/** All windows that a subscription was billed for, with usage and rating where they ended after an instant. */
export async function billedUsageOf(
  db: Queryable,
  { tenantId, subscriptionId }: { readonly tenantId: string; readonly subscriptionId: string },
  detailsSince: Instant,
): Promise<BilledWindow[]> {
  const rows = await db.query<BilledRow>(ofSubscription, [tenantId, subscriptionId, toIso(detailsSince)]);
  return rows.map((row) => ({
    meterId: row.meter_id,
    priceId: row.price_id,
    from: row.starts_at.getTime(),
    to: row.ends_at.getTime(),
    quantity: row.quantity,
    usage: row.usage,
    rating: row.rating,
    exact: row.exact,
  }));
}

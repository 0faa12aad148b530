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

/** A window that a subscription was billed for, as its newest billing left it that was not taken back. */
export interface BilledWindow {
  readonly meterId: string;
  readonly priceId: string;
  readonly from: Instant;
  readonly to: Instant;
  /** Of a usage that is one quantity. */
  readonly quantity: string | null;
  /** Usage and rating are read for windows that ended after a day alone, and where something was taken back; the older ones only count. */
  readonly usage: Usage | null;
  readonly rating: UsageRating | null;
  /** What it has cost, unrounded, without what was taken back. */
  readonly exact: string;
  /** A billing of it was taken back, and none since has charged for that: `part` when others still stand, `whole` when nothing is billed. */
  readonly returned: 'part' | 'whole' | null;
  /** What billed it last; null: no invoice, because nothing of it cost anything. */
  readonly invoiceId: string | null;
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
  returned: 'part' | 'whole' | null;
  invoice_id: string | null;
}

// What a row of before charged by itself is what the cost of its window grew by: nothing was taken back then.
const ofSubscription: Statement = {
  name: 'usage_billings_of_subscription',
  text: `
with billings as (
  select b.*, r.billing_id is not null as is_returned,
    coalesce(b.billed, b.exact - lag(b.exact, 1, 0::numeric) over (partition by b.price_id, b.starts_at, b.ends_at order by b.id)) as charged
  from usage_billings b left join usage_returns r on r.billing_id = b.id where b.tenant_id = $1 and b.subscription_id = $2
), windows as (
  select price_id, starts_at, ends_at, coalesce(sum(charged) filter (where not is_returned), 0) as charged,
    bool_or(is_returned) as any_returned, bool_and(is_returned) as all_returned
  from billings group by 1, 2, 3
), newest as (
  select distinct on (price_id, starts_at, ends_at) * from billings order by price_id, starts_at, ends_at, is_returned, id desc
), told as (
  select n.*, w.charged as stands, case when w.all_returned then 'whole' when w.any_returned and w.charged <> n.exact then 'part' end as returned
  from newest n join windows w using (price_id, starts_at, ends_at)
)
select meter_id, price_id, starts_at, ends_at, usage->>'quantity' as quantity, stands as exact, returned, invoice_id,
  case when ends_at > $3 or returned is not null then usage end as usage, case when ends_at > $3 or returned is not null then rating end as rating
from told order by price_id, starts_at, ends_at`,
};

/** All windows that a subscription was billed for, with usage and rating where they ended after an instant or something was taken back. */
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
    returned: row.returned,
    invoiceId: row.invoice_id,
  }));
}

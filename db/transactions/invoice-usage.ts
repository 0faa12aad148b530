/** What an invoice billed of usage: for a void or a correction, which take it back. */
import type { Usage } from '../../domain/pricing/usage';
import type { Instant } from '../../domain/time';
import type { Queryable, Statement } from '../pool';
import type { UsageRating } from '../queries/usage-billings';

const billedByInvoice: Statement = {
  name: 'usage_billings_of_invoice',
  text: `select b.id, b.subscription_id, s.status not in ('canceled', 'expired') as goes_on, b.meter_id, b.price_id, b.starts_at, b.ends_at, b.usage, b.counted::text, b.exact, b.billed, b.rating from usage_billings b
    join subscriptions s on s.id = b.subscription_id
    where b.tenant_id = $1 and b.customer_id = (select customer_id from invoices where id = $2) and b.invoice_id = $2 and b.rating is not null
      and not exists (select from usage_returns r where r.billing_id = b.id)
    order by b.id`,
};

/** What an invoice billed of usage, as it stands. */
export interface InvoiceBilling {
  readonly id: string;
  readonly subscriptionId: string;
  /** False for a subscription that has ended: no invoice of it follows. */
  readonly goesOn: boolean;
  readonly meterId: string;
  readonly priceId: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly usage: Usage;
  readonly counted: string;
  readonly exact: string;
  readonly billed: string | null;
  readonly rating: UsageRating;
}

/** The billings of usage by an invoice that were not taken back. */
export async function usageBilledBy(db: Queryable, tenantId: string, invoiceId: string): Promise<InvoiceBilling[]> {
  const rows = await db.query(billedByInvoice, [tenantId, invoiceId]);
  return rows.map((row) => ({
    id: row['id'],
    subscriptionId: row['subscription_id'],
    goesOn: row['goes_on'],
    meterId: row['meter_id'],
    priceId: row['price_id'],
    from: row['starts_at'].getTime(),
    to: row['ends_at'].getTime(),
    usage: row['usage'],
    counted: row['counted'],
    exact: row['exact'],
    billed: row['billed'],
    rating: row['rating'],
  }));
}

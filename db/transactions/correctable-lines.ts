/** The lines of usage that can be credited and billed anew: nothing else has changed or paid what they charged. */
import type { Instant } from '../../domain/time';
import type { Queryable, Statement } from '../pool';

export interface CorrectableLine {
  readonly id: string;
  readonly invoiceId: string;
  readonly status: 'open' | 'paid';
  readonly priceId: string;
  readonly from: Instant;
  readonly to: Instant;
  /** With tax. */
  readonly gross: string;
}

// What an adjustment charged too, a credit note took off, units of a wallet paid or another subscription shares is adjusted by a line of the
// next invoice. An open invoice is voided for it, so nothing else may hang on that one.
const statement: Statement = {
  name: 'correctable_lines',
  text: `
select l.id, l.invoice_id, i.status, l.price_id, l.period_start, l.period_end, (l.net + l.tax)::text as gross
from usage_billings b
join invoices i on i.id = b.invoice_id and i.subscription_id = b.subscription_id and i.status in ('open', 'paid')
join invoice_lines l on l.invoice_id = i.id and l.price_id = b.price_id and l.kind = 'usage' and l.period_start = b.starts_at
  and l.period_end = b.ends_at and l.net + l.tax > 0
where b.tenant_id = $1 and b.subscription_id = $2 and b.invoice_id = any($3)
  and not exists (select from usage_returns r where r.billing_id = b.id)
  and not exists (select from usage_billings o where o.subscription_id = b.subscription_id and o.price_id = b.price_id and o.starts_at = b.starts_at
    and o.ends_at = b.ends_at and o.id <> b.id and not exists (select from usage_returns r where r.billing_id = o.id))
  and not exists (select from credit_note_lines n where n.invoice_line_id = l.id)
  and not exists (select from invoice_lines x where x.invoice_id = i.id and (x.kind = 'unit_credits' or x.subscription_id <> b.subscription_id))
  and not exists (select from payments p where p.invoice_id = i.id and p.status <> 'canceled' and (p.status = 'processing' or p.attempt_begun is not null))
  and (i.status = 'paid' or not exists (select from invoice_lines x where x.invoice_id = i.id and (x.credits_line_id is not null
    or exists (select from credit_note_lines n where n.invoice_line_id = x.id) or exists (select from invoice_lines c where c.credits_line_id = x.id))))
order by l.position`,
};

/** Of some invoices of a subscription. */
export async function correctableLines(
  db: Queryable,
  { tenantId, subscriptionId }: { readonly tenantId: string; readonly subscriptionId: string },
  invoiceIds: readonly string[],
): Promise<CorrectableLine[]> {
  const rows = await db.query(statement, [tenantId, subscriptionId, invoiceIds]);
  return rows.map((row) => ({
    id: row['id'],
    invoiceId: row['invoice_id'],
    status: row['status'],
    priceId: row['price_id'],
    from: row['period_start'].getTime(),
    to: row['period_end'].getTime(),
    gross: row['gross'],
  }));
}

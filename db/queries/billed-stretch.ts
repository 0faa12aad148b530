/** What was billed of a stretch, and credited of it: what the limits of a plan are measured on besides the new invoice. */
import { money, type Money } from '../../domain/money';
import type { Window } from '../../domain/metering/window';
import { toIso } from '../../domain/time';
import type { Queryable, Statement } from '../pool';

export interface BilledOfStretch {
  readonly id: string;
  readonly amount: Money;
  readonly discount: Money;
}

interface Row {
  [column: string]: unknown;
  id: string;
  amount: string;
  discount: string;
  currency: string;
}

const ofStretch: Statement = {
  name: 'billed_of_stretch',
  text: `select l.id, l.amount, l.discount, l.currency from invoice_lines l
    join invoices i on i.id = l.invoice_id and i.status <> 'void'
    left join invoice_lines charge on charge.id = l.credits_line_id
    where l.tenant_id = $1 and l.subscription_id = $2
      and coalesce(charge.kind, l.kind) in ('recurring', 'proration_charge', 'usage') and (l.kind <> 'usage' or l.plan_id is not null)
      and coalesce(charge.period_start, l.period_start) >= $3 and coalesce(charge.period_start, l.period_start) < $4`,
};

/** The lines of a subscription that began in a stretch, with the credits of them. */
export async function billedOfStretch(
  db: Queryable,
  { tenantId, subscriptionId }: { readonly tenantId: string; readonly subscriptionId: string },
  { from, to }: Window,
): Promise<BilledOfStretch[]> {
  const rows = await db.query<Row>(ofStretch, [tenantId, subscriptionId, toIso(from), toIso(to)]);
  return rows.map(({ id, amount, discount, currency }) => ({
    id,
    amount: money(amount, currency),
    discount: money(discount, currency),
  }));
}

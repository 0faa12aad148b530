import type { SubscriptionState } from '../../domain/subscription/state';
import type { Queryable, Statement } from '../pool';

/** A subscription on a consolidated invoice that another one collects. */
export interface Follower {
  readonly invoiceId: string;
  readonly state: SubscriptionState;
}

const statement: Statement = {
  name: 'followers',
  text: `
select f.invoice_id, s.state
from (select distinct invoice_id, subscription_id from invoice_lines where tenant_id = $1 and invoice_id = any($2) and subscription_id <> $3) f
join subscriptions s on s.id = f.subscription_id
where s.status not in ('canceled', 'expired')
order by s.id, f.invoice_id`,
};

/** The others on these invoices that have not ended, one row for each invoice that they are on, in the order of their ids. */
export async function loadFollowers(
  db: Queryable,
  tenantId: string,
  invoiceIds: readonly string[],
  leadId: string,
): Promise<Follower[]> {
  const rows = await db.query(statement, [tenantId, invoiceIds, leadId]);
  return rows.map((row) => ({ invoiceId: row['invoice_id'], state: row['state'] as SubscriptionState }));
}

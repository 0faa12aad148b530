import type { SubscriptionState } from '../../domain/subscription/state';
import { toIso, type Instant } from '../../domain/time';
import type { Queryable, Statement } from '../pool';

const statement: Statement = {
  name: 'due_together',
  text: `
select s.state from subscriptions o
join customers c on c.id = o.customer_id
join subscriptions s on s.customer_id = o.customer_id and s.currency = o.currency and s.status in ('active', 'past_due')
  and coalesce(s.payment_method_id, c.default_payment_method_id) is not distinct from coalesce(o.payment_method_id, c.default_payment_method_id)
where o.tenant_id = $1 and o.id = $2 and s.current_period_end = $3
order by s.id`,
};

/**
 * The subscriptions of the same customer, currency and payment method whose period ends at an instant, the one that is named among them
 * unless its row says that it was billed already. The seller is the customer's, so it is one for all.
 */
export async function loadDueTogether(
  db: Queryable,
  tenantId: string,
  subscriptionId: string,
  at: Instant,
): Promise<SubscriptionState[]> {
  const rows = await db.query(statement, [tenantId, subscriptionId, toIso(at)]);
  return rows.map((row) => row['state'] as SubscriptionState);
}

import type { SubscriptionEvent } from '../../domain/subscription/events';
import type { Queryable, Statement } from '../pool';

const statement: Statement = {
  name: 'find_fact',
  text: 'select fact from events where tenant_id = $1 and subscription_id = $2 and fact_seq = $3',
};

/** The n-th fact of a subscription, if it is recorded. */
export async function findFact(
  db: Queryable,
  tenantId: string,
  subscriptionId: string,
  seq: number,
): Promise<SubscriptionEvent | null> {
  const [row] = await db.query<{ fact: SubscriptionEvent }>(statement, [tenantId, subscriptionId, seq]);
  return row?.fact ?? null;
}

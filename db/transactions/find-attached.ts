import type { Queryable, Statement } from '../pool';

const statement: Statement = {
  name: 'coupon_attachments_of_subscription',
  text: `select id from coupon_attachments where tenant_id = $1 and id = $2 and subscription_id = $3 and detached_at is null`,
};

/** True while it is attached to that very subscription. */
export async function isAttachedTo(
  db: Queryable,
  { tenantId, subscriptionId }: { readonly tenantId: string; readonly subscriptionId: string },
  id: string,
): Promise<boolean> {
  return (await db.query(statement, [tenantId, id, subscriptionId])).length > 0;
}

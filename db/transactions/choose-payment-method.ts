import type { Queryable, Statement } from '../pool';

const statement: Statement = {
  name: 'choose_payment_method',
  text: `
update subscriptions s set payment_method_id = m.id
from payment_methods m
where s.tenant_id = $1 and s.id = $2 and m.id = $3 and m.customer_id = s.customer_id and m.status <> 'detached'
returning s.id`,
};

/** Binds one of the customer's own methods to the subscription; false when there is none such. Safe to repeat. */
export async function choosePaymentMethod(
  db: Queryable,
  subscription: { tenantId: string; subscriptionId: string },
  paymentMethodId: string,
): Promise<boolean> {
  const rows = await db.query(statement, [subscription.tenantId, subscription.subscriptionId, paymentMethodId]);
  return rows.length === 1;
}

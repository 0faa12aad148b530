/** Money held for customers, per currency. */
import { money, type Money } from '../../domain/money';
import type { Queryable, Statement } from '../pool';

interface BalanceRow {
  [column: string]: unknown;
  currency: string;
  amount: string;
}

const ofCustomer: Statement = {
  name: 'customer_balances_of_customer',
  text: `select currency, amount from customer_balances where tenant_id = $1 and customer_id = $2 order by currency`,
};

/** What is held for a customer (positive) or owed by them (negative), one entry per currency that was ever used. */
export async function balancesOfCustomer(db: Queryable, tenantId: string, customerId: string): Promise<Money[]> {
  const rows = await db.query<BalanceRow>(ofCustomer, [tenantId, customerId]);
  return rows.map((row) => money(row.amount, row.currency));
}

/**
 * A consolidated invoice is collected by one subscription, and reduced by the credits of others. Both hold its row before they write what
 * they decided, so that money is never asked for by an amount that was reduced, nor reduced while it is being asked for.
 */
import { equals, money, type Money } from '../../domain/money';
import { movedMeanwhile } from '../errors';
import type { Queryable, Statement } from '../pool';

const holdStatement: Statement = {
  name: 'hold_invoices',
  text: 'select id, status, amount_due, currency from invoices where tenant_id = $1 and id = any($2) order by id for update',
};

/** Holds an invoice until the transaction ends. @throws `serialization_failure` unless it is open and asks for that amount */
export async function holdAsking(db: Queryable, tenantId: string, invoiceId: string, amountDue: Money): Promise<void> {
  const [row] = await db.query(holdStatement, [tenantId, [invoiceId]]);
  const asks = row?.['status'] === 'open' && equals(money(row['amount_due'], row['currency']), amountDue);
  if (!asks) throw movedMeanwhile('the invoice');
}

const aliveStatement: Statement = {
  name: 'alive_payments',
  text: `
select id, status, attempt_begun from payments where tenant_id = $1 and invoice_id = any($2) and status <> 'canceled'`,
};

const moving = new Set(['processing', 'succeeded']);

/**
 * Holds invoices whose payments were withdrawn at the provider.
 * @param withdrawn the payments that were found then
 * @throws `serialization_failure` when another payment was made since, or one is being tried
 */
export async function holdWithdrawn(
  db: Queryable,
  tenantId: string,
  invoiceIds: readonly string[],
  withdrawn: ReadonlySet<string>,
): Promise<void> {
  await db.query(holdStatement, [tenantId, invoiceIds]);
  const alive = await db.query(aliveStatement, [tenantId, invoiceIds]);
  const moved = alive.some(
    (row) => !withdrawn.has(row['id']) || row['attempt_begun'] !== null || moving.has(row['status']),
  );
  if (moved) throw movedMeanwhile('the payment');
}

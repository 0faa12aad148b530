/** Payments: one per invoice and object at the rail. */
import { money, type Money } from '../../domain/money';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export type PaymentStatus = 'created' | 'requires_action' | 'processing' | 'succeeded' | 'failed' | 'canceled';

export interface Payment {
  readonly id: string;
  readonly tenantId: string;
  readonly invoiceId: string;
  /** Null for the payment of a top-up. */
  readonly subscriptionId: string | null;
  readonly customerId: string;
  readonly rail: string;
  readonly providerRef: string;
  readonly status: PaymentStatus;
  readonly amount: Money;
  readonly amountRefunded: Money;
  readonly fee: Money | null;
  readonly attempts: number;
  readonly nextActionUrl: string | null;
  readonly occurredAt: number;
}

interface PaymentRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  invoice_id: string;
  subscription_id: string | null;
  customer_id: string;
  rail: string;
  provider_ref: string;
  status: PaymentStatus;
  amount: string;
  currency: string;
  amount_refunded: string;
  fee: string | null;
  attempts: number;
  next_action_url: string | null;
  occurred_at: Date;
}

const columns = `id, tenant_id, invoice_id, subscription_id, customer_id, rail, provider_ref, status, amount, currency, amount_refunded, fee,
  attempts, next_action_url, occurred_at`;

const fromRow = (row: PaymentRow): Payment => ({
  id: row.id,
  tenantId: row.tenant_id,
  invoiceId: row.invoice_id,
  subscriptionId: row.subscription_id,
  customerId: row.customer_id,
  rail: row.rail,
  providerRef: row.provider_ref,
  status: row.status,
  amount: money(row.amount, row.currency),
  amountRefunded: money(row.amount_refunded, row.currency),
  fee: row.fee === null ? null : money(row.fee, row.currency),
  attempts: row.attempts,
  nextActionUrl: row.next_action_url,
  occurredAt: row.occurred_at.getTime(),
});

const byId: Statement = {
  name: 'payments_by_id',
  text: `select ${columns} from payments where tenant_id = $1 and id = $2`,
};
const lock: Statement = {
  name: 'payments_lock',
  text: `select ${columns} from payments where tenant_id = $1 and id = $2 for update`,
};
const aliveOfInvoice: Statement = {
  name: 'payments_alive_of_invoice',
  text: `select ${columns} from payments where tenant_id = $1 and invoice_id = $2 and status <> 'canceled'`,
};

/** A payment of a tenant, or null. */
export async function findPayment(db: Queryable, tenantId: string, id: string): Promise<Payment | null> {
  return firstOf((await db.query<PaymentRow>(byId, [tenantId, id])).map(fromRow));
}

/** A payment, locked until the transaction ends. */
export async function lockPayment(db: Queryable, tenantId: string, id: string): Promise<Payment | null> {
  return firstOf((await db.query<PaymentRow>(lock, [tenantId, id])).map(fromRow));
}

/** The one payment of an invoice that is not canceled, or null. */
export async function findPaymentOfInvoice(
  db: Queryable,
  tenantId: string,
  invoiceId: string,
): Promise<Payment | null> {
  return firstOf((await db.query<PaymentRow>(aliveOfInvoice, [tenantId, invoiceId])).map(fromRow));
}

export const listPayments = pageReader<PaymentRow, Payment>({
  name: 'payments_page',
  select: columns,
  from: 'payments',
  id: 'id',
  tenant: 'tenant_id',
  filters: { status: 'status', customerId: 'customer_id', subscriptionId: 'subscription_id', invoiceId: 'invoice_id' },
  fromRow,
});

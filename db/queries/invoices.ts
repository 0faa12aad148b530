/** Invoices: read here; written by the billing transactions alone. */
import type { AssembledInvoice } from '../../domain/invoice/assemble';
import type { InvoiceTaxes } from '../../domain/invoice/invoice-taxes';
import { money, type Money } from '../../domain/money';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf, instantOrNull } from './row-values';

export type InvoiceStatus = 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';

export interface Invoice {
  readonly id: string;
  readonly tenantId: string;
  /** The seller entity that issued it; null from before there were any: the tenant's default one. */
  readonly entityId: string | null;
  readonly customerId: string;
  /** Null for the invoice of a top-up, which has a wallet. */
  readonly subscriptionId: string | null;
  readonly walletId: string | null;
  /** The voided invoice in whose place it was issued. */
  readonly reissuesId: string | null;
  readonly status: InvoiceStatus;
  /** Series and sequence, such as INV-000042; null while it is a draft. */
  readonly number: string | null;
  readonly subtotal: Money;
  readonly discountTotal: Money;
  readonly taxAdded: Money;
  readonly taxIncluded: Money;
  readonly discounts: AssembledInvoice['discounts'];
  readonly taxes: InvoiceTaxes | null;
  readonly total: Money;
  /** What its credit lines took off older invoices, and what later credits took off this one. */
  readonly creditGiven: Money;
  readonly creditReceived: Money;
  /** Paid by the customer's wallet. */
  readonly walletApplied: Money;
  readonly balanceApplied: Money;
  readonly carriedOver: Money;
  readonly amountDue: Money;
  readonly amountPaid: Money;
  readonly periodStart: number;
  readonly periodEnd: number;
  readonly dueAt: number;
  readonly settledAt: number | null;
  readonly occurredAt: number;
}

interface InvoiceRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  entity_id: string | null;
  customer_id: string;
  subscription_id: string | null;
  wallet_id: string | null;
  reissues_invoice_id: string | null;
  status: InvoiceStatus;
  number: string | null;
  currency: string;
  subtotal: string;
  discount_total: string;
  tax_added: string;
  tax_included: string;
  discounts: AssembledInvoice['discounts'] | null;
  taxes: InvoiceTaxes | null;
  total: string;
  credit_given: string;
  credit_received: string;
  wallet_applied: string;
  balance_applied: string;
  carried_over: string;
  amount_due: string;
  amount_paid: string;
  period_start: Date;
  period_end: Date;
  due_at: Date;
  settled_at: Date | null;
  occurred_at: Date;
}

const columns = `id, tenant_id, entity_id, customer_id, subscription_id, wallet_id, reissues_invoice_id, status, invoice_number(series, sequence) as number, currency, subtotal,
  discount_total, tax_added, tax_included, discounts, taxes, total,
  credit_given, credit_received, wallet_applied, balance_applied, carried_over, amount_due, amount_paid, period_start, period_end, due_at, settled_at, occurred_at`;

const fromRow = (row: InvoiceRow): Invoice => ({
  id: row.id,
  tenantId: row.tenant_id,
  entityId: row.entity_id,
  customerId: row.customer_id,
  subscriptionId: row.subscription_id,
  walletId: row.wallet_id,
  reissuesId: row.reissues_invoice_id,
  status: row.status,
  number: row.number,
  subtotal: money(row.subtotal, row.currency),
  discountTotal: money(row.discount_total, row.currency),
  taxAdded: money(row.tax_added, row.currency),
  taxIncluded: money(row.tax_included, row.currency),
  discounts: row.discounts ?? [],
  taxes: row.taxes,
  total: money(row.total, row.currency),
  creditGiven: money(row.credit_given, row.currency),
  creditReceived: money(row.credit_received, row.currency),
  walletApplied: money(row.wallet_applied, row.currency),
  balanceApplied: money(row.balance_applied, row.currency),
  carriedOver: money(row.carried_over, row.currency),
  amountDue: money(row.amount_due, row.currency),
  amountPaid: money(row.amount_paid, row.currency),
  periodStart: row.period_start.getTime(),
  periodEnd: row.period_end.getTime(),
  dueAt: row.due_at.getTime(),
  settledAt: instantOrNull(row.settled_at),
  occurredAt: row.occurred_at.getTime(),
});

const byId: Statement = {
  name: 'invoices_by_id',
  text: `select ${columns} from invoices where tenant_id = $1 and id = $2`,
};
// Only those that others collect for are looked for by their lines, which are many in a long life.
const latest: Statement = {
  name: 'invoices_latest_of_subscriptions',
  text: `select distinct on (b.billed) b.billed, i.* from (
      select id, subscription_id as billed from invoices where tenant_id = $1 and subscription_id = any($2::text[])
      union select invoice_id, subscription_id from invoice_lines where tenant_id = $1 and subscription_id = any($3::text[])
    ) b join lateral (select ${columns} from invoices where id = b.id) i on true
    order by b.billed, i.occurred_at desc, i.number desc`,
};

/** An invoice of a tenant, or null. */
export async function findInvoice(db: Queryable, tenantId: string, id: string): Promise<Invoice | null> {
  return firstOf((await db.query<InvoiceRow>(byId, [tenantId, id])).map(fromRow));
}

const reissueOf: Statement = {
  name: 'invoices_reissue_of',
  // A paid one is credited instead of voided; what is billed anew names it in its key.
  text: `select ${columns} from invoices where tenant_id = $1 and (reissues_invoice_id = $2
    or subscription_id = (select subscription_id from invoices where id = $2) and starts_with(business_key, 'correct:' || $2 || ':'))
    order by id desc limit 1`,
};

/** The invoice that was issued in place of a voided one, or that bills anew what was credited of a paid one; null for none. */
export async function findReissue(db: Queryable, tenantId: string, voidedId: string): Promise<Invoice | null> {
  return firstOf((await db.query<InvoiceRow>(reissueOf, [tenantId, voidedId])).map(fromRow));
}

/**
 * The newest invoice of each of some subscriptions, by the subscription's id.
 * @param followers those of them that are on invoices of others
 */
export async function latestInvoicesOf(
  db: Queryable,
  tenantId: string,
  subscriptionIds: readonly string[],
  followers: readonly string[],
): Promise<ReadonlyMap<string, Invoice>> {
  const rows = await db.query<InvoiceRow & { billed: string }>(latest, [tenantId, subscriptionIds, followers]);
  return new Map(rows.map((row) => [row.billed, fromRow(row)]));
}

/** Those that it collects, and the consolidated ones that another subscription collects for it. */
const billsSubscription = `id in (select id from invoices where subscription_id = {value}
  union select invoice_id from invoice_lines where subscription_id = {value})`;

export const listInvoices = pageReader<InvoiceRow, Invoice>({
  name: 'invoices_page',
  select: columns,
  from: 'invoices',
  id: 'id',
  tenant: 'tenant_id',
  filters: { status: 'status', customerId: 'customer_id', subscriptionId: billsSubscription, walletId: 'wallet_id' },
  fromRow,
});

/** What providers of sales tax are told of sales and of what was given back of them. Rows come from triggers (migration 0019). */
import { money, type Money } from '../../domain/money';
import type { SalesTaxProviderName } from '../../domain/tax/settings';
import { toIso, type Instant } from '../../domain/time';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';

export interface TaxReport {
  readonly reference: string;
  readonly tenantId: string;
  readonly invoiceId: string;
  readonly provider: SalesTaxProviderName;
  readonly kind: 'sale' | 'reversal';
  /** Of a sale. */
  readonly calculation: string | null;
  /** With tax. */
  readonly amount: Money;
  readonly state: 'due' | 'reported' | 'estimated';
  readonly transaction: string | null;
  readonly obstacle: string | null;
  readonly occurredAt: Instant;
}

/** A report that is to be told, with the provider's id of the sale that it takes back. */
export interface DueReport extends TaxReport {
  readonly sale: string | null;
}

interface Row {
  [column: string]: unknown;
  reference: string;
  tenant_id: string;
  invoice_id: string;
  provider: SalesTaxProviderName;
  kind: TaxReport['kind'];
  calculation: string | null;
  amount: string;
  currency: string;
  state: TaxReport['state'];
  transaction: string | null;
  obstacle: string | null;
  occurred_at: Date;
}

const fromRow = (row: Row): TaxReport => ({
  reference: row.reference,
  tenantId: row.tenant_id,
  invoiceId: row.invoice_id,
  provider: row.provider,
  kind: row.kind,
  calculation: row.calculation,
  amount: money(row.amount, row.currency),
  state: row.state,
  transaction: row.transaction,
  obstacle: row.obstacle,
  occurredAt: row.occurred_at.getTime(),
});

const columns = `reference, tenant_id, invoice_id, provider, kind, calculation, amount, currency, state, transaction, obstacle, occurred_at`;

// Taken for a while: a worker that dies meanwhile leaves them to the next one. A reversal waits for its sale.
const take: Statement = {
  name: 'tax_reports_due',
  text: `
update tax_reports r set due_at = now() + interval '10 minutes'
where r.reference in (
  select d.reference from tax_reports d
  where d.due_at <= now() and (d.kind = 'sale' or exists (
    select from tax_reports s where s.reference = d.invoice_id and s.state = 'reported'))
  order by d.due_at limit $1 for update skip locked)
returning ${columns}, (select s.transaction from tax_reports s where s.reference = r.invoice_id and r.kind = 'reversal') as sale`,
};
const told: Statement = {
  name: 'tax_report_told',
  text: `update tax_reports set state = 'reported', due_at = null, transaction = $3, obstacle = null where tenant_id = $1 and reference = $2`,
};
const later: Statement = {
  name: 'tax_report_later',
  text: `update tax_reports set due_at = $3, obstacle = $4 where tenant_id = $1 and reference = $2 and state = 'due'`,
};

/** Takes up to so many reports that are due; nobody else takes them for ten minutes. @param db sees all tenants */
export async function takeDueReports(db: Queryable, max: number): Promise<DueReport[]> {
  const rows = await db.query<Row & { sale: string | null }>(take, [max]);
  return rows.map((row) => ({ ...fromRow(row), sale: row.sale }));
}

/** The provider knows of it. */
export async function noteReported(
  db: Queryable,
  { tenantId, reference }: TaxReport,
  transaction: string,
): Promise<void> {
  await db.query(told, [tenantId, reference, transaction]);
}

/** The provider could not be told; it is tried again at an instant of the wall clock. */
export async function noteUnreported(
  db: Queryable,
  { tenantId, reference }: TaxReport,
  obstacle: string,
  again: Instant,
): Promise<void> {
  await db.query(later, [tenantId, reference, toIso(again), obstacle]);
}

export const listTaxReports = pageReader<Row, TaxReport>({
  name: 'tax_reports_page',
  select: columns,
  from: 'tax_reports',
  id: 'reference',
  tenant: 'tenant_id',
  filters: { invoiceId: 'invoice_id', state: 'state' },
  fromRow,
});

/** Credit notes with their lines. They are written by the transactions that credit (db/transactions/credit-note-parts.ts). */
import { money, type Money } from '../../domain/money';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

/** What a credit note says, as it is written and as it is read. */
export interface CreditNoteContent {
  readonly id: string;
  readonly customerId: string;
  readonly subscriptionId: string | null;
  readonly invoiceId: string;
  readonly reason: string;
  readonly memo: string | null;
  readonly net: Money;
  readonly tax: Money;
  readonly gross: Money;
  readonly reduced: Money;
  readonly refunded: Money;
  readonly toBalance: Money;
  readonly refundId: string | null;
  readonly taxes: readonly { readonly taxRow: string; readonly net: Money; readonly tax: Money }[];
}

export interface StoredCreditNote extends CreditNoteContent {
  readonly tenantId: string;
  /** Series and sequence, such as CN-000007. */
  readonly number: string;
  readonly explanation: string;
  readonly occurredAt: number;
}

export interface StoredCreditNoteLine {
  readonly id: string;
  readonly creditNoteId: string;
  readonly invoiceLineId: string;
  readonly kind: string;
  readonly description: string;
  readonly stream: string;
  /** With tax. */
  readonly amount: Money;
  readonly net: Money;
  readonly tax: Money;
  readonly taxRow: string;
  readonly periodStart: number;
  readonly periodEnd: number;
  readonly explanation: string;
}

interface Row {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  customer_id: string;
  subscription_id: string | null;
  invoice_id: string;
  number: string;
  currency: string;
  reason: string;
  memo: string | null;
  net: string;
  tax: string;
  gross: string;
  reduced: string;
  refunded: string;
  to_balance: string;
  refund_id: string | null;
  taxes: { tax_row: string; net: string; tax: string }[];
  explanation: string;
  occurred_at: Date;
}

const columns = `id, tenant_id, customer_id, subscription_id, invoice_id, invoice_number(series, sequence) as number, currency, reason, memo, net,
  tax, gross, reduced, refunded, to_balance, refund_id, taxes, explanation, occurred_at`;

function fromRow(row: Row): StoredCreditNote {
  const amount = (value: string): Money => money(value, row.currency);
  return {
    id: row.id,
    tenantId: row.tenant_id,
    customerId: row.customer_id,
    subscriptionId: row.subscription_id,
    invoiceId: row.invoice_id,
    number: row.number,
    reason: row.reason,
    memo: row.memo,
    net: amount(row.net),
    tax: amount(row.tax),
    gross: amount(row.gross),
    reduced: amount(row.reduced),
    refunded: amount(row.refunded),
    toBalance: amount(row.to_balance),
    refundId: row.refund_id,
    taxes: row.taxes.map(({ tax_row: taxRow, net, tax }) => ({ taxRow, net: amount(net), tax: amount(tax) })),
    explanation: row.explanation,
    occurredAt: row.occurred_at.getTime(),
  };
}

interface LineRow {
  [column: string]: unknown;
  id: string;
  credit_note_id: string;
  invoice_line_id: string;
  kind: string;
  description: string;
  stream: string;
  amount: string;
  net: string;
  tax: string;
  currency: string;
  tax_row: string;
  period_start: Date;
  period_end: Date;
  explanation: string;
}

const lineFromRow = (row: LineRow): StoredCreditNoteLine => ({
  id: row.id,
  creditNoteId: row.credit_note_id,
  invoiceLineId: row.invoice_line_id,
  kind: row.kind,
  description: row.description,
  stream: row.stream,
  amount: money(row.amount, row.currency),
  net: money(row.net, row.currency),
  tax: money(row.tax, row.currency),
  taxRow: row.tax_row,
  periodStart: row.period_start.getTime(),
  periodEnd: row.period_end.getTime(),
  explanation: row.explanation,
});

const byId: Statement = {
  name: 'credit_notes_by_id',
  text: `select ${columns} from credit_notes where tenant_id = $1 and id = $2`,
};
const linesOf: Statement = {
  name: 'credit_note_lines_of_notes',
  text: `select id, credit_note_id, invoice_line_id, kind, description, stream, amount, net, tax, currency, tax_row, period_start, period_end,
      explanation
    from credit_note_lines where tenant_id = $1 and credit_note_id = any($2::text[]) order by credit_note_id, position`,
};

/** A credit note of a tenant, or null. */
export async function findCreditNote(db: Queryable, tenantId: string, id: string): Promise<StoredCreditNote | null> {
  return firstOf((await db.query<Row>(byId, [tenantId, id])).map(fromRow));
}

/** The lines of some credit notes, each note's in order. */
export async function linesOfCreditNotes(
  db: Queryable,
  tenantId: string,
  ids: readonly string[],
): Promise<StoredCreditNoteLine[]> {
  return (await db.query<LineRow>(linesOf, [tenantId, ids])).map(lineFromRow);
}

export const listCreditNotes = pageReader<Row, StoredCreditNote>({
  name: 'credit_notes_page',
  select: columns,
  from: 'credit_notes',
  id: 'id',
  tenant: 'tenant_id',
  filters: { invoiceId: 'invoice_id', customerId: 'customer_id', subscriptionId: 'subscription_id' },
  fromRow,
});

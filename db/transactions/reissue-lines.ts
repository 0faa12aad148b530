/** Reads an invoice as it is issued anew: its lines after discounts, and why it cannot be. */
import type { InvoiceLine, LineExplanation, LineKind } from '../../domain/invoice/line';
import { money, subtract } from '../../domain/money';
import type { Queryable, Statement } from '../pool';

export interface LineToReissue {
  /** The line that is replaced. */
  readonly id: string;
  /** The subscription that it bills. */
  readonly subscriptionId: string;
  readonly line: InvoiceLine;
}

export interface InvoiceToReissue {
  readonly lines: readonly LineToReissue[];
  readonly span: { readonly start: number; readonly end: number };
  /** Null when it can be. */
  readonly obstacle: string | null;
}

const statement: Statement = {
  name: 'reissue_lines',
  text: `
select l.*, i.period_start as span_start, i.period_end as span_end,
  exists (select from credit_note_lines n where n.invoice_line_id = l.id) or exists (
    select from invoice_lines c join invoices v on v.id = c.invoice_id and v.status <> 'void' where c.credits_line_id = l.id and c.amount <> 0) as credited
from invoice_lines l join invoices i on i.id = l.invoice_id
where l.tenant_id = $1 and l.invoice_id = $2 order by l.position`,
};

interface Row {
  [column: string]: unknown;
  id: string;
  subscription_id: string;
  kind: LineKind;
  description: string;
  price_id: string | null;
  stream: string;
  quantity: string;
  amount: string;
  discount: string;
  currency: string;
  period_start: Date;
  period_end: Date;
  credits_line_id: string | null;
  plan_id: string | null;
  product_id: string | null;
  meter_id: string | null;
  explanation: LineExplanation;
  span_start: Date;
  span_end: Date;
  credited: boolean;
}

function lineOf(row: Row): LineToReissue {
  // What is taken off and taxed is told anew by the new invoice.
  const { discounts: _discounts, tax: _tax, ...explanation } = row.explanation;
  const line: InvoiceLine = {
    kind: row.kind,
    description: row.description,
    priceId: row.price_id,
    planId: row.plan_id,
    productId: row.product_id,
    meterId: row.meter_id,
    stream: row.stream,
    quantity: row.quantity,
    amount: subtract(money(row.amount, row.currency), money(row.discount, row.currency)),
    periodStart: row.period_start.getTime(),
    periodEnd: row.period_end.getTime(),
    creditsLineId: null,
    explanation,
  };
  return { id: row.id, subscriptionId: row.subscription_id, line };
}

function obstacleOf(rows: readonly Row[]): string | null {
  if (rows.length === 0) return 'it has no lines';
  if (rows.some(({ credits_line_id: credits }) => credits !== null)) return 'it credits an older invoice';
  return rows.some(({ credited }) => credited) ? 'it was credited in part' : null;
}

/** The lines of an invoice for another one in its place. */
export async function loadLinesToReissue(
  db: Queryable,
  tenantId: string,
  invoiceId: string,
): Promise<InvoiceToReissue> {
  const rows = await db.query<Row>(statement, [tenantId, invoiceId]);
  const [first] = rows;
  const span = { start: first?.span_start.getTime() ?? 0, end: first?.span_end.getTime() ?? 0 };
  return { lines: rows.map(lineOf), span, obstacle: obstacleOf(rows) };
}

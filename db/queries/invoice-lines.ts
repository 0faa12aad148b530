/** Lines of invoices with the explanation of each amount. */
import type { LineKind, LineOrigin } from '../../domain/invoice/line';
import { money, type Money } from '../../domain/money';
import type { Queryable, Statement } from '../pool';

export interface InvoiceLine extends LineOrigin {
  readonly id: string;
  readonly invoiceId: string;
  /** Null on the invoice of a top-up; on a consolidated invoice they differ. */
  readonly subscriptionId: string | null;
  readonly kind: LineKind;
  readonly description: string;
  readonly priceId: string | null;
  readonly stream: string;
  readonly quantity: string;
  readonly amount: Money;
  readonly discount: Money;
  readonly tax: Money;
  readonly net: Money;
  readonly periodStart: number;
  readonly periodEnd: number;
  readonly creditsLineId: string | null;
  readonly explanation: unknown;
}

interface InvoiceLineRow {
  [column: string]: unknown;
  id: string;
  invoice_id: string;
  subscription_id: string | null;
  kind: LineKind;
  description: string;
  price_id: string | null;
  plan_id: string | null;
  product_id: string | null;
  meter_id: string | null;
  stream: string;
  quantity: string;
  amount: string;
  discount: string;
  tax: string;
  net: string;
  currency: string;
  period_start: Date;
  period_end: Date;
  credits_line_id: string | null;
  explanation: unknown;
}

const fromRow = (row: InvoiceLineRow): InvoiceLine => ({
  id: row.id,
  invoiceId: row.invoice_id,
  subscriptionId: row.subscription_id,
  kind: row.kind,
  description: row.description,
  priceId: row.price_id,
  planId: row.plan_id,
  productId: row.product_id,
  meterId: row.meter_id,
  stream: row.stream,
  quantity: row.quantity,
  amount: money(row.amount, row.currency),
  discount: money(row.discount, row.currency),
  tax: money(row.tax, row.currency),
  net: money(row.net, row.currency),
  periodStart: row.period_start.getTime(),
  periodEnd: row.period_end.getTime(),
  creditsLineId: row.credits_line_id,
  explanation: row.explanation,
});

const ofInvoices: Statement = {
  name: 'invoice_lines_of_invoices',
  text: `select id, invoice_id, subscription_id, kind, description, price_id, stream, quantity, amount, discount, tax, net, currency, period_start, period_end, credits_line_id,
      plan_id, product_id, meter_id, explanation
    from invoice_lines where tenant_id = $1 and invoice_id = any($2::text[]) order by invoice_id, position`,
};

/** The lines of some invoices, each invoice's in order. */
export async function linesOfInvoices(
  db: Queryable,
  tenantId: string,
  invoiceIds: readonly string[],
): Promise<InvoiceLine[]> {
  return (await db.query<InvoiceLineRow>(ofInvoices, [tenantId, invoiceIds])).map(fromRow);
}

/** Reads an invoice as credit notes see it: what each line charged, and what was given back of it so far. */
import type { CreditableInvoice, CreditableLine } from '../../domain/credits/credit-note';
import type { LineKind, LineTax } from '../../domain/invoice/line';
import { money, type Money, zero } from '../../domain/money';
import type { Instant } from '../../domain/time';
import type { Queryable, Statement } from '../pool';

/** A line with what its credit is booked by. */
export interface LineToCredit extends CreditableLine {
  readonly kind: LineKind;
  readonly stream: string;
  readonly periodStart: Instant;
  readonly periodEnd: Instant;
  /** Whose tax it bears; null for none. */
  readonly place: string | null;
}

export interface InvoiceToCredit extends CreditableInvoice {
  readonly status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  readonly customerId: string;
  readonly subscriptionId: string | null;
  readonly lines: readonly LineToCredit[];
  /** Of its seller's credit notes. */
  readonly series: string;
  /** The place of the next credit note among those of the invoice. */
  readonly ordinal: number;
  /** The payment that succeeded. */
  readonly paymentId: string | null;
  /** A try whose outcome is not known, or a debit that takes days: nothing stands still then. */
  readonly isPaymentUnderWay: boolean;
  /** Business time: the customer's test clock, or the wall clock of the database. */
  readonly now: Instant;
}

const lockStatement: Statement = {
  name: 'creditable_invoice_lock',
  text: 'select id from invoices where tenant_id = $1 and id = $2 for update',
};

const statement: Statement = {
  name: 'creditable_invoice',
  text: `
select i.id, i.status, i.currency, i.customer_id, i.subscription_id, case when i.status = 'open' then i.amount_due else 0 end as amount_due,
  e.credit_note_series as series, coalesce(k.now, now()) as now, p.id as payment_id,
  (select count(*)::integer + 1 from credit_notes n where n.invoice_id = i.id) as ordinal,
  coalesce(p.amount - (select coalesce(sum(r.amount), 0) from refunds r
    where r.payment_id = p.id and r.status not in ('failed', 'canceled', 'refused')), 0) as refundable,
  (select coalesce(sum(r.amount), 0) from refunds r where r.payment_id = p.id and r.status not in ('failed', 'canceled', 'refused')
    and not exists (select from credit_notes n where n.refund_id = r.id)) as given_back,
  exists (select from payments x where x.invoice_id = i.id and x.status <> 'canceled'
    and (x.status = 'processing' or x.attempt_begun is not null)) as under_way
from invoices i
join customers c on c.id = i.customer_id
join tenants t on t.id = i.tenant_id
join entities e on e.id = coalesce(i.entity_id, t.default_entity_id)
left join test_clocks k on k.id = c.test_clock_id
left join payments p on p.invoice_id = i.id and p.status = 'succeeded'
where i.tenant_id = $1 and i.id = $2`,
};

// What later invoices credited of a line stands below zero there; the credit of a voided invoice gave nothing.
const linesStatement: Statement = {
  name: 'creditable_lines',
  text: `
select l.id, l.kind, l.description, l.stream, l.net, l.tax, l.currency, l.period_start, l.period_end, l.explanation->'tax' as taxed,
  coalesce(n.net, 0) + coalesce(c.net, 0) as credited_net, coalesce(n.tax, 0) + coalesce(c.tax, 0) as credited_tax
from invoice_lines l
left join lateral (select sum(x.net) as net, sum(x.tax) as tax from credit_note_lines x where x.invoice_line_id = l.id) n on true
left join lateral (select -sum(x.net) as net, -sum(x.tax) as tax from invoice_lines x join invoices v on v.id = x.invoice_id
  where x.credits_line_id = l.id and v.status <> 'void') c on true
where l.tenant_id = $1 and l.invoice_id = $2 order by l.position`,
};

interface LineRow {
  [column: string]: unknown;
  id: string;
  kind: LineKind;
  description: string;
  stream: string;
  net: string;
  tax: string;
  currency: string;
  period_start: Date;
  period_end: Date;
  taxed: LineTax | null;
  credited_net: string;
  credited_tax: string;
}

/** Names the row of the invoice's tax that a line belongs to; empty where nothing is taxed. */
const taxRowOf = (taxed: LineTax | null): string =>
  taxed === null ? '' : `${taxed.region ?? taxed.country} ${taxed.percent} % ${taxed.kind}`;

function lineOf(row: LineRow): LineToCredit {
  const amount = (value: string): Money => money(value, row.currency);
  return {
    id: row.id,
    kind: row.kind,
    description: row.description,
    stream: row.stream,
    net: amount(row.net),
    tax: amount(row.tax),
    taxRow: taxRowOf(row.taxed),
    place: row.taxed === null ? null : (row.taxed.region ?? row.taxed.country),
    periodStart: row.period_start.getTime(),
    periodEnd: row.period_end.getTime(),
    credited: { net: amount(row.credited_net), tax: amount(row.credited_tax) },
  };
}

/** Null when the invoice does not exist. @param lock holds its row until the transaction ends: credits and refunds then wait for each other */
export async function loadInvoiceToCredit(
  db: Queryable,
  tenantId: string,
  invoiceId: string,
  lock: 'lock' | 'look',
): Promise<InvoiceToCredit | null> {
  if (lock === 'lock') await db.query(lockStatement, [tenantId, invoiceId]);
  const [row] = await db.query(statement, [tenantId, invoiceId]);
  if (row === undefined) return null;
  const lines = (await db.query<LineRow>(linesStatement, [tenantId, invoiceId])).map(lineOf);
  const currency: string = row['currency'];
  return {
    id: row['id'],
    status: row['status'],
    currency,
    customerId: row['customer_id'],
    subscriptionId: row['subscription_id'],
    lines,
    amountDue: money(row['amount_due'], currency),
    refundable: row['status'] === 'paid' ? money(row['refundable'], currency) : zero(currency),
    givenBack: money(row['given_back'], currency),
    series: row['series'],
    ordinal: row['ordinal'],
    paymentId: row['payment_id'],
    isPaymentUnderWay: row['under_way'],
    now: row['now'].getTime(),
  };
}

/**
 * Reads open invoices with what their settlement needs: what is unpaid, the lines to reverse, and the payment under way.
 */
import type { InvoiceTaxes } from '../../domain/invoice/invoice-taxes';
import { money, type Money } from '../../domain/money';
import type { Instant } from '../../domain/time';
import type { LineKind } from '../../domain/invoice/line';
import type { Queryable, Statement } from '../pool';

export interface OpenInvoice {
  readonly id: string;
  readonly status: 'open' | 'paid' | 'void' | 'uncollectible';
  /** The business time at which it was issued. */
  readonly issuedAt: Instant;
  readonly total: Money;
  readonly balanceApplied: Money;
  readonly carriedOver: Money;
  /** What credits took off it, and what its own credit lines took off older ones. */
  readonly creditReceived: Money;
  readonly creditGiven: Money;
  /** What the credits of its charges give back in all. */
  readonly credited: Money;
  readonly amountDue: Money;
  readonly lines: readonly {
    readonly stream: string;
    readonly kind: LineKind;
    /** Without discount and tax: what is booked as income. */
    readonly net: Money;
    readonly periodEnd: Instant;
  }[];
  readonly taxes: InvoiceTaxes | null;
  readonly payment: {
    readonly id: string;
    readonly rail: string;
    readonly providerRef: string;
    readonly status: string;
    readonly version: number;
  } | null;
}

const statement: Statement = {
  name: 'open_invoices',
  text: `
select i.id, i.status, i.occurred_at, i.currency, i.total, i.balance_applied, i.carried_over, i.amount_due, i.credit_received, i.credit_given,
  (select coalesce(-sum(c.net + c.tax), 0) from invoice_lines l join invoice_lines c on c.credits_line_id = l.id
   join invoices v on v.id = c.invoice_id and v.status <> 'void' where l.invoice_id = i.id) as credited,
  (select json_agg(json_build_object('stream', l.stream, 'kind', l.kind, 'net', l.net::text,
     'period_end', (extract(epoch from l.period_end) * 1000)::bigint) order by l.position)
   from invoice_lines l where l.invoice_id = i.id) as lines, i.taxes,
  p.id as payment_id, p.rail, p.provider_ref, p.status as payment_status,
  (select count(*)::integer from payments x where x.invoice_id = i.id and x.status = 'canceled') as canceled_payments
from invoices i
left join payments p on p.invoice_id = i.id and p.status <> 'canceled'
where i.tenant_id = $1 and i.id = any($2)
order by i.id`,
};

/** The invoices of the given ids, settled ones too: the caller looks at `status`. */
export async function loadOpenInvoices(
  db: Queryable,
  tenantId: string,
  ids: readonly string[],
): Promise<OpenInvoice[]> {
  const rows = await db.query(statement, [tenantId, ids]);
  return rows.map((row) => ({
    id: row['id'],
    status: row['status'],
    issuedAt: row['occurred_at'].getTime(),
    total: money(row['total'], row['currency']),
    balanceApplied: money(row['balance_applied'], row['currency']),
    carriedOver: money(row['carried_over'], row['currency']),
    creditReceived: money(row['credit_received'], row['currency']),
    creditGiven: money(row['credit_given'], row['currency']),
    credited: money(row['credited'], row['currency']),
    amountDue: money(row['amount_due'], row['currency']),
    lines: (row['lines'] ?? []).map((line: { stream: string; kind: LineKind; net: string; period_end: number }) => ({
      stream: line.stream,
      kind: line.kind,
      net: money(line.net, row['currency']),
      periodEnd: line.period_end,
    })),
    taxes: row['taxes'],
    payment:
      row['payment_id'] === null
        ? null
        : {
            id: row['payment_id'],
            rail: row['rail'],
            providerRef: row['provider_ref'],
            status: row['payment_status'],
            version: row['canceled_payments'] + 1,
          },
  }));
}

/**
 * Reads open invoices with what their settlement needs: what is unpaid, the lines to reverse, and the payment under way.
 */
import type { InvoiceTaxes } from '../../domain/invoice/invoice-taxes';
import type { GrantOrigin } from '../../domain/credits/grant';
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
  /** What credit notes took off it, line by line, and what they gave: off what it asks for, and to the balance. */
  readonly notes: readonly NotedLine[];
  readonly notedReduced: Money;
  readonly notedToBalance: Money;
  /** What the customer's wallet paid of it, grant by grant. */
  readonly draws: readonly WalletDrawn[];
  /** What units of wallets paid of its usage. */
  readonly unitDraws: readonly UnitsDrawn[];
  readonly payment: {
    readonly id: string;
    readonly rail: string;
    readonly providerRef: string;
    readonly status: string;
    readonly version: number;
  } | null;
}

/** A line of a credit note. */
export interface NotedLine {
  readonly stream: string;
  readonly kind: LineKind;
  readonly net: Money;
  readonly tax: Money;
  /** Whose tax; null for none. */
  readonly place: string | null;
  readonly periodEnd: Instant;
  readonly notedAt: Instant;
}

/** Credits of one grant that paid an invoice. */
export interface WalletDrawn {
  readonly walletId: string;
  readonly grantId: string;
  readonly origin: GrantOrigin;
  readonly amount: string;
  readonly paid: Money | null;
  readonly priority: number;
  readonly expiresAt: Instant | null;
  readonly drawnAt: Instant;
}

export interface UnitsDrawn extends WalletDrawn {
  /** What earned what was paid for them. */
  readonly stream: string;
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
  (select coalesce(sum(n.reduced), 0) from credit_notes n where n.invoice_id = i.id) as noted_reduced,
  (select coalesce(sum(n.to_balance), 0) from credit_notes n where n.invoice_id = i.id) as noted_to_balance,
  (select json_agg(json_build_object('stream', x.stream, 'kind', x.kind, 'net', x.net::text, 'tax', x.tax::text,
     'place', coalesce(l.explanation->'tax'->>'region', l.explanation->'tax'->>'country'),
     'periodEnd', (extract(epoch from x.period_end) * 1000)::bigint, 'notedAt', (extract(epoch from n.occurred_at) * 1000)::bigint) order by x.id)
   from credit_notes n join credit_note_lines x on x.credit_note_id = n.id join invoice_lines l on l.id = x.invoice_line_id
   where n.invoice_id = i.id) as notes,
  (select json_agg(json_build_object('walletId', m.wallet_id, 'grantId', m.grant_id, 'origin', g.origin, 'amount', (-m.amount)::text,
     'paid', m.paid::text, 'priority', g.priority, 'expiresAt', (extract(epoch from g.expires_at) * 1000)::bigint,
     'drawnAt', (extract(epoch from m.occurred_at) * 1000)::bigint) order by m.id)
   from wallet_movements m join credit_grants g on g.id = m.grant_id where m.invoice_id = i.id and m.kind = 'drawn') as draws,
  (select json_agg(json_build_object('walletId', m.wallet_id, 'grantId', m.grant_id, 'origin', g.origin, 'amount', (-m.amount)::text,
     'paid', m.paid::text, 'paidCurrency', m.paid_currency, 'stream', w.stream, 'priority', g.priority,
     'expiresAt', (extract(epoch from g.expires_at) * 1000)::bigint, 'drawnAt', (extract(epoch from m.occurred_at) * 1000)::bigint) order by m.id)
   from wallet_movements m join credit_grants g on g.id = m.grant_id join wallets w on w.id = m.wallet_id
   where m.invoice_id = i.id and m.kind = 'used') as unit_draws,
  p.id as payment_id, p.rail, p.provider_ref, p.status as payment_status,
  (select count(*)::integer from payments x where x.invoice_id = i.id and x.status = 'canceled') as canceled_payments
from invoices i
left join payments p on p.invoice_id = i.id and p.status <> 'canceled'
where i.tenant_id = $1 and i.id = any($2)
order by i.id`,
};

type NotedJson = Omit<NotedLine, 'net' | 'tax'> & { readonly net: string; readonly tax: string };
type DrawnJson = Omit<WalletDrawn, 'paid'> & { readonly paid: string | null };

const notesOf = (notes: readonly NotedJson[] | null, currency: string): NotedLine[] =>
  (notes ?? []).map((line) => ({ ...line, net: money(line.net, currency), tax: money(line.tax, currency) }));

const drawsOf = (draws: readonly DrawnJson[] | null, currency: string): WalletDrawn[] =>
  (draws ?? []).map((draw) => ({ ...draw, paid: draw.paid === null ? null : money(draw.paid, currency) }));

type UnitsJson = Omit<UnitsDrawn, 'paid'> & { readonly paid: string | null; readonly paidCurrency: string | null };

const unitDrawsOf = (draws: readonly UnitsJson[] | null): UnitsDrawn[] =>
  (draws ?? []).map(({ paid, paidCurrency, ...draw }) => ({
    ...draw,
    paid: paid === null || paidCurrency === null ? null : money(paid, paidCurrency),
  }));

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
    notes: notesOf(row['notes'], row['currency']),
    notedReduced: money(row['noted_reduced'], row['currency']),
    notedToBalance: money(row['noted_to_balance'], row['currency']),
    draws: drawsOf(row['draws'], row['currency']),
    unitDraws: unitDrawsOf(row['unit_draws']),
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

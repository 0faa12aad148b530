import type { PartSql } from './record-statement';

/** What facts write about wallets and credit notes; `recordStatement` puts them in where a fact has rows for them. */
export type CreditPart = 'wallet' | 'grants' | 'movements' | 'note' | 'noteLines';

export const creditPartsSql: Readonly<Record<CreditPart, PartSql>> = {
  wallet: {
    letter: 'w',
    // Two invoices that draw from one wallet read it one after the other: the later writer finds another version.
    tables: (rows) => `
wallet_in as (
  select * from jsonb_to_recordset(${rows}) as w(id text, expected integer)
), wallet_out as (
  update wallets w set version = w.version + 1, automatic_due = jsonb_typeof(w.rules->'automatic') = 'object'
  from wallet_in n where w.id = n.id and (n.expected is null or n.expected = w.version) returning w.id
)`,
    insist: `insist((select count(*) from wallet_out), (select count(*) from wallet_in), 'the wallet moved meanwhile')`,
  },
  grants: {
    letter: 'g',
    tables: (rows) => `
grants_out as (
  insert into credit_grants (id, tenant_id, wallet_id, key, origin, amount, paid, paid_currency, priority, effective_at, expires_at, rollover, rolled,
    reason, occurred_at)
  select id, $1, wallet_id, key, origin, amount, paid, paid_currency, priority, effective_at, expires_at, rollover, rolled, reason, granted_at
  from jsonb_to_recordset(${rows}) as g(id text, wallet_id text, key text, origin text, amount numeric, paid numeric, paid_currency text,
    priority integer, effective_at timestamptz, expires_at timestamptz, rollover jsonb, rolled jsonb, reason text, granted_at timestamptz)
)`,
  },
  movements: {
    letter: 'z',
    tables: (rows) => `
movements_out as (
  insert into wallet_movements (id, tenant_id, wallet_id, grant_id, kind, amount, paid, paid_currency, invoice_id, reason, occurred_at)
  select id, $1, wallet_id, grant_id, kind, amount, paid, paid_currency, invoice_id, reason, coalesce(moved_at, at)
  from jsonb_to_recordset(${rows}) as m(at timestamptz, id text, wallet_id text, grant_id text, kind text, amount numeric, paid numeric,
    paid_currency text, invoice_id text, reason text, moved_at timestamptz)
)`,
  },
  note: {
    letter: 'n',
    tables: (rows) => `
note_in as (
  select *, row_number() over (partition by series order by n) as place, count(*) over (partition by series) as places
  from jsonb_to_recordset(${rows}) as c(n integer, at timestamptz, id text, customer_id text, subscription_id text, invoice_id text, ordinal integer,
    series text, currency text, reason text, memo text, net numeric, tax numeric, gross numeric, reduced numeric, refunded numeric,
    to_balance numeric, refund_id text, taxes jsonb, explanation text)
), notes_numbered as (
  insert into invoice_series as s (tenant_id, series, last_number) select $1, series, count(*) from note_in group by series order by series
  on conflict (tenant_id, series) do update set last_number = s.last_number + excluded.last_number returning series, last_number
), note_out as (
  insert into credit_notes (id, tenant_id, customer_id, subscription_id, invoice_id, ordinal, series, sequence, currency, reason, memo, net, tax,
    gross, reduced, refunded, to_balance, refund_id, taxes, explanation, occurred_at)
  select c.id, $1, c.customer_id, c.subscription_id, c.invoice_id, c.ordinal, c.series, s.last_number - c.places + c.place, c.currency, c.reason,
    c.memo, c.net, c.tax, c.gross, c.reduced, c.refunded, c.to_balance, c.refund_id, c.taxes, c.explanation, c.at
  from note_in c join notes_numbered s using (series)
)`,
  },
  noteLines: {
    letter: 'k',
    tables: (rows) => `
note_lines_out as (
  insert into credit_note_lines (id, tenant_id, credit_note_id, invoice_line_id, position, kind, description, stream, amount, net, tax, currency,
    tax_row, period_start, period_end, explanation)
  select id, $1, credit_note_id, invoice_line_id, position, kind, description, stream, amount, net, tax, currency, tax_row, period_start,
    period_end, explanation
  from jsonb_to_recordset(${rows}) as l(id text, credit_note_id text, invoice_line_id text, position integer, kind text, description text,
    stream text, amount numeric, net numeric, tax numeric, currency text, tax_row text, period_start timestamptz, period_end timestamptz,
    explanation text)
)`,
  },
};

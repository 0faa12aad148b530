/** Wallets against their movements and the ledger. */
import type { Rule } from './rule';

export const creditRules: readonly Rule[] = [
  {
    rule: 'what is left of a grant is the sum of its movements, from zero up',
    rows: `
select g.id, g.amount, g.used, g.removed, m.amount as moved from credit_grants g
join lateral (select coalesce(sum(amount), 0) as amount from wallet_movements where grant_id = g.id) m on true
where g.tenant_id = $1 and (g.amount - g.used - g.removed <> m.amount or m.amount < 0)`,
  },
  {
    rule: 'what a wallet paid of an invoice is what was drawn for it, and each invoice that was paid so belongs to the customer',
    rows: `
select i.id, i.wallet_applied, d.amount as drawn from invoices i
left join lateral (select -sum(m.amount) as amount, bool_and(w.customer_id = i.customer_id and w.currency = i.currency) as own
  from wallet_movements m join wallets w on w.id = m.wallet_id where m.invoice_id = i.id and m.kind = 'drawn') d on true
where i.tenant_id = $1 and (i.wallet_applied <> coalesce(d.amount, 0) or not coalesce(d.own, true))`,
  },
  {
    rule: 'what units paid of an invoice is what its lines say, out of wallets of the customer that are for the meter',
    rows: `
select i.id, l.units, u.units as used from invoices i
join lateral (select sum(x.quantity) as units from invoice_lines x where x.invoice_id = i.id and x.kind = 'unit_credits') l on true
left join lateral (select -sum(m.amount) as units, bool_and(w.customer_id = i.customer_id and w.meter_id is not null) as own
  from wallet_movements m join wallets w on w.id = m.wallet_id where m.invoice_id = i.id and m.kind = 'used') u on true
where i.tenant_id = $1 and (coalesce(l.units, 0) <> coalesce(u.units, 0) or not coalesce(u.own, true))`,
  },
  {
    rule: 'what a provider of sales tax is told of an invoice is what it computed, and no more is given back of it',
    rows: `
select i.id, i.taxes->'provider' as said, s.amount as sold, r.amount as given_back from invoices i
left join tax_reports s on s.reference = i.id and s.kind = 'sale'
left join lateral (select coalesce(sum(amount), 0) as amount from tax_reports where invoice_id = i.id and kind = 'reversal') r on true
where i.tenant_id = $1 and ((i.taxes->'provider' is not null and (i.taxes->'provider'->'sold'->>'amount')::numeric > 0) <> (s.reference is not null)
  or s.amount <> (i.taxes->'provider'->'sold'->>'amount')::numeric or r.amount > coalesce(s.amount, 0)
  or (s.state <> 'estimated' and i.status = 'void' and r.amount <> least(s.amount, i.total)))`,
  },
  {
    rule: 'the liability for bought credits is what was paid for those that are left',
    rows: `
with ledger as (
  select currency, -sum(amount) as amount from ledger_postings where tenant_id = $1 and account = 'wallet_credits' group by 1
), held as (
  -- What was paid goes with the credits: in with a top-up, out with a use or an expiry. A rollover moves it within the wallet.
  select m.paid_currency as currency, sum(m.paid * case when m.kind = 'granted' then 1 else -1 end) as amount
  from wallet_movements m join credit_grants g on g.id = m.grant_id
  where m.tenant_id = $1 and m.paid is not null and not (m.kind = 'granted' and g.rolled is not null) group by 1
), asked as (
  select currency, sum(amount_due) as amount from invoices where tenant_id = $1 and wallet_id is not null and status = 'open' group by 1
)
select coalesce(l.currency, h.currency) as currency, l.amount as ledger, h.amount as held, a.amount as asked
from ledger l full join held h on h.currency = l.currency left join asked a on a.currency = coalesce(l.currency, h.currency)
where coalesce(l.amount, 0) <> coalesce(h.amount, 0) + coalesce(a.amount, 0)`,
  },
  {
    rule: 'a top-up that succeeded granted its credits once, one that failed granted none and asks for nothing',
    rows: `
select u.id, u.status, u.amount, u.bonus, g.amount as granted, i.status as invoice from wallet_top_ups u
left join lateral (select coalesce(sum(amount), 0) as amount from credit_grants
  where wallet_id = u.wallet_id and key in (u.key || '/paid', u.key || '/granted')) g on true
left join invoices i on i.id = u.invoice_id
where u.tenant_id = $1 and case u.status
  when 'succeeded' then g.amount <> u.amount + u.bonus or i.status <> 'paid'
  when 'failed' then g.amount <> 0 or i.status <> 'void'
  else g.amount <> 0 end`,
  },
  {
    rule: 'credit notes and credits of later invoices take no more off a line than it charged, tax included',
    rows: `
select l.id, l.net, l.tax, n.net as noted, n.tax as noted_tax, c.net as credited from invoice_lines l
left join lateral (select coalesce(sum(net), 0) as net, coalesce(sum(tax), 0) as tax from credit_note_lines where invoice_line_id = l.id) n on true
left join lateral (select coalesce(-sum(x.net), 0) as net, coalesce(-sum(x.tax), 0) as tax from invoice_lines x join invoices v on v.id = x.invoice_id
  where x.credits_line_id = l.id and v.status <> 'void') c on true
where l.tenant_id = $1 and (n.net > 0 or n.tax > 0) and (n.net + c.net > l.net or n.tax + c.tax > l.tax)`,
  },
  {
    rule: 'a credit note is the sum of its lines, and its invoice received what it reduced',
    rows: `
select n.id, n.gross, l.gross as lines, i.credit_received from credit_notes n join invoices i on i.id = n.invoice_id
left join lateral (select sum(net) as net, sum(tax) as tax, sum(amount) as gross from credit_note_lines where credit_note_id = n.id) l on true
where n.tenant_id = $1 and (n.gross <> l.gross or n.net <> l.net or n.tax <> l.tax or i.credit_received < n.reduced)`,
  },
  {
    rule: 'no invoice gives back more than it charged: by credit notes, credits of later invoices and refunds together',
    rows: `
select i.id, i.total, g.noted, g.credited, g.refunded from invoices i
join lateral (select
  (select coalesce(sum(n.gross), 0) from credit_notes n where n.invoice_id = i.id) as noted,
  (select coalesce(-sum(c.net + c.tax), 0) from invoice_lines l join invoice_lines c on c.credits_line_id = l.id
    join invoices v on v.id = c.invoice_id and v.status <> 'void' where l.invoice_id = i.id) as credited,
  (select coalesce(sum(r.amount), 0) from payments p join refunds r on r.payment_id = p.id where p.invoice_id = i.id
    and r.status not in ('failed', 'canceled', 'refused') and not exists (select from credit_notes n where n.refund_id = r.id)) as refunded) g on true
where i.tenant_id = $1 and i.total > 0 and g.noted + g.credited + g.refunded > i.total
  -- What an invoice credits itself is in its total already.
  + (select coalesce(-sum(c.net + c.tax), 0) from invoice_lines c where c.invoice_id = i.id and c.credits_line_id is not null)`,
  },
  {
    rule: 'credit note numbers of a series have no gaps',
    rows: `
select s.series, s.last_number, count(n.id) as notes, max(n.sequence) as highest
from invoice_series s left join credit_notes n on n.tenant_id = s.tenant_id and n.series = s.series
where s.tenant_id = $1 and s.kind = 'credit_note' group by s.tenant_id, s.series, s.last_number
having count(n.id) <> s.last_number or coalesce(max(n.sequence), 0) <> s.last_number`,
  },
];

/** The ledger against the rows that it books. */
import type { Rule } from './rule';

export const bookRules: readonly Rule[] = [
  {
    rule: 'every ledger entry sums to zero per currency',
    rows: `
select entry_id, currency, sum(amount) from ledger_postings where tenant_id = $1
group by entry_id, currency having sum(amount) <> 0`,
  },
  {
    rule: 'what stands deferred in the ledger is what the lines billed ahead less what the closes recognized',
    rows: `
with ledger as (
  select substr(account, 10) as stream, currency, -sum(amount) as amount from ledger_postings
  where tenant_id = $1 and account like 'deferred:%' group by 1, 2
), unserved as (
  select stream, currency, sum(amount) as amount from (
    select stream, currency, amount from recognizable_lines where tenant_id = $1 and voided_at is null
    union all
    select stream, currency, -amount from revenue_close_amounts where tenant_id = $1
    union all
    select stream, currency, -amount from revenue_brought_forward where tenant_id = $1
  ) moved group by 1, 2
)
select coalesce(l.stream, u.stream) as stream, coalesce(l.currency, u.currency) as currency, l.amount as ledger, u.amount as lines
from ledger l full join unserved u on u.stream = l.stream and u.currency = l.currency
where coalesce(l.amount, 0) <> coalesce(u.amount, 0)`,
  },
  {
    rule: 'the balance of each customer is what their invoices put there and took',
    rows: `
with booked as (
  select i.customer_id, p.currency, -sum(p.amount) as amount from ledger_postings p
  join ledger_entries e on e.id = p.entry_id
  join (select id, customer_id from invoices union all select id, customer_id from credit_notes
    union all select r.id, p.customer_id from refunds r join payments p on p.id = r.payment_id) i on i.id = e.source
  where p.tenant_id = $1 and p.account = 'customer_balance' group by 1, 2
)
select coalesce(b.customer_id, c.customer_id) as customer, b.amount as booked, c.amount as balance
from booked b full join (select * from customer_balances where tenant_id = $1) c on c.customer_id = b.customer_id and c.currency = b.currency
where coalesce(b.amount, 0) <> coalesce(c.amount, 0)`,
  },
  {
    rule: 'what each close posted to revenue is what its entry says, and closes follow one another without a gap',
    rows: `
select c.id, c.month, a.stream, a.amount, p.amount as posted
from revenue_closes c
join revenue_close_amounts a on a.close_id = c.id
left join ledger_entries e on e.tenant_id = $1 and e.kind = 'recognition' and e.source = c.id and e.occurred_at = c.occurred_at
left join ledger_postings p on p.entry_id = e.id and p.currency = a.currency and p.account = 'deferred:' || a.stream
where c.tenant_id = $1 and a.amount <> coalesce(p.amount, 0)
union all
select c.id, c.month, null, null, null from revenue_closes c
where c.tenant_id = $1 and exists (select from revenue_closes o where o.tenant_id = $1 and o.test_clock_id is not distinct from c.test_clock_id and o.month < c.month)
  and not exists (select from revenue_closes o where o.tenant_id = $1 and o.test_clock_id is not distinct from c.test_clock_id
    and o.month = c.month - interval '1 month')`,
  },
  {
    rule: 'every month that a test clock has left is closed, if anything was billed ahead in it or before',
    rows: `
select k.id, k.now, min(l.posted_at) as billed
from test_clocks k join recognizable_lines l on l.test_clock_id = k.id
where k.tenant_id = $1 and k.status = 'ready'
group by k.id, k.now
having date_trunc('month', min(l.posted_at) at time zone 'UTC') < date_trunc('month', k.now at time zone 'UTC')
  and not exists (select from revenue_closes c where c.test_clock_id = k.id
    and c.month = date_trunc('month', k.now at time zone 'UTC') - interval '1 month')`,
  },
  {
    // Top-ups are no income; what wallets earn by themselves (used units, breakage) and what granted credits cost is apart.
    rule: 'revenue and what is deferred are what the invoices bill that were not voided, without tax, less their credit notes',
    rows: `
with income as (
  select p.currency, -sum(p.amount) as amount from ledger_postings p join ledger_entries e on e.id = p.entry_id
  where p.tenant_id = $1 and (p.account like 'revenue:%' or p.account like 'deferred:%') and p.account <> 'revenue:granted_credits'
    and e.kind not in ('credits_used', 'credit_expiry') group by 1
), billed as (
  select currency, sum(amount) as amount from (
    select currency, total - tax_added - tax_included as amount from invoices where tenant_id = $1 and status <> 'void' and wallet_id is null
    union all
    select n.currency, -n.net from credit_notes n join invoices i on i.id = n.invoice_id where n.tenant_id = $1 and i.status <> 'void'
  ) b group by 1
)
select coalesce(i.currency, b.currency) as currency, i.amount as income, b.amount as billed
from income i full join billed b on b.currency = i.currency
where coalesce(i.amount, 0) <> coalesce(b.amount, 0)`,
  },
  {
    rule: 'what is owed to tax offices is the tax of the invoices that were not voided, place by place',
    rows: `
with owed as (
  select substr(account, 5) as place, currency, -sum(amount) as amount from ledger_postings
  where tenant_id = $1 and account like 'tax:%' group by 1, 2
), billed as (
  select coalesce(r->>'region', r->>'country') as place, i.currency, sum((r->'tax'->>'amount')::numeric) as amount
  from invoices i, jsonb_array_elements(i.taxes->'rows') r where i.tenant_id = $1 and i.status <> 'void' group by 1, 2
), noted as (
  select coalesce(l.explanation->'tax'->>'region', l.explanation->'tax'->>'country') as place, x.currency, sum(x.tax) as amount
  from credit_note_lines x join invoice_lines l on l.id = x.invoice_line_id join invoices i on i.id = l.invoice_id
  where x.tenant_id = $1 and i.status <> 'void' and x.tax <> 0 group by 1, 2
)
select coalesce(o.place, b.place) as place, coalesce(o.currency, b.currency) as currency, o.amount as owed, b.amount as billed
from owed o full join billed b on b.place = o.place and b.currency = o.currency
left join noted n on n.place = b.place and n.currency = b.currency
where coalesce(o.amount, 0) <> coalesce(b.amount, 0) - coalesce(n.amount, 0)`,
  },
  {
    rule: 'bad debt is what the invoices given up ask for',
    rows: `
with debt as (
  select currency, sum(amount) as amount from ledger_postings where tenant_id = $1 and account = 'bad_debt' group by 1
), given_up as (
  select currency, sum(amount_due) as amount from invoices where tenant_id = $1 and status = 'uncollectible' group by 1
)
select coalesce(d.currency, g.currency) as currency, d.amount as ledger, g.amount as invoices
from debt d full join given_up g on g.currency = d.currency
where coalesce(d.amount, 0) <> coalesce(g.amount, 0)`,
  },
  {
    // What a credit note refunds stands there as nothing, but for a moment: before the refund is booked.
    rule: 'the account of refunds is what was refunded without a credit note and did not come back',
    rows: `
with ledger as (
  select currency, sum(amount) as amount from ledger_postings where tenant_id = $1 and account = 'refunds' group by 1
), refunded as (
  select r.currency, sum(case when n.id is null then r.amount else -r.amount end) as amount from refunds r
  left join credit_notes n on n.refund_id = r.id
  where r.tenant_id = $1 and case when n.id is null then r.status in ('pending', 'requires_action', 'succeeded') else r.status = 'requested' end
  group by 1
)
select coalesce(l.currency, r.currency) as currency, l.amount as ledger, r.amount as refunds
from ledger l full join refunded r on r.currency = l.currency
where coalesce(l.amount, 0) <> coalesce(r.amount, 0)`,
  },
  {
    rule: 'the account of disputes is what they took and did not give back',
    rows: `
with ledger as (
  select currency, sum(amount) as amount from ledger_postings where tenant_id = $1 and account = 'disputes' group by 1
), withdrawn as (
  select currency, sum(amount_withdrawn) as amount from disputes where tenant_id = $1 group by 1
)
select coalesce(l.currency, d.currency) as currency, l.amount as ledger, d.amount as disputes
from ledger l full join withdrawn d on d.currency = l.currency
where coalesce(l.amount, 0) <> coalesce(d.amount, 0)`,
  },
  {
    rule: 'what a payment says of its refunds is their sum, and never above the payment',
    rows: `
select p.id, p.amount, p.amount_refunded, coalesce(r.amount, 0) as refunds
from payments p
left join (select payment_id, sum(amount) as amount from refunds
  where tenant_id = $1 and status in ('pending', 'requires_action', 'succeeded') group by 1) r on r.payment_id = p.id
where p.tenant_id = $1 and (p.amount_refunded <> coalesce(r.amount, 0) or p.amount_refunded > p.amount)`,
  },
];

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
    rule: 'what stands deferred in the ledger is what the subscriptions have deferred',
    rows: `
with ledger as (
  select substr(account, 10) as stream, currency, -sum(amount) as amount from ledger_postings
  where tenant_id = $1 and account like 'deferred:%' group by 1, 2
), subscribed as (
  select d.key as stream, s.currency, sum(d.value::numeric) as amount
  from subscriptions s, jsonb_each_text(s.deferred) d where s.tenant_id = $1 group by 1, 2
)
select coalesce(l.stream, s.stream) as stream, coalesce(l.currency, s.currency) as currency, l.amount as ledger, s.amount as subscriptions
from ledger l full join subscribed s on s.stream = l.stream and s.currency = l.currency
where coalesce(l.amount, 0) <> coalesce(s.amount, 0)`,
  },
  {
    rule: 'the balance of each customer is what their invoices put there and took',
    rows: `
with booked as (
  select i.customer_id, p.currency, -sum(p.amount) as amount from ledger_postings p
  join ledger_entries e on e.id = p.entry_id join invoices i on i.id = e.source
  where p.tenant_id = $1 and p.account = 'customer_balance' group by 1, 2
)
select coalesce(b.customer_id, c.customer_id) as customer, b.amount as booked, c.amount as balance
from booked b full join (select * from customer_balances where tenant_id = $1) c on c.customer_id = b.customer_id and c.currency = b.currency
where coalesce(b.amount, 0) <> coalesce(c.amount, 0)`,
  },
  {
    rule: 'a subscription that has ended has nothing deferred',
    rows: `
select s.id, s.status, s.deferred from subscriptions s, jsonb_each_text(s.deferred) d
where s.tenant_id = $1 and s.status in ('canceled', 'expired') and d.value::numeric <> 0`,
  },
  {
    rule: 'revenue and what is deferred are what the invoices bill that were not voided',
    rows: `
with income as (
  select currency, -sum(amount) as amount from ledger_postings
  where tenant_id = $1 and (account like 'revenue:%' or account like 'deferred:%') group by 1
), billed as (
  select currency, sum(total) as amount from invoices where tenant_id = $1 and status <> 'void' group by 1
)
select coalesce(i.currency, b.currency) as currency, i.amount as income, b.amount as billed
from income i full join billed b on b.currency = i.currency
where coalesce(i.amount, 0) <> coalesce(b.amount, 0)`,
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
    rule: 'the account of refunds is what was refunded and did not come back',
    rows: `
with ledger as (
  select currency, sum(amount) as amount from ledger_postings where tenant_id = $1 and account = 'refunds' group by 1
), refunded as (
  select currency, sum(amount) as amount from refunds
  where tenant_id = $1 and status in ('pending', 'requires_action', 'succeeded') group by 1
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

/** Invoices: totals, payment, numbers, credits. */
import type { Rule } from './rule';

export const invoiceRules: readonly Rule[] = [
  {
    rule: 'the total of an invoice is what its lines are worth without tax, and their tax',
    rows: `
select i.id, i.total, sum(l.net + l.tax) as lines from invoices i left join invoice_lines l on l.invoice_id = i.id
where i.tenant_id = $1 group by i.id having i.total <> coalesce(sum(l.net + l.tax), 0)`,
  },
  {
    rule: 'what an invoice says of prices, discounts and tax is the sum of what its lines, coupons and rates say',
    rows: `
select i.id, i.subtotal, i.discount_total, i.tax_added, i.tax_included from invoices i
join lateral (
  select coalesce(sum(l.amount), 0) as subtotal, coalesce(sum(l.discount), 0) as discounts,
    coalesce(sum(l.tax) filter (where not l.tax_included), 0) as added, coalesce(sum(l.tax) filter (where l.tax_included), 0) as included,
    coalesce(sum(l.discount) filter (where l.credits_line_id is null), 0) as taken
  from invoice_lines l where l.invoice_id = i.id
) s on true
where i.tenant_id = $1 and (i.subtotal <> s.subtotal or i.discount_total <> s.discounts or i.tax_added <> s.added or i.tax_included <> s.included
  or i.total <> i.subtotal - i.discount_total + i.tax_added
  or s.taken <> (select coalesce(sum((d->'amount'->>'amount')::numeric), 0) from jsonb_array_elements(coalesce(i.discounts, '[]')) d)
  or s.added + s.included <> (select coalesce(sum((r->'tax'->>'amount')::numeric), 0) from jsonb_array_elements(coalesce(i.taxes->'rows', '[]')) r))`,
  },
  {
    rule: 'a coupon is redeemed as often as it is attached, and no more often than it may be',
    rows: `
select c.id, c.redemptions, count(a.id) as attached from coupons c left join coupon_attachments a on a.coupon_id = c.id
where c.tenant_id = $1 group by c.id
having c.redemptions <> count(a.id) or c.redemptions > c.redemptions_max
union all
select k.id, k.redemptions, count(a.id) from coupon_codes k left join coupon_attachments a on a.tenant_id = k.tenant_id and a.code = k.code
where k.tenant_id = $1 group by k.id having k.redemptions <> count(a.id)`,
  },
  {
    rule: 'a coupon takes off as often and as much as it may: once, or the fixed amount in a period',
    rows: `
select a.id, u.key as subscription, u.value as use from coupon_attachments a, jsonb_each(a.uses) u where a.tenant_id = $1 and (
  (a.terms->>'duration' = 'once' and ((u.value->>'invoices')::integer > 1 or (select count(*) from jsonb_object_keys(a.uses)) > 1))
  or (a.terms->>'duration' = 'periods' and (u.value->>'periods')::integer > (a.terms->>'periods')::integer)
  or (jsonb_typeof(a.terms->'amounts') = 'object'
    and (u.value->'taken'->>'amount')::numeric > (a.terms->'amounts'->>(u.value->'taken'->>'currency'))::numeric))`,
  },
  {
    rule: 'an invoice asks for its total and what it credited to others, less what others credited, what the wallet and the balance paid and what is carried over',
    rows: `
select id, total, credit_given, credit_received, wallet_applied, balance_applied, carried_over, amount_due from invoices
where tenant_id = $1 and amount_due <> total + credit_given - credit_received - wallet_applied - balance_applied - carried_over`,
  },
  {
    rule: 'nothing is credited of what was not paid: an invoice that asks for money, or was given up, received the credits of its charges itself',
    rows: `
select i.id, i.status, i.amount_due, i.credit_received, c.credited from invoices i
join lateral (
  select coalesce(-sum(l.net + l.tax), 0) as credited from invoice_lines charge
  join invoice_lines l on l.credits_line_id = charge.id join invoices v on v.id = l.invoice_id and v.status <> 'void'
  where charge.invoice_id = i.id
) c on true
where i.tenant_id = $1 and i.status in ('open', 'uncollectible') and i.amount_due > 0 and c.credited > i.credit_received
  -- A debit under way counts as paid; when it fails, what was credited is settled at the end.
  and not (i.status = 'open' and exists (select from payment_attempts a join payments p on p.id = a.payment_id
    where p.invoice_id = i.id and a.outcome = 'processing'))`,
  },
  {
    rule: 'what invoices credited to others, the others received, beside their own credit notes',
    rows: `
with received as (
  select customer_id, currency, sum(credit_received - coalesce((select sum(n.reduced) from credit_notes n where n.invoice_id = i.id), 0)) as amount
  from invoices i where tenant_id = $1 group by 1, 2
), given as (
  select customer_id, currency, sum(credit_given) as amount from invoices where tenant_id = $1 group by 1, 2
), taken_back as (
  select i.customer_id, p.currency, sum(p.amount) as amount from ledger_postings p
  join ledger_entries e on e.id = p.entry_id and e.kind = 'write_off' join invoices i on i.id = e.source
  where p.tenant_id = $1 and p.account = 'customer_balance' group by 1, 2
)
select r.customer_id, r.amount as received, g.amount as given, t.amount as taken_back from received r
join given g using (customer_id, currency) left join taken_back t using (customer_id, currency)
where r.amount <> g.amount + coalesce(t.amount, 0)`,
  },
  {
    rule: 'a paid invoice has exactly one succeeded payment of what it asked for, or asked for nothing; no other has any',
    rows: `
select i.id, i.status, i.amount_due, count(p.id) as payments from invoices i
left join payments p on p.invoice_id = i.id and p.status = 'succeeded' and p.amount = i.amount_due
where i.tenant_id = $1 group by i.id
having count(p.id) <> case when i.status = 'paid' and i.amount_due > 0 then 1 else 0 end`,
  },
  {
    rule: 'a payment succeeds only for the amount that its invoice asks for',
    rows: `
select p.id, p.amount, i.amount_due from payments p join invoices i on i.id = p.invoice_id
where p.tenant_id = $1 and p.status = 'succeeded' and (p.amount <> i.amount_due or i.status <> 'paid')`,
  },
  {
    rule: 'what is carried over is below what can be charged: the least amount, or beside an amount that is asked for the step of the currency',
    rows: `
select i.id, i.currency, i.total, i.balance_applied, i.carried_over, i.amount_due from invoices i
left join (values ('JPY', 50, 0), ('KWD', 0.010, 0.010), ('MGA', 1, 1)) l(currency, least, step) on l.currency = i.currency
where i.tenant_id = $1 and (i.carried_over < 0 or i.carried_over > 0
  and i.carried_over >= case when i.amount_due = 0 then coalesce(l.least, 0.50) else coalesce(l.step, 0) end
    -- Each credit that reduced it may have left something once more.
    * (1 + (select count(distinct c.invoice_id) from invoice_lines charge join invoice_lines c on c.credits_line_id = charge.id
           where charge.invoice_id = i.id and i.credit_received > 0)))`,
  },
  {
    rule: 'no invoice asks for money while the customer has some on the balance',
    rows: `
with moved as (
  select i.customer_id, i.currency, i.id, i.amount_due, e.kind, e.recorded_at, e.id as entry_id,
    coalesce((select -sum(p.amount) from ledger_postings p where p.entry_id = e.id and p.account = 'customer_balance'), 0) as change
  from ledger_entries e join invoices i on i.id = e.source where e.tenant_id = $1 and e.kind in ('invoice', 'void', 'carry_over', 'write_off')
    -- Who buys credits pays them anew: the balance is for what was sold.
    and i.wallet_id is null
), running as (
  select *, sum(change) over (partition by customer_id, currency order by recorded_at, entry_id) as balance from moved
)
select id, amount_due, balance from running where kind = 'invoice' and amount_due > 0 and balance > 0`,
  },
  {
    rule: 'an invoice is numbered in a series of its own seller, and its credit notes are too',
    rows: `
select i.id, i.entity_id, s.entity_id as of_series, s.kind from invoices i
left join invoice_series s on s.tenant_id = i.tenant_id and s.series = i.series
where i.tenant_id = $1 and (s.kind is distinct from 'invoice' or s.entity_id is distinct from i.entity_id)
union all
select n.id, i.entity_id, s.entity_id, s.kind from credit_notes n join invoices i on i.id = n.invoice_id
left join invoice_series s on s.tenant_id = n.tenant_id and s.series = n.series
where n.tenant_id = $1 and (s.kind is distinct from 'credit_note' or s.entity_id is distinct from i.entity_id)`,
  },
  {
    rule: 'invoice numbers of a series have no gaps',
    rows: `
select s.series, s.last_number, count(i.id) as invoices, max(i.sequence) as highest
from invoice_series s left join invoices i on i.tenant_id = s.tenant_id and i.series = s.series and i.sequence is not null
where s.tenant_id = $1 and s.kind = 'invoice' group by s.tenant_id, s.series
having count(i.id) <> s.last_number or coalesce(max(i.sequence), 0) <> s.last_number`,
  },
  {
    rule: 'a credit line gives back at most what its charge billed, within its time, in its currency',
    rows: `
select c.id, c.amount, l.amount as billed, c.net, l.net as billed_net, c.tax, l.tax as billed_tax from invoice_lines c join invoice_lines l on l.id = c.credits_line_id
where c.tenant_id = $1 and (-c.amount > l.amount or -c.net > l.net or -c.tax > l.tax or c.currency <> l.currency or c.subscription_id <> l.subscription_id
  or c.period_start < l.period_start
  -- A pause that gives time back moves what was billed.
  or c.period_end > l.period_end and not exists (select from events e where e.subscription_id = c.subscription_id and e.fact->>'type' = 'resumed'))`,
  },
  {
    rule: 'what was voided is not credited too',
    rows: `
select c.id, c.amount, v.id as voided from invoice_lines c
join invoices i on i.id = c.invoice_id and i.status <> 'void'
join invoice_lines l on l.id = c.credits_line_id
join invoices v on v.id = l.invoice_id and v.status = 'void'
where c.tenant_id = $1 and c.amount <> 0`,
  },
  {
    rule: 'a price is billed once for the same time',
    rows: `
with live as (
  select l.id, l.subscription_id, l.price_id, tstzrange(l.period_start,
    greatest(l.period_start, coalesce((select c.period_start from invoice_lines c join invoices ci on ci.id = c.invoice_id and ci.status <> 'void'
      where c.credits_line_id = l.id), l.period_end))) as span
  from invoice_lines l join invoices i on i.id = l.invoice_id and i.status <> 'void'
  where l.tenant_id = $1 and l.kind in ('recurring', 'proration_charge') and l.amount <> 0
)
select a.subscription_id, a.id, b.id as other, a.span, b.span as other_span from live a join live b
  on a.subscription_id = b.subscription_id and a.price_id = b.price_id and a.id < b.id and a.span && b.span`,
  },
  {
    rule: 'nothing is billed once a subscription has ended but usage that waited, nor for time after its end',
    rows: `
select i.id, i.occurred_at, l.period_start, s.canceled_at from invoices i
join subscriptions s on s.id = i.subscription_id join invoice_lines l on l.invoice_id = i.id
join events e on e.subscription_id = s.id and e.fact->>'type' in ('canceled', 'expired', 'dunning_ended')
  and s.status in ('canceled', 'expired')
where i.tenant_id = $1 and s.canceled_at is not null and (i.recorded_at > e.recorded_at and (e.fact->>'end' is null or e.fact->>'end' = 'cancel')
  and not (l.kind in ('usage', 'usage_adjustment', 'minimum', 'cap') and l.period_end <= s.canceled_at)
  or (l.kind in ('recurring', 'proration_charge') and l.period_start > s.canceled_at and l.amount <> 0))`,
  },
  {
    rule: 'a settled invoice says when, an open one does not',
    rows: `
select id, status, settled_at from invoices
where tenant_id = $1 and (status = 'open') <> (settled_at is null)`,
  },
];

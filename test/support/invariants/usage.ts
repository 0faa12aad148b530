/** Usage: billed once, by the price of its time. */
import type { Rule } from './rule';

export const usageRules: readonly Rule[] = [
  {
    rule: 'the lines of a window of usage add up to what its newest billing says, to within the rounding of each line',
    rows: `
with newest as (
  select distinct on (u.subscription_id, u.price_id, u.starts_at, u.ends_at) u.subscription_id, u.price_id, u.starts_at, u.ends_at, u.exact,
    case s.currency when 'JPY' then 1 else 0.01 end as unit
  from usage_billings u join subscriptions s on s.id = u.subscription_id where u.tenant_id = $1 order by 1, 2, 3, 4, u.id desc
)
select n.*, sum(l.amount) as billed from newest n
left join invoice_lines l on l.subscription_id = n.subscription_id and l.price_id = n.price_id and l.period_start = n.starts_at
  and l.period_end = n.ends_at and l.kind in ('usage', 'usage_adjustment')
group by n.subscription_id, n.price_id, n.starts_at, n.ends_at, n.exact, n.unit
having abs(coalesce(sum(l.amount), 0) - n.exact) > n.unit / 2 * greatest(count(l.id), 1)`,
  },
  {
    rule: 'no usage is billed twice: the windows of a price follow each other without overlap',
    rows: `
with windows as (
  select distinct subscription_id, price_id, starts_at, ends_at from usage_billings where tenant_id = $1 and subscription_id is not null
)
select a.*, b.starts_at as other_start, b.ends_at as other_end from windows a
join windows b on a.subscription_id = b.subscription_id and a.price_id = b.price_id and (a.starts_at, a.ends_at) < (b.starts_at, b.ends_at)
  and tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)`,
  },
  {
    rule: 'a charge that waited is billed by one invoice, and by a line of it',
    rows: `
select i.id, i.invoice_id from subscription_items i
where i.tenant_id = $1 and i.kind = 'charge' and i.settled_at is not null and not exists (
  select from invoice_lines l where l.invoice_id = i.invoice_id and l.kind = 'one_off' and l.price_id = i.content->>'id')`,
  },
];

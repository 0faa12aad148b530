/** Usage: billed once, by the price of its time. */
import type { Rule } from './rule';

export const usageRules: readonly Rule[] = [
  {
    rule: 'the lines of a window of usage add up to what its billings charged that were not taken back, to within the rounding of each line',
    rows: `
with billings as (
  select u.*, r.billing_id is not null as is_returned,
    coalesce(u.billed, u.exact - lag(u.exact, 1, 0::numeric) over (partition by u.subscription_id, u.price_id, u.starts_at, u.ends_at order by u.id)) as charged
  from usage_billings u left join usage_returns r on r.billing_id = u.id where u.tenant_id = $1 and u.subscription_id is not null
), windows as (
  select subscription_id, price_id, starts_at, ends_at, coalesce(sum(charged) filter (where not is_returned), 0) as charged,
    array_agg(invoice_id) filter (where not is_returned) as invoices from billings group by 1, 2, 3, 4
)
select w.*, l.billed from windows w join subscriptions s on s.id = w.subscription_id
cross join lateral (
  select coalesce(sum(l.amount), 0) as billed, count(l.id) as lines from invoice_lines l
  where l.subscription_id = w.subscription_id and l.price_id = w.price_id and l.period_start = w.starts_at and l.period_end = w.ends_at
    and l.kind in ('usage', 'usage_adjustment') and l.invoice_id = any(w.invoices)) l
-- An invoice that was issued anew has given amounts, and discounts in its amounts.
where not exists (select from invoices i where i.id = any(w.invoices) and (i.business_key like 'reissue:%'
    or (i.business_key like 'correct:%' and exists (select from coupon_attachments a where a.customer_id = i.customer_id))))
  and abs(l.billed - w.charged) > case s.currency when 'JPY' then 1 else 0.01 end / 2 * greatest(l.lines, 1)`,
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
    // Only what that billing could see: what came later is billed by the next one.
    rule: 'what a window was billed for is what the events in it add up to, each counted once, corrected ones left out',
    rows: `
with newest as (
  select distinct on (subscription_id, price_id, starts_at, ends_at) * from usage_billings
  where tenant_id = $1 and subscription_id is not null order by subscription_id, price_id, starts_at, ends_at, id desc
), billed as (
  select n.*, m.definition, case n.usage->>'form' when 'quantity' then (n.usage->>'quantity')::numeric
    when 'groups' then (select coalesce(sum((g->>'quantity')::numeric), 0) from jsonb_array_elements(n.usage->'groups') g)
    when 'transactions' then (select coalesce(sum((b->>'value')::numeric), 0) from jsonb_array_elements(n.usage->'bands') b) end as quantity
  from newest n join meters m on m.id = n.meter_id
)
select b.id, b.subscription_id, b.price_id, b.starts_at, b.ends_at, b.usage, e.counted from billed b
cross join lateral (
  select case b.definition->>'aggregation' when 'count' then count(*) when 'unique' then count(distinct e.value)
    when 'max' then coalesce(max(e.number), 0) else coalesce(sum(e.number), 0) end as counted
  from (select v.value, case when b.definition->>'aggregation' in ('sum', 'max') then v.value::numeric end as number from usage_events u
    cross join lateral (select u.properties #>> string_to_array(b.definition->>'value_property', '.') as value) v
    where u.tenant_id = $1 and u.customer_id = b.customer_id and b.meter_id = any(u.meters) and u.reason is null
      and u.occurred_at >= b.starts_at and u.occurred_at < b.ends_at and pg_visible_in_snapshot(u.written_by, b.counted)
      and not exists (select from usage_corrections c where c.corrected_by = u.key and c.kind = 'void')
      and not exists (select from usage_corrections c join usage_events by on by.key = c.corrected_by
        where c.target = u.key and pg_visible_in_snapshot(by.written_by, b.counted))) e
) e
where b.definition->>'aggregation' in ('sum', 'count', 'max', 'unique') and b.definition->'conversion' in ('null'::jsonb)
  and b.quantity <> greatest(e.counted, 0)`,
  },
  {
    rule: 'a charge that waited is billed by one invoice, and by a line of it',
    rows: `
select i.id, i.invoice_id from subscription_items i
where i.tenant_id = $1 and i.kind = 'charge' and i.settled_at is not null and not exists (
  select from invoice_lines l where l.invoice_id = i.invoice_id and l.kind = 'one_off' and l.price_id = i.content->>'id')`,
  },
];

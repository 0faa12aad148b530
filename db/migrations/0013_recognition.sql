-- Why: what was billed ahead used to be earned at the boundary that ended its period, so that the books of a month said nothing of a period
--   that was half over. It is now released by a monthly close, straight-line by day (docs/decisions/0046).
-- Locks: reads lines and subscriptions once, to learn what the old rule has earned; creates the rest. The trigger takes subscriptions for
--   a moment.
-- Old code: runs on it. What it still earns by the old rule is brought forward by the trigger, so that no close posts it again.

-- A month of a tenant whose revenue is posted, in real time (no clock) or on a test clock. It is closed once; what comes late into it is
-- posted by the next one.
create table revenue_closes (
  id text primary key,
  tenant_id text not null references tenants,
  test_clock_id text references test_clocks,
  month date not null check (extract(day from month) = 1),
  -- The last millisecond of the month, which the ledger entry has, too.
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  unique nulls not distinct (tenant_id, test_clock_id, month)
);
create index revenue_closes_page on revenue_closes (tenant_id, id);

-- What a close found and posted per stream and currency. The amount is below zero where more was taken back than served.
create table revenue_close_amounts (
  close_id text not null references revenue_closes,
  stream text not null,
  currency text not null,
  tenant_id text not null references tenants,
  recognized_to_date numeric not null,
  amount numeric not null,
  primary key (close_id, stream, currency)
);

-- What was earned before the first close, by the rule of old: it counts as recognized.
create table revenue_brought_forward (
  -- The month that is closed first, for books that are older than the closes; null: the month of their first line.
  first_month date,
  tenant_id text not null references tenants,
  test_clock_id text references test_clocks,
  stream text not null,
  currency text not null,
  amount numeric not null,
  unique nulls not distinct (tenant_id, test_clock_id, stream, currency)
);

do $$
declare name text;
begin
  foreach name in array array['revenue_closes', 'revenue_close_amounts', 'revenue_brought_forward'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy tenant_only on %I using (current_tenant() in (tenant_id, ''*'')) with check (current_tenant() in (tenant_id, ''*''))', name);
  end loop;
end $$;
create trigger revenue_closes_frozen before update or delete on revenue_closes for each row execute function refuse_change();
create trigger revenue_close_amounts_frozen before update or delete on revenue_close_amounts for each row execute function refuse_change();

-- Every line that was posted to a deferred account, with the days that it is recognized over. Another source of deferred amounts is another
-- part of the union. domain/recognition/is-ahead.ts says which lines, domain/recognition/straight-line.ts which days. A top-up of a wallet
-- has no subscription, and waits on an account of its own.
create view recognizable_lines with (security_invoker = true) as
select l.tenant_id, s.test_clock_id, l.id as source_id, l.subscription_id, l.stream, l.currency, l.net as amount,
  (l.period_start at time zone 'UTC')::date as first_day,
  greatest((l.period_start at time zone 'UTC')::date + 1, (l.period_end at time zone 'UTC')::date) as end_day,
  i.occurred_at as posted_at,
  case when i.status = 'void' then i.settled_at end as voided_at,
  -- From then on nothing is served: what is not given back by a line below zero is revenue.
  s.canceled_at as ended_at
from invoice_lines l
join invoices i on i.id = l.invoice_id
join subscriptions s on s.id = l.subscription_id
where l.kind <> 'one_off' and l.period_end > i.occurred_at
union all
-- A credit note takes off each line what it credits of it, over the same time.
select l.tenant_id, s.test_clock_id, l.id, n.subscription_id, l.stream, l.currency, -l.net,
  (l.period_start at time zone 'UTC')::date,
  greatest((l.period_start at time zone 'UTC')::date + 1, (l.period_end at time zone 'UTC')::date),
  n.occurred_at, case when i.status = 'void' then i.settled_at end, s.canceled_at
from credit_note_lines l
join credit_notes n on n.id = l.credit_note_id
join invoices i on i.id = n.invoice_id
join subscriptions s on s.id = n.subscription_id
where l.kind <> 'one_off' and l.period_end > n.occurred_at;

insert into revenue_brought_forward (tenant_id, test_clock_id, stream, currency, amount, first_month)
select tenant_id, test_clock_id, stream, currency, sum(amount),
  date_trunc('month', coalesce((select c.now from test_clocks c where c.id = test_clock_id), now()) at time zone 'UTC')
from (
  select tenant_id, test_clock_id, stream, currency, amount from recognizable_lines where voided_at is null
  union all
  select s.tenant_id, s.test_clock_id, d.key, s.currency, -d.value::numeric from subscriptions s, jsonb_each_text(s.deferred) d
) earned
group by 1, 2, 3, 4;

-- The column is of the old rule, and new code leaves it as it stands. Where old code still changes it, what it earned (what stood there and
-- what it deferred, less what stands there now) is brought forward. A void of the old code takes back what it had earned of the invoice.
create function bring_forward_earned() returns trigger language plpgsql as $$
begin
  insert into revenue_brought_forward as f (tenant_id, test_clock_id, stream, currency, amount)
  select new.tenant_id, new.test_clock_id, stream, new.currency, sum(amount) from (
    select key as stream, value::numeric as amount from jsonb_each_text(old.deferred)
    union all
    select key, -value::numeric from jsonb_each_text(new.deferred)
    union all
    select l.stream, l.amount from recognizable_lines l join invoice_lines v on v.id = l.source_id join invoices i on i.id = v.invoice_id
    where i.subscription_id = new.id and i.recorded_at = now()
    union all
    select l.stream, -l.amount from recognizable_lines l join invoice_lines v on v.id = l.source_id
    join ledger_entries e on e.tenant_id = new.tenant_id and e.kind = 'void' and e.source = v.invoice_id
    where v.subscription_id = new.id and e.recorded_at = now()
  ) moved
  group by stream having sum(amount) <> 0
  on conflict (tenant_id, test_clock_id, stream, currency) do update set amount = f.amount + excluded.amount;
  return null;
end $$;
create trigger subscriptions_earned_by_old_code after update of deferred on subscriptions for each row
  when (old.deferred is distinct from new.deferred) execute function bring_forward_earned();

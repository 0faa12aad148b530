-- Why: usage is measured here: events are kept once and for ever known, and rolled up while they are written, so that a bill or a limit is
--   read from a few rows however many events there were.
-- Locks: creates only; nothing waits.
-- Old code: runs on it, since it knows nothing of the tables.
--
-- Rows that are written for each event refer to their tenant and customer without a foreign key: a check per row costs more than the row.
-- The statement that writes them (db/transactions/usage-statement.ts) has looked the customer up, and row-level security knows the tenant.

-- By which rule events become a quantity; see MeterDefinition in domain/metering/meter.ts. Never edited: what was counted stays explained.
create table meters (
  id text primary key,
  tenant_id text not null references tenants,
  code text not null,
  name text not null,
  definition jsonb not null,
  recorded_at timestamptz not null default now(),
  unique (tenant_id, code)
);
create index meters_page on meters (tenant_id, id);
create trigger meters_frozen before update or delete on meters for each row execute function refuse_change();

-- What makes an event count once: its key is the hash of tenant, source and event id. A table of its own, because a unique index of a
-- partitioned table must hold the time by which it is partitioned, and the same id with another time is the same event. The key outlives
-- the event: what retention took away is still a duplicate when it comes again.
create table usage_event_keys (
  key uuid primary key,
  tenant_id text not null,
  -- Where the event is: it leads to the partition.
  occurred_at timestamptz not null
);

-- Every event as it came, by month of its own time. Neither edited nor deleted: another event amends or voids it, and retention drops
-- whole months. No primary key: usage_event_keys is the one that holds.
create table usage_events (
  key uuid not null,
  tenant_id text not null,
  source text not null,
  event_id text not null,
  type text not null,
  -- As it came; it may be nobody's (reason customer_unknown).
  customer_id text not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  properties jsonb not null,
  -- The meters that counted it; of a void, those that its target is taken from.
  meters text[] not null,
  -- Why no meter counted it; null for what was counted.
  reason text,
  -- The transaction that wrote it: compared with the snapshot of a billing, it tells exactly whether the event was in it.
  written_by xid8 not null default pg_current_xact_id()
) partition by range (occurred_at);
create index usage_events_page on usage_events (tenant_id, occurred_at, key);
create index usage_events_of_customer on usage_events (customer_id, occurred_at, key);
create index usage_events_unmatched on usage_events (tenant_id, occurred_at, key) where reason is not null;
create trigger usage_events_frozen before update or delete on usage_events for each row execute function refuse_change();

-- Events that came again: how often, and what came last, which may differ from what is kept.
create table usage_duplicates (
  key uuid primary key,
  tenant_id text not null,
  times bigint not null,
  type text not null,
  customer_id text not null,
  occurred_at timestamptz not null,
  properties jsonb not null,
  recorded_at timestamptz not null default now()
);
create index usage_duplicates_page on usage_duplicates (tenant_id, recorded_at, key);

-- Which event took the place of another one (amend), or took it away (void). An event is corrected once; after that, its correction is.
create table usage_corrections (
  target uuid primary key,
  tenant_id text not null,
  kind text not null check (kind in ('amend', 'void')),
  -- A void counts nothing by itself.
  corrected_by uuid not null unique,
  recorded_at timestamptz not null default now()
);
create trigger usage_corrections_frozen before update or delete on usage_corrections for each row execute function refuse_change();

-- The events of an hour, rolled up per meter, customer and values of the meter's dimensions. Each column merges by itself, in any order
-- (domain/metering/bucket.ts).
create table usage_buckets (
  meter_id text not null,
  customer_id text not null,
  starts_at timestamptz not null,
  dimensions jsonb not null,
  tenant_id text not null,
  events bigint not null,
  total numeric not null,
  most numeric,
  -- The value of the last event; the key decides between two of one instant.
  latest numeric,
  latest_at timestamptz,
  latest_key uuid,
  -- The sum of value times instant (milliseconds since 1970): with the total, it gives the area under the level at any later instant.
  moment numeric not null,
  primary key (meter_id, customer_id, starts_at, dimensions)
) with (fillfactor = 70); -- Room for the next version of the row on its page: no index changes with a count.

-- The different values of an hour, for meters that count unique ones; with the number of events, so that a void takes away no other's.
create table usage_unique_values (
  meter_id text not null,
  customer_id text not null,
  starts_at timestamptz not null,
  dimensions jsonb not null,
  value text not null,
  tenant_id text not null,
  events bigint not null,
  primary key (meter_id, customer_id, starts_at, dimensions, value)
) with (fillfactor = 70);

-- Where one customer's hour is cut in two: a window begins or ends inside of it, and it holds too many events to read them each time.
create table usage_cuts (
  meter_id text not null,
  customer_id text not null,
  at timestamptz not null,
  tenant_id text not null,
  primary key (customer_id, meter_id, at)
);

-- The two parts of such an hour, before the cut and from it on, kept like usage_buckets.
create table usage_edges (
  meter_id text not null,
  customer_id text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  dimensions jsonb not null,
  tenant_id text not null,
  events bigint not null,
  total numeric not null,
  most numeric,
  latest numeric,
  latest_at timestamptz,
  latest_key uuid,
  moment numeric not null,
  check (starts_at < ends_at),
  primary key (meter_id, customer_id, starts_at, ends_at, dimensions)
) with (fillfactor = 70);

-- The cuts of customers, for the statement that takes events in. It holds a lock from here to its end: whoever makes a cut waits for those
-- that did not see it, and those that come later wait for the cut. Volatile and plpgsql, so that the cuts are read after the lock is held.
create function usage_cuts_of(of_tenant text, customers text[]) returns setof usage_cuts language plpgsql volatile as $$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('usage:' || of_tenant, 0));
  return query select c.* from usage_cuts c where c.customer_id = any(customers);
end $$;

-- Which usage went into which invoice. A correction of a window that was billed is another row for the same window.
create table usage_billings (
  id bigint generated always as identity primary key,
  tenant_id text not null references tenants,
  customer_id text not null references customers,
  meter_id text not null references meters,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  invoice_id text not null references invoices,
  usage jsonb not null,
  -- What the billing could see: an event outside of it came late.
  counted pg_snapshot not null default pg_current_snapshot(),
  recorded_at timestamptz not null default now(),
  check (starts_at < ends_at),
  unique (customer_id, meter_id, starts_at, ends_at, invoice_id)
);
create trigger usage_billings_frozen before update or delete on usage_billings for each row execute function refuse_change();

-- The state of an event that meters counted: `late` when a billing of its time has passed without it, `billed` when each of its meters
-- has billed it, else `pending`.
create function usage_state(of_customer text, of_meters text[], at timestamptz, writer xid8) returns text language sql stable
return (
  select case when bool_or(covered and not counted) then 'late' when bool_and(counted) then 'billed' else 'pending' end
  from (
    select count(b.id) > 0 as covered, coalesce(bool_or(pg_visible_in_snapshot(writer, b.counted)), false) as counted
    from unnest(of_meters) as m(id)
    left join usage_billings b on b.customer_id = of_customer and b.meter_id = m.id and b.starts_at <= at and at < b.ends_at
    group by m.id
  ) per_meter);

-- Makes the partition of a month unless it is there. The application may not change the schema, except by this function.
create function ensure_usage_partition(month_start timestamptz) returns void language plpgsql security definer set search_path = public as $$
declare
  first timestamptz := date_trunc('month', month_start, 'UTC');
  name text := 'usage_events_' || to_char(first at time zone 'UTC', 'YYYY_MM');
begin
  if to_regclass(name) is not null then return; end if;
  -- Any constant of our own: two processes that meet a new month together make it one after the other.
  perform pg_advisory_xact_lock(7370022);
  if to_regclass(name) is not null then return; end if;
  execute format('create table %I (like usage_events including defaults including constraints)', name);
  execute format('alter table %I enable row level security', name);
  execute format('create policy tenant_only on %I using (current_tenant() in (tenant_id, ''*'')) with check (current_tenant() in (tenant_id, ''*''))', name);
  execute format('alter table usage_events attach partition %I for values from (%L) to (%L)', name, first, first + interval '1 month');
end $$;

-- Retention: drops the events of all months that end before an instant, and answers how many months. Buckets, keys and billings stay, so
-- bills stay explained by the hour, and nothing dropped can come in again. Never what is younger than 13 months: it may still be amended.
create function drop_usage_events_before(instant timestamptz) returns integer language plpgsql security definer set search_path = public as $$
declare
  partition record;
  dropped integer := 0;
begin
  if instant > now() - interval '13 months' then
    raise exception 'usage events are kept for 13 months at least' using errcode = 'check_violation';
  end if;
  for partition in
    select c.relname, to_date(right(c.relname, 7), 'YYYY_MM') as first
    from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'usage_events'::regclass
  loop
    continue when (partition.first + interval '1 month') at time zone 'UTC' > instant;
    execute format('drop table %I', partition.relname);
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$;

do $$
declare name text;
begin
  foreach name in array array['meters', 'usage_event_keys', 'usage_events', 'usage_duplicates', 'usage_corrections', 'usage_buckets',
    'usage_unique_values', 'usage_cuts', 'usage_edges', 'usage_billings']
  loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy tenant_only on %I using (current_tenant() in (tenant_id, ''*'')) with check (current_tenant() in (tenant_id, ''*''))', name);
  end loop;
end $$;

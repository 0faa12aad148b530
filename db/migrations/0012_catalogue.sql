-- Why: a catalogue kept as files needs a stable name for each thing, so products get a code and coupons a key; and fee schedules, revenue streams and targets
--   become things of the catalogue.
-- Locks: products and coupons, for the moment that a column without a default and an index on it take.
-- Old code: runs on it: code and key may be null, and it knows nothing of the new tables.

-- The tenant's own short name, by which files and prices of a catalogue find it; null for products made without one.
alter table products add column code text;
create unique index products_code on products (tenant_id, code) where code is not null;

-- The same for coupons. An archived one leaves its key to its successor, since a coupon never changes.
alter table coupons add column key text;
create unique index coupons_key on coupons (tenant_id, key) where key is not null and archived_at is null;

-- What transactions cost: a name for a line of versions.
create table fee_schedules (
  id text primary key,
  tenant_id text not null references tenants,
  code text not null,
  name text not null,
  current_version integer not null,
  recorded_at timestamptz not null default now(),
  unique (tenant_id, code)
);
create index fee_schedules_page on fee_schedules (tenant_id, id);

-- See FeeTerms in domain/fees/terms.ts. Never edited: a fee that was quoted stays explained.
create table fee_schedule_versions (
  fee_schedule_id text not null references fee_schedules,
  version integer not null check (version > 0),
  tenant_id text not null references tenants,
  terms jsonb not null,
  recorded_at timestamptz not null default now(),
  primary key (fee_schedule_id, version)
);
create trigger fee_schedule_versions_frozen before update or delete on fee_schedule_versions
  for each row execute function refuse_change();

-- Kinds of income with what they are to bring. Prices name the key in `stream`, and so do income accounts of the ledger; a price may name
-- a stream without a row here.
create table revenue_streams (
  id text primary key,
  tenant_id text not null references tenants,
  key text not null,
  name text not null,
  -- The way in which the money comes, such as a rail or a kind of sale: the tenant's own word, for grouping.
  mechanism text,
  -- See RevenueTarget in domain/revenue/target.ts; null: none of its own.
  target jsonb,
  -- The range of what one cycle brings, {"least", "most", "currency"}; null: not known.
  per_cycle jsonb,
  recorded_at timestamptz not null default now(),
  unique (tenant_id, key)
);
create index revenue_streams_page on revenue_streams (tenant_id, id);

-- Targets over several streams, or over all: figures of their own, which need not be the sum of the streams' targets.
create table revenue_targets (
  id text primary key,
  tenant_id text not null references tenants,
  key text not null,
  name text not null,
  -- Keys of revenue streams; null: all income.
  streams text[],
  target jsonb not null,
  recorded_at timestamptz not null default now(),
  unique (tenant_id, key)
);
create index revenue_targets_page on revenue_targets (tenant_id, id);

do $$
declare name text;
begin
  foreach name in array array['fee_schedules', 'fee_schedule_versions', 'revenue_streams', 'revenue_targets']
  loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy tenant_only on %I using (current_tenant() in (tenant_id, ''*'')) with check (current_tenant() in (tenant_id, ''*''))', name);
  end loop;
end $$;

-- Why: what a customer may use, and how much of it: features, exceptions for one customer, reservations of what is left, alerts.
-- Locks: creates, and builds a small index on the partitions of usage_events: taking events in waits while each is read once.
-- Old code: runs on it, since it knows nothing of the tables.

-- What can be granted. Never edited: what an entitlement meant stays explained. Which plan grants it stands in the plan's versions.
create table features (
  id text primary key,
  tenant_id text not null references tenants,
  key text not null,
  name text not null,
  type text not null check (type in ('boolean', 'static', 'metered')),
  meter_id text references meters,
  -- What one of it is called, such as `token`; only for people.
  unit text,
  recorded_at timestamptz not null default now(),
  unique (tenant_id, key),
  check ((type = 'metered') = (meter_id is not null))
);
create index features_page on features (tenant_id, id);
create index features_of_meter on features (meter_id) where meter_id is not null;
create trigger features_frozen before update or delete on features for each row execute function refuse_change();

-- What one customer gets of a feature in place of what the plans grant.
create table entitlement_overrides (
  customer_id text not null references customers,
  feature text not null,
  tenant_id text not null references tenants,
  -- As in a plan version; see domain/entitlements/entitlement.ts.
  entitlement jsonb not null,
  -- From then on the plans count again; null: for good.
  ends_at timestamptz,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  primary key (customer_id, feature),
  foreign key (tenant_id, feature) references features (tenant_id, key)
);

-- What was taken from an allowance ahead of the use. A held one counts until it is committed (its usage events then count instead),
-- released, or past its end, whether or not it is marked as expired yet.
create table entitlement_reservations (
  id text primary key,
  tenant_id text not null references tenants,
  customer_id text not null references customers,
  feature text not null,
  quantity numeric not null check (quantity > 0),
  status text not null default 'held' check (status in ('held', 'committed', 'released', 'expired')),
  -- In the customer's own time, as all business time.
  expires_at timestamptz not null,
  settled_at timestamptz,
  -- What took its place.
  usage_event_ids text[] not null default '{}',
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  check ((status = 'held') = (settled_at is null)),
  foreign key (tenant_id, feature) references features (tenant_id, key)
);
create index entitlement_reservations_page on entitlement_reservations (tenant_id, id);
create index entitlement_reservations_held on entitlement_reservations (customer_id, feature) include (quantity, expires_at) where status = 'held';
create index entitlement_reservations_ending on entitlement_reservations (expires_at) where status = 'held';

-- What was left of the window before and counts in this one. Fixed when the window is looked at first, so that a late event of the window
-- before takes nothing away from somebody who was told that they have it.
create table entitlement_rollovers (
  customer_id text not null references customers,
  feature text not null,
  -- The subscription that grants it, or `override`.
  source text not null,
  window_start timestamptz not null,
  tenant_id text not null references tenants,
  quantity numeric not null check (quantity >= 0),
  recorded_at timestamptz not null default now(),
  primary key (customer_id, feature, source, window_start)
);
create trigger entitlement_rollovers_frozen before update or delete on entitlement_rollovers for each row execute function refuse_change();

-- Thresholds that were reached: each once per window.
create table entitlement_alerts (
  customer_id text not null references customers,
  feature text not null,
  window_start timestamptz not null,
  -- Percent of the limit.
  threshold integer not null check (threshold > 0),
  tenant_id text not null references tenants,
  event_id text not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  primary key (customer_id, feature, window_start, threshold)
);
create trigger entitlement_alerts_frozen before update or delete on entitlement_alerts for each row execute function refuse_change();

-- How far the sweep has come that looks for reached thresholds. One row; it belongs to the engine, not to a tenant.
create table usage_sweeps (
  name text primary key,
  -- What the last sweep could see: an event outside of it is new to the next one, whenever its transaction ended.
  seen pg_snapshot not null,
  -- No transaction that the snapshot lacks began before.
  since timestamptz not null,
  -- One process sweeps at a time; one that dies is followed by another after this.
  claimed_until timestamptz not null default '-infinity'
);
insert into usage_sweeps (name, seen, since) values ('thresholds', pg_current_snapshot(), now());
-- Events are appended, so their pages are in the order of this column: a few bytes per megabyte find what came since.
create index usage_events_recorded on usage_events using brin (recorded_at) with (pages_per_range = 16, autosummarize = on);

do $$
declare name text;
begin
  foreach name in array array['features', 'entitlement_overrides', 'entitlement_reservations', 'entitlement_rollovers', 'entitlement_alerts']
  loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy tenant_only on %I using (current_tenant() in (tenant_id, ''*'')) with check (current_tenant() in (tenant_id, ''*''))', name);
  end loop;
end $$;

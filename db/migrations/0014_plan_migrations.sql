-- Why: the subscriptions of a plan are moved to another version or plan, many at once, by one workflow. Which ones were chosen and what became
--   of each is kept here, so that whoever carries on after a crash knows it.
-- Locks: outbox, for the moment that its check takes: the rows that stand are not proven again.
-- Old code: runs on it, and knows nothing of the new tables. Its relay must not be the only one once a migration is asked for: it cannot
--   start it.

-- One order to move chosen subscriptions. What is to be done never changes; how far it got is in `status` and the counts.
create table plan_migrations (
  id text primary key,
  tenant_id text not null references tenants,
  plan_id text not null references plans,
  -- Decided when it was ordered: a version that is made later does not split the run.
  to_plan_id text not null,
  to_version integer not null,
  -- What was asked for: {"from_versions", "subscription_ids", "customer_ids"}. Who that was is in plan_migration_subscriptions.
  selection jsonb not null,
  timing text not null check (timing in ('now', 'at_period_end')),
  -- Null: as the customer's or the tenant's policy says.
  proration text,
  -- So many subscriptions are told in a second, at most.
  per_second integer not null check (per_second between 1 and 50),
  status text not null check (status in ('running', 'paused', 'completed', 'canceled')),
  selected integer not null check (selected > 0),
  migrated integer not null default 0,
  unchanged integer not null default 0,
  refused integer not null default 0,
  gone integer not null default 0,
  -- Who ordered it: the commands of the subscriptions bear the same name.
  actor text not null,
  request_id text,
  finished_at timestamptz,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  foreign key (to_plan_id, to_version) references plan_versions (plan_id, version),
  check ((status in ('completed', 'canceled')) = (finished_at is not null)),
  -- Nobody is counted twice, and it is complete when all are counted.
  check (migrated + unchanged + refused + gone <= selected),
  check (status <> 'completed' or migrated + unchanged + refused + gone = selected)
);
create index plan_migrations_page on plan_migrations (tenant_id, id);

-- A chosen subscription and what became of it: null while it waits for its turn, then never changed.
create table plan_migration_subscriptions (
  migration_id text not null references plan_migrations,
  subscription_id text not null references subscriptions,
  tenant_id text not null references tenants,
  outcome text check (outcome in ('migrated', 'unchanged', 'refused', 'gone')),
  -- Why it was not migrated: a code of the catalogue and its sentence.
  code text,
  message text,
  told_at timestamptz,
  primary key (migration_id, subscription_id),
  check ((outcome is null) = (told_at is null)),
  check ((code is null) = (message is null)),
  check (outcome <> 'refused' or code is not null)
);
create index plan_migration_subscriptions_waiting on plan_migration_subscriptions (migration_id, subscription_id) where outcome is null;
create trigger plan_migration_subscriptions_told before update on plan_migration_subscriptions
  for each row when (old.outcome is not null) execute function refuse_change();
create trigger plan_migration_subscriptions_kept before delete on plan_migration_subscriptions for each row execute function refuse_change();

alter table outbox drop constraint outbox_kind_check;
alter table outbox add constraint outbox_kind_check
  check (kind in ('start_subscription', 'start_refund', 'start_top_up', 'start_plan_migration', 'signal')) not valid;

do $$
declare name text;
begin
  foreach name in array array['plan_migrations', 'plan_migration_subscriptions']
  loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy tenant_only on %I using (current_tenant() in (tenant_id, ''*'')) with check (current_tenant() in (tenant_id, ''*''))', name);
  end loop;
end $$;

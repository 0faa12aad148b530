-- Why: lines say what they belong to (coupons and reports are limited by plan, product and meter), and there are more kinds of them.
-- Locks: alters invoice_lines without rewriting it; the new check reads its rows once while writers of invoices wait.
-- Old code: runs on it; it names no new column and writes no new kind.

alter table invoice_lines
  -- What the line belongs to; null for rows of before, and where it belongs to none.
  add column plan_id text,
  add column product_id text,
  add column meter_id text references meters,
  -- A limit of the plan is no price's.
  alter column price_id drop not null,
  drop constraint invoice_lines_kind_check,
  add constraint invoice_lines_kind_check check (kind in ('recurring', 'one_off', 'proration_charge', 'proration_credit', 'usage',
    'usage_adjustment', 'add_on', 'minimum', 'cap', 'seats_added', 'seats_removed'));

-- What a price is put on, and when it is billed; see PlanPrice in domain/plan.ts.
alter table prices
  -- Null: the subscription's own quantity is priced.
  add column meter_id text references meters,
  -- Null: usage in arrears, all else in advance.
  add column timing text check (timing in ('in_advance', 'in_arrears')),
  add column skip_zero_usage boolean not null default false;

-- Usage is billed per subscription and price: two prices may look at one meter. Rows of before have neither and go on as they are.
alter table usage_billings
  add column subscription_id text references subscriptions,
  add column price_id text not null default '',
  -- What the window has cost with this row, unrounded, in major units of the invoice's currency.
  add column exact numeric not null default 0,
  -- By what it was priced: plan, price and what was counted before. Late events are rated by the same.
  add column rating jsonb,
  drop constraint usage_billings_customer_id_meter_id_starts_at_ends_at_invoi_key,
  add constraint usage_billings_once unique (customer_id, meter_id, starts_at, ends_at, invoice_id, price_id);
create index usage_billings_of_subscription on usage_billings (subscription_id, price_id, starts_at, ends_at, id);

-- What a subscription has beside its plan: other prices for it alone, add-ons, and charges that wait for the next invoice.
create table subscription_items (
  id text primary key,
  tenant_id text not null references tenants,
  subscription_id text not null references subscriptions,
  kind text not null check (kind in ('override', 'add_on', 'charge')),
  -- Of an override what is laid over the plan's price (PriceOverride in domain/plan/override.ts), else the price itself.
  content jsonb not null,
  quantity numeric not null check (quantity >= 0),
  -- In force in [starts_at, ends_at).
  starts_at timestamptz not null,
  ends_at timestamptz,
  -- Nothing of it is to be billed any more.
  settled_at timestamptz,
  -- The invoice that billed a charge.
  invoice_id text references invoices,
  recorded_at timestamptz not null default now(),
  check (ends_at is null or starts_at <= ends_at)
);
-- Read with each invoice: most subscriptions have none.
create index subscription_items_open on subscription_items (subscription_id) where settled_at is null;
create index subscription_items_page on subscription_items (tenant_id, id);
alter table subscription_items enable row level security;
create policy tenant_only on subscription_items using (current_tenant() in (tenant_id, '*')) with check (current_tenant() in (tenant_id, '*'));

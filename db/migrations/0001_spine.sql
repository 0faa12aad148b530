-- Why: the book of record of the first version: tenants, catalogue, subscriptions, invoices, payments, ledger, messages.
-- Locks: creates only; nothing exists yet. Old code: there is none.
--
-- Conventions. Ids are TypeIDs (text). Money is `numeric` in major units beside its currency. Every business row carries
-- `occurred_at` (business time: the customer's test clock or the workflow's clock) and `recorded_at` (wall clock).
-- Every row of a tenant carries `tenant_id`; row-level security compares it with the setting `perennial.tenant`,
-- where '*' is the engine itself (key look-up, relay, webhooks before their tenant is known).

create function current_tenant() returns text language sql stable parallel safe
  return current_setting('perennial.tenant', true);

-- Refuses changes of rows that are history.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: record a reversal or a new version instead', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;

-- SERIES-000001: six digits, more when they are used up.
create function invoice_number(series text, sequence bigint) returns text language sql immutable parallel safe
  return series || '-' || lpad(sequence::text, greatest(6, length(sequence::text)), '0');

-- Lets one statement with several parts insist on what it changed: a part that missed its row undoes the whole.
create function insist(actual bigint, expected bigint, reason text) returns boolean language plpgsql as $$
begin
  if actual <> expected then
    raise exception '%', reason using errcode = 'serialization_failure';
  end if;
  return true;
end $$;

-- A tenant is one business on this engine. A test tenant may use test clocks and plans priced every few seconds; a live one may not.
create table tenants (
  id text primary key,
  name text not null,
  mode text not null check (mode in ('live', 'test')),
  time_zone text not null default 'UTC',
  invoice_series text not null default 'INV',
  dunning_policy jsonb not null,
  proration_policy text not null default 'seconds',
  -- How long a subscription whose activation is gated by its first payment may stay unpaid.
  incomplete_hours integer not null default 72 check (incomplete_hours > 0),
  recorded_at timestamptz not null default now()
);

-- API keys. Only a hash is kept; the prefix is what people recognize a key by.
create table api_keys (
  id text primary key,
  tenant_id text not null references tenants,
  name text not null,
  prefix text not null,
  hash bytea not null unique,
  scopes text[] not null,
  recorded_at timestamptz not null default now(),
  revoked_at timestamptz
);

-- One row per Idempotency-Key of a POST: the same key answers the same for ever. `seed` names what the request creates, so that
-- a request that is carried out again after a crash creates the same ids.
create table idempotency_keys (
  tenant_id text not null references tenants,
  key text not null,
  request_hash bytea not null,
  seed uuid not null,
  locked_at timestamptz not null,
  status integer,
  response jsonb,
  recorded_at timestamptz not null default now(),
  primary key (tenant_id, key)
);

-- A frozen business time which its customers live on.
create table test_clocks (
  id text primary key,
  tenant_id text not null references tenants,
  name text not null,
  now timestamptz not null,
  status text not null default 'ready' check (status in ('ready', 'advancing')),
  target timestamptz,
  recorded_at timestamptz not null default now()
);

create table customers (
  id text primary key,
  tenant_id text not null references tenants,
  name text not null,
  email text,
  time_zone text,
  proration_policy text,
  test_clock_id text references test_clocks,
  default_payment_method_id text,
  -- The customer's id at each rail, such as {"stripe": "cus_…"}.
  provider_refs jsonb not null default '{}',
  metadata jsonb not null default '{}',
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now()
);
create index customers_page on customers (tenant_id, id);
create index customers_of_clock on customers (test_clock_id) where test_clock_id is not null;

-- Money held for a customer (positive) or owed by them because it was too small to charge (negative). The ledger account
-- customer_balance holds the same sum; a test ties the two.
create table customer_balances (
  tenant_id text not null references tenants,
  customer_id text not null references customers,
  currency text not null,
  amount numeric not null,
  primary key (customer_id, currency)
);

create table payment_methods (
  id text primary key,
  tenant_id text not null references tenants,
  customer_id text not null references customers,
  rail text not null,
  provider_ref text not null,
  kind text not null,
  -- Stable per instrument over all customers: attempt caps count by it.
  fingerprint text not null,
  brand text not null,
  last4 text not null,
  expires_month integer,
  expires_year integer,
  -- `blocked`: a decline said never again; `needs_customer`: only after the customer acted.
  status text not null default 'active' check (status in ('active', 'needs_customer', 'blocked', 'detached')),
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  unique (tenant_id, rail, provider_ref)
);
create index payment_methods_of_customer on payment_methods (customer_id, id);
alter table customers add foreign key (default_payment_method_id) references payment_methods;

create table products (
  id text primary key,
  tenant_id text not null references tenants,
  name text not null,
  description text,
  -- The revenue stream that prices of this product belong to unless they say otherwise.
  stream text not null default 'subscriptions',
  recorded_at timestamptz not null default now()
);
create index products_page on products (tenant_id, id);

-- Prices never change: a new amount is a new price. Plan versions carry a snapshot of theirs.
create table prices (
  id text primary key,
  tenant_id text not null references tenants,
  product_id text not null references products,
  kind text not null check (kind in ('recurring', 'one_off')),
  model text not null,
  parameters jsonb not null,
  description text not null,
  stream text not null,
  recorded_at timestamptz not null default now()
);
create index prices_page on prices (tenant_id, id);

create table plans (
  id text primary key,
  tenant_id text not null references tenants,
  product_id text not null references products,
  code text not null,
  name text not null,
  current_version integer not null,
  recorded_at timestamptz not null default now(),
  unique (tenant_id, code)
);
create index plans_page on plans (tenant_id, id);

-- What a version bills; see PlanDefinition in domain/plan.ts. Never edited.
create table plan_versions (
  plan_id text not null references plans,
  version integer not null check (version > 0),
  tenant_id text not null references tenants,
  definition jsonb not null,
  recorded_at timestamptz not null default now(),
  primary key (plan_id, version)
);
create trigger plan_versions_frozen before update or delete on plan_versions for each row execute function refuse_change();

-- The projection of a subscription's workflow state. Exactly one period is open at a time: it is columns, not rows.
create table subscriptions (
  id text primary key,
  tenant_id text not null references tenants,
  customer_id text not null references customers,
  plan_id text not null,
  plan_version integer not null,
  quantity bigint not null check (quantity >= 0),
  currency text not null,
  status text not null check (status in ('pending', 'incomplete', 'trialing', 'active', 'past_due', 'unpaid', 'paused', 'canceled', 'expired')),
  payment_method_id text references payment_methods,
  test_clock_id text references test_clocks,
  start_at timestamptz not null,
  trial_end timestamptz,
  current_period_index integer,
  current_period_start timestamptz,
  current_period_end timestamptz,
  cancel_at timestamptz,
  canceled_at timestamptz,
  -- When the workflow acts next on its own; null when it only waits. The auditor and test clocks read it.
  next_due_at timestamptz,
  attention text,
  payment_gated boolean not null default false,
  -- Billed ahead and not yet earned, per revenue stream: what the next boundary earns.
  deferred jsonb not null default '{}',
  metadata jsonb not null default '{}',
  -- The whole state (domain/subscription/state.ts), as it was written last.
  state jsonb not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  check (current_period_start < current_period_end),
  check ((current_period_start is null) = (current_period_end is null)),
  foreign key (plan_id, plan_version) references plan_versions
);
create index subscriptions_page on subscriptions (tenant_id, id);
create index subscriptions_of_customer on subscriptions (customer_id, id);
-- The auditor looks for what is late in real time.
create index subscriptions_due on subscriptions (next_due_at) where test_clock_id is null;
create index subscriptions_due_on_clock on subscriptions (test_clock_id, next_due_at) where test_clock_id is not null;

-- The last number given per tenant and series. The row is locked by the transaction that finalizes an invoice: no gaps.
create table invoice_series (
  tenant_id text not null references tenants,
  series text not null,
  last_number bigint not null default 0,
  primary key (tenant_id, series)
);

create table invoices (
  id text primary key,
  tenant_id text not null references tenants,
  customer_id text not null references customers,
  subscription_id text not null references subscriptions,
  -- The business fact that the invoice is for, such as `period:2026-01-31T00:00:00.000Z`: the same fact is never billed twice.
  business_key text not null,
  status text not null check (status in ('draft', 'open', 'paid', 'void', 'uncollectible')),
  series text not null,
  sequence bigint,
  currency text not null,
  -- total = sum of the lines; amount_due = total − balance_applied − carried_over.
  total numeric not null,
  -- Taken from the customer's balance (positive), or put into it by a negative total (negative).
  balance_applied numeric not null,
  -- Too small to charge: moved to the customer's balance as a debt.
  carried_over numeric not null,
  amount_due numeric not null check (amount_due >= 0),
  amount_paid numeric not null default 0,
  period_start timestamptz not null,
  period_end timestamptz not null,
  due_at timestamptz not null,
  settled_at timestamptz,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  unique (subscription_id, business_key),
  unique (tenant_id, series, sequence),
  check ((status = 'draft') = (sequence is null)),
  check (amount_due = total - balance_applied - carried_over),
  check (amount_paid >= 0 and amount_paid <= amount_due),
  check (status <> 'paid' or amount_paid = amount_due)
);
create index invoices_page on invoices (tenant_id, id);
create index invoices_of_subscription on invoices (subscription_id, id);
create index invoices_of_customer on invoices (customer_id, id);

create table invoice_lines (
  id text primary key,
  tenant_id text not null references tenants,
  invoice_id text not null references invoices,
  subscription_id text not null references subscriptions,
  position integer not null,
  kind text not null check (kind in ('recurring', 'one_off', 'proration_charge', 'proration_credit')),
  description text not null,
  price_id text not null,
  stream text not null,
  quantity numeric not null,
  amount numeric not null,
  currency text not null,
  period_start timestamptz not null,
  period_end timestamptz not null,
  -- The charge that a credit line gives back from; credits of one charge never exceed it.
  credits_line_id text references invoice_lines,
  explanation jsonb not null,
  unique (invoice_id, position),
  check ((kind = 'proration_credit') = (credits_line_id is not null)),
  check (credits_line_id is null or amount <= 0)
);
create index invoice_lines_credits on invoice_lines (credits_line_id) where credits_line_id is not null;
-- A credit ends the coverage of its charge: a second one would give the same time back twice. The credit of a voided invoice gave nothing.
create function charge_credited_once() returns trigger language plpgsql as $$
begin
  -- Two credits of one charge wait for each other here.
  perform from invoice_lines where id = new.credits_line_id for update;
  if exists (select from invoice_lines l join invoices i on i.id = l.invoice_id
             where l.credits_line_id = new.credits_line_id and l.id <> new.id and i.status <> 'void') then
    raise exception 'the charge % is credited already', new.credits_line_id using errcode = 'unique_violation';
  end if;
  return null;
end $$;
create trigger invoice_lines_credited_once after insert on invoice_lines for each row when (new.credits_line_id is not null)
  execute function charge_credited_once();
create index invoice_lines_of_subscription on invoice_lines (subscription_id, period_end);

-- One per invoice and rail object: a PaymentIntent can succeed only once, which is the lasting guard against a double charge.
create table payments (
  id text primary key,
  tenant_id text not null references tenants,
  invoice_id text not null references invoices,
  subscription_id text not null references subscriptions,
  customer_id text not null references customers,
  rail text not null,
  provider_ref text not null,
  status text not null check (status in ('created', 'requires_action', 'processing', 'succeeded', 'failed', 'canceled')),
  amount numeric not null check (amount > 0),
  currency text not null,
  -- The attempt that was begun and whose outcome is not recorded yet, and with what; null when none is under way.
  attempt_begun integer,
  attempt_method_id text references payment_methods,
  attempt_fingerprint text,
  attempt_begun_at timestamptz,
  attempt_customer_present boolean,
  attempts integer not null default 0,
  last_charge_ref text,
  next_action_url text,
  balance_transaction_ref text,
  fee numeric,
  amount_refunded numeric not null default 0,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  unique (rail, provider_ref),
  check (amount_refunded >= 0 and amount_refunded <= amount)
);
create unique index payments_one_success on payments (invoice_id) where status = 'succeeded';
create unique index payments_one_alive on payments (invoice_id) where status not in ('canceled');
-- One try of a payment method at a time, over all invoices: the next one knows how it ended, and keeps to one decline a day.
create unique index payments_one_try on payments (attempt_method_id) where attempt_begun is not null and status not in ('canceled');
create index payments_page on payments (tenant_id, id);

-- Every try with its outcome. Declines are counted per card fingerprint over all invoices.
create table payment_attempts (
  payment_id text not null references payments,
  number integer not null,
  tenant_id text not null references tenants,
  payment_method_id text references payment_methods,
  fingerprint text,
  outcome text not null check (outcome in ('succeeded', 'declined', 'requires_action', 'processing')),
  decline jsonb,
  charge_ref text,
  customer_present boolean not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  primary key (payment_id, number)
);
create index payment_attempts_of_card on payment_attempts (tenant_id, fingerprint, occurred_at) where outcome = 'declined';

create table refunds (
  id text primary key,
  tenant_id text not null references tenants,
  payment_id text not null references payments,
  amount numeric not null check (amount > 0),
  currency text not null,
  reason text,
  status text not null check (status in ('requested', 'pending', 'requires_action', 'succeeded', 'failed', 'canceled', 'refused')),
  provider_ref text,
  failure_reason text,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now()
);
create unique index refunds_provider_ref on refunds (provider_ref) where provider_ref is not null;
create index refunds_page on refunds (tenant_id, id);
create index refunds_of_payment on refunds (payment_id);

-- The chart of accounts. `kind` says on which side the account normally stands.
create table ledger_accounts (
  tenant_id text not null references tenants,
  code text not null,
  kind text not null check (kind in ('asset', 'liability', 'income', 'expense')),
  name text not null,
  primary key (tenant_id, code)
);

-- One movement of money. `source` is the business fact it books; the same fact is booked once.
create table ledger_entries (
  id text primary key,
  tenant_id text not null references tenants,
  kind text not null,
  source text not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  unique (tenant_id, kind, source)
);
create index ledger_entries_page on ledger_entries (tenant_id, id);

-- Debits are positive, credits negative; each entry sums to zero per currency.
create table ledger_postings (
  entry_id text not null references ledger_entries,
  position integer not null,
  tenant_id text not null,
  account text not null,
  currency text not null,
  amount numeric not null,
  primary key (entry_id, position),
  foreign key (tenant_id, account) references ledger_accounts
);
create index ledger_postings_of_account on ledger_postings (tenant_id, account, currency);
create trigger ledger_entries_frozen before update or delete on ledger_entries for each row execute function refuse_change();
create trigger ledger_postings_frozen before update or delete on ledger_postings for each row execute function refuse_change();

create function entry_balances() returns trigger language plpgsql as $$
begin
  -- Every posting of an entry queues this check; the first position speaks for those written with it.
  if exists (select from ledger_postings where entry_id = new.entry_id group by currency having sum(amount) <> 0) then
    raise exception 'ledger entry % does not sum to zero', new.entry_id using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger ledger_postings_balance after insert on ledger_postings deferrable initially deferred
  for each row execute function entry_balances();

-- What happened, for the outside: written in the transaction that it reports.
create table events (
  id text primary key,
  tenant_id text not null references tenants,
  type text not null,
  customer_id text,
  subscription_id text,
  invoice_id text,
  data jsonb not null,
  -- The first event of each fact of a subscription carries the fact (domain/subscription/events.ts) and its place in the order:
  -- the n-th fact is recorded once, and whoever tries again is answered with it.
  fact_seq integer,
  fact jsonb,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now()
);
create unique index events_fact on events (subscription_id, fact_seq) where fact_seq is not null;
create index events_page on events (tenant_id, id);
create index events_of_subscription on events (subscription_id, id);

-- Messages to workflows that must not be lost: written with the row that they hand over, delivered by the relay.
create table outbox (
  id bigint generated always as identity primary key,
  tenant_id text not null references tenants,
  kind text not null check (kind in ('start_subscription', 'start_refund', 'signal')),
  workflow_id text not null,
  payload jsonb not null,
  recorded_at timestamptz not null default now(),
  attempts integer not null default 0,
  retry_at timestamptz not null default now(),
  delivered_at timestamptz
);
create index outbox_waiting on outbox (retry_at) where delivered_at is null;

-- Who did what, and what it changed. A command is carried out once: `command_id` is unique per subject.
create table audit_log (
  id text primary key,
  tenant_id text not null references tenants,
  actor text not null,
  action text not null,
  subject_id text not null,
  command_id text,
  outcome text not null check (outcome in ('applied', 'refused')),
  before jsonb,
  after jsonb,
  -- The answer of a command, so that a repetition answers the same.
  result jsonb,
  request_id text,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  unique (subject_id, command_id)
);
create index audit_log_page on audit_log (tenant_id, id);
create trigger audit_log_frozen before update or delete on audit_log for each row execute function refuse_change();

-- Verified webhooks of the providers, stored once, before they are answered.
create table webhook_inbox (
  provider text not null,
  event_id text not null,
  tenant_id text,
  type text not null,
  subject_kind text not null,
  subject_ref text,
  -- The payment that the subject belongs to, where it is another object (a refund, a dispute).
  payment_ref text,
  body text not null,
  status text not null check (status in ('pending', 'processed', 'ignored')),
  retry_at timestamptz not null default now(),
  attempts integer not null default 0,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  primary key (provider, event_id)
);
create index webhook_inbox_waiting on webhook_inbox (retry_at) where status = 'pending';

-- Row-level security on every table with a tenant: a query that forgets its tenant sees nothing of another.
do $$
declare name text;
begin
  foreach name in array array['api_keys', 'idempotency_keys', 'test_clocks', 'customers', 'customer_balances', 'payment_methods', 'products',
    'prices', 'plans', 'plan_versions', 'subscriptions', 'invoice_series', 'invoices', 'invoice_lines', 'payments', 'payment_attempts',
    'refunds', 'ledger_accounts', 'ledger_entries', 'ledger_postings', 'events', 'outbox', 'audit_log', 'webhook_inbox']
  loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy tenant_only on %I using (current_tenant() in (tenant_id, ''*'')) with check (current_tenant() in (tenant_id, ''*''))', name);
  end loop;
end $$;
alter table tenants enable row level security;
create policy tenant_only on tenants using (current_tenant() in (id, '*')) with check (current_tenant() in (id, '*'));

-- Why: disputes move money that the ledger did not book; and a provider's limit of requests holds over all processes, so they share a count.
-- Locks: creates only; nothing waits.
-- Old code: runs on it, since it knows nothing of the tables.

-- A payer's objection to a payment with their bank. The row is what was read at the provider last; the money that it moved is in the
-- ledger, one entry per movement.
create table disputes (
  id text primary key,
  tenant_id text not null references tenants,
  payment_id text not null references payments,
  rail text not null,
  provider_ref text not null,
  -- An inquiry moves no money, and may become a chargeback.
  kind text not null check (kind in ('inquiry', 'chargeback')),
  status text not null check (status in ('needs_response', 'under_review', 'won', 'lost', 'prevented')),
  reason text not null,
  amount numeric not null check (amount > 0),
  currency text not null,
  -- Taken and not given back, in the currency of the payment; the account `disputes` holds the sum.
  amount_withdrawn numeric not null,
  -- The provider's fee, in the currency in which it settles.
  fee numeric not null,
  fee_currency text not null,
  evidence_due_at timestamptz,
  -- The provider's balance transactions that are booked.
  movement_refs text[] not null,
  -- Counts the writes: who read the provider before another one wrote reads again.
  revision integer not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  unique (rail, provider_ref)
);
create index disputes_page on disputes (tenant_id, id);
create index disputes_of_payment on disputes (payment_id);

alter table disputes enable row level security;
create policy tenant_only on disputes
  using (current_tenant() in (tenant_id, '*')) with check (current_tenant() in (tenant_id, '*'));

-- How many requests the processes took out of the present window of a limit, such as the confirmations that go to Stripe in this quarter
-- of a second. Windows are counted by the database's clock. Unlogged: a lease costs no flush, and after a crash the count begins anew.
create unlogged table rate_limits (
  name text primary key,
  window_number bigint not null,
  taken integer not null
);

-- Why: fees on chains: what is asked for, what came in, what is paid out, and every transaction that was signed for it.
-- Locks: outbox, for the moment that its check takes: the rows that stand are not proven again.
-- Old code: runs on it, and knows nothing of the new tables. Its relay must not be the only one once a settlement is asked for: it cannot
--   start it.
--
-- Amounts of `settlements`, `settlement_legs`, `chain_deposits` and `transfers` are major units beside their asset (a CAIP-19 id), as everywhere;
-- what chains count in (base units) stands only in documents that adapters made.

-- One fee that is collected on a chain, and paid out to whom it belongs. `state` is what its workflow knows (domain/settlement/state.ts);
-- `status` is for lists: the watcher sets it to `confirming` when it sees a payment, every fact sets it to what it then is.
create table settlements (
  id text primary key,
  tenant_id text not null references tenants,
  customer_id text references customers,
  -- Who pays, by the name that the tenant's own system has for them.
  payer text,
  description text not null,
  -- Where and in what it is collected.
  chain text not null,
  asset text not null,
  amount numeric not null check (amount > 0),
  -- The income account, without what others get.
  stream text not null,
  -- What one major unit of the asset is worth in the books, frozen when it was quoted; null: booked in the asset alone.
  book_currency text,
  book_rate numeric check (book_rate > 0),
  -- How the fee came about, when it was computed: the answer of the fee quote.
  fee jsonb,
  -- Where money goes back to; null: to whoever sent it.
  refund_address text,
  status text not null,
  state jsonb not null,
  seq integer not null,
  due_at timestamptz not null,
  metadata jsonb not null default '{}',
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  check ((book_currency is null) = (book_rate is null))
);
create index settlements_page on settlements (tenant_id, id);
create index settlements_of_payer on settlements (tenant_id, payer, id) where payer is not null;

-- The n-th fact of a settlement is recorded once, and whoever tries again is answered with it.
create table settlement_facts (
  settlement_id text not null references settlements,
  seq integer not null check (seq > 0),
  tenant_id text not null references tenants,
  fact jsonb not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  primary key (settlement_id, seq)
);
create trigger settlement_facts_frozen before update or delete on settlement_facts for each row execute function refuse_change();

-- One payment out.
create table settlement_legs (
  id text primary key,
  tenant_id text not null references tenants,
  settlement_id text not null references settlements,
  position integer not null check (position >= 0),
  kind text not null check (kind in ('treasury', 'partner', 'creator', 'operator', 'refund')),
  -- Who gets it, by the fee schedule's name.
  party text not null,
  chain text not null,
  asset text not null,
  amount numeric not null check (amount > 0),
  -- What it is of the asset that was collected: the same unless it is paid in another one.
  source_amount numeric not null check (source_amount > 0),
  -- What one major unit of the leg's own asset is worth in the books, where that is another one; null: as much as its source.
  book_rate numeric check (book_rate > 0),
  destination text not null,
  -- Comment or memo for the receiver.
  tag text,
  recorded_at timestamptz not null default now(),
  unique (settlement_id, position)
);

-- Addresses that the engine's keys control, and what orders their transactions. Belongs to the engine, not to a tenant. `next_number` only
-- ever rises: a node that lags or lies does not lower it.
create table signer_accounts (
  chain text not null,
  address text not null,
  key_id text not null,
  public_key text not null,
  next_number bigint not null default 0 check (next_number >= 0),
  -- The next child address; 0 is the main one.
  next_index integer not null default 1 check (next_index > 0),
  recorded_at timestamptz not null default now(),
  primary key (chain, address),
  unique (chain, key_id)
);

-- How a settlement is paid, and what its watcher looks for. The number is taken before the address is asked for, so that a repetition asks
-- for the same one.
create table deposit_instructions (
  settlement_id text primary key references settlements,
  tenant_id text not null references tenants,
  chain text not null,
  key_id text not null,
  child integer not null check (child > 0),
  -- Null until the adapter has answered.
  watch text,
  instruction jsonb,
  -- What comes later belongs to nobody yet; it is still looked for.
  watch_until timestamptz not null,
  recorded_at timestamptz not null default now(),
  unique (chain, key_id, child),
  unique (chain, watch),
  check ((watch is null) = (instruction is null))
);
create index deposit_instructions_watched on deposit_instructions (chain, watch_until) where watch is not null;

-- A credit that a chain shows. It is assigned by what it was paid to, once: chain, transaction and index name it.
create table chain_deposits (
  id text primary key,
  tenant_id text not null references tenants,
  settlement_id text not null references settlements,
  chain text not null,
  transaction_id text not null,
  output_index integer not null,
  watch text not null,
  asset text not null,
  amount numeric not null check (amount > 0),
  sender text,
  height bigint not null,
  block_hash text not null,
  -- Time of the block: when the payment counts as made.
  seen_at timestamptz not null,
  -- `withdrawn`: a reorganization took it back. Final ones are in the ledger.
  status text not null check (status in ('seen', 'final', 'withdrawn')),
  -- The fact that counted it; null: it came after the settlement was decided, and waits for an operator.
  counted_in integer,
  recorded_at timestamptz not null default now(),
  unique (chain, transaction_id, output_index)
);
create index chain_deposits_of_settlement on chain_deposits (settlement_id);
create index chain_deposits_page on chain_deposits (tenant_id, id);
create index chain_deposits_open on chain_deposits (chain) where status = 'seen';

-- How far a chain was searched. One row per chain; it belongs to the engine.
create table chain_cursors (
  chain text primary key,
  -- The adapter's own.
  cursor text,
  height bigint not null default 0,
  final_height bigint not null default 0,
  head_at timestamptz,
  scanned_at timestamptz not null default now(),
  -- Why the last search failed.
  fault text
);

-- A transaction of ours: the intent with its place in the order, then the signed bytes with their id, then what became of them. Bytes are
-- sent only after they stand here, and the same ones every time.
create table chain_transactions (
  id text primary key,
  tenant_id text not null references tenants,
  chain text not null,
  from_address text not null,
  order_number bigint,
  input_ids text[] not null default '{}',
  -- `intended`: nothing was signed; `released`: it never will be, and its number is free again; `dead`: proven never to land.
  status text not null check (status in ('intended', 'released', 'signed', 'sent', 'landed', 'final', 'dead')),
  -- The one that it gets out of the way: same number, higher fee.
  replaces_id text references chain_transactions,
  transaction_id text,
  signed jsonb,
  height bigint,
  -- What the network took, in major units of the chain's own coin.
  network_fee numeric check (network_fee >= 0),
  failure text,
  sent_at timestamptz,
  final_at timestamptz,
  recorded_at timestamptz not null default now(),
  unique (chain, transaction_id),
  check ((transaction_id is null) = (signed is null)),
  check (status in ('intended', 'released') or signed is not null),
  check ((status = 'final') = (final_at is not null))
);
-- Two workers at once make one replacement.
create unique index chain_transactions_replacement on chain_transactions (replaces_id) where replaces_id is not null;
-- A number is used once on the chain.
create unique index chain_transactions_number on chain_transactions (chain, from_address, order_number) where status in ('landed', 'final') and order_number is not null;
create index chain_transactions_open on chain_transactions (chain, from_address, order_number) where status in ('intended', 'released', 'signed', 'sent', 'landed');

-- Which payouts a transaction makes. The n-th try of a leg exists once, and a leg is paid once.
create table chain_payouts (
  transaction_id text not null references chain_transactions,
  position integer not null,
  tenant_id text not null references tenants,
  leg_id text not null references settlement_legs,
  try integer not null check (try > 0),
  is_paid boolean not null default false,
  primary key (transaction_id, position)
);
create unique index chain_payouts_once on chain_payouts (leg_id) where is_paid;
create index chain_payouts_of_leg on chain_payouts (leg_id, try);

-- A transaction of the tenant's own business that a fee is taken of: what it was worth, by whom, and what the fee came to. The volume of a
-- payer's month is the sum of these rows.
create table transfers (
  id text primary key,
  tenant_id text not null references tenants,
  -- The tenant's own name for it: told twice, it is counted once.
  reference text not null,
  payer text not null,
  fee_schedule_id text not null references fee_schedules,
  fee_schedule_version integer not null,
  value_amount numeric not null check (value_amount >= 0),
  currency text not null,
  fee_amount numeric not null check (fee_amount >= 0),
  -- The question and its answer, step by step.
  quote jsonb not null,
  -- `settled`: it opened a settlement of its own; `accrued`: it waits for more of its kind.
  disposition text not null check (disposition in ('settled', 'accrued', 'batched', 'free')),
  settlement_id text references settlements,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  unique (tenant_id, reference),
  check ((disposition in ('settled', 'batched')) = (settlement_id is not null))
);
create index transfers_page on transfers (tenant_id, id);
create index transfers_of_payer on transfers (tenant_id, payer, currency, occurred_at);
create index transfers_accrued on transfers (tenant_id, payer, fee_schedule_id, currency) where disposition = 'accrued';

alter table outbox drop constraint outbox_kind_check;
alter table outbox add constraint outbox_kind_check
  check (kind in ('start_subscription', 'start_refund', 'start_top_up', 'start_plan_migration', 'start_settlement', 'signal')) not valid;

do $$
declare name text;
begin
  foreach name in array array['settlements', 'settlement_facts', 'settlement_legs', 'deposit_instructions', 'chain_deposits', 'chain_transactions', 'chain_payouts', 'transfers']
  loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy tenant_only on %I using (current_tenant() in (tenant_id, ''*'')) with check (current_tenant() in (tenant_id, ''*''))', name);
  end loop;
end $$;

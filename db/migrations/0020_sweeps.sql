-- Why: where a chain ties payments by address, what was paid lies at an address of its own for each settlement. It is collected at the main one.
-- Locks: signer_accounts, chain_transactions, deposit_instructions and chain_deposits, for the moment that their columns take.
-- Old code: runs on it; its payouts are what the defaults say.

-- Children of a key pay, too: what was collected at them, to the main address.
alter table signer_accounts add column child integer not null default 0 check (child >= 0);
alter table signer_accounts drop constraint signer_accounts_chain_key_id_key;
alter table signer_accounts add constraint signer_accounts_chain_key_id_child_key unique (chain, key_id, child);

alter table chain_transactions
  -- `fuel`: coin for the network fee of a sweep; `sweep`: what was paid, to the main address. Both move within the engine's own addresses.
  add column purpose text not null default 'payout' check (purpose in ('payout', 'fuel', 'sweep')),
  add column child integer not null default 0 check (child >= 0),
  -- Of fuel and sweeps: [{"to", "asset", "amount"}] in base units, as the chain is asked. Payouts have legs.
  add column moves jsonb,
  add column settlement_id text references settlements,
  add check ((purpose = 'payout') = (moves is null)),
  add check ((purpose = 'payout') = (settlement_id is null));
create index chain_transactions_of_settlement on chain_transactions (settlement_id) where settlement_id is not null;

alter table deposit_instructions add column swept_at timestamptz;
alter table chain_deposits add column final_at timestamptz;
create index chain_deposits_final on chain_deposits (chain, final_at) where status = 'final';

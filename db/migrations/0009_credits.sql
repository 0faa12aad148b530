-- Why: customers hold credits in advance (wallets of grants), which pay their invoices, and invoices that were issued are lowered by
--   credit notes. A top-up has an invoice of its own, which belongs to no subscription.
-- Locks: invoices, invoice_lines and payments, for the moment that the columns take: no row is rewritten, and the new check of the amounts is
--   not proven for the rows that stand, which the old one has proven (nothing was applied from wallets there).
-- Old code: runs on it, since it writes none of the new rows and every new column has its default. It must not bill a customer who has a
--   wallet: it would leave the credits where they are.

-- What a customer holds in advance, in a currency (it then pays invoices of that currency) or in units of the tenant's own, which are used
-- through the API. One per customer and denomination: what is to be drawn first is said by the priorities of its grants.
create table wallets (
  id text primary key,
  tenant_id text not null references tenants,
  customer_id text not null references customers,
  name text not null,
  currency text,
  unit text,
  -- What earns when units that were bought are used.
  stream text not null default 'credits',
  -- TopUpRules of domain/credits/top-up.ts.
  rules jsonb not null,
  -- In which currency automatic top-ups are paid; of a wallet of a currency, that one.
  pay_currency text,
  -- Automatic top-ups begun so far: their keys count. Halted after one failed, until the customer acts.
  automatic_begun integer not null default 0,
  automatic_halted boolean not null default false,
  -- Set with every change that may leave less than the threshold, until somebody has looked.
  automatic_due boolean not null default false,
  -- Counts the changes: who read the wallet before another one changed it reads again.
  version integer not null default 0,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  check ((currency is null) <> (unit is null))
);
create unique index wallets_of_customer on wallets (customer_id, coalesce(currency, ''), coalesce(unit, ''));
create index wallets_page on wallets (tenant_id, id);
create index wallets_due on wallets (id) where automatic_due;

-- Credits from one source, see domain/credits/grant.ts. `used` and `removed` are what the movements say; only their trigger changes them.
create table credit_grants (
  id text primary key,
  tenant_id text not null references tenants,
  wallet_id text not null references wallets,
  -- The business fact: the same fact never grants twice.
  key text not null,
  origin text not null check (origin in ('paid', 'granted')),
  amount numeric not null check (amount > 0),
  used numeric not null default 0 check (used >= 0),
  removed numeric not null default 0 check (removed >= 0),
  is_ended boolean not null default false,
  -- What the customer paid for all of it.
  paid numeric check (paid >= 0),
  paid_currency text,
  priority integer not null,
  effective_at timestamptz not null,
  expires_at timestamptz,
  rollover jsonb,
  rolled jsonb,
  reason text,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  unique (wallet_id, key),
  -- Never below zero.
  check (used + removed <= amount),
  check ((origin = 'paid') = (paid is not null)),
  check ((paid is null) = (paid_currency is null))
);
create index credit_grants_page on credit_grants (tenant_id, id);
create index credit_grants_alive on credit_grants (wallet_id) where not is_ended and used + removed < amount;
create index credit_grants_due on credit_grants (expires_at) where not is_ended and expires_at is not null;

-- Every change of a grant: what it gained or lost and why. Append-only.
create table wallet_movements (
  id text primary key,
  tenant_id text not null references tenants,
  wallet_id text not null references wallets,
  grant_id text not null references credit_grants,
  -- `drawn` pays an invoice, `used` is usage that the tenant told, `rolled_over` goes on in another grant.
  kind text not null check (kind in ('granted', 'drawn', 'used', 'expired', 'rolled_over')),
  amount numeric not null check ((kind = 'granted') = (amount > 0) and amount <> 0),
  -- What was paid for it; null for granted credits.
  paid numeric,
  paid_currency text,
  invoice_id text references invoices,
  reason text,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now()
);
create index wallet_movements_page on wallet_movements (wallet_id, id);
create index wallet_movements_of_invoice on wallet_movements (invoice_id) where invoice_id is not null;
create trigger wallet_movements_frozen before update or delete on wallet_movements for each row execute function refuse_change();

create function move_grant() returns trigger language plpgsql as $$
begin
  update credit_grants set used = used - case when new.kind in ('drawn', 'used') then new.amount else 0 end,
    removed = removed - case when new.kind in ('expired', 'rolled_over') then new.amount else 0 end
  where id = new.grant_id and wallet_id = new.wallet_id;
  if not found then
    raise exception 'the grant % is not one of the wallet', new.grant_id using errcode = 'foreign_key_violation';
  end if;
  return null;
end $$;
create trigger wallet_movements_move after insert on wallet_movements for each row when (new.kind <> 'granted') execute function move_grant();

-- Credits that a customer buys, by hand or automatically. Granted once the money is there.
create table wallet_top_ups (
  id text primary key,
  tenant_id text not null references tenants,
  wallet_id text not null references wallets,
  customer_id text not null references customers,
  -- The business fact: two who decide at once on an automatic one name the same.
  key text not null,
  amount numeric not null check (amount > 0),
  bonus numeric not null check (bonus >= 0),
  price numeric not null check (price > 0),
  currency text not null,
  automatic boolean not null,
  status text not null check (status in ('requested', 'pending', 'succeeded', 'failed')),
  -- Why it failed, in a code.
  failure text,
  invoice_id text references invoices,
  settled_at timestamptz,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  unique (wallet_id, key),
  check ((status in ('succeeded', 'failed')) = (settled_at is not null))
);
create index wallet_top_ups_page on wallet_top_ups (tenant_id, id);
create unique index wallet_top_ups_invoice on wallet_top_ups (invoice_id) where invoice_id is not null;
-- Once in flight.
create unique index wallet_top_ups_one_automatic on wallet_top_ups (wallet_id) where automatic and status in ('requested', 'pending');

-- The invoice of a top-up belongs to a wallet and to no subscription.
alter table invoices alter column subscription_id drop not null;
alter table invoices add column wallet_id text references wallets;
alter table invoices add constraint invoices_of_one check ((subscription_id is null) <> (wallet_id is null)) not valid;
create unique index invoices_of_wallet on invoices (wallet_id, business_key) where wallet_id is not null;
alter table invoice_lines alter column subscription_id drop not null;
alter table payments alter column subscription_id drop not null;

-- The voided invoice in whose place this one was issued.
alter table invoices add column reissues_invoice_id text references invoices;
create unique index invoices_reissued_once on invoices (reissues_invoice_id) where reissues_invoice_id is not null;

-- What the customer's wallet paid of the invoice, before their balance.
alter table invoices add column wallet_applied numeric not null default 0 check (wallet_applied >= 0);
alter table invoices drop constraint invoices_amount_due_explained;
alter table invoices add constraint invoices_amount_due_explained
  check (amount_due = total + credit_given - credit_received - wallet_applied - balance_applied - carried_over) not valid;

-- A document that lowers an issued invoice. What it takes off an open one is in the invoice's `credit_received`, too.
create table credit_notes (
  id text primary key,
  tenant_id text not null references tenants,
  customer_id text not null references customers,
  subscription_id text references subscriptions,
  invoice_id text not null references invoices,
  -- The how-manieth of its invoice: two that were computed from the same state collide here, and the second is computed anew.
  ordinal integer not null check (ordinal > 0),
  series text not null,
  sequence bigint not null,
  currency text not null,
  reason text not null,
  memo text,
  net numeric not null,
  tax numeric not null,
  gross numeric not null check (gross > 0),
  reduced numeric not null check (reduced >= 0),
  refunded numeric not null check (refunded >= 0),
  to_balance numeric not null check (to_balance >= 0),
  refund_id text references refunds,
  -- Net and tax by row of the invoice's taxes.
  taxes jsonb not null,
  explanation text not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  unique (invoice_id, ordinal),
  unique (tenant_id, series, sequence),
  check (gross = net + tax),
  check (gross = reduced + refunded + to_balance),
  check ((refund_id is null) = (refunded = 0))
);
create index credit_notes_page on credit_notes (tenant_id, id);
create index credit_notes_refund on credit_notes (refund_id) where refund_id is not null;
create trigger credit_notes_frozen before update or delete on credit_notes for each row execute function refuse_change();

-- What a credit note takes off each line, for the service period that the line billed.
create table credit_note_lines (
  id text primary key,
  tenant_id text not null references tenants,
  credit_note_id text not null references credit_notes,
  invoice_line_id text not null references invoice_lines,
  position integer not null,
  kind text not null,
  description text not null,
  stream text not null,
  -- With tax; net without.
  amount numeric not null check (amount > 0),
  net numeric not null check (net >= 0),
  tax numeric not null check (tax >= 0),
  currency text not null,
  tax_row text not null,
  period_start timestamptz not null,
  period_end timestamptz not null,
  explanation text not null,
  unique (credit_note_id, position),
  check (amount = net + tax)
);
create index credit_note_lines_of_line on credit_note_lines (invoice_line_id);
create trigger credit_note_lines_frozen before update or delete on credit_note_lines for each row execute function refuse_change();

-- What credit notes and the credit lines of later invoices take off a charge together, never above it. They wait for each other on the
-- charge's row. The credit of a voided invoice gave nothing.
create function charge_not_over_credited(charge text) returns void language plpgsql as $$
declare
  billed numeric;
  credited numeric;
begin
  select net into billed from invoice_lines where id = charge for update;
  select coalesce((select sum(n.net) from credit_note_lines n where n.invoice_line_id = charge), 0)
    + coalesce((select -sum(l.net) from invoice_lines l join invoices i on i.id = l.invoice_id
                where l.credits_line_id = charge and i.status <> 'void'), 0) into credited;
  if credited > billed then
    raise exception 'the charge % is credited with more than it billed', charge using errcode = 'check_violation';
  end if;
end $$;
create function note_within_charge() returns trigger language plpgsql as $$
begin
  perform charge_not_over_credited(new.invoice_line_id);
  return null;
end $$;
create trigger credit_note_lines_within_charge after insert on credit_note_lines for each row execute function note_within_charge();
create function credit_within_charge() returns trigger language plpgsql as $$
begin
  perform charge_not_over_credited(new.credits_line_id);
  return null;
end $$;
create trigger invoice_lines_within_charge after insert on invoice_lines for each row when (new.credits_line_id is not null)
  execute function credit_within_charge();

do $$
declare name text;
begin
  foreach name in array array['wallets', 'credit_grants', 'wallet_movements', 'wallet_top_ups', 'credit_notes', 'credit_note_lines']
  loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy tenant_only on %I using (current_tenant() in (tenant_id, ''*'')) with check (current_tenant() in (tenant_id, ''*''))', name);
  end loop;
end $$;

alter table outbox drop constraint outbox_kind_check;
alter table outbox add constraint outbox_kind_check check (kind in ('start_subscription', 'start_refund', 'start_top_up', 'signal'));

-- Why: each seller entity may tax in its own way; a provider of sales tax is told of what it computed, and of what was taken back of it; and
--   a wallet of units may pay what a meter counts.
-- Locks: entities, wallets, invoices, invoice_lines and credit_notes for the moment that a column or a trigger takes; no row is read or
--   rewritten.
-- Old code: runs on it. It taxes by the tenant's settings alone, asks no provider, and leaves usage to money.

-- Null: as the tenant taxes.
alter table entities add column tax jsonb;

-- What a provider of sales tax is to be told: each sale that it computed, once its invoice stands, and what was given back of it. Rows come
-- from triggers, in the transaction of the invoice or the credit note, whoever writes that; the worker's rounds tell the provider.
create table tax_reports (
  -- The provider knows it by this, and takes it once: {invoice}, {invoice}/void, {credit note}, {invoice}/credits/{invoice}.
  reference text primary key,
  tenant_id text not null references tenants,
  -- Whose tax it is: the invoice that the provider computed.
  invoice_id text not null references invoices,
  provider text not null,
  kind text not null check (kind in ('sale', 'reversal')),
  -- Of a sale: what the provider answered by. Null: the provider was away, and the tax is the table's.
  calculation text,
  -- With tax: what was sold, or is given back; above zero.
  amount numeric not null check (amount > 0),
  currency text not null,
  state text not null check (state in ('due', 'reported', 'estimated')),
  -- When it is told next; null once nothing is left to tell.
  due_at timestamptz,
  -- The provider's own id of it.
  transaction text,
  -- Why it is not told yet.
  obstacle text,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  check ((state = 'due') = (due_at is not null)),
  check ((state = 'reported') = (transaction is not null))
);
create index tax_reports_due on tax_reports (due_at) where due_at is not null;
create index tax_reports_of_invoice on tax_reports (invoice_id);
create index tax_reports_page on tax_reports (tenant_id, reference);

create function report_sale() returns trigger language plpgsql as $$
begin
  insert into tax_reports (reference, tenant_id, invoice_id, provider, kind, calculation, amount, currency, state, due_at, occurred_at)
  select new.id, new.tenant_id, new.id, p.said->>'name', 'sale', p.said->>'calculation', (p.said->'sold'->>'amount')::numeric, new.currency,
    case when p.said->>'calculation' is null then 'estimated' else 'due' end,
    case when p.said->>'calculation' is null then null else now() end, new.occurred_at
  from (select new.taxes->'provider' as said) p where (p.said->'sold'->>'amount')::numeric > 0;
  return null;
end $$;
create trigger invoices_report_sale after insert on invoices for each row when (new.taxes->'provider' is not null)
  execute function report_sale();

-- What is given back of a sale that the provider computed: never more than is left of it. What was estimated was never told, so nothing is.
create function report_reversal(sold text, named text, given numeric, at timestamptz) returns void language plpgsql as $$
begin
  insert into tax_reports (reference, tenant_id, invoice_id, provider, kind, amount, currency, state, due_at, occurred_at)
  select named, s.tenant_id, s.invoice_id, s.provider, 'reversal', least(given, s.amount - r.amount), s.currency, 'due', now(), at
  from tax_reports s cross join lateral (
    select coalesce(sum(b.amount), 0) as amount from tax_reports b where b.invoice_id = s.invoice_id and b.kind = 'reversal'
  ) r
  where s.reference = sold and s.kind = 'sale' and s.state <> 'estimated' and least(given, s.amount - r.amount) > 0
  on conflict (reference) do update set amount = tax_reports.amount + excluded.amount;
end $$;
create function report_void() returns trigger language plpgsql as $$
begin
  perform report_reversal(new.id, new.id || '/void', new.total, coalesce(new.settled_at, new.occurred_at));
  return null;
end $$;
create trigger invoices_report_void after update of status on invoices for each row
  when (new.status = 'void' and old.status <> 'void' and new.taxes->'provider' is not null) execute function report_void();
create function report_note() returns trigger language plpgsql as $$
begin
  perform report_reversal(new.invoice_id, new.id, new.gross, new.occurred_at);
  return null;
end $$;
create trigger credit_notes_report after insert on credit_notes for each row execute function report_note();
create function report_credit() returns trigger language plpgsql as $$
declare
  charged text;
begin
  select invoice_id into charged from invoice_lines where id = new.credits_line_id;
  perform report_reversal(charged, new.invoice_id || '/credits/' || charged, -(new.net + new.tax), i.occurred_at)
    from invoices i where i.id = new.invoice_id;
  return null;
end $$;
create trigger invoice_lines_report_credit after insert on invoice_lines for each row
  when (new.credits_line_id is not null and new.tax <> 0) execute function report_credit();

-- Units of this wallet pay what the meter counts, before money does. Null: they are used through the API alone.
alter table wallets add column meter_id text references meters;
alter table wallets add constraint wallets_meter_of_units check (meter_id is null or unit is not null) not valid;
create unique index wallets_of_meter on wallets (customer_id, meter_id) where meter_id is not null;

do $$
begin
  execute 'alter table tax_reports enable row level security';
  execute 'create policy tenant_only on tax_reports using (current_tenant() in (tenant_id, ''*'')) with check (current_tenant() in (tenant_id, ''*''))';
end $$;

-- `unit_credits`: what the units of a wallet paid of what a meter counted, in place of money.
alter table invoice_lines
  drop constraint invoice_lines_kind_check,
  add constraint invoice_lines_kind_check check (kind in ('recurring', 'one_off', 'proration_charge', 'proration_credit', 'usage',
    'usage_adjustment', 'add_on', 'minimum', 'cap', 'seats_added', 'seats_removed', 'unit_credits')) not valid;

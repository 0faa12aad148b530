-- Why: a tenant may sell through several companies, each with its own numbers, tax numbers and letterhead; and what an invoice said on the
--   day it was issued is kept as a document for ever.
-- Locks: tenants (rewritten, a few rows), customers and invoices for the moment that a column without a default takes.
-- Old code: runs on it. It numbers by the tenant's own series, which is the series of the tenant's default entity, and leaves `entity_id`
--   empty, which means that entity.

-- Pictures of letterheads, by their hash: a letterhead that was replaced still belongs to the documents of its time. Bounds are checked by
-- domain/document/logo.ts.
create table logos (
  tenant_id text not null references tenants,
  hash bytea not null check (hash = sha256(bytes)),
  media_type text not null check (media_type in ('image/png', 'image/jpeg')),
  width integer not null,
  height integer not null,
  bytes bytea not null,
  recorded_at timestamptz not null default now(),
  primary key (tenant_id, hash)
);
create trigger logos_frozen before update or delete on logos for each row execute function refuse_change();

-- The companies that a tenant sells through: who stands on an invoice as its supplier.
create table entities (
  id text primary key,
  tenant_id text not null references tenants,
  legal_name text not null,
  -- { line1, line2, city, postal_code, region, country }; empty until somebody tells it.
  address jsonb,
  -- [{ kind, number }]: its numbers with tax offices. The first of the kind `vat` is the one of the e-invoice.
  tax_numbers jsonb not null default '[]',
  -- Its number in a register of companies, and the sentence that the law asks for on letters.
  registration_number text,
  registration_text text,
  email text,
  phone text,
  -- { account_name, bank_name, iban, account_number, bic }: where an invoice may be paid by transfer.
  bank_details jsonb,
  -- Where it sells from: the origin of its supplies. ISO 3166-1.
  country text,
  -- Of documents, where the customer has none of their own.
  language text not null default 'en',
  logo_hash bytea,
  accent_color text not null default '#1f3a5f' check (accent_color ~ '^#[0-9a-f]{6}$'),
  footer text,
  -- The prefixes of its numbers. They never change: the next number would not follow the last one.
  invoice_series text not null,
  credit_note_series text not null,
  recorded_at timestamptz not null default now(),
  check (invoice_series <> credit_note_series),
  foreign key (tenant_id, logo_hash) references logos (tenant_id, hash)
);
create index entities_page on entities (tenant_id, id);

-- The entity of customers that name none. Its id follows from the tenant's, so that whoever makes a tenant need not know of entities.
alter table tenants add column default_entity_id text not null generated always as ('ent_' || split_part(id, '_', 2)) stored;

-- Empty: the tenant's default entity.
alter table customers add column entity_id text references entities;
-- The entity that issued it; empty, as old code leaves it: the tenant's default. No foreign key: entities are never deleted, and every
-- invoice of a tenant would lock the same row for the check.
alter table invoices add column entity_id text;

-- Whose numbers a series counts, and of what. The primary key makes a prefix unique over all entities and kinds of a tenant.
alter table invoice_series add column entity_id text;
alter table invoice_series add column kind text not null default 'invoice' check (kind in ('invoice', 'credit_note'));

create function claim_series() returns trigger language plpgsql as $$
declare
  claimed integer;
begin
  insert into invoice_series as s (tenant_id, series, entity_id, kind)
    values (new.tenant_id, new.invoice_series, new.id, 'invoice'), (new.tenant_id, new.credit_note_series, new.id, 'credit_note')
    on conflict (tenant_id, series) do update set entity_id = excluded.entity_id, kind = excluded.kind where s.entity_id is null;
  get diagnostics claimed = row_count;
  if claimed <> 2 then
    raise exception 'the series % or % is taken', new.invoice_series, new.credit_note_series using errcode = 'unique_violation', constraint = 'invoice_series_pkey';
  end if;
  return null;
end $$;
create trigger entities_claim_series after insert on entities for each row execute function claim_series();
create trigger entities_kept before delete on entities for each row execute function refuse_change();
create trigger entities_series_frozen before update on entities for each row
  when ((old.id, old.tenant_id, old.invoice_series, old.credit_note_series) is distinct from (new.id, new.tenant_id, new.invoice_series, new.credit_note_series))
  execute function refuse_change();

create function make_default_entity() returns trigger language plpgsql as $$
begin
  insert into entities (id, tenant_id, legal_name, invoice_series, credit_note_series)
    values (new.default_entity_id, new.id, new.name, new.invoice_series, case new.invoice_series when 'CN' then 'CRN' else 'CN' end);
  return null;
end $$;
create trigger tenants_default_entity after insert on tenants for each row execute function make_default_entity();
insert into entities (id, tenant_id, legal_name, invoice_series, credit_note_series)
  select default_entity_id, id, name, invoice_series, case invoice_series when 'CN' then 'CRN' else 'CN' end from tenants;

-- What a customer or an entity was until it changed. A document shows its parties as they were when its invoice was recorded, however late
-- it is made. The columns that change without anybody's saying so, and stand on no document, make no version.
create table party_versions (
  id bigint primary key generated always as identity,
  tenant_id text not null references tenants,
  party_id text not null,
  -- The row as it was before `replaced_at`.
  party jsonb not null,
  replaced_at timestamptz not null default clock_timestamp()
);
create index party_versions_of on party_versions (party_id, replaced_at);
create trigger party_versions_frozen before update or delete on party_versions for each row execute function refuse_change();

create function keep_party_version() returns trigger language plpgsql as $$
begin
  if to_jsonb(old) - array['provider_refs', 'default_payment_method_id', 'metadata', 'tax_check', 'tax_check_due']
    is distinct from to_jsonb(new) - array['provider_refs', 'default_payment_method_id', 'metadata', 'tax_check', 'tax_check_due'] then
    insert into party_versions (tenant_id, party_id, party) values (old.tenant_id, old.id, to_jsonb(old));
  end if;
  return null;
end $$;
create trigger customers_versions after update on customers for each row execute function keep_party_version();
create trigger entities_versions after update on entities for each row execute function keep_party_version();

-- Documents as they were first handed out: the same bytes for ever, whatever becomes of the program that made them.
create table documents (
  id text primary key,
  tenant_id text not null references tenants,
  kind text not null check (kind in ('invoice', 'credit_note', 'statement')),
  -- The invoice or credit note that it shows.
  subject_id text not null,
  -- The number that it bears.
  number text not null,
  format text not null,
  language text not null,
  media_type text not null,
  -- Name and version of the program that made it.
  renderer text not null,
  sha256 bytea not null check (sha256 = sha256(bytes)),
  bytes bytea not null,
  recorded_at timestamptz not null default now(),
  unique (subject_id, format)
);
create index documents_page on documents (tenant_id, id);
create trigger documents_frozen before update or delete on documents for each row execute function refuse_change();

alter table logos enable row level security;
create policy tenant_only on logos using (current_tenant() in (tenant_id, '*')) with check (current_tenant() in (tenant_id, '*'));
alter table entities enable row level security;
create policy tenant_only on entities using (current_tenant() in (tenant_id, '*')) with check (current_tenant() in (tenant_id, '*'));
alter table party_versions enable row level security;
create policy tenant_only on party_versions using (current_tenant() in (tenant_id, '*')) with check (current_tenant() in (tenant_id, '*'));
alter table documents enable row level security;
create policy tenant_only on documents using (current_tenant() in (tenant_id, '*')) with check (current_tenant() in (tenant_id, '*'));

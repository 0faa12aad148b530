-- What the migrations come to. Made by `npm run schema`; the reasons stand in db/migrations/.

CREATE OR REPLACE FUNCTION public.bring_forward_earned()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into revenue_brought_forward as f (tenant_id, test_clock_id, stream, currency, amount)
  select new.tenant_id, new.test_clock_id, stream, new.currency, sum(amount) from (
    select key as stream, value::numeric as amount from jsonb_each_text(old.deferred)
    union all
    select key, -value::numeric from jsonb_each_text(new.deferred)
    union all
    select l.stream, l.amount from recognizable_lines l join invoice_lines v on v.id = l.source_id join invoices i on i.id = v.invoice_id
    where i.subscription_id = new.id and i.recorded_at = now()
    union all
    select l.stream, -l.amount from recognizable_lines l join invoice_lines v on v.id = l.source_id
    join ledger_entries e on e.tenant_id = new.tenant_id and e.kind = 'void' and e.source = v.invoice_id
    where v.subscription_id = new.id and e.recorded_at = now()
  ) moved
  group by stream having sum(amount) <> 0
  on conflict (tenant_id, test_clock_id, stream, currency) do update set amount = f.amount + excluded.amount;
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.card_declines(of_tenant text, card text, since timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
begin
  return (select count(*) from payment_attempts a
    where a.tenant_id = of_tenant and a.fingerprint = card and a.outcome = 'declined' and a.occurred_at > since);
end $function$
;
CREATE OR REPLACE FUNCTION public.charge_credited_once()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  -- Two credits of one charge wait for each other here.
  perform from invoice_lines where id = new.credits_line_id for update;
  if exists (select from invoice_lines l join invoices i on i.id = l.invoice_id
             where l.credits_line_id = new.credits_line_id and l.id <> new.id and i.status <> 'void') then
    raise exception 'the charge % is credited already', new.credits_line_id using errcode = 'unique_violation';
  end if;
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.charge_not_over_credited(charge text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
end $function$
;
CREATE OR REPLACE FUNCTION public.claim_series()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$
;
CREATE OR REPLACE FUNCTION public.credit_within_charge()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform charge_not_over_credited(new.credits_line_id);
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.current_tenant()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN current_setting('perennial.tenant'::text, true)
;
CREATE OR REPLACE FUNCTION public.drop_usage_events_before(instant timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public'
AS $function$
declare
  partition record;
  dropped integer := 0;
begin
  if instant > now() - interval '13 months' then
    raise exception 'usage events are kept for 13 months at least' using errcode = 'check_violation';
  end if;
  for partition in
    select c.relname, to_date(right(c.relname, 7), 'YYYY_MM') as first
    from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'usage_events'::regclass
  loop
    continue when (partition.first + interval '1 month') at time zone 'UTC' > instant;
    execute format('drop table %I', partition.relname);
    dropped := dropped + 1;
  end loop;
  return dropped;
end $function$
;
CREATE OR REPLACE FUNCTION public.ensure_usage_partition(month_start timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public'
AS $function$
declare
  first timestamptz := date_trunc('month', month_start, 'UTC');
  name text := 'usage_events_' || to_char(first at time zone 'UTC', 'YYYY_MM');
begin
  if to_regclass(name) is not null then return; end if;
  -- Any constant of our own: two processes that meet a new month together make it one after the other.
  perform pg_advisory_xact_lock(7370022);
  if to_regclass(name) is not null then return; end if;
  execute format('create table %I (like usage_events including defaults including constraints)', name);
  execute format('alter table %I enable row level security', name);
  execute format('create policy tenant_only on %I using (current_tenant() in (tenant_id, ''*'')) with check (current_tenant() in (tenant_id, ''*''))', name);
  execute format('alter table usage_events attach partition %I for values from (%L) to (%L)', name, first, first + interval '1 month');
end $function$
;
CREATE OR REPLACE FUNCTION public.entry_balances()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  -- Every posting of an entry queues this check; the first position speaks for those written with it.
  if exists (select from ledger_postings where entry_id = new.entry_id group by currency having sum(amount) <> 0) then
    raise exception 'ledger entry % does not sum to zero', new.entry_id using errcode = 'check_violation';
  end if;
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.given_back_within_charge(charged_invoice text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  charged numeric;
  unit numeric;
  credited numeric;
  parts bigint;
  given numeric;
begin
  perform pg_advisory_xact_lock(hashtextextended('given_back:' || charged_invoice, 0));
  -- Its charges: what it credits or corrects of earlier invoices is the customer's already.
  select coalesce(sum(greatest(net + tax, 0)), 0), power(10::numeric, -max(scale(amount))) into charged, unit
    from invoice_lines where invoice_id = charged_invoice and credits_line_id is null;
  select coalesce(-sum(c.net + c.tax), 0), count(*) into credited, parts from invoice_lines l join invoice_lines c on c.credits_line_id = l.id
    join invoices v on v.id = c.invoice_id and v.status <> 'void' where l.invoice_id = charged_invoice;
  select credited + (select coalesce(sum(n.gross), 0) from credit_notes n where n.invoice_id = charged_invoice)
    + (select coalesce(sum(r.amount), 0) from payments p join refunds r on r.payment_id = p.id
       where p.invoice_id = charged_invoice and p.status <> 'canceled' and r.status not in ('failed', 'canceled', 'refused')
         and not exists (select from credit_notes n where n.refund_id = r.id))
    into given;
  if given > charged + unit * parts then
    -- Whoever computed it reads again, and finds what the other gave.
    raise exception 'the invoice % was refunded or credited meanwhile', charged_invoice using errcode = 'serialization_failure';
  end if;
end $function$
;
CREATE OR REPLACE FUNCTION public.insist(actual bigint, expected bigint, reason text)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
begin
  if actual <> expected then
    raise exception '%', reason using errcode = 'serialization_failure';
  end if;
  return true;
end $function$
;
CREATE OR REPLACE FUNCTION public.invoice_number(series text, sequence bigint)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ((series || '-'::text) || lpad((sequence)::text, GREATEST(6, length((sequence)::text)), '0'::text))
;
CREATE OR REPLACE FUNCTION public.keep_party_version()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if to_jsonb(old) - array['provider_refs', 'default_payment_method_id', 'metadata', 'tax_check', 'tax_check_due']
    is distinct from to_jsonb(new) - array['provider_refs', 'default_payment_method_id', 'metadata', 'tax_check', 'tax_check_due'] then
    insert into party_versions (tenant_id, party_id, party) values (old.tenant_id, old.id, to_jsonb(old));
  end if;
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.line_within_charge()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform given_back_within_charge((select invoice_id from invoice_lines where id = new.credits_line_id));
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.make_default_entity()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into entities (id, tenant_id, legal_name, invoice_series, credit_note_series)
    values (new.default_entity_id, new.id, new.name, new.invoice_series, case new.invoice_series when 'CN' then 'CRN' else 'CN' end);
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.move_grant()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update credit_grants set used = used - case when new.kind in ('drawn', 'used') then new.amount else 0 end,
    removed = removed - case when new.kind in ('expired', 'rolled_over') then new.amount else 0 end
  where id = new.grant_id and wallet_id = new.wallet_id;
  if not found then
    raise exception 'the grant % is not one of the wallet', new.grant_id using errcode = 'foreign_key_violation';
  end if;
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.note_given_back()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform given_back_within_charge(new.invoice_id);
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.note_within_charge()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform charge_not_over_credited(new.invoice_line_id);
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.redeem_coupon(tenant text, attachment text, coupon text, typed text, customer text, subscription text, copied jsonb, at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
declare
  it coupons;
  per_customer bigint := (copied->>'redemptions_per_customer_max')::bigint;
begin
  select * into it from coupons where id = coupon and tenant_id = tenant for update;
  if it.id is null or it.archived_at is not null or it.redemptions >= it.redemptions_max
    or per_customer <= (select count(*) from coupon_attachments a where a.coupon_id = coupon and a.customer_id = customer) then
    raise exception 'the coupon % was redeemed meanwhile', coupon using errcode = 'serialization_failure';
  end if;
  update coupons set redemptions = redemptions + 1 where id = coupon;
  if typed is not null then
    update coupon_codes set redemptions = redemptions + 1
      where tenant_id = tenant and code = typed and coupon_id = coupon and (redemptions_max is null or redemptions < redemptions_max);
    if not found then
      raise exception 'the code % was redeemed meanwhile', typed using errcode = 'serialization_failure';
    end if;
  end if;
  insert into coupon_attachments (id, tenant_id, coupon_id, code, customer_id, subscription_id, terms, attached_at)
    values (attachment, tenant, coupon, typed, customer, subscription, copied, at);
  return true;
end $function$
;
CREATE OR REPLACE FUNCTION public.refund_within_charge()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform given_back_within_charge((select invoice_id from payments where id = new.payment_id));
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only: record a reversal or a new version instead', tg_table_name using errcode = 'integrity_constraint_violation';
end $function$
;
CREATE OR REPLACE FUNCTION public.report_credit()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  charged text;
begin
  select invoice_id into charged from invoice_lines where id = new.credits_line_id;
  perform report_reversal(charged, new.invoice_id || '/credits/' || charged, -(new.net + new.tax), i.occurred_at)
    from invoices i where i.id = new.invoice_id;
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.report_note()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform report_reversal(new.invoice_id, new.id, new.gross, new.occurred_at);
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.report_reversal(sold text, named text, given numeric, at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  insert into tax_reports (reference, tenant_id, invoice_id, provider, kind, amount, currency, state, due_at, occurred_at)
  select named, s.tenant_id, s.invoice_id, s.provider, 'reversal', least(given, s.amount - r.amount), s.currency, 'due', now(), at
  from tax_reports s cross join lateral (
    select coalesce(sum(b.amount), 0) as amount from tax_reports b where b.invoice_id = s.invoice_id and b.kind = 'reversal'
  ) r
  where s.reference = sold and s.kind = 'sale' and s.state <> 'estimated' and least(given, s.amount - r.amount) > 0
  on conflict (reference) do update set amount = tax_reports.amount + excluded.amount;
end $function$
;
CREATE OR REPLACE FUNCTION public.report_sale()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into tax_reports (reference, tenant_id, invoice_id, provider, kind, calculation, amount, currency, state, due_at, occurred_at)
  select new.id, new.tenant_id, new.id, p.said->>'name', 'sale', p.said->>'calculation', (p.said->'sold'->>'amount')::numeric, new.currency,
    case when p.said->>'calculation' is null then 'estimated' else 'due' end,
    case when p.said->>'calculation' is null then null else now() end, new.occurred_at
  from (select new.taxes->'provider' as said) p where (p.said->'sold'->>'amount')::numeric > 0;
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.report_void()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform report_reversal(new.id, new.id || '/void', new.total, coalesce(new.settled_at, new.occurred_at));
  return null;
end $function$
;
CREATE OR REPLACE FUNCTION public.usage_cuts_of(of_tenant text, customers text[])
 RETURNS SETOF usage_cuts
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('usage:' || of_tenant, 0));
  return query select c.* from usage_cuts c where c.customer_id = any(customers);
end $function$
;
CREATE OR REPLACE FUNCTION public.usage_state(of_customer text, of_meters text[], at timestamp with time zone, writer xid8)
 RETURNS text
 LANGUAGE sql
 STABLE
RETURN (SELECT CASE WHEN bool_or((per_meter.covered AND (NOT per_meter.counted))) THEN 'late'::text WHEN bool_and(per_meter.counted) THEN 'billed'::text ELSE 'pending'::text END AS "case" FROM (SELECT (count(b.id) > 0) AS covered, COALESCE(bool_or(pg_visible_in_snapshot(usage_state.writer, b.counted)), false) AS counted FROM (unnest(usage_state.of_meters) m(id) LEFT JOIN usage_billings b ON (((b.customer_id = usage_state.of_customer) AND (b.meter_id = m.id) AND (b.starts_at <= usage_state.at) AND (usage_state.at < b.ends_at) AND (NOT (EXISTS (SELECT FROM usage_returns r WHERE (r.billing_id = b.id))))))) GROUP BY m.id) per_meter)
;

create table api_keys (
  id text not null,
  tenant_id text not null,
  name text not null,
  prefix text not null,
  hash bytea not null,
  scopes text[] not null,
  recorded_at timestamp with time zone not null default now(),
  revoked_at timestamp with time zone
);
create table audit_log (
  id text not null,
  tenant_id text not null,
  actor text not null,
  action text not null,
  subject_id text not null,
  command_id text,
  outcome text not null,
  before jsonb,
  after jsonb,
  result jsonb,
  request_id text,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table chain_cursors (
  chain text not null,
  cursor text,
  height bigint not null default 0,
  final_height bigint not null default 0,
  head_at timestamp with time zone,
  scanned_at timestamp with time zone not null default now(),
  fault text
);
create table chain_deposits (
  id text not null,
  tenant_id text not null,
  settlement_id text not null,
  chain text not null,
  transaction_id text not null,
  output_index integer not null,
  watch text not null,
  asset text not null,
  amount numeric not null,
  sender text,
  height bigint not null,
  block_hash text not null,
  seen_at timestamp with time zone not null,
  status text not null,
  counted_in integer,
  recorded_at timestamp with time zone not null default now(),
  final_at timestamp with time zone
);
create table chain_payouts (
  transaction_id text not null,
  "position" integer not null,
  tenant_id text not null,
  leg_id text not null,
  try integer not null,
  is_paid boolean not null default false
);
create table chain_transactions (
  id text not null,
  tenant_id text not null,
  chain text not null,
  from_address text not null,
  order_number bigint,
  input_ids text[] not null default '{}'::text[],
  status text not null,
  replaces_id text,
  transaction_id text,
  signed jsonb,
  height bigint,
  network_fee numeric,
  failure text,
  sent_at timestamp with time zone,
  final_at timestamp with time zone,
  recorded_at timestamp with time zone not null default now(),
  purpose text not null default 'payout'::text,
  child integer not null default 0,
  moves jsonb,
  settlement_id text
);
create table coupon_attachments (
  id text not null,
  tenant_id text not null,
  coupon_id text not null,
  code text,
  customer_id text not null,
  subscription_id text,
  terms jsonb not null,
  uses jsonb not null default '{}'::jsonb,
  attached_at timestamp with time zone not null,
  place bigint generated always as identity not null,
  detached_at timestamp with time zone,
  recorded_at timestamp with time zone not null default now()
);
create table coupon_codes (
  id text not null,
  tenant_id text not null,
  coupon_id text not null,
  code text not null,
  redeem_by timestamp with time zone,
  redemptions bigint not null default 0,
  redemptions_max bigint,
  customer_id text,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table coupons (
  id text not null,
  tenant_id text not null,
  terms jsonb not null,
  redemptions bigint not null default 0,
  redemptions_max bigint,
  archived_at timestamp with time zone,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now(),
  key text
);
create table credit_grants (
  id text not null,
  tenant_id text not null,
  wallet_id text not null,
  key text not null,
  origin text not null,
  amount numeric not null,
  used numeric not null default 0,
  removed numeric not null default 0,
  is_ended boolean not null default false,
  paid numeric,
  paid_currency text,
  priority integer not null,
  effective_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  rollover jsonb,
  rolled jsonb,
  reason text,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table credit_note_lines (
  id text not null,
  tenant_id text not null,
  credit_note_id text not null,
  invoice_line_id text not null,
  "position" integer not null,
  kind text not null,
  description text not null,
  stream text not null,
  amount numeric not null,
  net numeric not null,
  tax numeric not null,
  currency text not null,
  tax_row text not null,
  period_start timestamp with time zone not null,
  period_end timestamp with time zone not null,
  explanation text not null
);
create table credit_notes (
  id text not null,
  tenant_id text not null,
  customer_id text not null,
  subscription_id text,
  invoice_id text not null,
  ordinal integer not null,
  series text not null,
  sequence bigint not null,
  currency text not null,
  reason text not null,
  memo text,
  net numeric not null,
  tax numeric not null,
  gross numeric not null,
  reduced numeric not null,
  refunded numeric not null,
  to_balance numeric not null,
  refund_id text,
  taxes jsonb not null,
  explanation text not null,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table customer_balances (
  tenant_id text not null,
  customer_id text not null,
  currency text not null,
  amount numeric not null
);
create table customers (
  id text not null,
  tenant_id text not null,
  name text not null,
  email text,
  time_zone text,
  proration_policy text,
  test_clock_id text,
  default_payment_method_id text,
  provider_refs jsonb not null default '{}'::jsonb,
  metadata jsonb not null default '{}'::jsonb,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now(),
  billing jsonb,
  tax_check jsonb,
  tax_check_due timestamp with time zone,
  entity_id text,
  consolidate_invoices boolean not null default false
);
create table deposit_instructions (
  settlement_id text not null,
  tenant_id text not null,
  chain text not null,
  key_id text not null,
  child integer not null,
  watch text,
  instruction jsonb,
  watch_until timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now(),
  swept_at timestamp with time zone
);
create table disputes (
  id text not null,
  tenant_id text not null,
  payment_id text not null,
  rail text not null,
  provider_ref text not null,
  kind text not null,
  status text not null,
  reason text not null,
  amount numeric not null,
  currency text not null,
  amount_withdrawn numeric not null,
  fee numeric not null,
  fee_currency text not null,
  evidence_due_at timestamp with time zone,
  movement_refs text[] not null,
  revision integer not null,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table documents (
  id text not null,
  tenant_id text not null,
  kind text not null,
  subject_id text not null,
  number text not null,
  format text not null,
  language text not null,
  media_type text not null,
  renderer text not null,
  sha256 bytea not null,
  bytes bytea not null,
  recorded_at timestamp with time zone not null default now()
);
create table entities (
  id text not null,
  tenant_id text not null,
  legal_name text not null,
  address jsonb,
  tax_numbers jsonb not null default '[]'::jsonb,
  registration_number text,
  registration_text text,
  email text,
  phone text,
  bank_details jsonb,
  country text,
  language text not null default 'en'::text,
  logo_hash bytea,
  accent_color text not null default '#1f3a5f'::text,
  footer text,
  invoice_series text not null,
  credit_note_series text not null,
  recorded_at timestamp with time zone not null default now(),
  tax jsonb
);
create table entitlement_alerts (
  customer_id text not null,
  feature text not null,
  window_start timestamp with time zone not null,
  threshold integer not null,
  tenant_id text not null,
  event_id text not null,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table entitlement_overrides (
  customer_id text not null,
  feature text not null,
  tenant_id text not null,
  entitlement jsonb not null,
  ends_at timestamp with time zone,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table entitlement_reservations (
  id text not null,
  tenant_id text not null,
  customer_id text not null,
  feature text not null,
  quantity numeric not null,
  status text not null default 'held'::text,
  expires_at timestamp with time zone not null,
  settled_at timestamp with time zone,
  usage_event_ids text[] not null default '{}'::text[],
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table entitlement_rollovers (
  customer_id text not null,
  feature text not null,
  source text not null,
  window_start timestamp with time zone not null,
  tenant_id text not null,
  quantity numeric not null,
  recorded_at timestamp with time zone not null default now()
);
create table events (
  id text not null,
  tenant_id text not null,
  type text not null,
  customer_id text,
  subscription_id text,
  invoice_id text,
  data jsonb not null,
  fact_seq integer,
  fact jsonb,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table features (
  id text not null,
  tenant_id text not null,
  key text not null,
  name text not null,
  type text not null,
  meter_id text,
  unit text,
  recorded_at timestamp with time zone not null default now()
);
create table fee_schedule_versions (
  fee_schedule_id text not null,
  version integer not null,
  tenant_id text not null,
  terms jsonb not null,
  recorded_at timestamp with time zone not null default now()
);
create table fee_schedules (
  id text not null,
  tenant_id text not null,
  code text not null,
  name text not null,
  current_version integer not null,
  recorded_at timestamp with time zone not null default now()
);
create table idempotency_keys (
  tenant_id text not null,
  key text not null,
  request_hash bytea not null,
  seed uuid not null,
  locked_at timestamp with time zone not null,
  status integer,
  response jsonb,
  recorded_at timestamp with time zone not null default now()
);
create table invoice_lines (
  id text not null,
  tenant_id text not null,
  invoice_id text not null,
  subscription_id text,
  "position" integer not null,
  kind text not null,
  description text not null,
  price_id text,
  stream text not null,
  quantity numeric not null,
  amount numeric not null,
  currency text not null,
  period_start timestamp with time zone not null,
  period_end timestamp with time zone not null,
  credits_line_id text,
  explanation jsonb not null,
  plan_id text,
  product_id text,
  meter_id text,
  discount numeric not null default 0,
  tax numeric not null default 0,
  tax_included boolean not null default false,
  net numeric not null default ((amount - discount) -
CASE
    WHEN tax_included THEN tax
    ELSE (0)::numeric
END)
);
create table invoice_series (
  tenant_id text not null,
  series text not null,
  last_number bigint not null default 0,
  entity_id text,
  kind text not null default 'invoice'::text
);
create table invoices (
  id text not null,
  tenant_id text not null,
  customer_id text not null,
  subscription_id text,
  business_key text not null,
  status text not null,
  series text not null,
  sequence bigint,
  currency text not null,
  total numeric not null,
  balance_applied numeric not null,
  carried_over numeric not null,
  amount_due numeric not null,
  amount_paid numeric not null default 0,
  period_start timestamp with time zone not null,
  period_end timestamp with time zone not null,
  due_at timestamp with time zone not null,
  settled_at timestamp with time zone,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now(),
  credit_received numeric not null default 0,
  credit_given numeric not null default 0,
  discount_total numeric not null default 0,
  tax_added numeric not null default 0,
  tax_included numeric not null default 0,
  discounts jsonb,
  taxes jsonb,
  subtotal numeric not null default ((total + discount_total) - tax_added),
  wallet_id text,
  reissues_invoice_id text,
  wallet_applied numeric not null default 0,
  entity_id text
);
create table ledger_accounts (
  tenant_id text not null,
  code text not null,
  kind text not null,
  name text not null
);
create table ledger_entries (
  id text not null,
  tenant_id text not null,
  kind text not null,
  source text not null,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table ledger_postings (
  entry_id text not null,
  "position" integer not null,
  tenant_id text not null,
  account text not null,
  currency text not null,
  amount numeric not null
);
create table logos (
  tenant_id text not null,
  hash bytea not null,
  media_type text not null,
  width integer not null,
  height integer not null,
  bytes bytea not null,
  recorded_at timestamp with time zone not null default now()
);
create table meters (
  id text not null,
  tenant_id text not null,
  code text not null,
  name text not null,
  definition jsonb not null,
  recorded_at timestamp with time zone not null default now()
);
create table outbox (
  id bigint generated always as identity not null,
  tenant_id text not null,
  kind text not null,
  workflow_id text not null,
  payload jsonb not null,
  recorded_at timestamp with time zone not null default now(),
  attempts integer not null default 0,
  retry_at timestamp with time zone not null default now(),
  delivered_at timestamp with time zone
);
create table party_versions (
  id bigint generated always as identity not null,
  tenant_id text not null,
  party_id text not null,
  party jsonb not null,
  replaced_at timestamp with time zone not null default clock_timestamp()
);
create table payment_attempts (
  payment_id text not null,
  number integer not null,
  tenant_id text not null,
  payment_method_id text,
  fingerprint text,
  outcome text not null,
  decline jsonb,
  charge_ref text,
  customer_present boolean not null,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table payment_methods (
  id text not null,
  tenant_id text not null,
  customer_id text not null,
  rail text not null,
  provider_ref text not null,
  kind text not null,
  fingerprint text not null,
  brand text not null,
  last4 text not null,
  expires_month integer,
  expires_year integer,
  status text not null default 'active'::text,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table payments (
  id text not null,
  tenant_id text not null,
  invoice_id text not null,
  subscription_id text,
  customer_id text not null,
  rail text not null,
  provider_ref text not null,
  status text not null,
  amount numeric not null,
  currency text not null,
  attempt_begun integer,
  attempt_method_id text,
  attempt_fingerprint text,
  attempt_begun_at timestamp with time zone,
  attempt_customer_present boolean,
  attempts integer not null default 0,
  last_charge_ref text,
  next_action_url text,
  balance_transaction_ref text,
  fee numeric,
  amount_refunded numeric not null default 0,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table plan_migration_subscriptions (
  migration_id text not null,
  subscription_id text not null,
  tenant_id text not null,
  outcome text,
  code text,
  message text,
  told_at timestamp with time zone
);
create table plan_migrations (
  id text not null,
  tenant_id text not null,
  plan_id text not null,
  to_plan_id text not null,
  to_version integer not null,
  selection jsonb not null,
  timing text not null,
  proration text,
  per_second integer not null,
  status text not null,
  selected integer not null,
  migrated integer not null default 0,
  unchanged integer not null default 0,
  refused integer not null default 0,
  gone integer not null default 0,
  actor text not null,
  request_id text,
  finished_at timestamp with time zone,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table plan_versions (
  plan_id text not null,
  version integer not null,
  tenant_id text not null,
  definition jsonb not null,
  recorded_at timestamp with time zone not null default now()
);
create table plans (
  id text not null,
  tenant_id text not null,
  product_id text not null,
  code text not null,
  name text not null,
  current_version integer not null,
  recorded_at timestamp with time zone not null default now()
);
create table prices (
  id text not null,
  tenant_id text not null,
  product_id text not null,
  kind text not null,
  model text not null,
  parameters jsonb not null,
  description text not null,
  stream text not null,
  recorded_at timestamp with time zone not null default now(),
  meter_id text,
  timing text,
  skip_zero_usage boolean not null default false
);
create table products (
  id text not null,
  tenant_id text not null,
  name text not null,
  description text,
  stream text not null default 'subscriptions'::text,
  recorded_at timestamp with time zone not null default now(),
  tax_category text not null default 'standard'::text,
  code text
);
create table rate_limits (
  name text not null,
  window_number bigint not null,
  taken integer not null
);
create table refunds (
  id text not null,
  tenant_id text not null,
  payment_id text not null,
  amount numeric not null,
  currency text not null,
  reason text,
  status text not null,
  provider_ref text,
  failure_reason text,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table revenue_brought_forward (
  first_month date,
  tenant_id text not null,
  test_clock_id text,
  stream text not null,
  currency text not null,
  amount numeric not null
);
create table revenue_close_amounts (
  close_id text not null,
  stream text not null,
  currency text not null,
  tenant_id text not null,
  recognized_to_date numeric not null,
  amount numeric not null
);
create table revenue_closes (
  id text not null,
  tenant_id text not null,
  test_clock_id text,
  month date not null,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table revenue_streams (
  id text not null,
  tenant_id text not null,
  key text not null,
  name text not null,
  mechanism text,
  target jsonb,
  per_cycle jsonb,
  recorded_at timestamp with time zone not null default now()
);
create table revenue_targets (
  id text not null,
  tenant_id text not null,
  key text not null,
  name text not null,
  streams text[],
  target jsonb not null,
  recorded_at timestamp with time zone not null default now()
);
create table schema_migrations (
  name text not null,
  applied_at timestamp with time zone not null default now()
);
create table settlement_facts (
  settlement_id text not null,
  seq integer not null,
  tenant_id text not null,
  fact jsonb not null,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table settlement_legs (
  id text not null,
  tenant_id text not null,
  settlement_id text not null,
  "position" integer not null,
  kind text not null,
  party text not null,
  chain text not null,
  asset text not null,
  amount numeric not null,
  source_amount numeric not null,
  book_rate numeric,
  destination text not null,
  tag text,
  recorded_at timestamp with time zone not null default now()
);
create table settlements (
  id text not null,
  tenant_id text not null,
  customer_id text,
  payer text,
  description text not null,
  chain text not null,
  asset text not null,
  amount numeric not null,
  stream text not null,
  book_currency text,
  book_rate numeric,
  fee jsonb,
  refund_address text,
  status text not null,
  state jsonb not null,
  seq integer not null,
  due_at timestamp with time zone not null,
  metadata jsonb not null default '{}'::jsonb,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table signer_accounts (
  chain text not null,
  address text not null,
  key_id text not null,
  public_key text not null,
  next_number bigint not null default 0,
  next_index integer not null default 1,
  recorded_at timestamp with time zone not null default now(),
  child integer not null default 0
);
create table subscription_items (
  id text not null,
  tenant_id text not null,
  subscription_id text not null,
  kind text not null,
  content jsonb not null,
  quantity numeric not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone,
  settled_at timestamp with time zone,
  invoice_id text,
  recorded_at timestamp with time zone not null default now()
);
create table subscriptions (
  id text not null,
  tenant_id text not null,
  customer_id text not null,
  plan_id text not null,
  plan_version integer not null,
  quantity bigint not null,
  currency text not null,
  status text not null,
  payment_method_id text,
  test_clock_id text,
  start_at timestamp with time zone not null,
  trial_end timestamp with time zone,
  current_period_index integer,
  current_period_start timestamp with time zone,
  current_period_end timestamp with time zone,
  cancel_at timestamp with time zone,
  canceled_at timestamp with time zone,
  next_due_at timestamp with time zone,
  attention text,
  payment_gated boolean not null default false,
  deferred jsonb not null default '{}'::jsonb,
  metadata jsonb not null default '{}'::jsonb,
  state jsonb not null,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table tax_number_checks (
  id text not null,
  tenant_id text not null,
  customer_id text not null,
  country text not null,
  number text not null,
  digits text not null,
  register text not null,
  consultation text,
  obstacle text,
  checked_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table tax_rates (
  id text not null,
  tenant_id text,
  country text not null,
  region text,
  category text not null,
  percent numeric not null,
  valid_from date not null,
  valid_to date,
  source text not null,
  recorded_at timestamp with time zone not null default now()
);
create table tax_reports (
  reference text not null,
  tenant_id text not null,
  invoice_id text not null,
  provider text not null,
  kind text not null,
  calculation text,
  amount numeric not null,
  currency text not null,
  state text not null,
  due_at timestamp with time zone,
  transaction text,
  obstacle text,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table tenants (
  id text not null,
  name text not null,
  mode text not null,
  time_zone text not null default 'UTC'::text,
  invoice_series text not null default 'INV'::text,
  dunning_policy jsonb not null,
  proration_policy text not null default 'seconds'::text,
  incomplete_hours integer not null default 72,
  recorded_at timestamp with time zone not null default now(),
  tax jsonb,
  default_entity_id text not null default ('ent_'::text || split_part(id, '_'::text, 2)),
  usage_grace_hours integer not null default 0,
  late_usage text not null default 'adjust_next_invoice'::text
);
create table test_clocks (
  id text not null,
  tenant_id text not null,
  name text not null,
  now timestamp with time zone not null,
  status text not null default 'ready'::text,
  target timestamp with time zone,
  recorded_at timestamp with time zone not null default now()
);
create table transfers (
  id text not null,
  tenant_id text not null,
  reference text not null,
  payer text not null,
  fee_schedule_id text not null,
  fee_schedule_version integer not null,
  value_amount numeric not null,
  currency text not null,
  fee_amount numeric not null,
  quote jsonb not null,
  disposition text not null,
  settlement_id text,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table usage_billings (
  id bigint generated always as identity not null,
  tenant_id text not null,
  customer_id text not null,
  meter_id text not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  invoice_id text,
  usage jsonb not null,
  counted pg_snapshot not null default pg_current_snapshot(),
  recorded_at timestamp with time zone not null default now(),
  subscription_id text,
  price_id text not null default ''::text,
  exact numeric not null default 0,
  rating jsonb,
  billed numeric
);
create table usage_buckets (
  meter_id text not null,
  customer_id text not null,
  starts_at timestamp with time zone not null,
  dimensions jsonb not null,
  tenant_id text not null,
  events bigint not null,
  total numeric not null,
  most numeric,
  latest numeric,
  latest_at timestamp with time zone,
  latest_key uuid,
  moment numeric not null
);
create table usage_corrections (
  target uuid not null,
  tenant_id text not null,
  kind text not null,
  corrected_by uuid not null,
  recorded_at timestamp with time zone not null default now()
);
create table usage_cuts (
  meter_id text not null,
  customer_id text not null,
  at timestamp with time zone not null,
  tenant_id text not null
);
create table usage_duplicates (
  key uuid not null,
  tenant_id text not null,
  times bigint not null,
  type text not null,
  customer_id text not null,
  occurred_at timestamp with time zone not null,
  properties jsonb not null,
  recorded_at timestamp with time zone not null default now()
);
create table usage_edges (
  meter_id text not null,
  customer_id text not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  dimensions jsonb not null,
  tenant_id text not null,
  events bigint not null,
  total numeric not null,
  most numeric,
  latest numeric,
  latest_at timestamp with time zone,
  latest_key uuid,
  moment numeric not null
);
create table usage_event_keys (
  key uuid not null,
  tenant_id text not null,
  occurred_at timestamp with time zone not null
);
create table usage_events (
  key uuid not null,
  tenant_id text not null,
  source text not null,
  event_id text not null,
  type text not null,
  customer_id text not null,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now(),
  properties jsonb not null,
  meters text[] not null,
  reason text,
  written_by xid8 not null default pg_current_xact_id()
) partition by RANGE (occurred_at);
create table usage_returns (
  billing_id bigint not null,
  tenant_id text not null,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table usage_sweeps (
  name text not null,
  seen pg_snapshot not null,
  since timestamp with time zone not null,
  claimed_until timestamp with time zone not null default '-infinity'::timestamp with time zone
);
create table usage_unique_values (
  meter_id text not null,
  customer_id text not null,
  starts_at timestamp with time zone not null,
  dimensions jsonb not null,
  value text not null,
  tenant_id text not null,
  events bigint not null
);
create table wallet_movements (
  id text not null,
  tenant_id text not null,
  wallet_id text not null,
  grant_id text not null,
  kind text not null,
  amount numeric not null,
  paid numeric,
  paid_currency text,
  invoice_id text,
  reason text,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table wallet_top_ups (
  id text not null,
  tenant_id text not null,
  wallet_id text not null,
  customer_id text not null,
  key text not null,
  amount numeric not null,
  bonus numeric not null,
  price numeric not null,
  currency text not null,
  automatic boolean not null,
  status text not null,
  failure text,
  invoice_id text,
  settled_at timestamp with time zone,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);
create table wallets (
  id text not null,
  tenant_id text not null,
  customer_id text not null,
  name text not null,
  currency text,
  unit text,
  stream text not null default 'credits'::text,
  rules jsonb not null,
  pay_currency text,
  automatic_begun integer not null default 0,
  automatic_halted boolean not null default false,
  automatic_due boolean not null default false,
  version integer not null default 0,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now(),
  meter_id text
);
create table webhook_inbox (
  provider text not null,
  event_id text not null,
  tenant_id text,
  type text not null,
  subject_kind text not null,
  subject_ref text,
  payment_ref text,
  body text not null,
  status text not null,
  retry_at timestamp with time zone not null default now(),
  attempts integer not null default 0,
  occurred_at timestamp with time zone not null,
  recorded_at timestamp with time zone not null default now()
);

alter table api_keys add constraint api_keys_hash_key UNIQUE (hash);
alter table api_keys add constraint api_keys_pkey PRIMARY KEY (id);
alter table api_keys add constraint api_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table audit_log add constraint audit_log_subject_id_command_id_key UNIQUE (subject_id, command_id);
alter table audit_log add constraint audit_log_pkey PRIMARY KEY (id);
alter table audit_log add constraint audit_log_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table audit_log add constraint audit_log_outcome_check CHECK ((outcome = ANY (ARRAY['applied'::text, 'refused'::text])));
alter table chain_cursors add constraint chain_cursors_pkey PRIMARY KEY (chain);
alter table chain_deposits add constraint chain_deposits_chain_transaction_id_output_index_key UNIQUE (chain, transaction_id, output_index);
alter table chain_deposits add constraint chain_deposits_pkey PRIMARY KEY (id);
alter table chain_deposits add constraint chain_deposits_settlement_id_fkey FOREIGN KEY (settlement_id) REFERENCES settlements(id);
alter table chain_deposits add constraint chain_deposits_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table chain_deposits add constraint chain_deposits_amount_check CHECK ((amount > (0)::numeric));
alter table chain_deposits add constraint chain_deposits_status_check CHECK ((status = ANY (ARRAY['seen'::text, 'final'::text, 'withdrawn'::text])));
alter table chain_payouts add constraint chain_payouts_pkey PRIMARY KEY (transaction_id, "position");
alter table chain_payouts add constraint chain_payouts_leg_id_fkey FOREIGN KEY (leg_id) REFERENCES settlement_legs(id);
alter table chain_payouts add constraint chain_payouts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table chain_payouts add constraint chain_payouts_transaction_id_fkey FOREIGN KEY (transaction_id) REFERENCES chain_transactions(id);
alter table chain_payouts add constraint chain_payouts_try_check CHECK ((try > 0));
alter table chain_transactions add constraint chain_transactions_chain_transaction_id_key UNIQUE (chain, transaction_id);
alter table chain_transactions add constraint chain_transactions_pkey PRIMARY KEY (id);
alter table chain_transactions add constraint chain_transactions_replaces_id_fkey FOREIGN KEY (replaces_id) REFERENCES chain_transactions(id);
alter table chain_transactions add constraint chain_transactions_settlement_id_fkey FOREIGN KEY (settlement_id) REFERENCES settlements(id);
alter table chain_transactions add constraint chain_transactions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table chain_transactions add constraint chain_transactions_check CHECK (((transaction_id IS NULL) = (signed IS NULL)));
alter table chain_transactions add constraint chain_transactions_check1 CHECK (((status = ANY (ARRAY['intended'::text, 'released'::text])) OR (signed IS NOT NULL)));
alter table chain_transactions add constraint chain_transactions_check2 CHECK (((status = 'final'::text) = (final_at IS NOT NULL)));
alter table chain_transactions add constraint chain_transactions_check3 CHECK (((purpose = 'payout'::text) = (moves IS NULL)));
alter table chain_transactions add constraint chain_transactions_check4 CHECK (((purpose = 'payout'::text) = (settlement_id IS NULL)));
alter table chain_transactions add constraint chain_transactions_child_check CHECK ((child >= 0));
alter table chain_transactions add constraint chain_transactions_network_fee_check CHECK ((network_fee >= (0)::numeric));
alter table chain_transactions add constraint chain_transactions_purpose_check CHECK ((purpose = ANY (ARRAY['payout'::text, 'fuel'::text, 'sweep'::text])));
alter table chain_transactions add constraint chain_transactions_status_check CHECK ((status = ANY (ARRAY['intended'::text, 'released'::text, 'signed'::text, 'sent'::text, 'landed'::text, 'final'::text, 'dead'::text])));
alter table coupon_attachments add constraint coupon_attachments_pkey PRIMARY KEY (id);
alter table coupon_attachments add constraint coupon_attachments_coupon_id_fkey FOREIGN KEY (coupon_id) REFERENCES coupons(id);
alter table coupon_attachments add constraint coupon_attachments_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id);
alter table coupon_attachments add constraint coupon_attachments_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id);
alter table coupon_attachments add constraint coupon_attachments_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table coupon_codes add constraint coupon_codes_tenant_id_code_key UNIQUE (tenant_id, code);
alter table coupon_codes add constraint coupon_codes_pkey PRIMARY KEY (id);
alter table coupon_codes add constraint coupon_codes_coupon_id_fkey FOREIGN KEY (coupon_id) REFERENCES coupons(id);
alter table coupon_codes add constraint coupon_codes_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id);
alter table coupon_codes add constraint coupon_codes_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table coupon_codes add constraint coupon_codes_check CHECK (((redemptions >= 0) AND (redemptions <= redemptions_max)));
alter table coupon_codes add constraint coupon_codes_code_check CHECK ((code = upper(code)));
alter table coupons add constraint coupons_pkey PRIMARY KEY (id);
alter table coupons add constraint coupons_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table coupons add constraint coupons_check CHECK (((redemptions >= 0) AND (redemptions <= redemptions_max)));
alter table credit_grants add constraint credit_grants_wallet_id_key_key UNIQUE (wallet_id, key);
alter table credit_grants add constraint credit_grants_pkey PRIMARY KEY (id);
alter table credit_grants add constraint credit_grants_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table credit_grants add constraint credit_grants_wallet_id_fkey FOREIGN KEY (wallet_id) REFERENCES wallets(id);
alter table credit_grants add constraint credit_grants_amount_check CHECK ((amount > (0)::numeric));
alter table credit_grants add constraint credit_grants_check CHECK (((used + removed) <= amount));
alter table credit_grants add constraint credit_grants_check1 CHECK (((origin = 'paid'::text) = (paid IS NOT NULL)));
alter table credit_grants add constraint credit_grants_check2 CHECK (((paid IS NULL) = (paid_currency IS NULL)));
alter table credit_grants add constraint credit_grants_origin_check CHECK ((origin = ANY (ARRAY['paid'::text, 'granted'::text])));
alter table credit_grants add constraint credit_grants_paid_check CHECK ((paid >= (0)::numeric));
alter table credit_grants add constraint credit_grants_removed_check CHECK ((removed >= (0)::numeric));
alter table credit_grants add constraint credit_grants_used_check CHECK ((used >= (0)::numeric));
alter table credit_note_lines add constraint credit_note_lines_credit_note_id_position_key UNIQUE (credit_note_id, "position");
alter table credit_note_lines add constraint credit_note_lines_pkey PRIMARY KEY (id);
alter table credit_note_lines add constraint credit_note_lines_credit_note_id_fkey FOREIGN KEY (credit_note_id) REFERENCES credit_notes(id);
alter table credit_note_lines add constraint credit_note_lines_invoice_line_id_fkey FOREIGN KEY (invoice_line_id) REFERENCES invoice_lines(id);
alter table credit_note_lines add constraint credit_note_lines_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table credit_note_lines add constraint credit_note_lines_amount_check CHECK ((amount > (0)::numeric));
alter table credit_note_lines add constraint credit_note_lines_check CHECK ((amount = (net + tax)));
alter table credit_note_lines add constraint credit_note_lines_net_check CHECK ((net >= (0)::numeric));
alter table credit_note_lines add constraint credit_note_lines_tax_check CHECK ((tax >= (0)::numeric));
alter table credit_notes add constraint credit_notes_invoice_id_ordinal_key UNIQUE (invoice_id, ordinal);
alter table credit_notes add constraint credit_notes_tenant_id_series_sequence_key UNIQUE (tenant_id, series, sequence);
alter table credit_notes add constraint credit_notes_pkey PRIMARY KEY (id);
alter table credit_notes add constraint credit_notes_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id);
alter table credit_notes add constraint credit_notes_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoices(id);
alter table credit_notes add constraint credit_notes_refund_id_fkey FOREIGN KEY (refund_id) REFERENCES refunds(id);
alter table credit_notes add constraint credit_notes_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id);
alter table credit_notes add constraint credit_notes_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table credit_notes add constraint credit_notes_check CHECK ((gross = (net + tax)));
alter table credit_notes add constraint credit_notes_check1 CHECK ((gross = ((reduced + refunded) + to_balance)));
alter table credit_notes add constraint credit_notes_check2 CHECK (((refund_id IS NULL) = (refunded = (0)::numeric)));
alter table credit_notes add constraint credit_notes_gross_check CHECK ((gross > (0)::numeric));
alter table credit_notes add constraint credit_notes_ordinal_check CHECK ((ordinal > 0));
alter table credit_notes add constraint credit_notes_reduced_check CHECK ((reduced >= (0)::numeric));
alter table credit_notes add constraint credit_notes_refunded_check CHECK ((refunded >= (0)::numeric));
alter table credit_notes add constraint credit_notes_to_balance_check CHECK ((to_balance >= (0)::numeric));
alter table customer_balances add constraint customer_balances_pkey PRIMARY KEY (customer_id, currency);
alter table customer_balances add constraint customer_balances_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id);
alter table customer_balances add constraint customer_balances_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table customers add constraint customers_pkey PRIMARY KEY (id);
alter table customers add constraint customers_default_payment_method_id_fkey FOREIGN KEY (default_payment_method_id) REFERENCES payment_methods(id);
alter table customers add constraint customers_entity_id_fkey FOREIGN KEY (entity_id) REFERENCES entities(id);
alter table customers add constraint customers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table customers add constraint customers_test_clock_id_fkey FOREIGN KEY (test_clock_id) REFERENCES test_clocks(id);
alter table deposit_instructions add constraint deposit_instructions_chain_key_id_child_key UNIQUE (chain, key_id, child);
alter table deposit_instructions add constraint deposit_instructions_chain_watch_key UNIQUE (chain, watch);
alter table deposit_instructions add constraint deposit_instructions_pkey PRIMARY KEY (settlement_id);
alter table deposit_instructions add constraint deposit_instructions_settlement_id_fkey FOREIGN KEY (settlement_id) REFERENCES settlements(id);
alter table deposit_instructions add constraint deposit_instructions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table deposit_instructions add constraint deposit_instructions_check CHECK (((watch IS NULL) = (instruction IS NULL)));
alter table deposit_instructions add constraint deposit_instructions_child_check CHECK ((child > 0));
alter table disputes add constraint disputes_rail_provider_ref_key UNIQUE (rail, provider_ref);
alter table disputes add constraint disputes_pkey PRIMARY KEY (id);
alter table disputes add constraint disputes_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id);
alter table disputes add constraint disputes_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table disputes add constraint disputes_amount_check CHECK ((amount > (0)::numeric));
alter table disputes add constraint disputes_kind_check CHECK ((kind = ANY (ARRAY['inquiry'::text, 'chargeback'::text])));
alter table disputes add constraint disputes_status_check CHECK ((status = ANY (ARRAY['needs_response'::text, 'under_review'::text, 'won'::text, 'lost'::text, 'prevented'::text])));
alter table documents add constraint documents_subject_id_format_key UNIQUE (subject_id, format);
alter table documents add constraint documents_pkey PRIMARY KEY (id);
alter table documents add constraint documents_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table documents add constraint documents_check CHECK ((sha256 = sha256(bytes)));
alter table documents add constraint documents_kind_check CHECK ((kind = ANY (ARRAY['invoice'::text, 'credit_note'::text, 'statement'::text])));
alter table entities add constraint entities_pkey PRIMARY KEY (id);
alter table entities add constraint entities_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table entities add constraint entities_tenant_id_logo_hash_fkey FOREIGN KEY (tenant_id, logo_hash) REFERENCES logos(tenant_id, hash);
alter table entities add constraint entities_accent_color_check CHECK ((accent_color ~ '^#[0-9a-f]{6}$'::text));
alter table entities add constraint entities_check CHECK ((invoice_series <> credit_note_series));
alter table entitlement_alerts add constraint entitlement_alerts_pkey PRIMARY KEY (customer_id, feature, window_start, threshold);
alter table entitlement_alerts add constraint entitlement_alerts_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id);
alter table entitlement_alerts add constraint entitlement_alerts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table entitlement_alerts add constraint entitlement_alerts_threshold_check CHECK ((threshold > 0));
alter table entitlement_overrides add constraint entitlement_overrides_pkey PRIMARY KEY (customer_id, feature);
alter table entitlement_overrides add constraint entitlement_overrides_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id);
alter table entitlement_overrides add constraint entitlement_overrides_tenant_id_feature_fkey FOREIGN KEY (tenant_id, feature) REFERENCES features(tenant_id, key);
alter table entitlement_overrides add constraint entitlement_overrides_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table entitlement_reservations add constraint entitlement_reservations_pkey PRIMARY KEY (id);
alter table entitlement_reservations add constraint entitlement_reservations_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id);
alter table entitlement_reservations add constraint entitlement_reservations_tenant_id_feature_fkey FOREIGN KEY (tenant_id, feature) REFERENCES features(tenant_id, key);
alter table entitlement_reservations add constraint entitlement_reservations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table entitlement_reservations add constraint entitlement_reservations_check CHECK (((status = 'held'::text) = (settled_at IS NULL)));
alter table entitlement_reservations add constraint entitlement_reservations_quantity_check CHECK ((quantity > (0)::numeric));
alter table entitlement_reservations add constraint entitlement_reservations_status_check CHECK ((status = ANY (ARRAY['held'::text, 'committed'::text, 'released'::text, 'expired'::text])));
alter table entitlement_rollovers add constraint entitlement_rollovers_pkey PRIMARY KEY (customer_id, feature, source, window_start);
alter table entitlement_rollovers add constraint entitlement_rollovers_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id);
alter table entitlement_rollovers add constraint entitlement_rollovers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table entitlement_rollovers add constraint entitlement_rollovers_quantity_check CHECK ((quantity >= (0)::numeric));
alter table events add constraint events_pkey PRIMARY KEY (id);
alter table events add constraint events_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table features add constraint features_tenant_id_key_key UNIQUE (tenant_id, key);
alter table features add constraint features_pkey PRIMARY KEY (id);
alter table features add constraint features_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES meters(id);
alter table features add constraint features_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table features add constraint features_check CHECK (((type = 'metered'::text) = (meter_id IS NOT NULL)));
alter table features add constraint features_type_check CHECK ((type = ANY (ARRAY['boolean'::text, 'static'::text, 'metered'::text])));
alter table fee_schedule_versions add constraint fee_schedule_versions_pkey PRIMARY KEY (fee_schedule_id, version);
alter table fee_schedule_versions add constraint fee_schedule_versions_fee_schedule_id_fkey FOREIGN KEY (fee_schedule_id) REFERENCES fee_schedules(id);
alter table fee_schedule_versions add constraint fee_schedule_versions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table fee_schedule_versions add constraint fee_schedule_versions_version_check CHECK ((version > 0));
alter table fee_schedules add constraint fee_schedules_tenant_id_code_key UNIQUE (tenant_id, code);
alter table fee_schedules add constraint fee_schedules_pkey PRIMARY KEY (id);
alter table fee_schedules add constraint fee_schedules_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table idempotency_keys add constraint idempotency_keys_pkey PRIMARY KEY (tenant_id, key);
alter table idempotency_keys add constraint idempotency_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table invoice_lines add constraint invoice_lines_invoice_id_position_key UNIQUE (invoice_id, "position");
alter table invoice_lines add constraint invoice_lines_pkey PRIMARY KEY (id);
alter table invoice_lines add constraint invoice_lines_credits_line_id_fkey FOREIGN KEY (credits_line_id) REFERENCES invoice_lines(id);
alter table invoice_lines add constraint invoice_lines_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoices(id);
alter table invoice_lines add constraint invoice_lines_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES meters(id);
alter table invoice_lines add constraint invoice_lines_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id);
alter table invoice_lines add constraint invoice_lines_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table invoice_lines add constraint invoice_lines_check CHECK (((kind = 'proration_credit'::text) = (credits_line_id IS NOT NULL)));
alter table invoice_lines add constraint invoice_lines_check1 CHECK (((credits_line_id IS NULL) OR (amount <= (0)::numeric)));
alter table invoice_lines add constraint invoice_lines_check2 CHECK (((discount = (0)::numeric) OR ((discount > (0)::numeric) AND (discount <= amount)) OR ((discount < (0)::numeric) AND (discount >= amount))));
alter table invoice_lines add constraint invoice_lines_kind_check CHECK ((kind = ANY (ARRAY['recurring'::text, 'one_off'::text, 'proration_charge'::text, 'proration_credit'::text, 'usage'::text, 'usage_adjustment'::text, 'add_on'::text, 'minimum'::text, 'cap'::text, 'seats_added'::text, 'seats_removed'::text, 'unit_credits'::text]))) NOT VALID;
alter table invoice_series add constraint invoice_series_pkey PRIMARY KEY (tenant_id, series);
alter table invoice_series add constraint invoice_series_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table invoice_series add constraint invoice_series_kind_check CHECK ((kind = ANY (ARRAY['invoice'::text, 'credit_note'::text])));
alter table invoices add constraint invoices_subscription_id_business_key_key UNIQUE (subscription_id, business_key);
alter table invoices add constraint invoices_tenant_id_series_sequence_key UNIQUE (tenant_id, series, sequence);
alter table invoices add constraint invoices_pkey PRIMARY KEY (id);
alter table invoices add constraint invoices_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id);
alter table invoices add constraint invoices_reissues_invoice_id_fkey FOREIGN KEY (reissues_invoice_id) REFERENCES invoices(id);
alter table invoices add constraint invoices_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id);
alter table invoices add constraint invoices_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table invoices add constraint invoices_wallet_id_fkey FOREIGN KEY (wallet_id) REFERENCES wallets(id);
alter table invoices add constraint invoices_amount_due_check CHECK ((amount_due >= (0)::numeric));
alter table invoices add constraint invoices_amount_due_explained CHECK ((amount_due = (((((total + credit_given) - credit_received) - wallet_applied) - balance_applied) - carried_over))) NOT VALID;
alter table invoices add constraint invoices_check CHECK (((status = 'draft'::text) = (sequence IS NULL)));
alter table invoices add constraint invoices_check2 CHECK (((amount_paid >= (0)::numeric) AND (amount_paid <= amount_due)));
alter table invoices add constraint invoices_check3 CHECK (((status <> 'paid'::text) OR (amount_paid = amount_due)));
alter table invoices add constraint invoices_credit_given_check CHECK ((credit_given >= (0)::numeric));
alter table invoices add constraint invoices_credit_received_check CHECK ((credit_received >= (0)::numeric));
alter table invoices add constraint invoices_of_one CHECK (((subscription_id IS NULL) <> (wallet_id IS NULL))) NOT VALID;
alter table invoices add constraint invoices_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'open'::text, 'paid'::text, 'void'::text, 'uncollectible'::text])));
alter table invoices add constraint invoices_wallet_applied_check CHECK ((wallet_applied >= (0)::numeric));
alter table ledger_accounts add constraint ledger_accounts_pkey PRIMARY KEY (tenant_id, code);
alter table ledger_accounts add constraint ledger_accounts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table ledger_accounts add constraint ledger_accounts_kind_check CHECK ((kind = ANY (ARRAY['asset'::text, 'liability'::text, 'income'::text, 'expense'::text])));
alter table ledger_entries add constraint ledger_entries_tenant_id_kind_source_key UNIQUE (tenant_id, kind, source);
alter table ledger_entries add constraint ledger_entries_pkey PRIMARY KEY (id);
alter table ledger_entries add constraint ledger_entries_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table ledger_postings add constraint ledger_postings_pkey PRIMARY KEY (entry_id, "position");
alter table ledger_postings add constraint ledger_postings_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES ledger_entries(id);
alter table ledger_postings add constraint ledger_postings_tenant_id_account_fkey FOREIGN KEY (tenant_id, account) REFERENCES ledger_accounts(tenant_id, code);
alter table logos add constraint logos_pkey PRIMARY KEY (tenant_id, hash);
alter table logos add constraint logos_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table logos add constraint logos_check CHECK ((hash = sha256(bytes)));
alter table logos add constraint logos_media_type_check CHECK ((media_type = ANY (ARRAY['image/png'::text, 'image/jpeg'::text])));
alter table meters add constraint meters_tenant_id_code_key UNIQUE (tenant_id, code);
alter table meters add constraint meters_pkey PRIMARY KEY (id);
alter table meters add constraint meters_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table outbox add constraint outbox_pkey PRIMARY KEY (id);
alter table outbox add constraint outbox_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table outbox add constraint outbox_kind_check CHECK ((kind = ANY (ARRAY['start_subscription'::text, 'start_refund'::text, 'start_top_up'::text, 'start_plan_migration'::text, 'start_settlement'::text, 'signal'::text]))) NOT VALID;
alter table party_versions add constraint party_versions_pkey PRIMARY KEY (id);
alter table party_versions add constraint party_versions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table payment_attempts add constraint payment_attempts_pkey PRIMARY KEY (payment_id, number);
alter table payment_attempts add constraint payment_attempts_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id);
alter table payment_attempts add constraint payment_attempts_payment_method_id_fkey FOREIGN KEY (payment_method_id) REFERENCES payment_methods(id);
alter table payment_attempts add constraint payment_attempts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table payment_attempts add constraint payment_attempts_outcome_check CHECK ((outcome = ANY (ARRAY['succeeded'::text, 'declined'::text, 'requires_action'::text, 'processing'::text])));
alter table payment_methods add constraint payment_methods_tenant_id_rail_provider_ref_key UNIQUE (tenant_id, rail, provider_ref);
alter table payment_methods add constraint payment_methods_pkey PRIMARY KEY (id);
alter table payment_methods add constraint payment_methods_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id);
alter table payment_methods add constraint payment_methods_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table payment_methods add constraint payment_methods_status_check CHECK ((status = ANY (ARRAY['active'::text, 'needs_customer'::text, 'blocked'::text, 'detached'::text])));
alter table payments add constraint payments_rail_provider_ref_key UNIQUE (rail, provider_ref);
alter table payments add constraint payments_pkey PRIMARY KEY (id);
alter table payments add constraint payments_attempt_method_id_fkey FOREIGN KEY (attempt_method_id) REFERENCES payment_methods(id);
alter table payments add constraint payments_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id);
alter table payments add constraint payments_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoices(id);
alter table payments add constraint payments_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id);
alter table payments add constraint payments_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table payments add constraint payments_amount_check CHECK ((amount > (0)::numeric));
alter table payments add constraint payments_check CHECK (((amount_refunded >= (0)::numeric) AND (amount_refunded <= amount)));
alter table payments add constraint payments_status_check CHECK ((status = ANY (ARRAY['created'::text, 'requires_action'::text, 'processing'::text, 'succeeded'::text, 'failed'::text, 'canceled'::text])));
alter table plan_migration_subscriptions add constraint plan_migration_subscriptions_pkey PRIMARY KEY (migration_id, subscription_id);
alter table plan_migration_subscriptions add constraint plan_migration_subscriptions_migration_id_fkey FOREIGN KEY (migration_id) REFERENCES plan_migrations(id);
alter table plan_migration_subscriptions add constraint plan_migration_subscriptions_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id);
alter table plan_migration_subscriptions add constraint plan_migration_subscriptions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table plan_migration_subscriptions add constraint plan_migration_subscriptions_check CHECK (((outcome IS NULL) = (told_at IS NULL)));
alter table plan_migration_subscriptions add constraint plan_migration_subscriptions_check1 CHECK (((code IS NULL) = (message IS NULL)));
alter table plan_migration_subscriptions add constraint plan_migration_subscriptions_check2 CHECK (((outcome <> 'refused'::text) OR (code IS NOT NULL)));
alter table plan_migration_subscriptions add constraint plan_migration_subscriptions_outcome_check CHECK ((outcome = ANY (ARRAY['migrated'::text, 'unchanged'::text, 'refused'::text, 'gone'::text])));
alter table plan_migrations add constraint plan_migrations_pkey PRIMARY KEY (id);
alter table plan_migrations add constraint plan_migrations_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES plans(id);
alter table plan_migrations add constraint plan_migrations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table plan_migrations add constraint plan_migrations_to_plan_id_to_version_fkey FOREIGN KEY (to_plan_id, to_version) REFERENCES plan_versions(plan_id, version);
alter table plan_migrations add constraint plan_migrations_check CHECK (((status = ANY (ARRAY['completed'::text, 'canceled'::text])) = (finished_at IS NOT NULL)));
alter table plan_migrations add constraint plan_migrations_check1 CHECK (((((migrated + unchanged) + refused) + gone) <= selected));
alter table plan_migrations add constraint plan_migrations_check2 CHECK (((status <> 'completed'::text) OR ((((migrated + unchanged) + refused) + gone) = selected)));
alter table plan_migrations add constraint plan_migrations_per_second_check CHECK (((per_second >= 1) AND (per_second <= 50)));
alter table plan_migrations add constraint plan_migrations_selected_check CHECK ((selected > 0));
alter table plan_migrations add constraint plan_migrations_status_check CHECK ((status = ANY (ARRAY['running'::text, 'paused'::text, 'completed'::text, 'canceled'::text])));
alter table plan_migrations add constraint plan_migrations_timing_check CHECK ((timing = ANY (ARRAY['now'::text, 'at_period_end'::text])));
alter table plan_versions add constraint plan_versions_pkey PRIMARY KEY (plan_id, version);
alter table plan_versions add constraint plan_versions_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES plans(id);
alter table plan_versions add constraint plan_versions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table plan_versions add constraint plan_versions_version_check CHECK ((version > 0));
alter table plans add constraint plans_tenant_id_code_key UNIQUE (tenant_id, code);
alter table plans add constraint plans_pkey PRIMARY KEY (id);
alter table plans add constraint plans_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id);
alter table plans add constraint plans_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table prices add constraint prices_pkey PRIMARY KEY (id);
alter table prices add constraint prices_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES meters(id);
alter table prices add constraint prices_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id);
alter table prices add constraint prices_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table prices add constraint prices_kind_check CHECK ((kind = ANY (ARRAY['recurring'::text, 'one_off'::text])));
alter table prices add constraint prices_timing_check CHECK ((timing = ANY (ARRAY['in_advance'::text, 'in_arrears'::text])));
alter table products add constraint products_pkey PRIMARY KEY (id);
alter table products add constraint products_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table rate_limits add constraint rate_limits_pkey PRIMARY KEY (name);
alter table refunds add constraint refunds_pkey PRIMARY KEY (id);
alter table refunds add constraint refunds_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments(id);
alter table refunds add constraint refunds_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table refunds add constraint refunds_amount_check CHECK ((amount > (0)::numeric));
alter table refunds add constraint refunds_status_check CHECK ((status = ANY (ARRAY['requested'::text, 'pending'::text, 'requires_action'::text, 'succeeded'::text, 'failed'::text, 'canceled'::text, 'refused'::text])));
alter table revenue_brought_forward add constraint revenue_brought_forward_tenant_id_test_clock_id_stream_curr_key UNIQUE NULLS NOT DISTINCT (tenant_id, test_clock_id, stream, currency);
alter table revenue_brought_forward add constraint revenue_brought_forward_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table revenue_brought_forward add constraint revenue_brought_forward_test_clock_id_fkey FOREIGN KEY (test_clock_id) REFERENCES test_clocks(id);
alter table revenue_close_amounts add constraint revenue_close_amounts_pkey PRIMARY KEY (close_id, stream, currency);
alter table revenue_close_amounts add constraint revenue_close_amounts_close_id_fkey FOREIGN KEY (close_id) REFERENCES revenue_closes(id);
alter table revenue_close_amounts add constraint revenue_close_amounts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table revenue_closes add constraint revenue_closes_tenant_id_test_clock_id_month_key UNIQUE NULLS NOT DISTINCT (tenant_id, test_clock_id, month);
alter table revenue_closes add constraint revenue_closes_pkey PRIMARY KEY (id);
alter table revenue_closes add constraint revenue_closes_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table revenue_closes add constraint revenue_closes_test_clock_id_fkey FOREIGN KEY (test_clock_id) REFERENCES test_clocks(id);
alter table revenue_closes add constraint revenue_closes_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric));
alter table revenue_streams add constraint revenue_streams_tenant_id_key_key UNIQUE (tenant_id, key);
alter table revenue_streams add constraint revenue_streams_pkey PRIMARY KEY (id);
alter table revenue_streams add constraint revenue_streams_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table revenue_targets add constraint revenue_targets_tenant_id_key_key UNIQUE (tenant_id, key);
alter table revenue_targets add constraint revenue_targets_pkey PRIMARY KEY (id);
alter table revenue_targets add constraint revenue_targets_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table schema_migrations add constraint schema_migrations_pkey PRIMARY KEY (name);
alter table settlement_facts add constraint settlement_facts_pkey PRIMARY KEY (settlement_id, seq);
alter table settlement_facts add constraint settlement_facts_settlement_id_fkey FOREIGN KEY (settlement_id) REFERENCES settlements(id);
alter table settlement_facts add constraint settlement_facts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table settlement_facts add constraint settlement_facts_seq_check CHECK ((seq > 0));
alter table settlement_legs add constraint settlement_legs_settlement_id_position_key UNIQUE (settlement_id, "position");
alter table settlement_legs add constraint settlement_legs_pkey PRIMARY KEY (id);
alter table settlement_legs add constraint settlement_legs_settlement_id_fkey FOREIGN KEY (settlement_id) REFERENCES settlements(id);
alter table settlement_legs add constraint settlement_legs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table settlement_legs add constraint settlement_legs_amount_check CHECK ((amount > (0)::numeric));
alter table settlement_legs add constraint settlement_legs_book_rate_check CHECK ((book_rate > (0)::numeric));
alter table settlement_legs add constraint settlement_legs_kind_check CHECK ((kind = ANY (ARRAY['treasury'::text, 'partner'::text, 'creator'::text, 'operator'::text, 'refund'::text])));
alter table settlement_legs add constraint settlement_legs_position_check CHECK (("position" >= 0));
alter table settlement_legs add constraint settlement_legs_source_amount_check CHECK ((source_amount > (0)::numeric));
alter table settlements add constraint settlements_pkey PRIMARY KEY (id);
alter table settlements add constraint settlements_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id);
alter table settlements add constraint settlements_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table settlements add constraint settlements_amount_check CHECK ((amount > (0)::numeric));
alter table settlements add constraint settlements_book_rate_check CHECK ((book_rate > (0)::numeric));
alter table settlements add constraint settlements_check CHECK (((book_currency IS NULL) = (book_rate IS NULL)));
alter table signer_accounts add constraint signer_accounts_chain_key_id_child_key UNIQUE (chain, key_id, child);
alter table signer_accounts add constraint signer_accounts_pkey PRIMARY KEY (chain, address);
alter table signer_accounts add constraint signer_accounts_child_check CHECK ((child >= 0));
alter table signer_accounts add constraint signer_accounts_next_index_check CHECK ((next_index > 0));
alter table signer_accounts add constraint signer_accounts_next_number_check CHECK ((next_number >= 0));
alter table subscription_items add constraint subscription_items_pkey PRIMARY KEY (id);
alter table subscription_items add constraint subscription_items_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoices(id);
alter table subscription_items add constraint subscription_items_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id);
alter table subscription_items add constraint subscription_items_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table subscription_items add constraint subscription_items_check CHECK (((ends_at IS NULL) OR (starts_at <= ends_at)));
alter table subscription_items add constraint subscription_items_kind_check CHECK ((kind = ANY (ARRAY['override'::text, 'add_on'::text, 'charge'::text])));
alter table subscription_items add constraint subscription_items_quantity_check CHECK ((quantity >= (0)::numeric));
alter table subscriptions add constraint subscriptions_pkey PRIMARY KEY (id);
alter table subscriptions add constraint subscriptions_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id);
alter table subscriptions add constraint subscriptions_payment_method_id_fkey FOREIGN KEY (payment_method_id) REFERENCES payment_methods(id);
alter table subscriptions add constraint subscriptions_plan_id_plan_version_fkey FOREIGN KEY (plan_id, plan_version) REFERENCES plan_versions(plan_id, version);
alter table subscriptions add constraint subscriptions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table subscriptions add constraint subscriptions_test_clock_id_fkey FOREIGN KEY (test_clock_id) REFERENCES test_clocks(id);
alter table subscriptions add constraint subscriptions_check CHECK ((current_period_start < current_period_end));
alter table subscriptions add constraint subscriptions_check1 CHECK (((current_period_start IS NULL) = (current_period_end IS NULL)));
alter table subscriptions add constraint subscriptions_quantity_check CHECK ((quantity >= 0));
alter table subscriptions add constraint subscriptions_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'incomplete'::text, 'trialing'::text, 'active'::text, 'past_due'::text, 'unpaid'::text, 'paused'::text, 'canceled'::text, 'expired'::text])));
alter table tax_number_checks add constraint tax_number_checks_pkey PRIMARY KEY (id);
alter table tax_number_checks add constraint tax_number_checks_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id);
alter table tax_number_checks add constraint tax_number_checks_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table tax_number_checks add constraint tax_number_checks_digits_check CHECK ((digits = ANY (ARRAY['valid'::text, 'invalid'::text, 'unchecked'::text])));
alter table tax_number_checks add constraint tax_number_checks_register_check CHECK ((register = ANY (ARRAY['valid'::text, 'invalid'::text, 'unknown'::text])));
alter table tax_rates add constraint tax_rates_pkey PRIMARY KEY (id);
alter table tax_rates add constraint tax_rates_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table tax_rates add constraint tax_rates_check CHECK ((valid_to >= valid_from));
alter table tax_rates add constraint tax_rates_check1 CHECK (((region IS NULL) OR (region ~~ (country || '-%'::text))));
alter table tax_rates add constraint tax_rates_country_check CHECK ((country ~ '^[A-Z]{2}$'::text));
alter table tax_rates add constraint tax_rates_percent_check CHECK (((percent >= (0)::numeric) AND (percent <= (100)::numeric)));
alter table tax_reports add constraint tax_reports_pkey PRIMARY KEY (reference);
alter table tax_reports add constraint tax_reports_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoices(id);
alter table tax_reports add constraint tax_reports_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table tax_reports add constraint tax_reports_amount_check CHECK ((amount > (0)::numeric));
alter table tax_reports add constraint tax_reports_check CHECK (((state = 'due'::text) = (due_at IS NOT NULL)));
alter table tax_reports add constraint tax_reports_check1 CHECK (((state = 'reported'::text) = (transaction IS NOT NULL)));
alter table tax_reports add constraint tax_reports_kind_check CHECK ((kind = ANY (ARRAY['sale'::text, 'reversal'::text])));
alter table tax_reports add constraint tax_reports_state_check CHECK ((state = ANY (ARRAY['due'::text, 'reported'::text, 'estimated'::text])));
alter table tenants add constraint tenants_pkey PRIMARY KEY (id);
alter table tenants add constraint tenants_incomplete_hours_check CHECK ((incomplete_hours > 0));
alter table tenants add constraint tenants_late_usage_check CHECK ((late_usage = ANY (ARRAY['adjust_next_invoice'::text, 'credit_and_reissue'::text])));
alter table tenants add constraint tenants_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])));
alter table tenants add constraint tenants_usage_grace_hours_check CHECK (((usage_grace_hours >= 0) AND (usage_grace_hours <= 744)));
alter table test_clocks add constraint test_clocks_pkey PRIMARY KEY (id);
alter table test_clocks add constraint test_clocks_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table test_clocks add constraint test_clocks_status_check CHECK ((status = ANY (ARRAY['ready'::text, 'advancing'::text])));
alter table transfers add constraint transfers_tenant_id_reference_key UNIQUE (tenant_id, reference);
alter table transfers add constraint transfers_pkey PRIMARY KEY (id);
alter table transfers add constraint transfers_fee_schedule_id_fkey FOREIGN KEY (fee_schedule_id) REFERENCES fee_schedules(id);
alter table transfers add constraint transfers_settlement_id_fkey FOREIGN KEY (settlement_id) REFERENCES settlements(id);
alter table transfers add constraint transfers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table transfers add constraint transfers_check CHECK (((disposition = ANY (ARRAY['settled'::text, 'batched'::text])) = (settlement_id IS NOT NULL)));
alter table transfers add constraint transfers_disposition_check CHECK ((disposition = ANY (ARRAY['settled'::text, 'accrued'::text, 'batched'::text, 'free'::text])));
alter table transfers add constraint transfers_fee_amount_check CHECK ((fee_amount >= (0)::numeric));
alter table transfers add constraint transfers_value_amount_check CHECK ((value_amount >= (0)::numeric));
alter table usage_billings add constraint usage_billings_once UNIQUE (customer_id, meter_id, starts_at, ends_at, invoice_id, price_id);
alter table usage_billings add constraint usage_billings_pkey PRIMARY KEY (id);
alter table usage_billings add constraint usage_billings_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id);
alter table usage_billings add constraint usage_billings_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoices(id);
alter table usage_billings add constraint usage_billings_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES meters(id);
alter table usage_billings add constraint usage_billings_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES subscriptions(id);
alter table usage_billings add constraint usage_billings_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table usage_billings add constraint usage_billings_check CHECK ((starts_at < ends_at));
alter table usage_buckets add constraint usage_buckets_pkey PRIMARY KEY (meter_id, customer_id, starts_at, dimensions);
alter table usage_corrections add constraint usage_corrections_corrected_by_key UNIQUE (corrected_by);
alter table usage_corrections add constraint usage_corrections_pkey PRIMARY KEY (target);
alter table usage_corrections add constraint usage_corrections_kind_check CHECK ((kind = ANY (ARRAY['amend'::text, 'void'::text])));
alter table usage_cuts add constraint usage_cuts_pkey PRIMARY KEY (customer_id, meter_id, at);
alter table usage_duplicates add constraint usage_duplicates_pkey PRIMARY KEY (key);
alter table usage_edges add constraint usage_edges_pkey PRIMARY KEY (meter_id, customer_id, starts_at, ends_at, dimensions);
alter table usage_edges add constraint usage_edges_check CHECK ((starts_at < ends_at));
alter table usage_event_keys add constraint usage_event_keys_pkey PRIMARY KEY (key);
alter table usage_returns add constraint usage_returns_pkey PRIMARY KEY (billing_id);
alter table usage_returns add constraint usage_returns_billing_id_fkey FOREIGN KEY (billing_id) REFERENCES usage_billings(id);
alter table usage_returns add constraint usage_returns_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table usage_sweeps add constraint usage_sweeps_pkey PRIMARY KEY (name);
alter table usage_unique_values add constraint usage_unique_values_pkey PRIMARY KEY (meter_id, customer_id, starts_at, dimensions, value);
alter table wallet_movements add constraint wallet_movements_pkey PRIMARY KEY (id);
alter table wallet_movements add constraint wallet_movements_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES credit_grants(id);
alter table wallet_movements add constraint wallet_movements_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoices(id);
alter table wallet_movements add constraint wallet_movements_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table wallet_movements add constraint wallet_movements_wallet_id_fkey FOREIGN KEY (wallet_id) REFERENCES wallets(id);
alter table wallet_movements add constraint wallet_movements_check CHECK ((((kind = 'granted'::text) = (amount > (0)::numeric)) AND (amount <> (0)::numeric)));
alter table wallet_movements add constraint wallet_movements_kind_check CHECK ((kind = ANY (ARRAY['granted'::text, 'drawn'::text, 'used'::text, 'expired'::text, 'rolled_over'::text])));
alter table wallet_top_ups add constraint wallet_top_ups_wallet_id_key_key UNIQUE (wallet_id, key);
alter table wallet_top_ups add constraint wallet_top_ups_pkey PRIMARY KEY (id);
alter table wallet_top_ups add constraint wallet_top_ups_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id);
alter table wallet_top_ups add constraint wallet_top_ups_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoices(id);
alter table wallet_top_ups add constraint wallet_top_ups_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table wallet_top_ups add constraint wallet_top_ups_wallet_id_fkey FOREIGN KEY (wallet_id) REFERENCES wallets(id);
alter table wallet_top_ups add constraint wallet_top_ups_amount_check CHECK ((amount > (0)::numeric));
alter table wallet_top_ups add constraint wallet_top_ups_bonus_check CHECK ((bonus >= (0)::numeric));
alter table wallet_top_ups add constraint wallet_top_ups_check CHECK (((status = ANY (ARRAY['succeeded'::text, 'failed'::text])) = (settled_at IS NOT NULL)));
alter table wallet_top_ups add constraint wallet_top_ups_price_check CHECK ((price > (0)::numeric));
alter table wallet_top_ups add constraint wallet_top_ups_status_check CHECK ((status = ANY (ARRAY['requested'::text, 'pending'::text, 'succeeded'::text, 'failed'::text])));
alter table wallets add constraint wallets_pkey PRIMARY KEY (id);
alter table wallets add constraint wallets_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id);
alter table wallets add constraint wallets_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES meters(id);
alter table wallets add constraint wallets_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id);
alter table wallets add constraint wallets_check CHECK (((currency IS NULL) <> (unit IS NULL)));
alter table wallets add constraint wallets_meter_of_units CHECK (((meter_id IS NULL) OR (unit IS NOT NULL))) NOT VALID;
alter table webhook_inbox add constraint webhook_inbox_pkey PRIMARY KEY (provider, event_id);
alter table webhook_inbox add constraint webhook_inbox_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'processed'::text, 'ignored'::text])));

CREATE INDEX audit_log_page ON public.audit_log USING btree (tenant_id, id);
CREATE INDEX chain_deposits_final ON public.chain_deposits USING btree (chain, final_at) WHERE (status = 'final'::text);
CREATE INDEX chain_deposits_of_settlement ON public.chain_deposits USING btree (settlement_id);
CREATE INDEX chain_deposits_open ON public.chain_deposits USING btree (chain) WHERE (status = 'seen'::text);
CREATE INDEX chain_deposits_page ON public.chain_deposits USING btree (tenant_id, id);
CREATE INDEX chain_payouts_of_leg ON public.chain_payouts USING btree (leg_id, try);
CREATE UNIQUE INDEX chain_payouts_once ON public.chain_payouts USING btree (leg_id) WHERE is_paid;
CREATE UNIQUE INDEX chain_transactions_number ON public.chain_transactions USING btree (chain, from_address, order_number) WHERE ((status = ANY (ARRAY['landed'::text, 'final'::text])) AND (order_number IS NOT NULL));
CREATE INDEX chain_transactions_of_settlement ON public.chain_transactions USING btree (settlement_id) WHERE (settlement_id IS NOT NULL);
CREATE INDEX chain_transactions_open ON public.chain_transactions USING btree (chain, from_address, order_number) WHERE (status = ANY (ARRAY['intended'::text, 'released'::text, 'signed'::text, 'sent'::text, 'landed'::text]));
CREATE UNIQUE INDEX chain_transactions_replacement ON public.chain_transactions USING btree (replaces_id) WHERE (replaces_id IS NOT NULL);
CREATE INDEX coupon_attachments_in_force ON public.coupon_attachments USING btree (customer_id) WHERE (detached_at IS NULL);
CREATE INDEX coupon_attachments_of_coupon ON public.coupon_attachments USING btree (coupon_id, customer_id);
CREATE UNIQUE INDEX coupon_attachments_once ON public.coupon_attachments USING btree (customer_id, coupon_id, COALESCE(subscription_id, ''::text)) WHERE (detached_at IS NULL);
CREATE INDEX coupon_attachments_page ON public.coupon_attachments USING btree (tenant_id, id);
CREATE INDEX coupon_codes_of_coupon ON public.coupon_codes USING btree (coupon_id, id);
CREATE INDEX coupon_codes_page ON public.coupon_codes USING btree (tenant_id, id);
CREATE UNIQUE INDEX coupons_key ON public.coupons USING btree (tenant_id, key) WHERE ((key IS NOT NULL) AND (archived_at IS NULL));
CREATE INDEX coupons_page ON public.coupons USING btree (tenant_id, id);
CREATE INDEX credit_grants_alive ON public.credit_grants USING btree (wallet_id) WHERE ((NOT is_ended) AND ((used + removed) < amount));
CREATE INDEX credit_grants_due ON public.credit_grants USING btree (expires_at) WHERE ((NOT is_ended) AND (expires_at IS NOT NULL));
CREATE INDEX credit_grants_page ON public.credit_grants USING btree (tenant_id, id);
CREATE INDEX credit_note_lines_of_line ON public.credit_note_lines USING btree (invoice_line_id);
CREATE INDEX credit_notes_page ON public.credit_notes USING btree (tenant_id, id);
CREATE INDEX credit_notes_refund ON public.credit_notes USING btree (refund_id) WHERE (refund_id IS NOT NULL);
CREATE INDEX customers_of_clock ON public.customers USING btree (test_clock_id) WHERE (test_clock_id IS NOT NULL);
CREATE INDEX customers_page ON public.customers USING btree (tenant_id, id);
CREATE INDEX customers_tax_check_due ON public.customers USING btree (tax_check_due) WHERE (tax_check_due IS NOT NULL);
CREATE INDEX deposit_instructions_watched ON public.deposit_instructions USING btree (chain, watch_until) WHERE (watch IS NOT NULL);
CREATE INDEX disputes_of_payment ON public.disputes USING btree (payment_id);
CREATE INDEX disputes_page ON public.disputes USING btree (tenant_id, id);
CREATE INDEX documents_page ON public.documents USING btree (tenant_id, id);
CREATE INDEX entities_page ON public.entities USING btree (tenant_id, id);
CREATE INDEX entitlement_reservations_ending ON public.entitlement_reservations USING btree (expires_at) WHERE (status = 'held'::text);
CREATE INDEX entitlement_reservations_held ON public.entitlement_reservations USING btree (customer_id, feature) INCLUDE (quantity, expires_at) WHERE (status = 'held'::text);
CREATE INDEX entitlement_reservations_page ON public.entitlement_reservations USING btree (tenant_id, id);
CREATE UNIQUE INDEX events_fact ON public.events USING btree (subscription_id, fact_seq) WHERE (fact_seq IS NOT NULL);
CREATE INDEX events_of_subscription ON public.events USING btree (subscription_id, id);
CREATE INDEX events_page ON public.events USING btree (tenant_id, id);
CREATE INDEX features_of_meter ON public.features USING btree (meter_id) WHERE (meter_id IS NOT NULL);
CREATE INDEX features_page ON public.features USING btree (tenant_id, id);
CREATE INDEX fee_schedules_page ON public.fee_schedules USING btree (tenant_id, id);
CREATE INDEX invoice_lines_credits ON public.invoice_lines USING btree (credits_line_id) WHERE (credits_line_id IS NOT NULL);
CREATE INDEX invoice_lines_of_subscription ON public.invoice_lines USING btree (subscription_id, period_end);
CREATE INDEX invoices_of_customer ON public.invoices USING btree (customer_id, id);
CREATE INDEX invoices_of_subscription ON public.invoices USING btree (subscription_id, id);
CREATE UNIQUE INDEX invoices_of_wallet ON public.invoices USING btree (wallet_id, business_key) WHERE (wallet_id IS NOT NULL);
CREATE INDEX invoices_page ON public.invoices USING btree (tenant_id, id);
CREATE UNIQUE INDEX invoices_reissued_once ON public.invoices USING btree (reissues_invoice_id) WHERE (reissues_invoice_id IS NOT NULL);
CREATE INDEX ledger_entries_page ON public.ledger_entries USING btree (tenant_id, id);
CREATE INDEX ledger_postings_of_account ON public.ledger_postings USING btree (tenant_id, account, currency);
CREATE INDEX meters_page ON public.meters USING btree (tenant_id, id);
CREATE INDEX outbox_waiting ON public.outbox USING btree (retry_at) WHERE (delivered_at IS NULL);
CREATE INDEX party_versions_of ON public.party_versions USING btree (party_id, replaced_at);
CREATE INDEX payment_attempts_of_card ON public.payment_attempts USING btree (tenant_id, fingerprint, occurred_at) WHERE (outcome = 'declined'::text);
CREATE INDEX payment_methods_of_customer ON public.payment_methods USING btree (customer_id, id);
CREATE INDEX payments_canceled ON public.payments USING btree (invoice_id) WHERE (status = 'canceled'::text);
CREATE UNIQUE INDEX payments_one_alive ON public.payments USING btree (invoice_id) WHERE (status <> 'canceled'::text);
CREATE UNIQUE INDEX payments_one_success ON public.payments USING btree (invoice_id) WHERE (status = 'succeeded'::text);
CREATE UNIQUE INDEX payments_one_try ON public.payments USING btree (tenant_id, attempt_fingerprint) WHERE ((attempt_begun IS NOT NULL) AND (status <> 'canceled'::text));
CREATE INDEX payments_page ON public.payments USING btree (tenant_id, id);
CREATE INDEX plan_migration_subscriptions_waiting ON public.plan_migration_subscriptions USING btree (migration_id, subscription_id) WHERE (outcome IS NULL);
CREATE INDEX plan_migrations_page ON public.plan_migrations USING btree (tenant_id, id);
CREATE INDEX plans_page ON public.plans USING btree (tenant_id, id);
CREATE INDEX prices_page ON public.prices USING btree (tenant_id, id);
CREATE UNIQUE INDEX products_code ON public.products USING btree (tenant_id, code) WHERE (code IS NOT NULL);
CREATE INDEX products_page ON public.products USING btree (tenant_id, id);
CREATE INDEX refunds_of_payment ON public.refunds USING btree (payment_id);
CREATE INDEX refunds_page ON public.refunds USING btree (tenant_id, id);
CREATE UNIQUE INDEX refunds_provider_ref ON public.refunds USING btree (provider_ref) WHERE (provider_ref IS NOT NULL);
CREATE INDEX revenue_closes_page ON public.revenue_closes USING btree (tenant_id, id);
CREATE INDEX revenue_streams_page ON public.revenue_streams USING btree (tenant_id, id);
CREATE INDEX revenue_targets_page ON public.revenue_targets USING btree (tenant_id, id);
CREATE INDEX settlements_of_payer ON public.settlements USING btree (tenant_id, payer, id) WHERE (payer IS NOT NULL);
CREATE INDEX settlements_page ON public.settlements USING btree (tenant_id, id);
CREATE INDEX subscription_items_open ON public.subscription_items USING btree (subscription_id) WHERE (settled_at IS NULL);
CREATE INDEX subscription_items_page ON public.subscription_items USING btree (tenant_id, id);
CREATE INDEX subscriptions_due ON public.subscriptions USING btree (next_due_at) WHERE (test_clock_id IS NULL);
CREATE INDEX subscriptions_due_on_clock ON public.subscriptions USING btree (test_clock_id, next_due_at) WHERE (test_clock_id IS NOT NULL);
CREATE INDEX subscriptions_of_customer ON public.subscriptions USING btree (customer_id, id);
CREATE INDEX subscriptions_page ON public.subscriptions USING btree (tenant_id, id);
CREATE INDEX tax_number_checks_of_customer ON public.tax_number_checks USING btree (customer_id, id);
CREATE INDEX tax_number_checks_page ON public.tax_number_checks USING btree (tenant_id, id);
CREATE UNIQUE INDEX tax_rates_begin ON public.tax_rates USING btree (COALESCE(tenant_id, ''::text), country, COALESCE(region, ''::text), category, valid_from) WHERE ((valid_to IS NULL) OR (valid_to > valid_from));
CREATE INDEX tax_rates_of_country ON public.tax_rates USING btree (country);
CREATE INDEX tax_rates_page ON public.tax_rates USING btree (tenant_id, id);
CREATE INDEX tax_reports_due ON public.tax_reports USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX tax_reports_of_invoice ON public.tax_reports USING btree (invoice_id);
CREATE INDEX tax_reports_page ON public.tax_reports USING btree (tenant_id, reference);
CREATE INDEX transfers_accrued ON public.transfers USING btree (tenant_id, payer, fee_schedule_id, currency) WHERE (disposition = 'accrued'::text);
CREATE INDEX transfers_of_payer ON public.transfers USING btree (tenant_id, payer, currency, occurred_at);
CREATE INDEX transfers_page ON public.transfers USING btree (tenant_id, id);
CREATE INDEX usage_billings_of_subscription ON public.usage_billings USING btree (subscription_id, price_id, starts_at, ends_at, id);
CREATE INDEX usage_duplicates_page ON public.usage_duplicates USING btree (tenant_id, recorded_at, key);
CREATE INDEX usage_events_of_customer ON ONLY public.usage_events USING btree (customer_id, occurred_at, key);
CREATE INDEX usage_events_page ON ONLY public.usage_events USING btree (tenant_id, occurred_at, key);
CREATE INDEX usage_events_recorded ON ONLY public.usage_events USING brin (recorded_at) WITH (pages_per_range='16', autosummarize='on');
CREATE INDEX usage_events_unmatched ON ONLY public.usage_events USING btree (tenant_id, occurred_at, key) WHERE (reason IS NOT NULL);
CREATE INDEX wallet_movements_of_invoice ON public.wallet_movements USING btree (invoice_id) WHERE (invoice_id IS NOT NULL);
CREATE INDEX wallet_movements_page ON public.wallet_movements USING btree (wallet_id, id);
CREATE UNIQUE INDEX wallet_top_ups_invoice ON public.wallet_top_ups USING btree (invoice_id) WHERE (invoice_id IS NOT NULL);
CREATE UNIQUE INDEX wallet_top_ups_one_automatic ON public.wallet_top_ups USING btree (wallet_id) WHERE (automatic AND (status = ANY (ARRAY['requested'::text, 'pending'::text])));
CREATE INDEX wallet_top_ups_page ON public.wallet_top_ups USING btree (tenant_id, id);
CREATE INDEX wallets_due ON public.wallets USING btree (id) WHERE automatic_due;
CREATE UNIQUE INDEX wallets_of_customer ON public.wallets USING btree (customer_id, COALESCE(currency, ''::text), COALESCE(unit, ''::text));
CREATE UNIQUE INDEX wallets_of_meter ON public.wallets USING btree (customer_id, meter_id) WHERE (meter_id IS NOT NULL);
CREATE INDEX wallets_page ON public.wallets USING btree (tenant_id, id);
CREATE INDEX webhook_inbox_waiting ON public.webhook_inbox USING btree (retry_at) WHERE (status = 'pending'::text);

create view recognizable_lines with (security_invoker=true) as
 SELECT l.tenant_id,
    s.test_clock_id,
    l.id AS source_id,
    l.subscription_id,
    l.stream,
    l.currency,
    l.net AS amount,
    ((l.period_start AT TIME ZONE 'UTC'::text))::date AS first_day,
    GREATEST((((l.period_start AT TIME ZONE 'UTC'::text))::date + 1), ((l.period_end AT TIME ZONE 'UTC'::text))::date) AS end_day,
    i.occurred_at AS posted_at,
        CASE
            WHEN (i.status = 'void'::text) THEN i.settled_at
            ELSE NULL::timestamp with time zone
        END AS voided_at,
    s.canceled_at AS ended_at
   FROM ((invoice_lines l
     JOIN invoices i ON ((i.id = l.invoice_id)))
     JOIN subscriptions s ON ((s.id = l.subscription_id)))
  WHERE ((l.kind <> 'one_off'::text) AND (l.period_end > i.occurred_at))
UNION ALL
 SELECT l.tenant_id,
    s.test_clock_id,
    l.id AS source_id,
    n.subscription_id,
    l.stream,
    l.currency,
    (- l.net) AS amount,
    ((l.period_start AT TIME ZONE 'UTC'::text))::date AS first_day,
    GREATEST((((l.period_start AT TIME ZONE 'UTC'::text))::date + 1), ((l.period_end AT TIME ZONE 'UTC'::text))::date) AS end_day,
    n.occurred_at AS posted_at,
        CASE
            WHEN (i.status = 'void'::text) THEN i.settled_at
            ELSE NULL::timestamp with time zone
        END AS voided_at,
    s.canceled_at AS ended_at
   FROM (((credit_note_lines l
     JOIN credit_notes n ON ((n.id = l.credit_note_id)))
     JOIN invoices i ON ((i.id = n.invoice_id)))
     JOIN subscriptions s ON ((s.id = n.subscription_id)))
  WHERE ((l.kind <> 'one_off'::text) AND (l.period_end > n.occurred_at));

CREATE TRIGGER audit_log_frozen BEFORE DELETE OR UPDATE ON public.audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER credit_note_lines_frozen BEFORE DELETE OR UPDATE ON public.credit_note_lines FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER credit_note_lines_within_charge AFTER INSERT ON public.credit_note_lines FOR EACH ROW EXECUTE FUNCTION note_within_charge();
CREATE TRIGGER credit_notes_frozen BEFORE DELETE OR UPDATE ON public.credit_notes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE CONSTRAINT TRIGGER credit_notes_given_back AFTER INSERT ON public.credit_notes DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_given_back();
CREATE TRIGGER credit_notes_report AFTER INSERT ON public.credit_notes FOR EACH ROW EXECUTE FUNCTION report_note();
CREATE TRIGGER customers_versions AFTER UPDATE ON public.customers FOR EACH ROW EXECUTE FUNCTION keep_party_version();
CREATE TRIGGER documents_frozen BEFORE DELETE OR UPDATE ON public.documents FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entities_claim_series AFTER INSERT ON public.entities FOR EACH ROW EXECUTE FUNCTION claim_series();
CREATE TRIGGER entities_kept BEFORE DELETE ON public.entities FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entities_series_frozen BEFORE UPDATE ON public.entities FOR EACH ROW WHEN (((((old.id IS DISTINCT FROM new.id) OR (old.tenant_id IS DISTINCT FROM new.tenant_id)) OR (old.invoice_series IS DISTINCT FROM new.invoice_series)) OR (old.credit_note_series IS DISTINCT FROM new.credit_note_series))) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entities_versions AFTER UPDATE ON public.entities FOR EACH ROW EXECUTE FUNCTION keep_party_version();
CREATE TRIGGER entitlement_alerts_frozen BEFORE DELETE OR UPDATE ON public.entitlement_alerts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entitlement_rollovers_frozen BEFORE DELETE OR UPDATE ON public.entitlement_rollovers FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER features_frozen BEFORE DELETE OR UPDATE ON public.features FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER fee_schedule_versions_frozen BEFORE DELETE OR UPDATE ON public.fee_schedule_versions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_lines_credited_once AFTER INSERT ON public.invoice_lines FOR EACH ROW WHEN ((new.credits_line_id IS NOT NULL)) EXECUTE FUNCTION charge_credited_once();
CREATE CONSTRAINT TRIGGER invoice_lines_given_back AFTER INSERT ON public.invoice_lines DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.credits_line_id IS NOT NULL)) EXECUTE FUNCTION line_within_charge();
CREATE TRIGGER invoice_lines_report_credit AFTER INSERT ON public.invoice_lines FOR EACH ROW WHEN (((new.credits_line_id IS NOT NULL) AND (new.tax <> (0)::numeric))) EXECUTE FUNCTION report_credit();
CREATE TRIGGER invoice_lines_within_charge AFTER INSERT ON public.invoice_lines FOR EACH ROW WHEN ((new.credits_line_id IS NOT NULL)) EXECUTE FUNCTION credit_within_charge();
CREATE TRIGGER invoices_report_sale AFTER INSERT ON public.invoices FOR EACH ROW WHEN (((new.taxes -> 'provider'::text) IS NOT NULL)) EXECUTE FUNCTION report_sale();
CREATE TRIGGER invoices_report_void AFTER UPDATE OF status ON public.invoices FOR EACH ROW WHEN (((new.status = 'void'::text) AND (old.status <> 'void'::text) AND ((new.taxes -> 'provider'::text) IS NOT NULL))) EXECUTE FUNCTION report_void();
CREATE TRIGGER ledger_entries_frozen BEFORE DELETE OR UPDATE ON public.ledger_entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE CONSTRAINT TRIGGER ledger_postings_balance AFTER INSERT ON public.ledger_postings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entry_balances();
CREATE TRIGGER ledger_postings_frozen BEFORE DELETE OR UPDATE ON public.ledger_postings FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER logos_frozen BEFORE DELETE OR UPDATE ON public.logos FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER meters_frozen BEFORE DELETE OR UPDATE ON public.meters FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER party_versions_frozen BEFORE DELETE OR UPDATE ON public.party_versions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER plan_migration_subscriptions_kept BEFORE DELETE ON public.plan_migration_subscriptions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER plan_migration_subscriptions_told BEFORE UPDATE ON public.plan_migration_subscriptions FOR EACH ROW WHEN ((old.outcome IS NOT NULL)) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER plan_versions_frozen BEFORE DELETE OR UPDATE ON public.plan_versions FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE CONSTRAINT TRIGGER refunds_within_charge AFTER INSERT ON public.refunds DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refund_within_charge();
CREATE TRIGGER revenue_close_amounts_frozen BEFORE DELETE OR UPDATE ON public.revenue_close_amounts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER revenue_closes_frozen BEFORE DELETE OR UPDATE ON public.revenue_closes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER settlement_facts_frozen BEFORE DELETE OR UPDATE ON public.settlement_facts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER subscriptions_earned_by_old_code AFTER UPDATE OF deferred ON public.subscriptions FOR EACH ROW WHEN ((old.deferred IS DISTINCT FROM new.deferred)) EXECUTE FUNCTION bring_forward_earned();
CREATE TRIGGER tax_number_checks_frozen BEFORE DELETE OR UPDATE ON public.tax_number_checks FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tenants_default_entity AFTER INSERT ON public.tenants FOR EACH ROW EXECUTE FUNCTION make_default_entity();
CREATE TRIGGER usage_billings_frozen BEFORE DELETE OR UPDATE ON public.usage_billings FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER usage_corrections_frozen BEFORE DELETE OR UPDATE ON public.usage_corrections FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER usage_events_frozen BEFORE DELETE OR UPDATE ON public.usage_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER usage_returns_frozen BEFORE DELETE OR UPDATE ON public.usage_returns FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER wallet_movements_frozen BEFORE DELETE OR UPDATE ON public.wallet_movements FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER wallet_movements_move AFTER INSERT ON public.wallet_movements FOR EACH ROW WHEN ((new.kind <> 'granted'::text)) EXECUTE FUNCTION move_grant();

alter table api_keys enable row level security; create policy tenant_only on api_keys using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table audit_log enable row level security; create policy tenant_only on audit_log using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table chain_deposits enable row level security; create policy tenant_only on chain_deposits using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table chain_payouts enable row level security; create policy tenant_only on chain_payouts using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table chain_transactions enable row level security; create policy tenant_only on chain_transactions using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table coupon_attachments enable row level security; create policy tenant_only on coupon_attachments using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table coupon_codes enable row level security; create policy tenant_only on coupon_codes using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table coupons enable row level security; create policy tenant_only on coupons using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table credit_grants enable row level security; create policy tenant_only on credit_grants using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table credit_note_lines enable row level security; create policy tenant_only on credit_note_lines using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table credit_notes enable row level security; create policy tenant_only on credit_notes using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table customer_balances enable row level security; create policy tenant_only on customer_balances using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table customers enable row level security; create policy tenant_only on customers using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table deposit_instructions enable row level security; create policy tenant_only on deposit_instructions using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table disputes enable row level security; create policy tenant_only on disputes using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table documents enable row level security; create policy tenant_only on documents using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table entities enable row level security; create policy tenant_only on entities using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table entitlement_alerts enable row level security; create policy tenant_only on entitlement_alerts using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table entitlement_overrides enable row level security; create policy tenant_only on entitlement_overrides using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table entitlement_reservations enable row level security; create policy tenant_only on entitlement_reservations using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table entitlement_rollovers enable row level security; create policy tenant_only on entitlement_rollovers using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table events enable row level security; create policy tenant_only on events using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table features enable row level security; create policy tenant_only on features using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table fee_schedule_versions enable row level security; create policy tenant_only on fee_schedule_versions using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table fee_schedules enable row level security; create policy tenant_only on fee_schedules using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table idempotency_keys enable row level security; create policy tenant_only on idempotency_keys using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table invoice_lines enable row level security; create policy tenant_only on invoice_lines using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table invoice_series enable row level security; create policy tenant_only on invoice_series using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table invoices enable row level security; create policy tenant_only on invoices using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table ledger_accounts enable row level security; create policy tenant_only on ledger_accounts using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table ledger_entries enable row level security; create policy tenant_only on ledger_entries using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table ledger_postings enable row level security; create policy tenant_only on ledger_postings using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table logos enable row level security; create policy tenant_only on logos using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table meters enable row level security; create policy tenant_only on meters using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table outbox enable row level security; create policy tenant_only on outbox using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table party_versions enable row level security; create policy tenant_only on party_versions using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table payment_attempts enable row level security; create policy tenant_only on payment_attempts using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table payment_methods enable row level security; create policy tenant_only on payment_methods using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table payments enable row level security; create policy tenant_only on payments using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table plan_migration_subscriptions enable row level security; create policy tenant_only on plan_migration_subscriptions using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table plan_migrations enable row level security; create policy tenant_only on plan_migrations using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table plan_versions enable row level security; create policy tenant_only on plan_versions using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table plans enable row level security; create policy tenant_only on plans using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table prices enable row level security; create policy tenant_only on prices using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table products enable row level security; create policy tenant_only on products using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table refunds enable row level security; create policy tenant_only on refunds using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table revenue_brought_forward enable row level security; create policy tenant_only on revenue_brought_forward using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table revenue_close_amounts enable row level security; create policy tenant_only on revenue_close_amounts using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table revenue_closes enable row level security; create policy tenant_only on revenue_closes using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table revenue_streams enable row level security; create policy tenant_only on revenue_streams using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table revenue_targets enable row level security; create policy tenant_only on revenue_targets using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table settlement_facts enable row level security; create policy tenant_only on settlement_facts using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table settlement_legs enable row level security; create policy tenant_only on settlement_legs using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table settlements enable row level security; create policy tenant_only on settlements using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table subscription_items enable row level security; create policy tenant_only on subscription_items using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table subscriptions enable row level security; create policy tenant_only on subscriptions using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table tax_number_checks enable row level security; create policy tenant_only on tax_number_checks using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table tax_rates enable row level security; create policy tenant_only on tax_rates using (((tenant_id IS NULL) OR ((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table tax_reports enable row level security; create policy tenant_only on tax_reports using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table tenants enable row level security; create policy tenant_only on tenants using (((current_tenant() = id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = id) OR (current_tenant() = '*'::text)));
alter table test_clocks enable row level security; create policy tenant_only on test_clocks using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table transfers enable row level security; create policy tenant_only on transfers using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table usage_billings enable row level security; create policy tenant_only on usage_billings using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table usage_buckets enable row level security; create policy tenant_only on usage_buckets using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table usage_corrections enable row level security; create policy tenant_only on usage_corrections using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table usage_cuts enable row level security; create policy tenant_only on usage_cuts using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table usage_duplicates enable row level security; create policy tenant_only on usage_duplicates using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table usage_edges enable row level security; create policy tenant_only on usage_edges using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table usage_event_keys enable row level security; create policy tenant_only on usage_event_keys using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table usage_events enable row level security; create policy tenant_only on usage_events using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table usage_returns enable row level security; create policy tenant_only on usage_returns using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table usage_unique_values enable row level security; create policy tenant_only on usage_unique_values using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table wallet_movements enable row level security; create policy tenant_only on wallet_movements using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table wallet_top_ups enable row level security; create policy tenant_only on wallet_top_ups using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table wallets enable row level security; create policy tenant_only on wallets using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));
alter table webhook_inbox enable row level security; create policy tenant_only on webhook_inbox using (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text))) with check (((current_tenant() = tenant_id) OR (current_tenant() = '*'::text)));

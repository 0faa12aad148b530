-- Why: the usage of an ended stretch can wait for events that come late before it is billed; what comes later still is put on the next
--   invoice, or credited and billed anew; a voided invoice gives back the usage that it billed; and what is refunded and what is credited
--   are bounded together.
-- Locks: tenants and usage_billings for the moment that the columns take (no row is rewritten); refunds, credit_note_lines and
--   invoice_lines for the moment that a trigger takes.
-- Old code: runs on it. It bills usage at once, as it did; a billing without what it charged by itself counts as it did, too.

alter table tenants
  -- How long the usage of an ended stretch waits for what comes late.
  add column usage_grace_hours integer not null default 0 check (usage_grace_hours between 0 and 744),
  -- What becomes of usage that comes later still, or is corrected after its invoice.
  add column late_usage text not null default 'adjust_next_invoice' check (late_usage in ('adjust_next_invoice', 'credit_and_reissue'));

alter table usage_billings
  -- A stretch in which nothing was used that costs anything is billed by no invoice.
  alter column invoice_id drop not null,
  -- What the row charged by itself, unrounded; null for rows of before, of which it is what `exact` grew by.
  add column billed numeric;

-- Billings that were taken back: their invoice was voided, or credited and issued anew. What they billed counts as not billed.
create table usage_returns (
  billing_id bigint primary key references usage_billings,
  tenant_id text not null references tenants,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now()
);
alter table usage_returns enable row level security;
create policy tenant_only on usage_returns using (current_tenant() in (tenant_id, '*')) with check (current_tenant() in (tenant_id, '*'));
create trigger usage_returns_frozen before update or delete on usage_returns for each row execute function refuse_change();

-- As before; a billing that was taken back says nothing any more.
create or replace function usage_state(of_customer text, of_meters text[], at timestamptz, writer xid8) returns text language sql stable
return (
  select case when bool_or(covered and not counted) then 'late' when bool_and(counted) then 'billed' else 'pending' end
  from (
    select count(b.id) > 0 as covered, coalesce(bool_or(pg_visible_in_snapshot(writer, b.counted)), false) as counted
    from unnest(of_meters) as m(id)
    left join usage_billings b on b.customer_id = of_customer and b.meter_id = m.id and b.starts_at <= at and at < b.ends_at
      and not exists (select from usage_returns r where r.billing_id = b.id)
    group by m.id
  ) per_meter);

-- No invoice gives back more than it charged, by refunds, credit notes and credit lines of later invoices together, except what each part
-- may be rounded up by. A refund and a
-- cancellation with credit read what the other has given, and neither sees what the other is about to give: so it is counted at the commit,
-- one after the other. The lock is one that nobody holds while waiting for another: it is taken last, and only here.
create function given_back_within_charge(charged_invoice text) returns void language plpgsql as $$
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
end $$;
create function refund_within_charge() returns trigger language plpgsql as $$
begin
  perform given_back_within_charge((select invoice_id from payments where id = new.payment_id));
  return null;
end $$;
create constraint trigger refunds_within_charge after insert on refunds deferrable initially deferred
  for each row execute function refund_within_charge();
create function line_within_charge() returns trigger language plpgsql as $$
begin
  perform given_back_within_charge((select invoice_id from invoice_lines where id = new.credits_line_id));
  return null;
end $$;
create constraint trigger invoice_lines_given_back after insert on invoice_lines deferrable initially deferred
  for each row when (new.credits_line_id is not null) execute function line_within_charge();
create function note_given_back() returns trigger language plpgsql as $$
begin
  perform given_back_within_charge(new.invoice_id);
  return null;
end $$;
create constraint trigger credit_notes_given_back after insert on credit_notes deferrable initially deferred
  for each row execute function note_given_back();

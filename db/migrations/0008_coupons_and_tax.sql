-- Why: coupons lower invoices and tax is part of them, so that lines and totals say what was taken off and what is owed to a tax office;
--   customers have billing details, tenants say how they tax.
-- Locks: invoices and invoice_lines are written anew once, for two columns that follow from others (about a second for a million rows);
--   the other columns have constant defaults.
-- Old code: runs on it. It writes lines without discount and tax, of which `net` is the amount and `subtotal` the total; it knows nothing of
--   coupons and tax settings, which nobody has before this release.

-- A coupon that customers may redeem. What it takes off is CouponTerms of domain/discount/coupon.ts; redemption copies the terms.
create table coupons (
  id text primary key,
  tenant_id text not null references tenants,
  terms jsonb not null,
  -- Counted under the lock of this row, by redeem_coupon.
  redemptions bigint not null default 0,
  redemptions_max bigint,
  -- From then on nobody can redeem it; what is attached goes on.
  archived_at timestamptz,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  check (redemptions >= 0 and redemptions <= redemptions_max)
);
create index coupons_page on coupons (tenant_id, id);

-- What customers type to redeem a coupon. Compared in upper case.
create table coupon_codes (
  id text primary key,
  tenant_id text not null references tenants,
  coupon_id text not null references coupons,
  code text not null check (code = upper(code)),
  redeem_by timestamptz,
  redemptions bigint not null default 0,
  redemptions_max bigint,
  -- The only customer who may type it; null: anybody.
  customer_id text references customers,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  unique (tenant_id, code),
  check (redemptions >= 0 and redemptions <= redemptions_max)
);
create index coupon_codes_page on coupon_codes (tenant_id, id);
create index coupon_codes_of_coupon on coupon_codes (coupon_id, id);

-- A coupon that was redeemed: for one subscription, or (without one) for all of the customer's.
create table coupon_attachments (
  id text primary key,
  tenant_id text not null references tenants,
  coupon_id text not null references coupons,
  code text,
  customer_id text not null references customers,
  subscription_id text references subscriptions,
  -- As they were when it was redeemed.
  terms jsonb not null,
  -- What it has done so far, by subscription: CouponUse of domain/discount/attached.ts.
  uses jsonb not null default '{}',
  attached_at timestamptz not null,
  -- Those of one instant apply in the order in which they were redeemed.
  place bigint not null generated always as identity,
  detached_at timestamptz,
  recorded_at timestamptz not null default now()
);
create index coupon_attachments_page on coupon_attachments (tenant_id, id);
create index coupon_attachments_in_force on coupon_attachments (customer_id) where detached_at is null;
create index coupon_attachments_of_coupon on coupon_attachments (coupon_id, customer_id);
-- Twice the same coupon would take twice as much off; when it was detached, it may be redeemed again as its caps allow.
create unique index coupon_attachments_once on coupon_attachments (customer_id, coupon_id, coalesce(subscription_id, '')) where detached_at is null;

-- Redeems a coupon, or undoes the whole when its last place was taken meanwhile. Whoever calls has checked the rules by what they read
-- (domain/discount/redeem.ts); here the counts are checked again, under the lock of the coupon, since each statement of a function sees
-- what others have committed before it.
create function redeem_coupon(tenant text, attachment text, coupon text, typed text, customer text, subscription text, copied jsonb, at timestamptz)
returns boolean language plpgsql as $$
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
end $$;

-- How a tenant taxes: TaxSettings of domain/tax/settings.ts. Null: not at all.
alter table tenants add column tax jsonb;
-- What a product is for tax, such as `standard` or `electronic_publication`: a category of tax_rates.
alter table products add column tax_category text not null default 'standard';

-- Who the customer is for an invoice and for its tax: legal name, address, language, tax numbers, exemptions, evidence of their place
-- (domain/customer/billing-details.ts). Null: nothing is known.
alter table customers add column billing jsonb;
-- The last check of the customer's first tax number: TaxNumberCheck of domain/tax/tax-number.ts.
alter table customers add column tax_check jsonb;
-- When the register of tax numbers is to be asked; null: it has answered, or there is nothing to ask.
alter table customers add column tax_check_due timestamptz;
create index customers_tax_check_due on customers (tax_check_due) where tax_check_due is not null;

-- Every answer of a register, with its receipt: proof of good faith when a number turns out to be wrong later.
create table tax_number_checks (
  id text primary key,
  tenant_id text not null references tenants,
  customer_id text not null references customers,
  country text not null,
  number text not null,
  digits text not null check (digits in ('valid', 'invalid', 'unchecked')),
  register text not null check (register in ('valid', 'invalid', 'unknown')),
  consultation text,
  -- Why the register did not say, in its own word.
  obstacle text,
  checked_at timestamptz not null,
  recorded_at timestamptz not null default now()
);
create index tax_number_checks_page on tax_number_checks (tenant_id, id);
create index tax_number_checks_of_customer on tax_number_checks (customer_id, id);
create trigger tax_number_checks_frozen before update or delete on tax_number_checks for each row execute function refuse_change();

-- Rates by the day of supply: `valid_from` is the first day, `valid_to` the first day no more. Rows without a tenant hold for all of them; a
-- tenant's own row stands above them. Days with no length (both the same) are how a row that was wrong is taken out.
create table tax_rates (
  id text primary key,
  tenant_id text references tenants,
  country text not null check (country ~ '^[A-Z]{2}$'),
  region text,
  category text not null,
  percent numeric not null check (percent >= 0 and percent <= 100),
  valid_from date not null,
  valid_to date check (valid_to >= valid_from),
  source text not null,
  recorded_at timestamptz not null default now(),
  check (region is null or region like country || '-%')
);
create unique index tax_rates_begin on tax_rates (coalesce(tenant_id, ''), country, coalesce(region, ''), category, valid_from)
  where valid_to is null or valid_to > valid_from;
create index tax_rates_of_country on tax_rates (country);
create index tax_rates_page on tax_rates (tenant_id, id);

-- Seeded from `sales-tax` 2.23.0. Its dates are instants of midnight in Europe, taken to the day that they begin; the Romanian one is a day
-- late there (Law 141/2025 holds from 1 August). Rates of states and provinces are with their country's, since a line has one rate. The five
-- states of the United States without a sales tax have 0.
insert into tax_rates (id, country, region, category, percent, valid_from, valid_to, source)
select 'txr_0000000000000000000' || lpad(row_number() over (order by country, region nulls first, valid_from)::text, 7, '0'),
  country, region, 'standard', percent, valid_from::date, valid_to::date, 'sales-tax 2.23.0'
from (values
  ('AD', null, 4.5, '1970-01-01', null), ('AE', null, 5, '1970-01-01', null), ('AI', null, 13, '1970-01-01', null),
  ('AL', null, 20, '1970-01-01', null), ('AM', null, 20, '1970-01-01', null), ('AO', null, 14, '1970-01-01', null),
  ('AR', null, 21, '1970-01-01', null), ('AT', null, 20, '1970-01-01', null), ('AU', null, 10, '1970-01-01', null),
  ('AW', null, 0, '1970-01-01', '2023-01-01'), ('AW', null, 12.5, '2023-01-01', null), ('AZ', null, 18, '1970-01-01', null),
  ('BA', null, 17, '1970-01-01', null), ('BB', null, 17.5, '1970-01-01', null), ('BE', null, 21, '1970-01-01', null),
  ('BG', null, 20, '1970-01-01', null), ('BH', null, 5, '1970-01-01', null), ('BO', null, 14.94, '1970-01-01', null),
  ('BR', null, 17, '1970-01-01', null), ('BS', null, 12, '1970-01-01', null), ('BW', null, 14, '1970-01-01', '2022-08-01'),
  ('BW', null, 12, '2022-08-01', '2023-02-01'), ('BW', null, 14, '2023-02-01', null), ('BY', null, 20, '1970-01-01', null),
  ('CA', null, 5, '1970-01-01', null), ('CA', 'CA-BC', 12, '1970-01-01', null), ('CA', 'CA-MB', 12, '1970-01-01', null),
  ('CA', 'CA-NB', 15, '1970-01-01', null), ('CA', 'CA-NL', 15, '1970-01-01', null), ('CA', 'CA-NS', 15, '1970-01-01', '2025-04-01'),
  ('CA', 'CA-NS', 14, '2025-04-01', null), ('CA', 'CA-ON', 13, '1970-01-01', null), ('CA', 'CA-PE', 15, '1970-01-01', null),
  ('CA', 'CA-QC', 14.975, '1970-01-01', null), ('CA', 'CA-SK', 11, '1970-01-01', null), ('CH', null, 7.7, '1970-01-01', '2024-01-01'),
  ('CH', null, 8.1, '2024-01-01', null), ('CL', null, 19, '1970-01-01', null), ('CN', null, 13, '1970-01-01', null),
  ('CO', null, 19, '1970-01-01', null), ('CR', null, 13, '1970-01-01', null), ('CW', null, 6, '1970-01-01', null),
  ('CY', null, 19, '1970-01-01', null), ('CZ', null, 21, '1970-01-01', null), ('DE', null, 19, '1970-01-01', '2020-07-01'),
  ('DE', null, 16, '2020-07-01', '2021-01-01'), ('DE', null, 19, '2021-01-01', null), ('DK', null, 25, '1970-01-01', null),
  ('DO', null, 18, '1970-01-01', null), ('DZ', null, 19, '1970-01-01', null), ('EC', null, 12, '1970-01-01', null),
  ('EE', null, 20, '1970-01-01', '2024-01-01'), ('EE', null, 22, '2024-01-01', '2025-07-01'), ('EE', null, 24, '2025-07-01', null),
  ('EG', null, 14, '1970-01-01', null), ('ER', null, 5, '1970-01-01', null), ('ES', null, 21, '1970-01-01', null),
  ('ES', 'ES-CE', 0, '1970-01-01', null), ('ES', 'ES-GC', 7, '1970-01-01', null), ('ES', 'ES-ML', 0, '1970-01-01', null),
  ('ES', 'ES-TF', 7, '1970-01-01', null), ('FI', null, 24, '1970-01-01', '2024-09-01'), ('FI', null, 25.5, '2024-09-01', null),
  ('FR', null, 20, '1970-01-01', null), ('GB', null, 20, '1970-01-01', null), ('GE', null, 18, '1970-01-01', null),
  ('GH', null, 15, '1970-01-01', null), ('GR', null, 24, '1970-01-01', null), ('GT', null, 12, '1970-01-01', null),
  ('HN', null, 15, '1970-01-01', null), ('HR', null, 25, '1970-01-01', null), ('HU', null, 27, '1970-01-01', null),
  ('ID', null, 11, '1970-01-01', null), ('IE', null, 23, '1970-01-01', '2020-09-01'), ('IE', null, 21, '2020-09-01', '2021-03-01'),
  ('IE', null, 23, '2021-03-01', null), ('IL', null, 17, '1970-01-01', '2025-01-01'), ('IL', null, 18, '2025-01-01', null),
  ('IM', null, 20, '1970-01-01', null), ('IN', null, 18, '1970-01-01', null), ('IS', null, 24, '1970-01-01', null),
  ('IT', null, 22, '1970-01-01', null), ('JE', null, 5, '1970-01-01', null), ('JO', null, 16, '1970-01-01', null),
  ('JP', null, 10, '1970-01-01', null), ('KE', null, 16, '1970-01-01', null), ('KR', null, 10, '1970-01-01', null),
  ('KW', null, 5, '1970-01-01', null), ('KZ', null, 12, '1970-01-01', null), ('LB', null, 11, '1970-01-01', null),
  ('LC', null, 12.5, '1970-01-01', null), ('LI', null, 7.7, '1970-01-01', null), ('LK', null, 12, '1970-01-01', null),
  ('LT', null, 21, '1970-01-01', null), ('LU', null, 17, '1970-01-01', '2023-01-01'), ('LU', null, 16, '2023-01-01', '2024-01-01'),
  ('LU', null, 17, '2024-01-01', null), ('LV', null, 21, '1970-01-01', null), ('MA', null, 20, '1970-01-01', null),
  ('MC', null, 20, '1970-01-01', null), ('MD', null, 20, '1970-01-01', null), ('MG', null, 20, '1970-01-01', null),
  ('MK', null, 18, '1970-01-01', null), ('MM', null, 5, '1970-01-01', null), ('MN', null, 10, '1970-01-01', null),
  ('MT', null, 18, '1970-01-01', null), ('MU', null, 15, '1970-01-01', null), ('MV', null, 6, '1970-01-01', '2023-01-01'),
  ('MV', null, 8, '2023-01-01', null), ('MX', null, 16, '1970-01-01', null), ('MY', null, 10, '1970-01-01', null),
  ('NA', null, 15, '1970-01-01', null), ('NG', null, 7.5, '1970-01-01', null), ('NI', null, 15, '1970-01-01', null),
  ('NL', null, 21, '1970-01-01', null), ('NO', null, 25, '1970-01-01', null), ('NZ', null, 15, '1970-01-01', null),
  ('OM', null, 5, '1970-01-01', null), ('PA', null, 7, '1970-01-01', null), ('PE', null, 18, '1970-01-01', null),
  ('PG', null, 10, '1970-01-01', null), ('PH', null, 12, '1970-01-01', null), ('PK', null, 17, '1970-01-01', null),
  ('PL', null, 23, '1970-01-01', null), ('PR', null, 11.5, '1970-01-01', null), ('PT', null, 23, '1970-01-01', null),
  ('PY', null, 10, '1970-01-01', null), ('QA', null, 5, '1970-01-01', null), ('RO', null, 19, '1970-01-01', '2025-08-01'),
  ('RO', null, 21, '2025-08-01', null), ('RS', null, 20, '1970-01-01', null), ('RU', null, 20, '1970-01-01', null),
  ('RW', null, 18, '1970-01-01', null), ('SA', null, 15, '1970-01-01', null), ('SC', null, 15, '1970-01-01', null),
  ('SE', null, 25, '1970-01-01', null), ('SG', null, 7, '1970-01-01', '2023-01-01'), ('SG', null, 8, '2023-01-01', '2024-01-01'),
  ('SG', null, 9, '2024-01-01', null), ('SI', null, 22, '1970-01-01', null), ('SK', null, 20, '1970-01-01', '2025-01-01'),
  ('SK', null, 23, '2025-01-01', null), ('SR', null, 10, '1970-01-01', '2023-01-01'), ('SR', null, 15, '2023-01-01', null),
  ('SV', null, 13, '1970-01-01', null), ('TH', null, 7, '1970-01-01', '2023-09-01'), ('TH', null, 10, '2023-09-01', null),
  ('TN', null, 19, '1970-01-01', null), ('TR', null, 20, '1970-01-01', null), ('TT', null, 12.5, '1970-01-01', null),
  ('TW', null, 5, '1970-01-01', null), ('TZ', null, 18, '1970-01-01', null), ('UA', null, 20, '1970-01-01', null),
  ('UG', null, 18, '1970-01-01', null), ('US', 'US-AK', 0, '1970-01-01', null), ('US', 'US-AL', 4, '1970-01-01', null),
  ('US', 'US-AR', 6, '1970-01-01', null), ('US', 'US-AZ', 6.6, '1970-01-01', null), ('US', 'US-CA', 8.25, '1970-01-01', null),
  ('US', 'US-CO', 2.9, '1970-01-01', null), ('US', 'US-CT', 6, '1970-01-01', null), ('US', 'US-DC', 6, '1970-01-01', null),
  ('US', 'US-DE', 0, '1970-01-01', null), ('US', 'US-FL', 6, '1970-01-01', null), ('US', 'US-GA', 4, '1970-01-01', null),
  ('US', 'US-HI', 4, '1970-01-01', null), ('US', 'US-IA', 6, '1970-01-01', null), ('US', 'US-ID', 6, '1970-01-01', null),
  ('US', 'US-IL', 6.25, '1970-01-01', null), ('US', 'US-IN', 7, '1970-01-01', null), ('US', 'US-KS', 6.5, '1970-01-01', null),
  ('US', 'US-KY', 6, '1970-01-01', null), ('US', 'US-LA', 4, '1970-01-01', null), ('US', 'US-MA', 6.25, '1970-01-01', null),
  ('US', 'US-MD', 6, '1970-01-01', null), ('US', 'US-ME', 5, '1970-01-01', null), ('US', 'US-MI', 6, '1970-01-01', null),
  ('US', 'US-MN', 6.875, '1970-01-01', null), ('US', 'US-MO', 4.225, '1970-01-01', null), ('US', 'US-MS', 7, '1970-01-01', null),
  ('US', 'US-MT', 0, '1970-01-01', null), ('US', 'US-NC', 5.75, '1970-01-01', null), ('US', 'US-ND', 5, '1970-01-01', null),
  ('US', 'US-NE', 5.5, '1970-01-01', null), ('US', 'US-NH', 0, '1970-01-01', null), ('US', 'US-NJ', 7, '1970-01-01', null),
  ('US', 'US-NM', 5, '1970-01-01', null), ('US', 'US-NV', 6.85, '1970-01-01', null), ('US', 'US-NY', 4, '1970-01-01', null),
  ('US', 'US-OH', 5.5, '1970-01-01', null), ('US', 'US-OK', 4.5, '1970-01-01', null), ('US', 'US-OR', 0, '1970-01-01', null),
  ('US', 'US-PA', 6, '1970-01-01', null), ('US', 'US-RI', 7, '1970-01-01', null), ('US', 'US-SC', 6, '1970-01-01', null),
  ('US', 'US-SD', 4, '1970-01-01', null), ('US', 'US-TN', 7, '1970-01-01', null), ('US', 'US-TX', 6.25, '1970-01-01', null),
  ('US', 'US-UT', 5.95, '1970-01-01', null), ('US', 'US-VA', 5, '1970-01-01', null), ('US', 'US-VT', 6, '1970-01-01', null),
  ('US', 'US-WA', 6.5, '1970-01-01', null), ('US', 'US-WI', 5, '1970-01-01', null), ('US', 'US-WV', 6, '1970-01-01', null),
  ('US', 'US-WY', 4, '1970-01-01', null), ('UY', null, 22, '1970-01-01', null), ('UZ', null, 15, '1970-01-01', '2023-01-01'),
  ('UZ', null, 12, '2023-01-01', null), ('VE', null, 16, '1970-01-01', null), ('VN', null, 10, '1970-01-01', null),
  ('XK', null, 18, '1970-01-01', null), ('ZA', null, 15, '1970-01-01', null), ('ZM', null, 16, '1970-01-01', null),
  ('ZW', null, 15, '1970-01-01', null)
) as seeded(country, region, percent, valid_from, valid_to);

-- What coupons took off and what is taxed. total = subtotal − discount_total + tax_added.
alter table invoices
  add column discount_total numeric not null default 0,
  -- On top of the lines.
  add column tax_added numeric not null default 0,
  -- Within the lines.
  add column tax_included numeric not null default 0,
  -- What each coupon took off (CouponApplication of domain/discount/discount-lines.ts); null for none.
  add column discounts jsonb,
  -- Rows of the tax summary and what they rest on (InvoiceTaxes of domain/invoice/invoice-taxes.ts); null where nothing is taxed.
  add column taxes jsonb,
  -- The sum of the lines as they are priced.
  add column subtotal numeric not null generated always as (total + discount_total - tax_added) stored;
alter table invoice_lines
  -- Of the amount; below zero on a credit, which takes its part of the discount back.
  add column discount numeric not null default 0,
  add column tax numeric not null default 0,
  add column tax_included boolean not null default false,
  -- What the seller earns: without discount and without tax. Revenue is booked by it.
  add column net numeric not null generated always as (amount - discount - case when tax_included then tax else 0 end) stored,
  add check (discount = 0 or (discount > 0 and discount <= amount) or (discount < 0 and discount >= amount));

do $$
declare name text;
begin
  foreach name in array array['coupons', 'coupon_codes', 'coupon_attachments', 'tax_number_checks']
  loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy tenant_only on %I using (current_tenant() in (tenant_id, ''*'')) with check (current_tenant() in (tenant_id, ''*''))', name);
  end loop;
end $$;
alter table tax_rates enable row level security;
create policy tenant_only on tax_rates using (tenant_id is null or current_tenant() in (tenant_id, '*'))
  with check (current_tenant() in (tenant_id, '*'));

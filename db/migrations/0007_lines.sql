-- Why: lines say what they belong to (coupons and reports are limited by plan, product and meter), and there are more kinds of them.
-- Locks: alters invoice_lines without rewriting it; the new check reads its rows once while writers of invoices wait.
-- Old code: runs on it; it names no new column and writes no new kind.

alter table invoice_lines
  -- What the line belongs to; null for rows of before, and where it belongs to none.
  add column plan_id text,
  add column product_id text,
  add column meter_id text references meters,
  -- A limit of the plan is no price's.
  alter column price_id drop not null,
  drop constraint invoice_lines_kind_check,
  add constraint invoice_lines_kind_check check (kind in ('recurring', 'one_off', 'proration_charge', 'proration_credit', 'usage',
    'usage_adjustment', 'add_on', 'minimum', 'cap'));

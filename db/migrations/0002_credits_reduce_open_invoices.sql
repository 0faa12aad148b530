-- Why: a credit used to go to the customer's balance although the invoice that it credits was still open, and stayed there when that
--   invoice was never paid. A credit now reduces the open invoice first.
-- Locks: invoices, for the moment that the two columns and the check take: the check is not proven for the rows that stand, which the old
--   one has proven (both columns are zero there).
-- Old code: runs on it, since both columns are zero in what it writes. It would read an invoice that was reduced correctly, too: only
--   `amount_due` counts for a payment.

-- What later credits took off what this invoice asks for, while it was open.
alter table invoices add column credit_received numeric not null default 0 check (credit_received >= 0);
-- What the credit lines of this invoice took off older ones: it is asked for here, because there it is not any more.
alter table invoices add column credit_given numeric not null default 0 check (credit_given >= 0);

alter table invoices drop constraint invoices_check1;
alter table invoices add constraint invoices_amount_due_explained
  check (amount_due = total + credit_given - credit_received - balance_applied - carried_over) not valid;

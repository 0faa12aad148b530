-- Why: a customer may want one invoice for all subscriptions that renew at the same instant. Each line names its own subscription already; the
--   invoice names the one that collects it.
-- Locks: customers, for the moment that a column takes; no row is rewritten.
-- Old code: runs on it as long as nobody wants such invoices. It cannot fold the facts that go with them, so all workers must be of this
--   release before the first customer says so.

-- One invoice for the subscriptions of the same currency and payment method whose periods end together.
alter table customers add column consolidate_invoices boolean not null default false;

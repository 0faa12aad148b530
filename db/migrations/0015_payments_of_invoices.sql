-- Why: how often an invoice's payment was canceled is counted whenever it is collected or settled, and the indexes by invoice leave canceled
--   payments out: each count read the whole table.
-- Locks: writes to payments wait while the index is built, over the few that are canceled.
-- Old code: runs on it.

create index payments_canceled on payments (invoice_id) where status = 'canceled';

-- Why: two customers can hold one card, and the card networks count the card. One try at a time per payment method let two customers'
--   tries of one card run side by side, so that it was declined twice a day. The index keeps its name: the code knows it by that.
-- Locks: payments against writes while the index is built over it (one scan). On a table that is too large for that, create the index by
--   hand under another name with `create unique index concurrently` and rename it when the old one is dropped.
-- Old code: runs on it, and keeps to the new rule without knowing it.

-- Two tries of one card that are under way at this moment keep going: only the first keeps the card's name, the other is named by its
-- payment method when its outcome is recorded.
update payments p set attempt_fingerprint = null
where p.attempt_begun is not null and p.status <> 'canceled' and exists (
  select from payments q where q.tenant_id = p.tenant_id and q.attempt_fingerprint = p.attempt_fingerprint and q.id < p.id
    and q.attempt_begun is not null and q.status <> 'canceled');

drop index payments_one_try;
-- One try of a card at a time, over all invoices and customers of the tenant: the next one knows how it ended, and keeps to one decline a day.
create unique index payments_one_try on payments (tenant_id, attempt_fingerprint)
  where attempt_begun is not null and status not in ('canceled');

-- How often a card was declined since an instant, as it is when the function is called: a statement that had to wait for another try of
-- the card counts that try too, which it cannot see in its own snapshot. Therefore volatile, and plpgsql.
create function card_declines(of_tenant text, card text, since timestamptz) returns bigint language plpgsql volatile as $$
begin
  return (select count(*) from payment_attempts a
    where a.tenant_id = of_tenant and a.fingerprint = card and a.outcome = 'declined' and a.occurred_at > since);
end $$;

/** Tries of payment: what the card networks and the provider ask of us. */
import type { Rule } from './rule';

export const paymentRules: readonly Rule[] = [
  {
    rule: 'a card is not declined more than 15 times in any 30 days',
    rows: `
select a.payment_id, a.number, a.fingerprint, a.occurred_at, count(*) from payment_attempts a
join payment_attempts b on b.tenant_id = a.tenant_id and b.fingerprint = a.fingerprint and b.outcome = 'declined'
  and b.occurred_at <= a.occurred_at and b.occurred_at > a.occurred_at - interval '30 days'
where a.tenant_id = $1 and a.outcome = 'declined' group by a.payment_id, a.number having count(*) > 15`,
  },
  {
    rule: 'a card is not tried within 24 hours of a decline unless its customer acted meanwhile',
    rows: `
select a.payment_id, a.number, a.fingerprint, a.occurred_at, d.occurred_at as declined_at
from payment_attempts a join payments p on p.id = a.payment_id
join payment_attempts d on d.tenant_id = a.tenant_id and d.fingerprint = a.fingerprint and d.outcome = 'declined'
  and d.occurred_at > a.occurred_at - interval '24 hours' and d.recorded_at < a.recorded_at
  and (d.payment_id, d.number) <> (a.payment_id, a.number)
where a.tenant_id = $1 and not a.customer_present
  -- A debit that was under way came to its end: that is no new try.
  and not exists (select from payment_attempts w where w.payment_id = a.payment_id and w.number = a.number - 1 and w.outcome = 'processing')
  and not exists (select from events e where e.tenant_id = a.tenant_id and e.type = 'payment_method.attached'
    and e.customer_id = p.customer_id and e.recorded_at > d.recorded_at and e.recorded_at <= a.recorded_at)
  and not exists (select from audit_log g where g.tenant_id = a.tenant_id and g.subject_id = p.subscription_id
    and g.action = 'retryPayment' and g.actor = 'customer' and g.outcome = 'applied'
    and g.recorded_at > d.recorded_at and g.recorded_at <= a.recorded_at)`,
  },
  {
    rule: 'a card that must never be tried again is not',
    rows: `
select a.payment_id, a.number, a.payment_method_id, d.payment_id as declined_payment
from payment_attempts a join payment_attempts d on d.tenant_id = a.tenant_id and d.payment_method_id = a.payment_method_id
  and d.decline->>'class' = 'never' and d.recorded_at < a.recorded_at
where a.tenant_id = $1`,
  },
  {
    // A payment that was canceled and made anew counts on from the tries before it.
    rule: 'tries of a payment are numbered without gaps, and none is left begun',
    rows: `
select p.id, p.status, p.attempts, p.attempt_begun, count(a.number) as tries from payments p
left join payment_attempts a on a.payment_id = p.id
where p.tenant_id = $1 group by p.id
having count(a.number) <> coalesce(max(a.number) - min(a.number) + 1, 0) or coalesce(max(a.number), p.attempts) <> p.attempts
  or p.attempt_begun is not null`,
  },
];

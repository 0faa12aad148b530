/** Subscriptions: row and state, facts in order, nothing that waits for ever. */
import type { Rule } from './rule';

export const subscriptionRules: readonly Rule[] = [
  {
    rule: 'the columns of a subscription say what its state says',
    rows: `
select id, status, state from subscriptions where tenant_id = $1 and (
  status <> state->>'status' or plan_id <> state->'terms'->>'planId' or plan_version::text <> state->'terms'->>'planVersion'
  or quantity::text <> state->'terms'->>'quantity'
  or (extract(epoch from current_period_start) * 1000)::bigint is distinct from (state->'period'->>'start')::bigint
  or (extract(epoch from current_period_end) * 1000)::bigint is distinct from (state->'period'->>'end')::bigint
  or (extract(epoch from cancel_at) * 1000)::bigint is distinct from (state->>'cancelAt')::bigint
  or (extract(epoch from trial_end) * 1000)::bigint is distinct from (state->>'trialEnd')::bigint
  or attention is distinct from state->>'attention')`,
  },
  {
    rule: 'the facts of a subscription have their order without holes',
    rows: `
select s.id, s.state->>'seq' as seq, count(e.id) as facts, max(e.fact_seq) as last from subscriptions s
left join events e on e.subscription_id = s.id and e.fact_seq is not null
where s.tenant_id = $1 group by s.id
having count(e.id) <> (s.state->>'seq')::integer or coalesce(max(e.fact_seq), 0) <> (s.state->>'seq')::integer`,
  },
  {
    rule: 'no subscription needs a person',
    rows: `select id, attention from subscriptions where tenant_id = $1 and attention is not null`,
  },
  {
    rule: 'a subscription that is served has something planned',
    rows: `
select id, status, state from subscriptions
where tenant_id = $1 and status in ('pending', 'incomplete', 'trialing', 'active', 'past_due') and next_due_at is null`,
  },
  {
    rule: 'on a clock that stands, nothing is due any more',
    rows: `
select s.id, s.status, s.next_due_at, c.now from subscriptions s join test_clocks c on c.id = s.test_clock_id and c.status = 'ready'
where s.tenant_id = $1 and s.next_due_at <= c.now`,
  },
  {
    rule: 'the invoices that a subscription collects are the open ones',
    rows: `
with collected as (
  select s.id as subscription_id, q.id from subscriptions s,
    jsonb_array_elements_text(jsonb_build_array(s.state->'collection'->'invoiceId') || (s.state->'collection'->'queue')) q(id)
  where s.tenant_id = $1 and jsonb_typeof(s.state->'collection') = 'object'
), open_ones as (
  -- Top-ups are collected by themselves.
  select subscription_id, id from invoices where tenant_id = $1 and status = 'open' and wallet_id is null
)
select coalesce(c.id, o.id) as invoice, c.subscription_id as collected_by, o.subscription_id as open_of
from collected c full join open_ones o on o.id = c.id where c.id is null or o.id is null`,
  },
  {
    rule: 'an active subscription owes nothing that was declined',
    rows: `
select id, state->'collection' as collection from subscriptions
where tenant_id = $1 and status = 'active' and state->'collection'->>'firstFailureAt' is not null`,
  },
];

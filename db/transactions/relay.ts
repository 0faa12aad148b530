/**
 * What waits to be delivered. Claiming a row moves its next try away, so that several relays do not send it at the same time and a
 * relay that dies loses nothing.
 */
import { subscriptionWorkflowId, topUpWorkflowId } from '../../domain/ids';
import type { Queryable, Statement } from '../pool';

export interface OutboxRow {
  readonly id: string;
  readonly kind:
    'start_subscription' | 'start_refund' | 'start_top_up' | 'start_plan_migration' | 'start_settlement' | 'signal';
  readonly workflowId: string;
  readonly payload: unknown;
  readonly attempts: number;
}

/** So many rows a round: a round stays short, so that a stop is quick. */
const roundRowsMax = 50;

// The wait doubles with each try, up to about ten minutes.
const claimOutboxStatement: Statement = {
  name: 'outbox_claim',
  text: `
update outbox o set attempts = o.attempts + 1, retry_at = now() + make_interval(secs => least(600, 2 ^ least(o.attempts + 1, 10)))
from (select id from outbox where delivered_at is null and retry_at <= now() order by id limit $1 for update skip locked) n
where o.id = n.id
returning o.id, o.kind, o.workflow_id, o.payload, o.attempts`,
};

export async function claimOutbox(db: Queryable): Promise<OutboxRow[]> {
  const rows = await db.query(claimOutboxStatement, [roundRowsMax]);
  return rows
    .map((row) => ({
      id: row['id'],
      kind: row['kind'],
      workflowId: row['workflow_id'],
      payload: row['payload'],
      attempts: row['attempts'],
    }))
    .sort((left, right) => (BigInt(left.id) < BigInt(right.id) ? -1 : 1));
}

const closeOutboxStatement: Statement = {
  name: 'outbox_close',
  text: 'update outbox set delivered_at = coalesce(delivered_at, now()) where id = $1',
};

export async function closeOutbox(db: Queryable, id: string): Promise<void> {
  await db.query(closeOutboxStatement, [id]);
}

export interface InboxRow {
  readonly provider: string;
  readonly eventId: string;
  readonly type: string;
  readonly tenantId: string | null;
  /** The workflow of the subscription or top-up that the payment belongs to; null when no payment of ours is meant. */
  readonly workflowId: string | null;
  readonly refundId: string | null;
  /** A dispute of a payment of ours. */
  readonly dispute: { readonly paymentId: string; readonly providerRef: string } | null;
}

// A payment with an attempt under way is left to its worker for a minute: most webhooks arrive before the answer is recorded.
// So is a refund that we asked for and whose id we do not know yet: told too early, its failure would reach nobody.
// What we know already needs no signal, so the steady cycle costs none.
const claimInboxStatement: Statement = {
  name: 'inbox_claim',
  text: `
with picked as (
  select provider, event_id, type, subject_kind, subject_ref, payment_ref, attempts, occurred_at
  from webhook_inbox where status = 'pending' and retry_at <= now() order by retry_at limit $1 for update skip locked
), decided as (
  select c.*, coalesce(p.tenant_id, r.tenant_id) as owner, p.subscription_id, r.id as refund_id, p.id as payment_id, u.id as top_up_id,
    case
      when p.id is not null and p.attempt_begun is not null and p.attempt_begun_at is not null and c.attempts < 5 then 'wait'
      when c.subject_kind = 'refund' and r.id is null and c.attempts < 5
        and exists (select from refunds q where q.payment_id = p.id and q.provider_ref is null and q.status = 'requested') then 'wait'
      when c.type = 'payment_intent.succeeded' and p.status = 'succeeded' then 'known'
      when c.type in ('payment_intent.payment_failed', 'payment_intent.requires_action') and p.status = 'succeeded' then 'known'
      when c.type = 'payment_intent.canceled' and p.status = 'canceled' then 'known'
      else 'tell'
    end as decision
  from picked c
  left join payments p on p.rail = c.provider and p.provider_ref = coalesce(case when c.subject_kind = 'payment' then c.subject_ref end, c.payment_ref)
  left join wallet_top_ups u on p.subscription_id is null and u.invoice_id = p.invoice_id
  left join refunds r on c.subject_kind = 'refund' and r.provider_ref = c.subject_ref
), moved as (
  update webhook_inbox i set attempts = i.attempts + 1, tenant_id = coalesce(i.tenant_id, d.owner),
    status = case when d.decision = 'known' then 'processed' else i.status end,
    retry_at = now() + make_interval(secs => least(600, 2 ^ least(i.attempts + 1, 10)))
  from decided d where i.provider = d.provider and i.event_id = d.event_id
)
select provider, event_id, type, owner as tenant_id, subscription_id, refund_id, payment_id, top_up_id, subject_kind, subject_ref, decision
from decided order by occurred_at, event_id`,
};

function disputeOf(row: Record<string, unknown>): InboxRow['dispute'] {
  const { payment_id: paymentId, subject_kind: kind, subject_ref: providerRef } = row;
  if (kind !== 'dispute' || typeof paymentId !== 'string' || typeof providerRef !== 'string') return null;
  return { paymentId, providerRef };
}

/** The workflow that owns the payment: its subscription's, or the top-up's. */
function workflowOf(row: Record<string, unknown>): string | null {
  const { tenant_id: tenantId, subscription_id: subscriptionId, top_up_id: topUpId } = row;
  if (typeof tenantId !== 'string') return null;
  if (typeof subscriptionId === 'string') return subscriptionWorkflowId(tenantId, subscriptionId);
  return typeof topUpId === 'string' ? topUpWorkflowId(tenantId, topUpId) : null;
}

/** Claims what is due. Answers how many rows that were, and those whose workflow must be told. */
export async function claimInbox(db: Queryable): Promise<{ claimed: number; toTell: InboxRow[] }> {
  const rows = await db.query(claimInboxStatement, [roundRowsMax]);
  const toTell = rows
    .filter((row) => row['decision'] === 'tell')
    .map((row) => ({
      provider: row['provider'],
      eventId: row['event_id'],
      type: row['type'],
      tenantId: row['tenant_id'],
      workflowId: workflowOf(row),
      refundId: row['refund_id'],
      dispute: disputeOf(row),
    }));
  return { claimed: rows.length, toTell };
}

const closeInboxStatement: Statement = {
  name: 'inbox_close',
  text: `update webhook_inbox set status = 'processed' where provider = $1 and event_id = $2`,
};

export async function closeInbox(db: Queryable, row: InboxRow): Promise<void> {
  await db.query(closeInboxStatement, [row.provider, row.eventId]);
}

/** Verified webhooks of the providers, stored once. */
import type { Queryable, Statement } from '../pool';

export interface InboxEntry {
  readonly provider: string;
  readonly eventId: string;
  /** As the provider's copy of our metadata has it; our own payment is the better witness. */
  readonly tenantId: string | null;
  readonly type: string;
  readonly subjectKind: string;
  readonly subjectRef: string | null;
  readonly paymentRef: string | null;
  readonly body: string;
  /** Whether a workflow has a use for such an event; the others are stored and left. */
  readonly used: boolean;
  /** How long the relay leaves the entry alone while a try of its payment is under way: that try records its outcome itself. */
  readonly underWaySeconds: number;
  readonly occurredAt: number;
}

// One statement, because every payment brings a webhook: the payment is looked up where it is needed.
const insert: Statement = {
  name: 'webhook_inbox_insert',
  text: `insert into webhook_inbox (provider, event_id, tenant_id, type, subject_kind, subject_ref, payment_ref, body, status, retry_at,
      occurred_at)
    select $1, $2, coalesce(p.tenant_id, $3), $4, $5, $6, $7, $8,
      case
        when not $9::boolean then 'ignored'
        when $4 = 'payment_intent.succeeded' and p.status = 'succeeded' then 'processed'
        else 'pending'
      end,
      now() + make_interval(secs => case when p.attempt_begun is null then 0 else $10::integer end), $11
    from (select $7::text as payment_ref) asked left join payments p on p.rail = $1 and p.provider_ref = asked.payment_ref
    on conflict do nothing returning event_id`,
};

/** Stores a webhook; false when it was stored before. Asked as the engine: the tenant may not be known. */
export async function insertInboxEntry(db: Queryable, entry: InboxEntry): Promise<boolean> {
  const { provider, eventId, tenantId, type, subjectKind, subjectRef, paymentRef, body, used, underWaySeconds } = entry;
  const subject = [type, subjectKind, subjectRef, paymentRef];
  const occurredAt = new Date(entry.occurredAt);
  const values = [provider, eventId, tenantId, ...subject, body, used, underWaySeconds, occurredAt];
  return (await db.query(insert, values)).length > 0;
}

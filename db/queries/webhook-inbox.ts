/** Verified webhooks of the providers, stored once. */
import type { Queryable, Statement } from '../pool';

export interface InboxEntry {
  readonly provider: string;
  readonly eventId: string;
  readonly tenantId: string | null;
  readonly type: string;
  readonly subjectKind: string;
  readonly subjectRef: string | null;
  readonly paymentRef: string | null;
  readonly body: string;
  readonly status: 'pending' | 'processed' | 'ignored';
  /** How long the relay leaves the entry alone. */
  readonly delaySeconds: number;
  readonly occurredAt: number;
}

const insert: Statement = {
  name: 'webhook_inbox_insert',
  text: `insert into webhook_inbox (provider, event_id, tenant_id, type, subject_kind, subject_ref, payment_ref, body, status, retry_at,
      occurred_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + make_interval(secs => $10), $11)
    on conflict do nothing returning event_id`,
};

/** Stores a webhook; false when it was stored before. Asked as the engine: the tenant may not be known. */
export async function insertInboxEntry(db: Queryable, entry: InboxEntry): Promise<boolean> {
  const {
    provider,
    eventId,
    tenantId,
    type,
    subjectKind,
    subjectRef,
    paymentRef,
    body,
    status,
    delaySeconds,
    occurredAt,
  } = entry;
  const subject = [type, subjectKind, subjectRef, paymentRef];
  const rows = await db.query(insert, [
    provider,
    eventId,
    tenantId,
    ...subject,
    body,
    status,
    delaySeconds,
    new Date(occurredAt),
  ]);
  return rows.length > 0;
}

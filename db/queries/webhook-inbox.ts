/** Verified webhooks of the providers, stored once. */
import { toIso, type Instant } from '../../domain/time';
import { gather } from '../gather';
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
  readonly occurredAt: Instant;
}

// The payment is looked up where it is needed: what it says already is no news.
const insert: Statement = {
  name: 'webhook_inbox_insert',
  text: `insert into webhook_inbox (provider, event_id, tenant_id, type, subject_kind, subject_ref, payment_ref, body, status, retry_at,
      occurred_at)
    select e.provider, e.event_id, coalesce(p.tenant_id, e.tenant_id), e.type, e.subject_kind, e.subject_ref, e.payment_ref, e.body,
      case
        when not e.used then 'ignored'
        when e.type = 'payment_intent.succeeded' and p.status = 'succeeded' then 'processed'
        else 'pending'
      end,
      now() + make_interval(secs => case when p.attempt_begun is null then 0 else e.under_way_seconds end), e.occurred_at
    from jsonb_to_recordset($1) as e(provider text, event_id text, tenant_id text, type text, subject_kind text, subject_ref text,
      payment_ref text, body text, used boolean, under_way_seconds integer, occurred_at timestamptz)
    left join lateral (
      select tenant_id, status, attempt_begun from payments where rail = e.provider and provider_ref = e.payment_ref offset 0
    ) p on true
    on conflict do nothing returning event_id`,
};

const rowOf = (entry: InboxEntry) => ({
  provider: entry.provider,
  event_id: entry.eventId,
  tenant_id: entry.tenantId,
  type: entry.type,
  subject_kind: entry.subjectKind,
  subject_ref: entry.subjectRef,
  payment_ref: entry.paymentRef,
  body: entry.body,
  used: entry.used,
  under_way_seconds: entry.underWaySeconds,
  occurred_at: toIso(entry.occurredAt),
});

/** A provider may send an event twice at once: the second of a round was stored before too. */
async function insertTogether(db: Queryable, entries: readonly InboxEntry[]): Promise<boolean[]> {
  const stored = await db.query<{ event_id: string }>(insert, [JSON.stringify(entries.map(rowOf))]);
  const fresh = new Set(stored.map((row) => row.event_id));
  return entries.map(({ eventId }) => fresh.delete(eventId));
}

/** Bodies may be large. */
const roundMax = 50;
/**
 * Most webhooks repeat an answer that a worker is just recording. A moment later it is known, and the webhook needs no second look;
 * the provider waits for seconds.
 */
const waitMs = 25;

const writers = new WeakMap<Queryable, (entry: InboxEntry) => Promise<boolean>>();

/** Stores a webhook; false when it was stored before. Asked as the engine: the tenant may not be known. Webhooks that come at the same time are stored together. */
export function insertInboxEntry(db: Queryable, entry: InboxEntry): Promise<boolean> {
  const writer =
    writers.get(db) ??
    gather({ ask: (entries: readonly InboxEntry[]) => insertTogether(db, entries), roundMax, waitMs });
  writers.set(db, writer);
  return writer(entry);
}

/** Every change leaves who made it, what it was before and after, and an event for the outside; all in one transaction. */
import type { Queryable } from '../db/pool';
import { insertAuditEntry } from '../db/queries/audit-log';
import { insertEvent } from '../db/queries/events';
import { idFromFacts, idFromSeed } from '../domain/ids';
import { actorOf, tenantOf, type ApiContext } from './context';

export interface Change {
  readonly action: string;
  readonly subjectId: string;
  readonly before?: unknown;
  readonly after: unknown;
  /** Epoch milliseconds of business time. */
  readonly occurredAt: number;
  /** Left out: no event, only the audit entry. */
  readonly event?: {
    readonly type: string;
    readonly customerId?: string;
    readonly subscriptionId?: string | null;
    readonly data: unknown;
  };
}

/** The seed of a request that has one (POST); others are named by their request id. */
const idOf = <P extends 'aud' | 'evt'>(c: ApiContext, prefix: P): string =>
  c.get('seed') === undefined ? idFromFacts(prefix, c.get('requestId'), c.req.path) : idFromSeed(prefix, c.get('seed'));

/** Writes audit entry and event; false when this request wrote them before: a repetition writes nothing again. */
export async function recordChange(db: Queryable, c: ApiContext, change: Change): Promise<boolean> {
  const { tenantId } = tenantOf(c);
  const { action, subjectId, before = null, after, occurredAt, event } = change;
  const isNew = await insertAuditEntry(db, {
    id: idOf(c, 'aud'),
    tenantId,
    actor: actorOf(c),
    action,
    subjectId,
    commandId: c.get('idempotencyKey') ?? null,
    outcome: 'applied',
    before,
    after,
    requestId: c.get('requestId'),
    occurredAt,
  });
  if (event === undefined || !isNew) return isNew;
  const { type, customerId = null, subscriptionId = null, data } = event;
  await insertEvent(db, {
    id: idOf(c, 'evt'),
    tenantId,
    type,
    customerId,
    subscriptionId,
    invoiceId: null,
    data,
    occurredAt,
  });
  return true;
}

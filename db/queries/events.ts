/** Events: what happened, for the outside. */
import { toIso } from '../../domain/time';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export interface StoredEvent {
  readonly id: string;
  readonly tenantId: string;
  readonly type: string;
  readonly customerId: string | null;
  readonly subscriptionId: string | null;
  readonly invoiceId: string | null;
  readonly data: unknown;
  readonly occurredAt: number;
}

interface EventRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  type: string;
  customer_id: string | null;
  subscription_id: string | null;
  invoice_id: string | null;
  data: unknown;
  occurred_at: Date;
}

const columns = 'id, tenant_id, type, customer_id, subscription_id, invoice_id, data, occurred_at';

const fromRow = (row: EventRow): StoredEvent => ({
  id: row.id,
  tenantId: row.tenant_id,
  type: row.type,
  customerId: row.customer_id,
  subscriptionId: row.subscription_id,
  invoiceId: row.invoice_id,
  data: row.data,
  occurredAt: row.occurred_at.getTime(),
});

const insert: Statement = {
  name: 'events_insert',
  text: `insert into events (id, tenant_id, type, customer_id, subscription_id, invoice_id, data, occurred_at)
    select id, tenant_id, type, customer_id, subscription_id, invoice_id, data, occurred_at
    from jsonb_to_recordset($1) as e(id text, tenant_id text, type text, customer_id text, subscription_id text, invoice_id text, data jsonb,
      occurred_at timestamptz)
    on conflict do nothing`,
};
const byId: Statement = {
  name: 'events_by_id',
  text: `select ${columns} from events where tenant_id = $1 and id = $2`,
};

const rowOf = ({ id, tenantId, type, customerId, subscriptionId, invoiceId, data, occurredAt }: StoredEvent) => ({
  id,
  tenant_id: tenantId,
  type,
  customer_id: customerId,
  subscription_id: subscriptionId,
  invoice_id: invoiceId,
  data,
  occurred_at: toIso(occurredAt),
});

/** Writes events, in one statement, unless their ids are there already. */
export async function insertEvents(db: Queryable, events: readonly StoredEvent[]): Promise<void> {
  if (events.length > 0) await db.query(insert, [JSON.stringify(events.map(rowOf))]);
}

/** Writes an event unless its id is there already. */
export const insertEvent = (db: Queryable, event: StoredEvent): Promise<void> => insertEvents(db, [event]);

/** An event of a tenant, or null. */
export async function findEvent(db: Queryable, tenantId: string, id: string): Promise<StoredEvent | null> {
  return firstOf((await db.query<EventRow>(byId, [tenantId, id])).map(fromRow));
}

export const listEvents = pageReader<EventRow, StoredEvent>({
  name: 'events_page',
  select: columns,
  from: 'events',
  id: 'id',
  tenant: 'tenant_id',
  filters: { type: 'type', subscriptionId: 'subscription_id', customerId: 'customer_id', invoiceId: 'invoice_id' },
  fromRow,
});

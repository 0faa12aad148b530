/** Reservations of allowances. */
import { type Instant, toIso } from '../../domain/time';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { instantOrNull } from './row-values';

export interface Reservation {
  readonly id: string;
  readonly tenantId: string;
  readonly customerId: string;
  readonly feature: string;
  /** A decimal above zero, in units of the feature's meter. */
  readonly quantity: string;
  /** As it was written: one that is held may be past its end. */
  readonly status: 'held' | 'committed' | 'released' | 'expired';
  readonly expiresAt: Instant;
  readonly settledAt: Instant | null;
  /** The usage events that took its place. */
  readonly usageEventIds: readonly string[];
  readonly occurredAt: Instant;
  /** The customer's test clock; null in real time. */
  readonly clockNow: Instant | null;
}

interface ReservationRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  customer_id: string;
  feature: string;
  quantity: string;
  status: Reservation['status'];
  expires_at: Date;
  settled_at: Date | null;
  usage_event_ids: string[];
  occurred_at: Date;
  clock_now: Date | null;
}

const columns = `r.id, r.tenant_id, r.customer_id, r.feature, r.quantity::text as quantity, r.status, r.expires_at, r.settled_at,
  r.usage_event_ids, r.occurred_at, k.now as clock_now`;
const from = `entitlement_reservations r join customers c on c.id = r.customer_id left join test_clocks k on k.id = c.test_clock_id`;

const fromRow = (row: ReservationRow): Reservation => ({
  id: row.id,
  tenantId: row.tenant_id,
  customerId: row.customer_id,
  feature: row.feature,
  quantity: row.quantity,
  status: row.status,
  expiresAt: row.expires_at.getTime(),
  settledAt: instantOrNull(row.settled_at),
  usageEventIds: row.usage_event_ids,
  occurredAt: row.occurred_at.getTime(),
  clockNow: instantOrNull(row.clock_now),
});

const insert: Statement = {
  name: 'entitlement_reservations_insert',
  text: `insert into entitlement_reservations (id, tenant_id, customer_id, feature, quantity, expires_at, occurred_at)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
};
const byId: Statement = {
  name: 'entitlement_reservations_by_id',
  text: `select ${columns} from ${from} where r.tenant_id = $1 and r.id = $2`,
};
const settle: Statement = {
  name: 'entitlement_reservations_settle',
  text: `update entitlement_reservations set status = $3, settled_at = $4, usage_event_ids = $5
    where tenant_id = $1 and id = $2 and status = 'held' and expires_at > $4 returning id`,
};

/** Those of one look; the next one takes the others. */
const expiredMax = 1_000;

// Who lives on a test clock may still commit what is past its end in ours.
const expire: Statement = {
  name: 'entitlement_reservations_expire',
  text: `update entitlement_reservations set status = 'expired', settled_at = expires_at where id in (
      select r.id from entitlement_reservations r join customers c on c.id = r.customer_id
      where r.status = 'held' and r.expires_at <= $1 and c.test_clock_id is null order by r.expires_at limit ${expiredMax} for update of r skip locked)
    returning id`,
};

/**
 * Marks reservations of customers in real time that are past their end, so that checks need not read them any more. Answers how many.
 * @param at the wall clock
 */
export async function expireReservations(db: Queryable, at: Instant): Promise<number> {
  return (await db.query(expire, [toIso(at)])).length;
}

/** Writes a reservation unless its id is there already. */
export async function insertReservation(
  db: Queryable,
  reservation: Pick<
    Reservation,
    'id' | 'tenantId' | 'customerId' | 'feature' | 'quantity' | 'expiresAt' | 'occurredAt'
  >,
): Promise<void> {
  const { id, tenantId, customerId, feature, quantity, expiresAt, occurredAt } = reservation;
  await db.query(insert, [id, tenantId, customerId, feature, quantity, toIso(expiresAt), toIso(occurredAt)]);
}

/** A reservation of a tenant, or null. */
export async function findReservation(db: Queryable, tenantId: string, id: string): Promise<Reservation | null> {
  const [row] = await db.query<ReservationRow>(byId, [tenantId, id]);
  return row === undefined ? null : fromRow(row);
}

/** Ends one that is held and not past its end; false when it is neither any more. */
export async function settleReservation(
  db: Queryable,
  tenantId: string,
  id: string,
  outcome: {
    readonly status: 'committed' | 'released';
    readonly at: Instant;
    readonly usageEventIds: readonly string[];
  },
): Promise<boolean> {
  const rows = await db.query(settle, [tenantId, id, outcome.status, toIso(outcome.at), outcome.usageEventIds]);
  return rows.length > 0;
}

export const listReservations = pageReader<ReservationRow, Reservation>({
  name: 'entitlement_reservations_page',
  select: columns,
  from,
  id: 'r.id',
  tenant: 'r.tenant_id',
  filters: { customerId: 'r.customer_id', feature: 'r.feature', status: 'r.status' },
  fromRow,
});

/**
 * Ends a reservation: its usage events take its place in the transaction that ends it, or it is given back. A check reads both from one
 * snapshot, so it counts the reservation or the events, never both and never neither.
 */
import { matchEvent } from '../../domain/metering/match';
import type { UsageEvent } from '../../domain/metering/usage-event';
import { toIso, type Instant } from '../../domain/time';
import { isConflict, isPartitionMissing } from '../errors';
import type { Database, Queryable } from '../pool';
import { type Reservation, settleReservation } from '../queries/entitlement-reservations';
import { meterStanding } from './meter-standing';
import { lockEntitlement } from './reserve-entitlement';
import { layOutRound } from './usage-round';
import { ensurePartition, takeIn, type Taken } from './usage-statement';

/** A meter that is added in between is seen by the second try. */
const triesMax = 3;

async function takeEventsIn(db: Queryable, tenantId: string, events: readonly UsageEvent[]): Promise<Taken[]> {
  const { byType, count } = await meterStanding(db, tenantId);
  const judge = (event: UsageEvent) => ({ event, match: matchEvent(byType.get(event.type) ?? [], event.properties) });
  return takeIn(db, await layOutRound(tenantId, judge, events, count));
}

async function commitOnce(
  database: Database,
  { tenantId, id, customerId, feature }: Reservation,
  events: readonly UsageEvent[],
  at: Instant,
): Promise<readonly Taken[] | null> {
  return database.transaction(tenantId, async (db) => {
    await lockEntitlement(db, customerId, feature);
    const taken = await takeEventsIn(db, tenantId, events);
    const usageEventIds = taken.map((one) => one.id);
    const isSettled = await settleReservation(db, tenantId, id, { status: 'committed', at, usageEventIds });
    // Thrown, so that the events are not taken in either.
    if (!isSettled) throw new NotHeld();
    return taken;
  });
}

class NotHeld extends Error {}

async function ensureMonths(db: Queryable, events: readonly UsageEvent[]): Promise<void> {
  const months = new Set(events.map(({ occurredAt }) => `${toIso(occurredAt).slice(0, 7)}-01T00:00:00Z`));
  for (const month of months) await ensurePartition(db, month);
}

/**
 * Puts usage events in the place of a reservation. Null when it is not held any more: then nothing was taken in.
 * @param at the customer's own time
 */
export async function commitReservation(
  database: Database,
  reservation: Reservation,
  events: readonly UsageEvent[],
  at: Instant,
): Promise<readonly Taken[] | null> {
  const { tenantId } = reservation;
  for (let tries = 1; ; tries++) {
    try {
      return await commitOnce(database, reservation, events, at);
    } catch (error) {
      if (error instanceof NotHeld) return null;
      const isMissing = isPartitionMissing(error);
      if (tries === triesMax || !(isConflict(error) || isMissing)) throw error;
      // Once a month, and outside of the transaction: making a month's partition locks more than this concerns.
      if (isMissing) await ensureMonths(database.as(tenantId), events);
    }
  }
}

/** Gives a reservation back; false when it is not held any more. */
export async function releaseReservation(database: Database, reservation: Reservation, at: Instant): Promise<boolean> {
  const { tenantId, id } = reservation;
  return settleReservation(database.as(tenantId), tenantId, id, { status: 'released', at, usageEventIds: [] });
}

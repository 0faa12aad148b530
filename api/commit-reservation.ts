/** Reads the usage events that take the place of a reservation, and commits it with them. */
import type { Reservation } from '../db/queries/entitlement-reservations';
import { knownFeatures } from '../db/queries/features';
import { knownMeter, type StoredMeter } from '../db/queries/meters';
import { commitReservation } from '../db/transactions/settle-reservation';
import { fail, type FieldError } from '../domain/errors';
import { idFromFacts } from '../domain/ids';
import { matchEvent } from '../domain/metering/match';
import { parseUsageEvent, type UsageEvent } from '../domain/metering/usage-event';
import type { Instant } from '../domain/time';
import type { ApiDependencies } from './dependencies';
import { foundOr404 } from './found';
import { givenFields } from './prepare-entitlements';
import { reservationOr404 } from './reservation-or-404';
import { statusAt, type CommitBody } from './resources/reservation';

async function meterOf({ database }: ApiDependencies, { tenantId, feature }: Reservation): Promise<StoredMeter> {
  const db = database.as(tenantId);
  const meterId = (await knownFeatures(db, tenantId, [feature])).get(feature)?.meterId ?? '';
  return foundOr404(await knownMeter(db, tenantId, meterId), 'Meter', meterId);
}

/** The events, or what is wrong by field: one that the meter would not count would end the reservation for nothing. */
function eventsOf(body: CommitBody, { customerId }: Reservation, meter: StoredMeter, now: Instant): UsageEvent[] {
  const errors: FieldError[] = [];
  const events = body.events.flatMap((event, index): UsageEvent[] => {
    const path = `events.${index}`;
    const whole = { type: meter.definition.event_type, ...givenFields(event), customer_id: customerId };
    const parsed = parseUsageEvent(whole, now);
    if (!('eventId' in parsed)) {
      errors.push(...parsed.map((error) => ({ ...error, path: `${path}.${error.path}` })));
      return [];
    }
    const isCounted =
      parsed.type === meter.definition.event_type && matchEvent([meter], parsed.properties).kind === 'counted';
    if (!isCounted) errors.push({ path, message: 'is not counted by the meter of the feature' });
    return [parsed];
  });
  if (errors.length > 0) fail('validation_failed', {}, { fields: errors });
  return events;
}

/** What a repetition of the same commit would have written. */
const isSameCommit = (
  { status, usageEventIds }: Reservation,
  tenantId: string,
  events: readonly UsageEvent[],
): boolean =>
  status === 'committed' &&
  events.map(({ source, eventId }) => idFromFacts('ue', tenantId, source, eventId)).join() === usageEventIds.join();

/**
 * Commits a reservation with its usage events. Running it again answers the same.
 * @throws PerennialError `not_found`, `validation_failed`, `reservation_not_held`
 */
export async function commitWith(
  deps: ApiDependencies,
  tenantId: string,
  reservationId: string,
  body: CommitBody,
): Promise<Reservation> {
  const reservation = await reservationOr404(deps, tenantId, reservationId);
  const now = reservation.clockNow ?? deps.wallClock();
  const events = eventsOf(body, reservation, await meterOf(deps, reservation), now);
  const taken = await commitReservation(deps.database, reservation, events, now);
  const after = await reservationOr404(deps, tenantId, reservationId);
  if (taken === null && !isSameCommit(after, tenantId, events))
    fail('reservation_not_held', { reservationId, status: statusAt(after, now) });
  return after;
}

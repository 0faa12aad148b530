import { findReservation, type Reservation } from '../db/queries/entitlement-reservations';
import type { ApiDependencies } from './dependencies';
import { foundOr404 } from './found';

/**
 * A reservation of the tenant as it is now.
 * @throws PerennialError `not_found`
 */
export async function reservationOr404(
  { database }: ApiDependencies,
  tenantId: string,
  reservationId: string,
): Promise<Reservation> {
  const found = await findReservation(database.as(tenantId), tenantId, reservationId);
  return foundOr404(found, 'Reservation', reservationId);
}

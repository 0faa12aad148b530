/**
 * Takes a part of an allowance ahead of its use. One at a time per customer and feature, by a lock that lasts as long as the transaction: who
 * comes second sees what the first one took.
 */
import { judgeQuantity, type Verdict } from '../../domain/entitlements/check';
import type { Instant } from '../../domain/time';
import type { Database, Queryable, Statement } from '../pool';
import { findReservation, insertReservation, type Reservation } from '../queries/entitlement-reservations';
import { loadStandingWithin, type MeteredPart } from './entitlement-standing';

export interface ReserveRequest {
  readonly tenantId: string;
  readonly id: string;
  readonly customerId: string;
  readonly feature: string;
  readonly quantity: string;
  /** How long it is held, in milliseconds of the customer's own time. */
  readonly heldMs: number;
  readonly wallClock: Instant;
}

export type Reserved =
  | { readonly kind: 'reserved'; readonly reservation: Reservation }
  | {
      readonly kind: 'refused';
      readonly verdict: Verdict;
      readonly metered: MeteredPart | null;
      /** The customer's own time. */
      readonly now: Instant;
    };

const lockStatement: Statement = {
  name: 'entitlement_lock',
  text: `select pg_advisory_xact_lock(hashtextextended('entitlement:' || $1::text || ':' || $2::text, 0))`,
};

/** Lets nobody else reserve, commit or release of this feature and customer until the transaction ends. */
export async function lockEntitlement(db: Queryable, customerId: string, feature: string): Promise<void> {
  await db.query(lockStatement, [customerId, feature]);
}

const missing = (hasSubscription: boolean, now: Instant): Reserved => ({
  kind: 'refused',
  verdict: { allowed: false, reason: hasSubscription ? 'not_granted' : 'no_subscription' },
  metered: null,
  now,
});

/** Reserves, or says why not. Running it again with the same id answers the same reservation. */
export async function reserveEntitlement(database: Database, request: ReserveRequest): Promise<Reserved> {
  const { tenantId, id, customerId, feature, quantity, heldMs, wallClock } = request;
  return database.transaction(tenantId, async (db): Promise<Reserved> => {
    await lockEntitlement(db, customerId, feature);
    const known = await findReservation(db, tenantId, id);
    if (known !== null) return { kind: 'reserved', reservation: known };
    const standing = await loadStandingWithin(db, tenantId, { customerId, feature, wallClock });
    const metered = standing?.features[0]?.metered ?? null;
    if (standing === null || metered === null) return missing(standing?.hasSubscription ?? false, wallClock);
    const { now } = standing;
    const verdict = judgeQuantity(metered, metered.ending, quantity);
    if (!verdict.allowed) return { kind: 'refused', verdict, metered, now };
    const row = { id, tenantId, customerId, feature, quantity, expiresAt: now + heldMs, occurredAt: now };
    await insertReservation(db, row);
    const rest = { status: 'held', settledAt: null, usageEventIds: [], clockNow: now } as const;
    return { kind: 'reserved', reservation: { ...row, ...rest } };
  });
}

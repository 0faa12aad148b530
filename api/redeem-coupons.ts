/** Redeems coupons for a customer or a new subscription, in the transaction that the caller has begun. */
import { isConflict } from '../db/errors';
import type { Queryable } from '../db/pool';
import { loadRedemption, redeemCoupon } from '../db/transactions/redemption-facts';
import type { AttachedCoupon } from '../domain/discount/attached';
import { redeem } from '../domain/discount/redeem';
import { errorOfRefusal, fail, isRefusal } from '../domain/errors';
import { idFromFacts } from '../domain/ids';
import type { Instant } from '../domain/time';

export interface Redemption {
  readonly tenantId: string;
  readonly customerId: string;
  /** Null: for all of the customer's. */
  readonly subscriptionId: string | null;
  /** Null for a customer. */
  readonly currency: string | null;
  /** What the request creates follows from it. */
  readonly seed: string;
  readonly now: Instant;
}

/** A coupon, or a code of one. */
export interface NamedCoupon {
  readonly coupon_id?: string | undefined;
  readonly code?: string | undefined;
}

/**
 * Redeems one.
 * @param place of the coupon in the request
 * @throws PerennialError `coupon_not_found`, `coupon_not_redeemable`; a conflict when its last place was taken meanwhile.
 */
export async function redeemNamed(
  db: Queryable,
  redemption: Redemption,
  named: NamedCoupon,
  place = 0,
): Promise<AttachedCoupon> {
  const { seed, customerId, subscriptionId } = redemption;
  const asked = { couponId: named.coupon_id ?? null, code: named.code ?? null };
  const facts = await loadRedemption(db, { ...redemption, ...asked });
  if (facts === null) return fail('coupon_not_found', { coupon: (asked.couponId ?? asked.code ?? '').slice(0, 100) });
  const attachmentId = idFromFacts('ca', seed, subscriptionId ?? customerId, String(place));
  const coupon = redeem({ ...redemption, ...facts, attachmentId });
  if (isRefusal(coupon)) throw errorOfRefusal(coupon);
  await redeemCoupon(db, redemption, coupon);
  return coupon;
}

/** So often a redemption is tried again whose coupon others redeem at the same moment: each time one of them is served. */
const readingsMax = 5;

/** Tries a transaction again when a coupon was redeemed between its reading and its writing: then the rules say what is left. */
export async function withCoupons<T>(transaction: () => Promise<T>): Promise<T> {
  for (let reading = 1; ; reading++) {
    try {
      return await transaction();
    } catch (error) {
      if (!isConflict(error) || reading >= readingsMax) throw error;
    }
  }
}

/** Redemption: whether a customer may have a coupon, and the coupon attached. */
import { type Refusal, refusal } from '../errors';
import { type Instant, fromIso } from '../time';
import { type AttachedCoupon, unused } from './attached';
import { type CouponCode, normalCode } from './code';
import type { CouponTerms } from './coupon';

/** How often it was redeemed before. Count and attach under one lock on the coupon, or two customers take the last one. */
export interface RedemptionCounts {
  readonly coupon: number;
  readonly customer: number;
  /** Of the code that was typed; 0 without one. */
  readonly code: number;
}

export interface RedemptionRequest {
  /** Of the attachment that is made. */
  readonly attachmentId: string;
  readonly couponId: string;
  readonly terms: CouponTerms;
  /** The code as it stands in the books; null when the tenant attaches the coupon without one. */
  readonly code: CouponCode | null;
  readonly customerId: string;
  /** Of the subscription, which a fixed coupon must have an amount in; null for a customer, who may pay in any. */
  readonly currency: string | null;
  /** True when nobody may redeem it any more. */
  readonly isArchived: boolean;
  /** True while it is attached to the same already. */
  readonly isAttached: boolean;
  readonly counts: RedemptionCounts;
  readonly now: Instant;
}

/** Why not, in words that complete "cannot be redeemed: …". */
export type RedemptionObstacle =
  | 'it was taken out of use'
  | 'it is attached already'
  | 'it has expired'
  | 'it has been redeemed as often as it may be'
  | 'the customer has redeemed it as often as they may'
  | 'it belongs to another customer'
  | 'it has no amount in this currency';

const isPast = (redeemBy: string | null, now: Instant): boolean => redeemBy !== null && now >= fromIso(redeemBy);
const isReached = (max: number | null, redeemed: number): boolean => max !== null && redeemed >= max;

function lacksCurrency({ amounts }: CouponTerms, currency: string | null): boolean {
  return amounts !== null && currency !== null && !Object.hasOwn(amounts, currency);
}

/** The first thing that stands against a redemption; null for nothing. The customer's own reasons come before the caps of all. */
export function redemptionObstacle(request: RedemptionRequest): RedemptionObstacle | null {
  const { terms, code, counts, now, customerId, currency } = request;
  if (code !== null && code.customer_id !== null && code.customer_id !== customerId)
    return 'it belongs to another customer';
  if (request.isArchived) return 'it was taken out of use';
  if (request.isAttached) return 'it is attached already';
  if (isPast(terms.redeem_by, now) || isPast(code?.redeem_by ?? null, now)) return 'it has expired';
  if (lacksCurrency(terms, currency)) return 'it has no amount in this currency';
  if (isReached(terms.redemptions_per_customer_max, counts.customer))
    return 'the customer has redeemed it as often as they may';
  const isTaken =
    isReached(terms.redemptions_max, counts.coupon) || isReached(code?.redemptions_max ?? null, counts.code);
  return isTaken ? 'it has been redeemed as often as it may be' : null;
}

/** The coupon attached as of now, or the refusal `coupon_not_redeemable`. */
export function redeem(request: RedemptionRequest): AttachedCoupon | Refusal<'coupon_not_redeemable'> {
  const { attachmentId: id, couponId, terms, code, now } = request;
  const reason = redemptionObstacle(request);
  if (reason !== null) return refusal('coupon_not_redeemable', { coupon: code?.code ?? couponId, reason });
  return { id, couponId, terms, code: code?.code ?? null, attachedAt: now, detachedAt: null, use: unused };
}

/** The code among those of the books that a customer typed, or null. */
export function codeTyped(typed: string, codes: readonly CouponCode[]): CouponCode | null {
  const normal = normalCode(typed);
  return codes.find(({ code }) => code === normal) ?? null;
}

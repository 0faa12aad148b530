/** The coupons that are attached to a subscription or to its customer, as a column of a statement that reads more. */
import { type AttachedCoupon, type CouponUse, unused } from '../../domain/discount/attached';
import type { CouponTerms } from '../../domain/discount/coupon';

export interface HeldCouponJson {
  readonly id: string;
  readonly coupon_id: string;
  readonly code: string | null;
  readonly terms: CouponTerms;
  readonly uses: Readonly<Record<string, CouponUse>>;
  /** Epoch milliseconds. */
  readonly attached_at: number;
}

/** Attached coupons in the order in which they apply, as JSON; null when there are none. */
export const heldCouponsColumn = (customer: string, subscription: string): string =>
  `(select json_agg(json_build_object('id', a.id, 'coupon_id', a.coupon_id, 'code', a.code, 'terms', a.terms, 'uses', a.uses,
      'attached_at', (extract(epoch from a.attached_at) * 1000)::bigint) order by a.attached_at, a.place)
    from coupon_attachments a
    where a.customer_id = ${customer} and a.detached_at is null and (a.subscription_id is null or a.subscription_id = ${subscription}))`;

/** What it did so far: for one invoice, wherever that was; else for this subscription. */
function useOf({ uses, terms }: HeldCouponJson, subscriptionId: string): CouponUse {
  const own = Object.hasOwn(uses, subscriptionId) ? uses[subscriptionId] : undefined;
  const elsewhere = terms.duration === 'once' ? Object.values(uses)[0] : undefined;
  return own ?? elsewhere ?? unused;
}

/** The coupons of their JSON, as the subscription has them. */
export function heldCouponsOf(json: readonly HeldCouponJson[] | null, subscriptionId: string): AttachedCoupon[] {
  return (json ?? []).map((one) => ({
    id: one.id,
    couponId: one.coupon_id,
    terms: one.terms,
    code: one.code,
    attachedAt: one.attached_at,
    detachedAt: null,
    use: useOf(one, subscriptionId),
  }));
}

/** Coupons and lines for the tests of discounts. */
import fc from 'fast-check';
import { type AttachedCoupon, unused } from '../../../domain/discount/attached';
import type { CouponTerms } from '../../../domain/discount/coupon';
import type { DiscountableLine } from '../../../domain/discount/discount-lines';
import { fromMinorUnits, money } from '../../../domain/money';
import { fromIso } from '../../../domain/time';

export const usd = (amount: string) => money(amount, 'USD');
export const june = fromIso('2026-06-01T00:00:00Z');
export const july = fromIso('2026-07-01T00:00:00Z');
export const august = fromIso('2026-08-01T00:00:00Z');

export const terms = (of: Partial<CouponTerms>): CouponTerms => ({
  name: 'Welcome',
  percent: null,
  amounts: null,
  duration: 'forever',
  periods: null,
  limits: { plan_ids: null, product_ids: null, meter_ids: null },
  redemptions_max: null,
  redemptions_per_customer_max: null,
  redeem_by: null,
  ...of,
});

export const attached = (
  couponId: string,
  of: Partial<CouponTerms>,
  more: Partial<AttachedCoupon> = {},
): AttachedCoupon => ({
  id: `ca_${couponId}`,
  couponId,
  terms: terms(of),
  code: null,
  attachedAt: june,
  detachedAt: null,
  use: unused,
  ...more,
});

export const line = (amount: string, more: Partial<DiscountableLine> = {}): DiscountableLine => ({
  amount: usd(amount),
  target: { planId: 'plan_a', productId: 'prod_a', meterId: null },
  isCredit: false,
  ...more,
});

/** Arbitrary coupons of any kind, duration, limit and order. */
export const anyCoupons = fc
  .array(
    fc.record({
      percent: fc.option(fc.constantFrom('0.01', '10', '33.333', '50', '100')),
      cents: fc.integer({ min: 1, max: 20_000 }),
      plan: fc.constantFrom(null, ['plan_a'], ['plan_b']),
      order: fc.nat({ max: 3 }),
    }),
    { maxLength: 4 },
  )
  .map((list) =>
    list.map(({ percent, cents, plan, order }, index) =>
      attached(
        `cpn_${index}`,
        {
          percent,
          amounts: percent === null ? { USD: fromMinorUnits(BigInt(cents), 'USD').amount } : null,
          limits: { plan_ids: plan, product_ids: null, meter_ids: null },
        },
        { attachedAt: june + order },
      ),
    ),
  );

/** Charges, credits and lines that lower charges, of two plans. */
export const anyLines = fc
  .array(
    fc.record({
      cents: fc.oneof(fc.integer({ min: -3000, max: 20_000 }), fc.integer({ min: 0, max: 3 })),
      isCredit: fc.boolean(),
      planId: fc.constantFrom('plan_a', 'plan_b', null),
    }),
    { maxLength: 6 },
  )
  .map((list) =>
    list.map(({ cents, isCredit, planId }) =>
      line(fromMinorUnits(BigInt(cents), 'USD').amount, {
        isCredit: isCredit && cents < 0,
        target: { planId, productId: null, meterId: null },
      }),
    ),
  );

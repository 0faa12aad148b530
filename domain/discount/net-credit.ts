/**
 * Credits of discounted charges: a customer gets back what they were charged, so a credit of a part of a charge carries the same part of
 * its discount. Counted from the start of the charge, so that the parts of any sequence of credits add up to the whole.
 */
import { type Money, add, isZero, multiplyByRatio, subtract, zero } from '../money';
import type { CouponShare, DiscountedLine } from './discount-lines';

export interface CreditOfCharge {
  /** The charge as `discountLines` left it. */
  readonly charge: DiscountedLine;
  /** What was credited of it before, before discounts; from zero up. */
  readonly before: Money;
  /** What is credited now, before discounts; with `before` not above the charge. */
  readonly credit: Money;
}

export interface NetCredit {
  /** The part of the discount that is taken back. */
  readonly discount: Money;
  /** credit − discount, from zero up: what the credit line gives. */
  readonly net: Money;
  /** What each coupon had taken off the credited part, for `afterCredit`; each rounded for itself. */
  readonly byCoupon: readonly CouponShare[];
}

/** The part of an amount that falls to the stretch between two points of a whole, each point rounded once. */
function between(amount: Money, from: Money, to: Money, whole: Money): Money {
  if (isZero(whole)) return zero(amount.currency);
  const upTo = (point: Money): Money => multiplyByRatio(amount, point.amount, whole.amount, 'half_up');
  return subtract(upTo(to), upTo(from));
}

/**
 * A credit net of its discount.
 * @throws PerennialError `currency_mismatch`.
 */
export function netCredit({ charge, before, credit }: CreditOfCharge): NetCredit {
  const to = add(before, credit);
  const part = (amount: Money): Money => between(amount, before, to, charge.amount);
  const discount = part(charge.discount);
  return {
    discount,
    net: subtract(credit, discount),
    byCoupon: charge.parts.map((share) => ({ ...share, amount: part(share.amount) })),
  };
}

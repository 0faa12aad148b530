/**
 * What coupons take off the lines of an invoice. They stack in order of attachment, each on what the former left; no line goes below zero.
 * Each coupon is rounded once, and its amount spread over its lines in proportion to what is left of them, so that the parts add up.
 */
import {
  type Money,
  add,
  allocate,
  formatMoney,
  isNegative,
  isPositive,
  isZero,
  min,
  negate,
  roundRatio,
  subtract,
  sum,
  zero,
} from '../money';
import { factorOfPercent, times } from '../pricing/exact';
import type { Instant } from '../time';
import { type AttachedCoupon, type CouponMoment, fixedRest, isInForce, takenInPeriod } from './attached';
import { type CouponTarget, isLimitedTo } from './coupon';

export interface DiscountableLine {
  /** As it stands on the invoice: rounded, before discounts. */
  readonly amount: Money;
  readonly target: CouponTarget;
  /**
   * A negative line that gives back an earlier charge. It is net of that charge's discount already (`netCredit`), and no coupon touches it.
   * Any other negative line, such as a maximum, lowers the charges beside it before a coupon is applied.
   */
  readonly isCredit: boolean;
}

export interface DiscountRequest {
  readonly lines: readonly DiscountableLine[];
  readonly coupons: readonly AttachedCoupon[];
  readonly currency: string;
  readonly moment: CouponMoment;
}

/** What one coupon took off, so that a reader can compute it again. */
export interface CouponApplication {
  readonly attachmentId: string;
  readonly couponId: string;
  /** Start of the billing period that it counts in. */
  readonly periodStart: Instant;
  readonly code: string | null;
  readonly name: string;
  /** What its lines came to before it. */
  readonly base: Money;
  /** From zero up, never above the base. */
  readonly amount: Money;
  /** The amount by line, in the order of the lines. */
  readonly shares: readonly Money[];
  readonly explanation: {
    readonly percent: string | null;
    /** Percent × base, or the fixed amount that was left for the period: unrounded, and before the base limits it. */
    readonly exact: string;
    /** What a fixed coupon took off in this period before; zero for a percentage. */
    readonly taken: Money;
    readonly rounding: 'half_up';
    readonly text: string;
  };
}

/** What one coupon took off one line. */
export interface CouponShare {
  readonly attachmentId: string;
  readonly couponId: string;
  readonly amount: Money;
}

export interface DiscountedLine {
  readonly amount: Money;
  readonly discount: Money;
  /** amount − discount. */
  readonly net: Money;
  /** The discount by coupon. */
  readonly parts: readonly CouponShare[];
}

export interface Discounts {
  readonly applications: readonly CouponApplication[];
  readonly lines: readonly DiscountedLine[];
  readonly total: Money;
}

/** Coupons in force in the order in which they apply; those of one instant in the order given. */
export function stacked(coupons: readonly AttachedCoupon[], moment: CouponMoment): AttachedCoupon[] {
  return coupons.filter((coupon) => isInForce(coupon, moment)).sort((a, b) => a.attachedAt - b.attachedAt);
}

/** What can be discounted of each line: charges less their share of the negative lines that are no credits. */
function discountable(lines: readonly DiscountableLine[], currency: string): Money[] {
  const none = zero(currency);
  const charges = lines.map(({ amount }) => (isPositive(amount) ? amount : none));
  const charged = sum(charges, currency);
  const lowering = lines.filter(({ amount, isCredit }) => !isCredit && isNegative(amount));
  const lowered = negate(
    sum(
      lowering.map(({ amount }) => amount),
      currency,
    ),
  );
  if (isZero(charged) || isZero(lowered)) return charges;
  const shares = spread(min(lowered, charged), charges);
  return charges.map((charge, index) => subtract(charge, shares[index] ?? none));
}

/** An amount over weights, not above their sum; no part is above its weight. */
function spread(amount: Money, weights: readonly Money[]): Money[] {
  if (isZero(amount)) return weights.map(() => amount);
  return allocate(
    amount,
    weights.map((weight) => weight.amount),
  );
}

interface Reach {
  readonly exact: string;
  readonly wanted: Money;
  readonly text: string;
}

function percentReach(percent: string, base: Money): Reach {
  const factor = factorOfPercent(percent);
  return {
    exact: times(base.amount, factor),
    wanted: roundRatio(base.amount, base.currency, factor, '1', 'half_up'),
    text: `${percent} % of ${formatMoney(base)}`,
  };
}

function fixedReach(rest: Money, taken: Money, base: Money): Reach {
  const before = isZero(taken) ? '' : ` (${formatMoney(taken)} was taken off in this period before)`;
  return { exact: rest.amount, wanted: rest, text: `${formatMoney(rest)} off ${formatMoney(base)}${before}` };
}

/** What a coupon would take off a base; null when it has nothing for this currency. */
function reachOf(coupon: AttachedCoupon, base: Money, { periodStart }: CouponMoment): Reach | null {
  if (coupon.terms.percent !== null) return percentReach(coupon.terms.percent, base);
  const rest = fixedRest(coupon, periodStart, base.currency);
  return rest === null ? null : fixedReach(rest, takenInPeriod(coupon, periodStart, base.currency), base);
}

function applied(coupon: AttachedCoupon, left: readonly Money[], request: DiscountRequest): CouponApplication | null {
  const { lines, currency, moment } = request;
  const none = zero(currency);
  const { id: attachmentId, couponId, code, terms } = coupon;
  const weights = left.map((rest, index) => {
    const line = lines[index];
    return line !== undefined && isLimitedTo(terms.limits, line.target) ? rest : none;
  });
  const base = sum(weights, currency);
  const reach = reachOf(coupon, base, moment);
  if (reach === null) return null;
  const amount = min(reach.wanted, base);
  if (isZero(amount)) return null;
  const taken = terms.percent === null ? takenInPeriod(coupon, moment.periodStart, currency) : none;
  const explanation = {
    percent: terms.percent,
    exact: reach.exact,
    taken,
    rounding: 'half_up',
    text: reach.text,
  } as const;
  const shares = spread(amount, weights);
  const { periodStart } = moment;
  return { attachmentId, couponId, periodStart, code, name: terms.name, base, amount, shares, explanation };
}

function discountedLine(
  line: DiscountableLine,
  index: number,
  applications: readonly CouponApplication[],
): DiscountedLine {
  const none = zero(line.amount.currency);
  const parts = applications
    .map(({ attachmentId, couponId, shares }) => ({ attachmentId, couponId, amount: shares[index] ?? none }))
    .filter(({ amount }) => !isZero(amount));
  const discount = parts.reduce((left, { amount }) => add(left, amount), none);
  return { amount: line.amount, discount, net: subtract(line.amount, discount), parts };
}

/**
 * The discounts of an invoice, by coupon and by line.
 * @throws PerennialError `currency_mismatch` when a line is in another currency.
 */
export function discountLines(request: DiscountRequest): Discounts {
  const { lines, coupons, currency, moment } = request;
  const applications: CouponApplication[] = [];
  let left = discountable(lines, currency);
  for (const coupon of stacked(coupons, moment)) {
    const application = applied(coupon, left, request);
    if (application === null) continue;
    applications.push(application);
    left = left.map((rest, index) => subtract(rest, application.shares[index] ?? zero(currency)));
  }
  const amounts = applications.map(({ amount }) => amount);
  return {
    applications,
    lines: lines.map((line, index) => discountedLine(line, index, applications)),
    total: sum(amounts, currency),
  };
}

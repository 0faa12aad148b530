/**
 * A coupon that was redeemed: attached to a subscription with the terms of that moment, and what it has done since. Plain JSON.
 */
import { type Money, add, isZero, max, money, subtract, zero } from '../money';
import type { Instant } from '../time';
import type { CouponTerms } from './coupon';

/** What a coupon has done so far. */
export interface CouponUse {
  /** Invoices from which it took something off. */
  readonly invoices: number;
  /** Billing periods in which it took something off. */
  readonly periods: number;
  /** The last of these periods, by its start. */
  readonly periodStart: Instant | null;
  /** What it took off in that period. */
  readonly taken: Money | null;
}

export interface AttachedCoupon {
  /** Of the attachment: a coupon may be attached again once it was detached. */
  readonly id: string;
  readonly couponId: string;
  readonly terms: CouponTerms;
  /** The code that was typed; null when the tenant attached it. */
  readonly code: string | null;
  /** Coupons stack in this order. */
  readonly attachedAt: Instant;
  /** From when on it no longer applies; null: it goes on. */
  readonly detachedAt: Instant | null;
  readonly use: CouponUse;
}

/** Of a coupon that was just attached. */
export const unused: CouponUse = { invoices: 0, periods: 0, periodStart: null, taken: null };

/** When an invoice is made, and the start of the billing period that it belongs to. */
export interface CouponMoment {
  readonly at: Instant;
  readonly periodStart: Instant;
}

/** True while a coupon lowers an invoice of that moment: attached before or at it, not detached, not used up. */
export function isInForce({ terms, attachedAt, detachedAt, use }: AttachedCoupon, moment: CouponMoment): boolean {
  if (moment.at < attachedAt || (detachedAt !== null && moment.at >= detachedAt)) return false;
  if (terms.duration === 'once') return use.invoices === 0;
  if (terms.duration === 'forever' || terms.periods === null) return true;
  return use.periods < terms.periods || use.periodStart === moment.periodStart;
}

/** What it took off in this period already; zero in another period or currency. */
export function takenInPeriod({ use }: AttachedCoupon, periodStart: Instant, currency: string): Money {
  const isCounted = use.periodStart === periodStart && use.taken?.currency === currency;
  return isCounted && use.taken !== null ? use.taken : zero(currency);
}

/**
 * What a fixed coupon can still take off in the period, zero or more: its amount is for the period, not for each of its invoices. Null for
 * a percentage, and for a currency in which the coupon has no amount: it takes nothing off there.
 */
export function fixedRest(coupon: AttachedCoupon, periodStart: Instant, currency: string): Money | null {
  const { amounts } = coupon.terms;
  const amount = amounts !== null && Object.hasOwn(amounts, currency) ? amounts[currency] : undefined;
  if (amount === undefined) return null;
  return max(zero(currency), subtract(money(amount, currency), takenInPeriod(coupon, periodStart, currency)));
}

/** The coupon after an invoice from which it took `amount`. An amount of zero is no use: a free month does not use a coupon up. */
export function afterUse(coupon: AttachedCoupon, amount: Money, { periodStart }: CouponMoment): AttachedCoupon {
  if (isZero(amount)) return coupon;
  const { use } = coupon;
  const isNewPeriod = use.periodStart !== periodStart;
  return {
    ...coupon,
    use: {
      invoices: use.invoices + 1,
      periods: use.periods + (isNewPeriod ? 1 : 0),
      periodStart,
      taken: add(takenInPeriod(coupon, periodStart, amount.currency), amount),
    },
  };
}

/**
 * The coupon after a credit gave back charges of the period from which it had taken `amount`: a fixed coupon can take that off what is
 * charged in their place.
 */
export function afterCredit(coupon: AttachedCoupon, amount: Money, { periodStart }: CouponMoment): AttachedCoupon {
  if (coupon.use.periodStart !== periodStart || coupon.use.taken?.currency !== amount.currency) return coupon;
  const taken = max(zero(amount.currency), subtract(coupon.use.taken, amount));
  return { ...coupon, use: { ...coupon.use, taken } };
}

/** An invoice that is void: what a coupon took off it, and whether other invoices of its billing period still have something of the coupon. */
export interface VoidedUse {
  readonly amount: Money;
  /** Start of the period that it counted in; null where the invoice does not say. */
  readonly periodStart: Instant | null;
  readonly isOnlyOfPeriod: boolean;
}

/** The coupon after an invoice that used it was voided: it can be used again as far as that invoice had used it up. */
export function afterVoid(coupon: AttachedCoupon, { amount, periodStart, isOnlyOfPeriod }: VoidedUse): AttachedCoupon {
  const { use } = coupon;
  const invoices = use.invoices - 1;
  if (isZero(amount)) return coupon;
  if (invoices <= 0) return { ...coupon, use: unused };
  const periods = use.periods - (isOnlyOfPeriod ? 1 : 0);
  if (use.periodStart !== periodStart || use.taken?.currency !== amount.currency)
    return { ...coupon, use: { ...use, invoices, periods } };
  const taken = max(zero(amount.currency), subtract(use.taken, amount));
  return { ...coupon, use: { invoices, periods, periodStart: isOnlyOfPeriod ? null : periodStart, taken } };
}

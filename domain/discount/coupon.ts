/**
 * Coupons: what they take off (a percentage, or a fixed amount per currency), of which lines, for how long, and how often they may be
 * redeemed (billing conventions, §7).
 */
import type { FieldError } from '../errors';
import { isPositive, money } from '../money';
import type { Amounts } from '../pricing/amounts';
import { compareDecimals } from '../pricing/exact';
import {
  amounts,
  count,
  instant,
  listOf,
  name,
  nullable,
  objectOf,
  oneOf,
  parameters,
  positive,
  where,
  withDefault,
} from '../pricing/fields';

/**
 * `once`: on the first invoice from which it takes something off. `periods`: on all invoices of that many billing periods, counted from the
 * first from which it takes something off. `forever`: until it is detached.
 */
export type CouponDuration = 'once' | 'periods' | 'forever';

/** Which lines a coupon lowers: those that every given list names. Null does not limit. */
export interface CouponLimits {
  readonly plan_ids: readonly string[] | null;
  readonly product_ids: readonly string[] | null;
  readonly meter_ids: readonly string[] | null;
}

export interface CouponTerms {
  /** Stands on invoices. */
  readonly name: string;
  /** "20" takes 20 % off; null for a fixed coupon. */
  readonly percent: string | null;
  /** A fixed coupon takes this off in each billing period, by currency; null for a percentage. */
  readonly amounts: Amounts | null;
  readonly duration: CouponDuration;
  /** How many, for the duration `periods`; else null. */
  readonly periods: number | null;
  readonly limits: CouponLimits;
  /** How often it may be redeemed by all customers together; null: any number. */
  readonly redemptions_max: number | null;
  readonly redemptions_per_customer_max: number | null;
  /** It can be redeemed before this instant (ISO 8601); null: always. What is attached already goes on. */
  readonly redeem_by: string | null;
}

/** A longer list is a limit that nobody can check by eye; limit to the product instead. */
const limitListMax = 200;
/** A hundred years of months. */
const periodsMax = 1200;
/** More than there are customers on earth. */
const redemptionsMax = 10_000_000_000;

const unlimited: CouponLimits = { plan_ids: null, product_ids: null, meter_ids: null };

const ids = nullable(
  where(listOf(name, limitListMax), (list, path) =>
    new Set(list).size === list.length ? [] : [{ path, message: 'must not name the same twice' }],
  ),
);

/** At most all of it. */
const percent = where(positive, (value, path) =>
  compareDecimals(value, '100') > 0 ? [{ path, message: 'must not be above 100' }] : [],
);

function isMoneyAmount(amount: string, currency: string): boolean {
  try {
    return isPositive(money(amount, currency));
  } catch {
    return false;
  }
}

/** A fixed coupon takes off what can be paid: above zero, and not finer than the currency. */
const fixedAmounts = where(amounts, (list, path) =>
  Object.entries(list)
    .filter(([currency, amount]) => !isMoneyAmount(amount, currency))
    .map(([currency]) => ({ path: `${path}.${currency}`, message: 'must be above 0, in whole minor units' })),
);

function termErrors(it: CouponTerms): FieldError[] {
  const errors: FieldError[] = [];
  if ((it.percent === null) === (it.amounts === null))
    errors.push({ path: '', message: 'must have either percent or amounts' });
  if ((it.duration === 'periods') !== (it.periods !== null))
    errors.push({ path: 'periods', message: 'must be given for the duration periods, and for no other' });
  return errors;
}

const redemptions = nullable(count(redemptionsMax));

/** Reads the terms of a coupon from outside: the terms, or what is wrong by field. */
export const parseCoupon = parameters<CouponTerms>(
  where(
    objectOf<CouponTerms>({
      name,
      percent: nullable(percent),
      amounts: nullable(fixedAmounts),
      duration: oneOf('once', 'periods', 'forever'),
      periods: nullable(count(periodsMax)),
      limits: withDefault(objectOf<CouponLimits>({ plan_ids: ids, product_ids: ids, meter_ids: ids }), unlimited),
      redemptions_max: redemptions,
      redemptions_per_customer_max: redemptions,
      redeem_by: nullable(instant),
    }),
    termErrors,
  ),
);

/** What a line is billed for, as far as coupons may be limited to it. */
export interface CouponTarget {
  readonly planId: string | null;
  readonly productId: string | null;
  readonly meterId: string | null;
}

const names = (list: readonly string[] | null, id: string | null): boolean =>
  list === null || (id !== null && list.includes(id));

/** True when every limit of the coupon names the line. */
export function isLimitedTo({ plan_ids, product_ids, meter_ids }: CouponLimits, target: CouponTarget): boolean {
  return names(plan_ids, target.planId) && names(product_ids, target.productId) && names(meter_ids, target.meterId);
}

/**
 * What a credit line gives back beside its amount: the same part of the discount and of the tax of the charge that it credits. A credit of
 * the whole gives back exactly what the charge took, whatever was rounded where.
 */
import { type CouponShare } from '../discount/discount-lines';
import { netCredit } from '../discount/net-credit';
import { type Money, isZero, multiplyByRatio, negate, zero } from '../money';
import type { BilledLine, InvoiceLine, LineTax } from './line';

export interface CreditedPart {
  /** Zero or below, as the credit itself. */
  readonly discount: Money;
  readonly tax: Money;
  readonly taxed: LineTax | null;
  /** From zero up: what the coupons had taken off the credited part. */
  readonly byCoupon: readonly CouponShare[];
}

const nothing = (currency: string): CreditedPart => ({
  discount: zero(currency),
  tax: zero(currency),
  taxed: null,
  byCoupon: [],
});

/** The parts that a credit line gives back of its charge; nothing where the charge was neither discounted nor taxed. */
export function creditedPart(line: InvoiceLine, billed: readonly BilledLine[]): CreditedPart {
  const { currency } = line.amount;
  const charge = billed.find(({ id }) => id === line.creditsLineId);
  if (charge?.reduced === undefined || isZero(charge.amount)) return nothing(currency);
  const { amount } = charge;
  const { discount, parts, tax, taxed } = charge.reduced;
  const credit = negate(line.amount);
  // A charge is credited at most once: what is credited counts from its beginning.
  const given = netCredit({ charge: { amount, discount, parts, net: amount }, before: zero(currency), credit });
  return {
    discount: negate(given.discount),
    tax: negate(multiplyByRatio(tax, credit.amount, amount.amount, 'half_up')),
    taxed,
    byCoupon: given.byCoupon,
  };
}

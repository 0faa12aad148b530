/**
 * One invoice of several subscriptions of a customer. Each part has its own limits and coupons; tax is summed per rate over all of them.
 */
import type { AttachedCoupon } from '../discount/attached';
import type { CouponApplication } from '../discount/discount-lines';
import { fail } from '../errors';
import { zero } from '../money';
import type { SubscriptionState } from '../subscription/state';
import type { Instant } from '../time';
import { beforeTax, taxedTogether, type AssembledInvoice, type AssembleRequest, type BeforeTax } from './assemble';
import type { DiscountedInvoiceLine } from './invoice-taxes';
import { requestFor, type InvoiceContents, type ReductionFacts } from './assemble-for';

/** What one subscription brings to the invoice. */
export interface InvoicePart {
  readonly state: SubscriptionState;
  readonly facts: ReductionFacts;
  readonly contents: InvoiceContents;
}

export interface AssembledTogether extends Omit<AssembledInvoice, 'used'> {
  /** The subscription of each line, in the order of the lines. */
  readonly owners: readonly string[];
  /** The coupons that each subscription used, in the order of the parts. */
  readonly usedBy: readonly { readonly subscriptionId: string; readonly coupons: readonly AttachedCoupon[] }[];
}

/** A customer's coupon for one invoice is used by the first part that it lowers; the others find it used. */
function afterOthers(coupons: readonly AttachedCoupon[], used: ReadonlyMap<string, AttachedCoupon>): AttachedCoupon[] {
  return coupons.map((coupon) =>
    coupon.terms.duration === 'once' ? { ...coupon, use: used.get(coupon.id)?.use ?? coupon.use } : coupon,
  );
}

function discountEach(requests: readonly AssembleRequest[]): BeforeTax[] {
  const used = new Map<string, AttachedCoupon>();
  return requests.map((request) => {
    const part = beforeTax({ ...request, coupons: afterOthers(request.coupons, used) });
    for (const coupon of part.made.used) used.set(coupon.id, coupon);
    return part;
  });
}

/** What coupons took off, with a share for each line of the whole invoice. */
function discountsOf(parts: readonly BeforeTax[], currency: string): CouponApplication[] {
  const none = (count: number) => Array.from({ length: count }, () => zero(currency));
  const lines = parts.map(({ discounted }) => discounted.length);
  const sumOf = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
  return parts.flatMap(({ made }, index) => {
    const before = none(sumOf(lines.slice(0, index)));
    return made.discounts.map((taken) => {
      const after = none(sumOf(lines) - before.length - taken.shares.length);
      return { ...taken, shares: [...before, ...taken.shares, ...after] };
    });
  });
}

/** The lines of all parts as they are to be taxed, in the order of the parts. */
export const linesToTax = (parts: readonly InvoicePart[], now: Instant): DiscountedInvoiceLine[] =>
  discountEach(parts.map(({ state, facts, contents }) => requestFor(state, facts, contents, now))).flatMap(
    ({ lefts }) => lefts,
  );

/**
 * The invoice that the parts of several subscriptions come to, in the order of the parts, taxed by the facts of the first.
 * @throws as `assembleInvoice`
 */
export function assembleTogether(parts: readonly InvoicePart[], now: Instant): AssembledTogether {
  const requests = parts.map(({ state, facts, contents }) => requestFor(state, facts, contents, now));
  const first = requests[0] ?? fail('internal');
  const discounted = discountEach(requests);
  return {
    ...taxedTogether(discounted, first),
    discounts: discountsOf(discounted, first.currency),
    owners: discounted.flatMap((part, index) => part.discounted.map(() => parts[index]?.state.subscriptionId ?? '')),
    usedBy: discounted.map(({ made }, index) => ({
      subscriptionId: parts[index]?.state.subscriptionId ?? '',
      coupons: made.used,
    })),
  };
}

/**
 * From lines to an invoice. The order is fixed: limits that are measured before discounts, coupons, limits that are measured after them,
 * tax, totals. What the customer's wallet and balance pay of the total comes afterwards (`totals.ts`). Previews call the same function.
 */
import { type AttachedCoupon, afterCredit, afterUse, type CouponMoment } from '../discount/attached';
import { type CouponApplication, type DiscountableLine, discountLines } from '../discount/discount-lines';
import { isZero, type Money, sum, zero } from '../money';
import { invoiceAmounts, type InvoiceAmounts, netOf } from '../tax/invoice-amounts';
import type { Instant } from '../time';
import { creditedPart, type CreditedPart } from './credited-part';
import { type DiscountedInvoiceLine, type InvoiceTaxes, taxInvoice } from './invoice-taxes';
import type { BilledLine, InvoiceLine, LineDiscount } from './line';
import { limitedLines, type PeriodLimits } from './limited-lines';
import type { GivenBack } from './reductions';
import type { TaxFacts } from './tax-facts';

export interface AssembleRequest {
  /** Priced and rounded. */
  readonly lines: readonly InvoiceLine[];
  /** Least and most of the period that is billed; null for neither. */
  readonly limits: PeriodLimits | null;
  readonly currency: string;
  readonly timeZone: string;
  readonly now: Instant;
  /** Of the billing period that the invoice belongs to: coupons count periods by it. */
  readonly periodStart: Instant;
  readonly coupons: readonly AttachedCoupon[];
  /** Null where tax is no matter of the seller. */
  readonly tax: TaxFacts | null;
  /** The charges that credit lines give back from. */
  readonly billed: readonly BilledLine[];
}

/** A line with what was taken off it and what is taxed of it: net + tax is what it adds to the total. */
export interface AssembledLine extends InvoiceLine {
  readonly discount: Money;
  readonly tax: Money;
  readonly isTaxIncluded: boolean;
  /** Without discount and without tax: what the seller earns. */
  readonly net: Money;
}

export interface AssembledInvoice {
  readonly lines: readonly AssembledLine[];
  readonly amounts: InvoiceAmounts;
  /** What each coupon took off, in the order in which they applied. */
  readonly discounts: readonly CouponApplication[];
  readonly taxes: InvoiceTaxes | null;
  /** Attached coupons that the invoice changed, as they are after it. */
  readonly used: readonly AttachedCoupon[];
}

const isCredit = ({ creditsLineId }: InvoiceLine): boolean => creditsLineId !== null;

interface Discounted {
  readonly line: InvoiceLine;
  readonly discount: Money;
  readonly parts: readonly LineDiscount[];
  readonly credited: CreditedPart | null;
}

const discountable = (line: InvoiceLine): DiscountableLine => ({
  amount: line.amount,
  target: line,
  isCredit: isCredit(line),
});

function discountOf(
  line: InvoiceLine,
  taken: { discount: Money; parts: readonly { attachmentId: string; couponId: string; amount: Money }[] },
  credited: CreditedPart | null,
): Discounted {
  const parts = credited === null ? taken.parts : credited.byCoupon;
  const sign = credited === null ? '' : '-';
  const named = parts
    .filter(({ amount }) => !isZero(amount))
    .map(({ attachmentId, couponId, amount }) => ({ attachmentId, couponId, amount: `${sign}${amount.amount}` }));
  return { line, discount: credited?.discount ?? taken.discount, parts: named, credited };
}

/** A credit gives a coupon back what it took off the credited time, before it is applied to what is charged in its place. */
function afterCredits(
  coupons: readonly AttachedCoupon[],
  credits: readonly (CreditedPart | null)[],
  moment: CouponMoment,
): AttachedCoupon[] {
  const shares = credits.flatMap((credit) => credit?.byCoupon ?? []);
  return coupons.map((coupon) =>
    shares
      .filter(({ attachmentId }) => attachmentId === coupon.id)
      .reduce((left, { amount }) => afterCredit(left, amount, moment), coupon),
  );
}

interface DiscountedLines {
  readonly lines: readonly Discounted[];
  readonly discounts: readonly CouponApplication[];
  readonly used: readonly AttachedCoupon[];
}

function discount(lines: readonly InvoiceLine[], request: AssembleRequest): DiscountedLines {
  const { billed, currency, coupons, now: at, periodStart } = request;
  const moment = { at, periodStart };
  const credits = lines.map((line) => (isCredit(line) ? creditedPart(line, billed) : null));
  const restored = afterCredits(coupons, credits, moment);
  const made = discountLines({ lines: lines.map(discountable), coupons: restored, currency, moment });
  const none = { discount: zero(currency), parts: [] };
  const used = restored.map((coupon) => {
    const application = made.applications.find(({ attachmentId }) => attachmentId === coupon.id);
    return application === undefined ? coupon : afterUse(coupon, application.amount, moment);
  });
  return {
    lines: lines.map((line, index) => discountOf(line, made.lines[index] ?? none, credits[index] ?? null)),
    discounts: made.applications,
    used: used.filter((coupon, index) => coupon !== coupons[index]),
  };
}

/** A limit that is measured after discounts is one of what is paid: no coupon lowers it. */
function withLaterLimits(made: DiscountedLines, { limits, currency }: AssembleRequest): readonly Discounted[] {
  if (limits === null || limits.limits.measured !== 'after_discounts') return made.lines;
  const added = limitedLines(made.lines, limits, currency);
  return [...made.lines, ...added.map((line) => ({ line, discount: zero(currency), parts: [], credited: null }))];
}

function withEarlierLimits({ lines, limits, currency }: AssembleRequest): readonly InvoiceLine[] {
  if (limits === null || limits.limits.measured !== 'before_discounts') return lines;
  const priced = lines.map((line) => ({ line, discount: zero(currency) }));
  return [...lines, ...limitedLines(priced, limits, currency)];
}

type Taxed = ReturnType<typeof taxInvoice>['lines'][number];

function assembledLine({ line, discount: off, parts }: Discounted, { tax, taxed }: Taxed): AssembledLine {
  const isTaxIncluded = taxed?.included ?? false;
  const explanation = {
    ...line.explanation,
    ...(parts.length === 0 ? {} : { discounts: parts }),
    ...(taxed === null ? {} : { tax: taxed }),
  };
  const net = netOf({ amount: line.amount, discount: off, tax, isTaxIncluded });
  return { ...line, explanation, discount: off, tax, isTaxIncluded, net };
}

/** Lines with limits and discounts, as they are to be taxed. */
export interface BeforeTax {
  readonly made: DiscountedLines;
  readonly discounted: readonly Discounted[];
  readonly lefts: readonly DiscountedInvoiceLine[];
}

/** The lines with limits and discounts, as they are to be taxed. */
export function beforeTax(request: AssembleRequest): BeforeTax {
  const made = discount(withEarlierLimits(request), request);
  const discounted = withLaterLimits(made, request);
  const lefts = discounted.map((one) => ({
    line: one.line,
    left: netOf({ ...one.line, discount: one.discount, tax: zero(request.currency), isTaxIncluded: false }),
    credited: one.credited,
  }));
  return { made, discounted, lefts };
}

/**
 * The invoice that lines, limits, coupons and tax come to.
 * @throws PerennialError `tax_rate_not_found` where tax is to be collected and there is no rate, `currency_mismatch`,
 *   `currency_not_priced` when a limit has no amount in the currency.
 */
export function assembleInvoice(request: AssembleRequest): AssembledInvoice {
  const before = beforeTax(request);
  const { discounts, used } = before.made;
  return { ...taxedTogether([before], request), discounts, used };
}

/** Taxes lines as one invoice, also where they are of several subscriptions, each with its own limits and discounts. @throws as `assembleInvoice` */
export function taxedTogether(
  parts: readonly BeforeTax[],
  request: AssembleRequest,
): Pick<AssembledInvoice, 'lines' | 'amounts' | 'taxes'> {
  const { currency, tax } = request;
  const discounted = parts.flatMap((part) => part.discounted);
  const lefts = parts.flatMap((part) => part.lefts);
  const taxed = taxInvoice(lefts, tax, request, currency);
  const untaxed: Taxed = { tax: zero(currency), taxed: null };
  const lines = discounted.map((one, index) => assembledLine(one, taxed.lines[index] ?? untaxed));
  return { lines, amounts: invoiceAmounts(lines, currency), taxes: taxed.taxes };
}

/** What a line adds to the total. */
export const grossOf = ({ net, tax }: Pick<AssembledLine, 'net' | 'tax'>): Money => sum([net, tax], net.currency);

/** What each line gives back in all, if it is a credit. */
export const givenBack = ({ lines }: AssembledInvoice): GivenBack[] =>
  lines.map((line) => ({ creditsLineId: line.creditsLineId, amount: grossOf(line) }));

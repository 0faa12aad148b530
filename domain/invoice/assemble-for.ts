import type { AttachedCoupon } from '../discount/attached';
import type { SubscriptionState } from '../subscription/state';
import type { Instant } from '../time';
import { assembleInvoice, type AssembledInvoice, type AssembleRequest } from './assemble';
import type { BilledLine, InvoiceLine } from './line';
import type { PeriodLimits } from './limited-lines';
import type { Span } from './period-lines';
import type { TaxFacts } from './tax-facts';

/** What is held of a subscription's customer that lowers and taxes an invoice. */
export interface ReductionFacts {
  readonly coupons: readonly AttachedCoupon[];
  readonly tax: TaxFacts | null;
}

/** What an invoice bills, before coupons and tax. */
export interface InvoiceContents {
  readonly lines: readonly InvoiceLine[];
  readonly span: Span;
  /** Start of the billing period that coupons count it in; absent: as its span lies in the calendar. */
  readonly couponPeriod?: Instant;
  readonly limits?: PeriodLimits | null;
  /** The charges that its credit lines give back from. */
  readonly billed?: readonly BilledLine[];
}

/** A change within the running period belongs to that period; any other invoice begins one. */
export function billingPeriodStart({ period }: SubscriptionState, span: Span): Instant {
  const isWithin = period !== null && span.end === period.end && span.start >= period.start;
  return isWithin ? period.start : span.start;
}

/** What an invoice of a subscription is assembled from. */
export function requestFor(
  state: SubscriptionState,
  { coupons, tax }: ReductionFacts,
  { lines, span, couponPeriod, limits = null, billed = [] }: InvoiceContents,
  now: Instant,
): AssembleRequest {
  const { currency, timeZone } = state;
  const periodStart = couponPeriod ?? billingPeriodStart(state, span);
  return { lines, limits, currency, timeZone, now, periodStart, coupons, tax, billed };
}

/**
 * An invoice of a subscription with its coupons and its tax. Invoices and previews come from here.
 * @throws as `assembleInvoice`
 */
export function assembleFor(
  state: SubscriptionState,
  facts: ReductionFacts,
  contents: InvoiceContents,
  now: Instant,
): AssembledInvoice {
  return assembleInvoice(requestFor(state, facts, contents, now));
}

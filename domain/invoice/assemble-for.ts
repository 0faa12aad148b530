import type { AttachedCoupon } from '../discount/attached';
import type { SubscriptionState } from '../subscription/state';
import type { Instant } from '../time';
import { assembleInvoice, type AssembledInvoice } from './assemble';
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
  readonly limits?: PeriodLimits | null;
  /** The charges that its credit lines give back from. */
  readonly billed?: readonly BilledLine[];
}

/** A change within the running period belongs to that period; any other invoice begins one. */
export function billingPeriodStart({ period }: SubscriptionState, span: Span): Instant {
  const isWithin = period !== null && span.end === period.end && span.start >= period.start;
  return isWithin ? period.start : span.start;
}

/**
 * An invoice of a subscription with its coupons and its tax. Invoices and previews come from here.
 * @throws as `assembleInvoice`
 */
export function assembleFor(
  state: SubscriptionState,
  { coupons, tax }: ReductionFacts,
  { lines, span, limits = null, billed = [] }: InvoiceContents,
  now: Instant,
): AssembledInvoice {
  const { currency, timeZone } = state;
  const periodStart = billingPeriodStart(state, span);
  return assembleInvoice({ lines, limits, currency, timeZone, now, periodStart, coupons, tax, billed });
}

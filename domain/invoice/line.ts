import type { Money } from '../money';
import type { ProrationPolicy } from '../proration';
import type { Instant } from '../time';

export type LineKind = 'recurring' | 'one_off' | 'proration_charge' | 'proration_credit';

/** How a line's amount came about, enough to compute it again by hand. */
export interface LineExplanation {
  /** The price of the full period, unrounded, in major units. */
  readonly exact: string;
  /** What the pricing model did: quantity, unit amount, steps. */
  readonly pricing: unknown;
  /** The share of the full period that is billed; null for a full period. */
  readonly ratio: {
    readonly policy: ProrationPolicy;
    readonly numerator: string;
    readonly denominator: string;
    readonly fullStart: string;
    readonly fullEnd: string;
    readonly from: string;
  } | null;
  readonly rounding: 'half_up';
  readonly text: string;
}

export interface InvoiceLine {
  readonly kind: LineKind;
  readonly description: string;
  readonly priceId: string;
  readonly stream: string;
  readonly quantity: string;
  readonly amount: Money;
  readonly periodStart: Instant;
  readonly periodEnd: Instant;
  /** The charge that a credit gives back from. */
  readonly creditsLineId: string | null;
  readonly explanation: LineExplanation;
}

/** A charge that stands in the books for time not yet over: what a change may credit. */
export interface BilledLine {
  readonly id: string;
  readonly priceId: string;
  readonly description: string;
  readonly stream: string;
  readonly quantity: string;
  readonly amount: Money;
  readonly periodStart: Instant;
  readonly periodEnd: Instant;
  /** The full period that its price is for; absent: the one of the running calendar. */
  readonly full?: { readonly start: Instant; readonly end: Instant };
  /** The unrounded price of the full period that the line was made from. */
  readonly exact: string;
  /** The invoice that bills it, while that is open and no money for it is on its way; absent: paid, or as good as paid. */
  readonly openInvoice?: { readonly id: string; readonly amountDue: Money };
}

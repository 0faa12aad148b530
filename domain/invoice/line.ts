import type { CouponShare } from '../discount/discount-lines';
import type { Money } from '../money';
import type { ProrationPolicy } from '../proration';
import type { Jurisdiction } from '../tax/sales-tax';
import type { TaxTreatment } from '../tax/treatment';
import type { Instant } from '../time';
import type { UsageReading } from './usage-lines';

/**
 * `usage`: what a meter counted in an ended stretch; `usage_adjustment`: what came late or was corrected after its invoice. `minimum` and
 * `cap` are the limits of a plan; `add_on` and `one_off` stand beside it. `seats_added` and `seats_removed`: changes of the quantity that
 * are billed with the invoice after them. `unit_credits`: what the units of a wallet paid of what a meter counted.
 */
export type LineKind =
  | 'recurring'
  | 'one_off'
  | 'proration_charge'
  | 'proration_credit'
  | 'usage'
  | 'usage_adjustment'
  | 'add_on'
  | 'seats_added'
  | 'seats_removed'
  | 'minimum'
  | 'cap'
  | 'unit_credits';

/** What a line belongs to: coupons and reports are limited by it. Null where it belongs to none. */
export interface LineOrigin {
  readonly planId: string | null;
  readonly productId: string | null;
  /** The meter whose usage is billed. */
  readonly meterId: string | null;
}

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
  /** What coupons took off; absent for nothing. */
  readonly discounts?: readonly LineDiscount[];
  /** How it is taxed; absent where tax is no matter of the seller. */
  readonly tax?: LineTax;
}

/** A coupon's part in a line; negative on a credit, which takes it back. */
export interface LineDiscount {
  readonly attachmentId: string;
  readonly couponId: string;
  readonly amount: string;
}

/** Whose tax a line bears at which rate, and why. The amount stands beside the line's own. */
export interface LineTax extends Pick<TaxTreatment, 'kind' | 'category' | 'percent' | 'legend' | 'date' | 'text'> {
  readonly country: string;
  readonly region: string | null;
  /** True when the line's amount includes it. */
  readonly included: boolean;
  /** True while a register has not confirmed what it rests on, or a provider was away. */
  readonly provisional: boolean;
  /** The authorities that share it, where a provider says so. */
  readonly jurisdictions?: readonly Jurisdiction[];
}

export interface InvoiceLine extends LineOrigin {
  readonly kind: LineKind;
  readonly description: string;
  /** Null for a limit of the plan, which no price makes. */
  readonly priceId: string | null;
  readonly stream: string;
  readonly quantity: string;
  readonly amount: Money;
  readonly periodStart: Instant;
  readonly periodEnd: Instant;
  /** The charge that a credit gives back from. */
  readonly creditsLineId: string | null;
  readonly explanation: LineExplanation;
  /** What the usage of the line was read as, until the invoice is written: units of a wallet may pay it. */
  readonly reading?: UsageReading | undefined;
}

/** A charge that stands in the books for time not yet over: what a change may credit. */
export interface BilledLine extends LineOrigin {
  readonly id: string;
  readonly priceId: string;
  readonly description: string;
  readonly stream: string;
  readonly quantity: string;
  readonly amount: Money;
  readonly periodStart: Instant;
  readonly periodEnd: Instant;
  /** An add-on's: a change of plan leaves it alone. */
  readonly isAddOn?: boolean;
  /** The full period that its price is for; absent: the one of the running calendar. */
  readonly full?: { readonly start: Instant; readonly end: Instant };
  /** The unrounded price of the full period that the line was made from. */
  readonly exact: string;
  /** The invoice that bills it, while that is open and no money for it is on its way; absent: paid, or as good as paid. */
  readonly openInvoice?: {
    readonly id: string;
    readonly amountDue: Money;
    /** The subscription that collects it, if that is another one. */
    readonly lead?: string;
  };
  /** The share of it that credit notes and refunds left; absent: all of it. */
  readonly left?: { readonly numerator: string; readonly denominator: string };
  /** What coupons took off it and how it was taxed; absent for neither. */
  readonly reduced?: ReducedCharge;
}

/** Discount and tax of a charge that stands in the books: a credit gives back its part of both. */
export interface ReducedCharge {
  readonly discount: Money;
  readonly parts: readonly CouponShare[];
  readonly tax: Money;
  readonly taxed: LineTax | null;
}

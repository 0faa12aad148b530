/**
 * What a pricing model is. One file per model, one line in the registry, and the conformance suite tests it with nothing else written.
 */
import type { FieldError } from '../errors';

export type PricingModelKind = 'flat' | 'per_seat';

/** What a model promises, as data; the conformance suite checks that the promises hold. */
export interface PricingCapabilities {
  /** The quantity changes the price. */
  readonly usesQuantity: boolean;
  /** A greater quantity never costs less. */
  readonly monotone: boolean;
  /** A quantity of zero costs nothing. */
  readonly zeroAtZero: boolean;
  /** Only whole quantities are sold. */
  readonly wholeQuantities: boolean;
}

/** How an amount came about, for the invoice line; all numbers are plain decimal strings in major units. */
export interface PriceExplanation {
  readonly model: PricingModelKind;
  readonly unitAmount: string;
  readonly quantity: string;
  /** The part of the quantity that is charged for. */
  readonly chargedQuantity: string;
  readonly currency: string;
  /** For people: "5 × 12.00 USD". */
  readonly text: string;
}

export interface PricedAmount {
  /** Unrounded; the invoice line rounds once, after proration. */
  readonly exact: string;
  readonly explanation: PriceExplanation;
}

export interface PricingModel<Parameters = unknown> {
  readonly kind: PricingModelKind;
  readonly capabilities: PricingCapabilities;
  /** Parameters that the conformance suite prices with. */
  readonly samples: readonly Parameters[];
  /** Reads parameters from outside; the answer is the parameters or what is wrong, by field. */
  parse(parameters: unknown): Parameters | FieldError[];
  /**
   * The price of a quantity in a currency, for one whole period.
   * @throws PerennialError `currency_not_priced`, `quantity_invalid`.
   */
  price(parameters: Parameters, quantity: string, currency: string): PricedAmount;
}

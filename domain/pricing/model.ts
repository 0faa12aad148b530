/**
 * What a pricing model is. One file per model, one line in the registry, and the conformance suite tests it with nothing else written.
 * Parameters are the data of a price as the API takes and stores them, so their names are written as in the API.
 */
import type { FieldError } from '../errors';
import type { PricedAmount } from './explanation';
import type { Usage, UsageForm } from './usage';

export type PricingModelKind =
  | 'flat'
  | 'per_seat'
  | 'per_unit'
  | 'graduated'
  | 'volume'
  | 'package'
  | 'stairstep'
  | 'capacity'
  | 'cumulative_volume'
  | 'percentage'
  | 'graduated_percentage'
  | 'dynamic'
  | 'matrix';

/** What a model promises, as data; the conformance suite checks that the promises hold. */
export interface PricingCapabilities {
  /** The form of usage that the model reads; any other is refused. */
  readonly usage: UsageForm;
  /**
   * Over which time a quantity goes on counting: the billing period when it is billed in parts, the whole contract, or not at all. With it,
   * the prices of the parts add up to the price of the whole.
   */
  readonly before: 'none' | 'period' | 'contract';
  /** The usage changes the price. */
  readonly usesQuantity: boolean;
  /** More usage never costs less. */
  readonly monotone: boolean;
  /** No usage costs nothing. */
  readonly zeroAtZero: boolean;
  /** Only whole quantities are sold. */
  readonly wholeQuantities: boolean;
}

export interface PricingModel<Parameters = unknown> {
  readonly kind: PricingModelKind;
  readonly capabilities: PricingCapabilities;
  /** Parameters that the conformance suite prices with; together they show all that the model can do. */
  readonly samples: readonly Parameters[];
  /** Reads parameters from outside; the answer is the parameters, defaults filled in, or what is wrong, by field. */
  parse(parameters: unknown): Parameters | FieldError[];
  /** The currencies that the parameters have a price in. */
  currencies(parameters: Parameters): readonly string[];
  /**
   * The price of a usage in a currency, for one whole period.
   * @throws PerennialError `currency_not_priced`, `quantity_invalid`, `usage_invalid`, `usage_not_priced`, `currency_mismatch`.
   */
  price(parameters: Parameters, usage: Usage, currency: string): PricedAmount;
}

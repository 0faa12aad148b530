/** What the engine asks of the outside about tax. Rates are a table of its own (`tax_rates`). */
import type { TaxNumberRegister } from '../../domain/tax/tax-number';

/** A register of tax numbers, such as VIES. It answers `unknown` for every outage, limit and time-out; it never throws for them. */
export interface TaxRegister extends TaxNumberRegister {
  readonly name: string;
  /** True for a country (ISO 3166-1) whose numbers it knows. */
  covers(country: string): boolean;
}

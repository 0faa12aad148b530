/** What the engine asks of the outside about tax: registers of tax numbers, and lists of rates. */
import type { TaxRateSource } from '../../domain/tax/rate';
import type { TaxNumberRegister } from '../../domain/tax/tax-number';

/** A register of tax numbers, such as VIES. It answers `unknown` for every outage, limit and time-out; it never throws for them. */
export interface TaxRegister extends TaxNumberRegister {
  readonly name: string;
  /** True for a country (ISO 3166-1) whose numbers it knows. */
  covers(country: string): boolean;
}

/**
 * Who knows rates: a list, or a provider of sales tax. What it answers is put into the table of rates with its dates, and invoices are taxed
 * by the table: no invoice waits for a provider.
 */
export interface TaxRateProvider extends TaxRateSource {
  readonly name: string;
}

/** The providers of sales tax: one is one file and one line here. */
import type { AskSalesTax, SalesTaxProvider, SalesTaxSource } from '../../domain/tax/sales-tax';
import { createStripeTax, type StripeTaxOptions } from './stripe-tax';
import { tableSalesTax } from './table';

export type SalesTaxProviders = Readonly<Record<SalesTaxSource, SalesTaxProvider>>;

export interface SalesTaxOptions {
  readonly stripe: StripeTaxOptions;
}

/** Every provider that tax settings may name, and the table. Each holds a client of its own, so make them once per process. */
export function createSalesTax({ stripe }: SalesTaxOptions): SalesTaxProviders {
  return { stripe_tax: createStripeTax(stripe), table: tableSalesTax };
}

/** Asks them by their name. */
export const askingOf =
  (providers: SalesTaxProviders): AskSalesTax =>
  (source, question) =>
    providers[source].calculate(question);

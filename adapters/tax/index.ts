/** The providers of sales tax: one is one file and one line here. */
import type { AskSalesTax, SalesTaxProvider } from '../../domain/tax/sales-tax';
import type { SalesTaxProviderName } from '../../domain/tax/settings';
import { createStripeTax, type StripeTaxOptions } from './stripe-tax';

export type SalesTaxProviders = Readonly<Record<SalesTaxProviderName, SalesTaxProvider>>;

export interface SalesTaxOptions {
  readonly stripe: StripeTaxOptions;
}

/** Every provider that tax settings may name. Each holds a client of its own, so make them once per process. */
export function createSalesTax({ stripe }: SalesTaxOptions): SalesTaxProviders {
  return { stripe_tax: createStripeTax(stripe) };
}

/** Asks them by their name. */
export const askingOf =
  (providers: SalesTaxProviders): AskSalesTax =>
  (provider, question) =>
    providers[provider].calculate(question);

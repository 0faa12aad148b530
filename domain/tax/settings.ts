/** How a seller taxes at all: where it collects, whether its prices include tax, how it is rounded. Without settings nothing is taxed. */
import { listOf, nullable, oneOf, type Field, objectOf, parameters, withDefault } from '../pricing/fields';
import { country } from './place';
import type { TaxRounding } from './tax-lines';
import { parseSellerTax, type SellerTax } from './treatment';

export interface TaxSettings {
  readonly seller: SellerTax;
  /** Whether tax comes on top of the prices or is within them. */
  readonly prices: 'exclusive' | 'inclusive';
  readonly rounding: TaxRounding;
  /** Pieces of evidence that must agree on the customer's place: `one` for a small seller (Regulation (EU) 282/2011, Art. 24b (2)). */
  readonly evidence: 'one' | 'two';
  /** Who computes sales tax where a table by states is not enough; null or absent: the table does everywhere. */
  readonly sales_tax?: SalesTaxSettings | null;
}

/** The providers that there are (`adapters/tax/index.ts`). */
export const salesTaxProviderNames = ['stripe_tax'] as const;
export type SalesTaxProviderName = (typeof salesTaxProviderNames)[number];

export interface SalesTaxSettings {
  readonly provider: SalesTaxProviderName;
  /** Customers of these countries are asked about. */
  readonly countries: readonly string[];
  /** While the provider does not answer: `table` takes our own rates, and says so; `hold` makes no invoice until it answers. */
  readonly outage: 'table' | 'hold';
}

/** Where tax differs from street to street, and what a country taxes at all differs by state or province. */
const countriesAsked = ['US', 'CA'];
/** More countries than there are. */
const countriesMax = 300;

const salesTax = objectOf<SalesTaxSettings>({
  provider: oneOf(...salesTaxProviderNames),
  countries: withDefault(listOf(country, countriesMax), countriesAsked),
  outage: withDefault(oneOf('table', 'hold'), 'table'),
});

const seller: Field<SellerTax> = (value, path) => {
  const read = parseSellerTax(value);
  if (!Array.isArray(read)) return { value: read };
  return { errors: read.map((error) => ({ ...error, path: error.path === '' ? path : `${path}.${error.path}` })) };
};

/** Reads the tax settings of a tenant from outside, or what is wrong by field. */
export const parseTaxSettings = parameters<TaxSettings>(
  objectOf<TaxSettings>({
    seller,
    prices: withDefault(oneOf('exclusive', 'inclusive'), 'exclusive'),
    rounding: withDefault(oneOf('per_rate', 'per_line'), 'per_rate'),
    evidence: withDefault(oneOf('one', 'two'), 'two'),
    sales_tax: nullable(salesTax),
  }),
);

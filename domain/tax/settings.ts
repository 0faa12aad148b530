/** How a seller taxes at all: where it collects, whether its prices include tax, how it is rounded. Without settings nothing is taxed. */
import { oneOf, type Field, objectOf, parameters, withDefault } from '../pricing/fields';
import type { TaxRounding } from './tax-lines';
import { parseSellerTax, type SellerTax } from './treatment';

export interface TaxSettings {
  readonly seller: SellerTax;
  /** Whether tax comes on top of the prices or is within them. */
  readonly prices: 'exclusive' | 'inclusive';
  readonly rounding: TaxRounding;
  /** Pieces of evidence that must agree on the customer's place: `one` for a small seller (Regulation (EU) 282/2011, Art. 24b (2)). */
  readonly evidence: 'one' | 'two';
}

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
  }),
);

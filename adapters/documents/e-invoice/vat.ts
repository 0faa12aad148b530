/** Tax in the categories of EN 16931 (UNTDID 5305): each line has one, and the breakdown (BG-23) one row for each category and rate. */
import type { DocumentLine, DocumentSource, DocumentTaxKind } from '../../../domain/document/source';
import { add, type Money, sum, zero } from '../../../domain/money';
import { type Element, told } from './party';

/** Standard, zero rated, exempt, reverse charge, outside the scope of VAT. */
type Category = 'S' | 'Z' | 'E' | 'AE' | 'O';

const categories: Readonly<Record<DocumentTaxKind, Category>> = {
  taxed: 'S',
  exempt: 'E',
  reverse_charge: 'AE',
  not_collected: 'O',
  untaxed: 'O',
};

interface Vat {
  readonly category: Category;
  readonly percent: string;
}

/** "19.00" as "19": the percentages of a line and of the breakdown are compared as they stand. */
const shortPercent = (percent: string): string => (percent.includes('.') ? percent.replace(/\.?0+$/, '') : percent);

/** BR-O-11: what is outside the scope stands alone; beside other categories it counts as exempt. */
export function isOutOfScope({ lines }: DocumentSource): boolean {
  return lines.every(({ taxKind }) => categories[taxKind] === 'O');
}

function vatOf({ taxKind, taxPercent }: Pick<DocumentLine, 'taxKind' | 'taxPercent'>, outOfScope: boolean): Vat {
  const percent = shortPercent(taxPercent);
  const category = categories[taxKind];
  if (category === 'S' && percent === '0') return { category: 'Z', percent };
  return { category: category === 'O' && !outOfScope ? 'E' : category, percent };
}

const vatScheme = { 'cbc:ID': 'VAT' };

const categoryElement = ({ category, percent }: Vat): Element =>
  told({
    'cbc:ID': category,
    'cbc:Percent': category === 'O' ? null : percent,
  });

/** The category of a line (BG-30). */
export function lineCategory(line: DocumentLine, outOfScope: boolean): Element {
  return { ...categoryElement(vatOf(line, outOfScope)), 'cac:TaxScheme': vatScheme };
}

/** Why there is no tax, by category (BT-120); `S` and `Z` have none. */
function reasonOf(category: Category, source: DocumentSource): string | null {
  if (category === 'AE') return 'Reverse charge';
  if (category === 'O') return 'Not subject to VAT';
  if (category !== 'E') return null;
  return source.taxes.find(({ kind, legend }) => kind === 'exempt' && legend !== null)?.legend ?? 'Exempt from tax';
}

interface Subtotal extends Vat {
  readonly net: Money;
  readonly tax: Money;
}

function subtotalsOf(source: DocumentSource): Subtotal[] {
  const outOfScope = isOutOfScope(source);
  const found = new Map<string, Subtotal>();
  for (const line of source.lines) {
    const vat = vatOf(line, outOfScope);
    const key = `${vat.category} ${vat.percent}`;
    const before = found.get(key) ?? { ...vat, net: zero(source.currency), tax: zero(source.currency) };
    found.set(key, { ...vat, net: add(before.net, line.net), tax: add(before.tax, line.tax) });
  }
  return [...found.values()];
}

/** All tax (BT-110). */
export function taxTotal({ lines, currency }: DocumentSource): Money {
  return sum(
    lines.map(({ tax }) => tax),
    currency,
  );
}

/** The breakdown (BG-22, BG-23). */
export function taxTotalElement(source: DocumentSource): Element {
  const { currency } = source;
  const subtotals = subtotalsOf(source).map(({ net, tax, ...vat }) => ({
    'cbc:TaxableAmount': net.amount,
    'cbc:TaxableAmount@currencyID': currency,
    'cbc:TaxAmount': tax.amount,
    'cbc:TaxAmount@currencyID': currency,
    'cac:TaxCategory': told({
      ...categoryElement(vat),
      'cbc:TaxExemptionReason': reasonOf(vat.category, source),
      'cac:TaxScheme': vatScheme,
    }),
  }));
  return {
    'cbc:TaxAmount': taxTotal(source).amount,
    'cbc:TaxAmount@currencyID': currency,
    'cac:TaxSubtotal': subtotals,
  };
}

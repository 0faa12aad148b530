/** The foot of a document: from the lines to what is asked for, the tax by rate, and the sentences that the law prescribes. */
import { add, isNegative, isZero, negate } from '../money';
import { fill, formatMoney, formatPercent } from './format';
import type { Language, Phrases } from './languages/phrases';
import type { DocumentSource, DocumentTax } from './source';

export interface Total {
  readonly label: string;
  readonly value: string;
  readonly weight: 'plain' | 'strong' | 'small';
}

export interface TaxTable {
  readonly head: { readonly rate: string; readonly net: string; readonly tax: string; readonly gross: string };
  readonly rows: readonly {
    readonly rate: string;
    readonly net: string;
    readonly tax: string;
    readonly gross: string;
  }[];
}

/** Where tax on sales is no value added tax. */
const salesTaxCountries: ReadonlySet<string> = new Set(['US', 'PR', 'MY']);
const isSalesTax = ({ country }: DocumentTax): boolean => country !== null && salesTaxCountries.has(country);
const taxName = (tax: DocumentTax, phrases: Phrases): string => (isSalesTax(tax) ? phrases.salesTax : phrases.vat);

const told = (source: DocumentSource): DocumentTax[] => source.taxes.filter(({ kind }) => kind !== 'untaxed');

/** "VAT 19%"; the words of the reason where nothing is taxed. */
function rateLabel(tax: DocumentTax, language: Language): string {
  const { phrases } = language;
  if (tax.kind === 'reverse_charge') return phrases.reverseCharge;
  if (tax.kind === 'exempt') return phrases.exempt;
  if (tax.kind === 'not_collected') return phrases.notCollected;
  return `${taxName(tax, phrases)} ${formatPercent(tax.percent, language)}`;
}

function taxTotals(source: DocumentSource, language: Language, included: boolean): Total[] {
  const { phrases } = language;
  return told(source)
    .filter((tax) => tax.included === included && tax.kind === 'taxed')
    .map((tax) => {
      const phrase = isSalesTax(tax) ? phrases.salesTaxAt : phrases.vatAt;
      const values = { rate: formatPercent(tax.percent, language), net: formatMoney(tax.net, language) };
      const label = included ? fill(phrases.includedTax, { tax: rateLabel(tax, language) }) : fill(phrase, values);
      return { label, value: formatMoney(tax.tax, language), weight: included ? 'small' : 'plain' };
    });
}

/** From the total to what is asked for; nothing where they are the same. */
function settlement(source: DocumentSource, language: Language): Total[] {
  const { phrases } = language;
  const { walletDraws, balanceApplied, carriedOver, creditGiven } = source;
  const balance = isNegative(balanceApplied) ? phrases.balanceKept : phrases.balanceApplied;
  const parts = [
    ...walletDraws.map(({ name, amount }) => ({ label: `${phrases.walletApplied}: ${name}`, amount: negate(amount) })),
    { label: balance, amount: negate(balanceApplied) },
    { label: phrases.carriedOver, amount: negate(carriedOver) },
    { label: phrases.creditGiven, amount: creditGiven },
  ];
  return parts
    .filter(({ amount }) => !isZero(amount))
    .map(({ label, amount }) => ({ label, value: formatMoney(amount, language), weight: 'plain' }));
}

/** Where the amount of a credit note goes. */
function givenBack({ given }: DocumentSource, language: Language): Total[] {
  const { phrases } = language;
  if (given === null) return [];
  const parts = [
    { label: phrases.reduced, amount: given.reduced },
    { label: phrases.refunded, amount: given.refunded },
    { label: phrases.balanceKept, amount: given.toBalance },
  ];
  return parts
    .filter(({ amount }) => !isZero(amount))
    .map(({ label, amount }) => ({ label, value: formatMoney(amount, language), weight: 'plain' }));
}

/** The column of amounts below the lines. */
export function totalsOf(source: DocumentSource, language: Language): Total[] {
  const { phrases } = language;
  const money = (value: DocumentSource['total']): string => formatMoney(value, language);
  const named = source.discounts.map(({ name, amount }) => ({ label: fill(phrases.discount, { name }), amount }));
  const discounts: Total[] = [...named, { label: phrases.discountTakenBack, amount: source.discountTakenBack }]
    .filter(({ amount }) => !isZero(amount))
    .map(({ label, amount }) => ({ label, value: money(negate(amount)), weight: 'plain' }));
  const added = taxTotals(source, language, false);
  const before: Total[] = [...discounts, ...added];
  const subtotal: Total[] =
    before.length === 0 ? [] : [{ label: phrases.subtotal, value: money(source.subtotal), weight: 'plain' }];
  const isNote = source.kind === 'credit_note';
  const total: Total = {
    label: isNote ? phrases.totalCredit : phrases.total,
    value: money(source.total),
    weight: 'strong',
  };
  const due: Total[] = isNote
    ? givenBack(source, language)
    : [...settlement(source, language), { label: phrases.amountDue, value: money(source.amountDue), weight: 'strong' }];
  return [...subtotal, ...before, total, ...taxTotals(source, language, true), ...due];
}

/** Net, tax and gross by rate (Art. 226 (8) to (10)); null where tax is no matter of the seller. */
export function taxTable(source: DocumentSource, language: Language): TaxTable | null {
  const rows = told(source).map((tax) => ({
    rate: rateLabel(tax, language),
    net: formatMoney(tax.net, language),
    tax: formatMoney(tax.tax, language),
    gross: formatMoney(add(tax.net, tax.tax), language),
  }));
  const { rate, net, tax, gross } = language.phrases;
  return rows.length === 0 ? null : { head: { rate, net, tax, gross }, rows };
}

/** Why something is not taxed, in the prescribed words (Art. 226 (11), (11a)), and whether prices hold the tax; each once. */
export function legendsOf(source: DocumentSource, language: Language): string[] {
  const { phrases } = language;
  const sentences = told(source).flatMap(({ kind, legend }) => {
    if (kind === 'taxed') return [];
    if (kind === 'reverse_charge') return [phrases.reverseCharge];
    const words = kind === 'exempt' ? phrases.exempt : phrases.notCollected;
    return [legend === null ? words : `${words}: ${legend}`];
  });
  const included = told(source).some((tax) => tax.included && !isZero(tax.tax)) ? [phrases.taxIncludedNote] : [];
  return [...new Set([...sentences, ...included])];
}

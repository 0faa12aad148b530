/**
 * Which lines of an invoice a provider of sales tax is asked about, and the tax that follows from what it said. Lines below zero (a cap, usage
 * that was corrected) are set off against the others first, in proportion: a provider taxes sales, not their opposite.
 */
import { add, allocate, formatMoney, isNegative, isPositive, type Money, negate, subtract, sum, zero } from '../money';
import { compareDecimals, total } from '../pricing/exact';
import type { BuyerPlace } from '../tax/buyer';
import type { SalesTaxLine, SalesTaxLineAnswer } from '../tax/sales-tax';
import { collectsThere, type TaxKind } from '../tax/treatment';
import type { DiscountedInvoiceLine, ProviderOfTax, TaxedCharges, TaxedLine, TaxRow } from './invoice-taxes';
import type { LineTax } from './line';
import { type SaidTax, supplyOf, type TaxFacts, type TaxMoment } from './tax-facts';

/** A charge that the provider taxes. */
interface AskedCharge {
  readonly position: number;
  /** After discounts; below zero for a cap and the like. */
  readonly left: Money;
  readonly category: string;
  readonly date: string;
}

function chargesAsked(
  lines: readonly DiscountedInvoiceLine[],
  facts: TaxFacts,
  { place }: BuyerPlace,
  moment: TaxMoment,
): AskedCharge[] {
  const { sales_tax: rules } = facts.settings;
  if (rules === undefined || rules === null || !rules.countries.includes(place.country)) return [];
  return lines.flatMap(({ line, left, credited }, position) => {
    if (credited !== null) return [];
    const supply = supplyOf(line, facts, place, moment);
    const { category, date } = supply;
    return collectsThere(supply) ? [{ position, left, category, date }] : [];
  });
}

/** What is left of each charge above zero once those below zero are set off; nothing where they come to zero or less. */
function setOff(charges: readonly AskedCharge[], currency: string): Map<number, Money> {
  const above = charges.filter(({ left }) => isPositive(left));
  const below = sum(
    charges.filter(({ left }) => isNegative(left)).map(({ left }) => left),
    currency,
  );
  const all = sum(
    above.map(({ left }) => left),
    currency,
  );
  if (!isPositive(add(all, below))) return new Map();
  const weights = above.map(({ left }) => left.amount);
  const shares = isNegative(below) ? allocate(negate(below), weights) : [];
  const rest = above.map(
    ({ position, left }, index) => [position, subtract(left, shares[index] ?? zero(currency))] as const,
  );
  return new Map(rest.filter(([, left]) => isPositive(left)));
}

const referenceOf = (position: number): string => `line-${position}`;

/** The lines to ask about; none where no provider is to be asked, or nothing is sold. */
export function linesToAsk(
  lines: readonly DiscountedInvoiceLine[],
  facts: TaxFacts,
  place: BuyerPlace,
  moment: TaxMoment,
  currency: string,
): SalesTaxLine[] {
  const charges = chargesAsked(lines, facts, place, moment);
  const rest = setOff(charges, currency);
  const isTaxIncluded = facts.settings.prices === 'inclusive';
  return charges.flatMap(({ position, category, date }) => {
    const amount = rest.get(position);
    return amount === undefined ? [] : [{ reference: referenceOf(position), amount, isTaxIncluded, category, date }];
  });
}

const imposes = ({ percent }: { readonly percent: string }): boolean => compareDecimals(percent, '0') > 0;

/** Words of a provider for "the seller does not collect here". */
const notCollected: ReadonlySet<string> = new Set(['not_collecting', 'not_supported']);

function kindOf({ tax, jurisdictions }: SalesTaxLineAnswer): TaxKind {
  if (isPositive(tax) || jurisdictions.some(imposes)) return 'taxed';
  return jurisdictions.every(({ reason }) => notCollected.has(reason)) ? 'not_collected' : 'exempt';
}

function textOf({ provider, obstacle }: SaidTax, { jurisdictions }: SalesTaxLineAnswer): string {
  const parts = jurisdictions.map(({ name, percent, reason }) =>
    percent === '0' ? `${name} ${reason}` : `${name} ${percent} %`,
  );
  const by = obstacle === null ? `by ${provider}` : `by the table, ${provider} being away (${obstacle})`;
  return `${parts.length === 0 ? 'no tax' : parts.join(', ')}: ${by}`;
}

type Lines = readonly DiscountedInvoiceLine[];
interface SaidLine extends AskedCharge {
  readonly tax: Money;
  readonly taxed: LineTax;
}

/** A line that was set off, or is zero, goes with the first that was taxed. */
function saidLines(charges: readonly AskedCharge[], facts: TaxFacts, said: SaidTax, { place }: BuyerPlace): SaidLine[] {
  const answers = new Map(said.answer.lines.map((answer) => [answer.reference, answer]));
  const [first] = said.answer.lines;
  return charges.flatMap((charge) => {
    const own = answers.get(referenceOf(charge.position));
    const answer = own ?? first;
    if (answer === undefined) return [];
    const { jurisdictions } = answer;
    const region = place.region ?? jurisdictions.find((one) => one.region !== null)?.region ?? null;
    const taxed: LineTax = {
      kind: kindOf(answer),
      country: place.country,
      region,
      category: charge.category,
      percent: total(jurisdictions.filter(imposes).map(({ percent }) => percent)),
      legend: null,
      included: facts.settings.prices === 'inclusive',
      date: charge.date,
      provisional: said.obstacle !== null,
      text: own === undefined ? `set off against the other lines: ${textOf(said, answer)}` : textOf(said, answer),
      ...(own === undefined ? {} : { jurisdictions }),
    };
    return [{ ...charge, tax: own?.tax ?? zero(charge.left.currency), taxed }];
  });
}

function rowOf(lines: readonly SaidLine[], currency: string): TaxRow[] {
  const [first] = lines;
  if (first === undefined) return [];
  const { kind, country, region, percent, legend, included, text } = first.taxed;
  const amount = sum(
    lines.map(({ left }) => left),
    currency,
  );
  const tax = sum(
    lines.map((line) => line.tax),
    currency,
  );
  const said = { rounding: 'half_up', rounded: 'by_provider', text: `${text}, of ${formatMoney(amount)}` } as const;
  return [
    {
      kind,
      country,
      region,
      percent,
      legend,
      included,
      of: 'charges',
      base: included ? subtract(amount, tax) : amount,
      tax,
      lines: lines.map(({ position }) => position),
      explanation: { amount, ...said },
    },
  ];
}

function rowsOf(lines: readonly SaidLine[], currency: string): TaxRow[] {
  const found = new Map<string, SaidLine[]>();
  for (const line of lines) {
    const { kind, region, percent } = line.taxed;
    const key = JSON.stringify([kind, region, percent]);
    found.set(key, [...(found.get(key) ?? []), line]);
  }
  return [...found.values()].flatMap((group) => rowOf(group, currency));
}

const soldOf = (rows: readonly TaxRow[], currency: string): Money =>
  sum(
    rows.flatMap(({ base, tax }) => [base, tax]),
    currency,
  );

/** The tax of the lines that a provider was asked about, as it was said; nothing where nobody was asked. */
export function taxedAsSaid(
  lines: Lines,
  facts: TaxFacts,
  place: BuyerPlace,
  moment: TaxMoment,
  currency: string,
): TaxedCharges {
  const { said } = facts;
  if (said === undefined) return { taxed: new Map(), rows: [], place };
  const made = saidLines(chargesAsked(lines, facts, place, moment), facts, said, place);
  const rows = rowsOf(made, currency);
  const { calculation, date } = said.answer;
  const provider: ProviderOfTax = {
    name: said.provider,
    calculation: said.obstacle === null ? calculation : null,
    obstacle: said.obstacle,
    date,
    sold: soldOf(rows, currency),
  };
  const taxed = new Map<number, TaxedLine>(made.map(({ position, tax, taxed: of }) => [position, { tax, taxed: of }]));
  return { taxed, rows, place, provider };
}

/**
 * The tax of an invoice. Per rate: the amounts of one rate are added up and the tax of the sum is rounded once. Per line, as an option: each
 * line is rounded. Both give every line its share, so that credit notes and books know it.
 */
import { type Money, add, formatMoney, roundRatio, subtract, sum, zero } from '../money';
import { plus } from '../pricing/exact';
import type { TaxKind, TaxTreatment } from './treatment';

/** Three lines of 3.33 at 19 %: per rate 1.90, per line 1.89. */
export type TaxRounding = 'per_rate' | 'per_line';

export interface TaxableLine {
  /** After discounts; negative for a credit. */
  readonly amount: Money;
  /** True when the tax is within the amount; false when it comes on top. */
  readonly isTaxIncluded: boolean;
  readonly treatment: TaxTreatment;
}

/** net + tax = gross. */
export interface TaxedAmounts {
  readonly net: Money;
  readonly tax: Money;
  readonly gross: Money;
}

/** The lines of one rate or legend: a row of the tax summary that an invoice must show (Directive 2006/112, Art. 226 (8) to (10)). */
export interface TaxGroup extends TaxedAmounts {
  readonly kind: TaxKind;
  readonly country: string;
  readonly region: string | null;
  readonly percent: string;
  readonly legend: string | null;
  readonly isTaxIncluded: boolean;
  /** Indexes of its lines. */
  readonly lines: readonly number[];
  /** tax = amount × numerator / denominator, rounded as stated: once, or by line. */
  readonly explanation: {
    readonly amount: Money;
    readonly numerator: string;
    readonly denominator: string;
    readonly rounding: 'half_up';
    readonly rounded: TaxRounding;
    readonly text: string;
  };
}

export interface Taxes {
  /** In the order of the lines. */
  readonly lines: readonly TaxedAmounts[];
  /** In the order in which their first lines stand. */
  readonly groups: readonly TaxGroup[];
  /** All tax: what is added and what is included. */
  readonly tax: Money;
  readonly added: Money;
  readonly included: Money;
}

/** The tax of an amount as a ratio: 19/100 on top of it, 19/119 within it. */
function ratioOf(
  percent: string,
  isTaxIncluded: boolean,
): { readonly numerator: string; readonly denominator: string } {
  return { numerator: percent, denominator: isTaxIncluded ? plus('100', percent) : '100' };
}

function taxOf(amount: Money, percent: string, isTaxIncluded: boolean): Money {
  const { numerator, denominator } = ratioOf(percent, isTaxIncluded);
  return roundRatio(amount.amount, amount.currency, numerator, denominator, 'half_up');
}

interface Indexed {
  readonly index: number;
  readonly line: TaxableLine;
}

/** Lines that stand in one row: the same tax at the same rate, on top or within. */
function grouped(lines: readonly TaxableLine[]): Indexed[][] {
  const found = new Map<string, Indexed[]>();
  lines.forEach((line, index) => {
    const { kind, place, percent, legend } = line.treatment;
    const key = JSON.stringify([kind, place.country, place.region, percent, legend, line.isTaxIncluded]);
    found.set(key, [...(found.get(key) ?? []), { index, line }]);
  });
  return [...found.values()];
}

/**
 * The tax of each line of a group. Per rate, a line has what the rounded tax grows by with it: the shares add up to the tax of the sum,
 * whatever the signs of the lines, and each is within a minor unit of its own tax.
 */
function lineTaxes(group: readonly Indexed[], currency: string, rounding: TaxRounding): Money[] {
  let before = zero(currency);
  return group.map(({ line: { amount, isTaxIncluded, treatment } }) => {
    if (rounding === 'per_line') return taxOf(amount, treatment.percent, isTaxIncluded);
    const after = add(before, amount);
    const share = subtract(
      taxOf(after, treatment.percent, isTaxIncluded),
      taxOf(before, treatment.percent, isTaxIncluded),
    );
    before = after;
    return share;
  });
}

function withTax(amount: Money, tax: Money, isTaxIncluded: boolean): TaxedAmounts {
  return isTaxIncluded
    ? { net: subtract(amount, tax), tax, gross: amount }
    : { net: amount, tax, gross: add(amount, tax) };
}

function groupOf(
  members: readonly Indexed[],
  taxes: readonly Money[],
  currency: string,
  rounded: TaxRounding,
): TaxGroup[] {
  const [first] = members;
  if (first === undefined) return [];
  const { isTaxIncluded, treatment } = first.line;
  const amount = sum(
    members.map(({ line }) => line.amount),
    currency,
  );
  const { kind, place, percent, legend } = treatment;
  const text = `${percent} % ${isTaxIncluded ? 'within' : 'of'} ${formatMoney(amount)}${rounded === 'per_line' ? ', rounded by line' : ''}`;
  const explanation = { amount, ...ratioOf(percent, isTaxIncluded), rounding: 'half_up', rounded, text } as const;
  const lines = members.map(({ index }) => index);
  const amounts = withTax(amount, sum(taxes, currency), isTaxIncluded);
  return [
    {
      kind,
      country: place.country,
      region: place.region,
      percent,
      legend,
      isTaxIncluded,
      lines,
      explanation,
      ...amounts,
    },
  ];
}

/**
 * The tax of an invoice's lines, by line and by rate.
 * @param rounding per rate on the invoice unless the tenant's law or habit asks for lines
 * @throws PerennialError `currency_mismatch` when a line is in another currency.
 */
export function taxLines(lines: readonly TaxableLine[], currency: string, rounding: TaxRounding = 'per_rate'): Taxes {
  const byLine = new Map<number, TaxedAmounts>();
  const groups = grouped(lines).flatMap((members) => {
    const taxes = lineTaxes(members, currency, rounding);
    members.forEach(({ index, line }, at) =>
      byLine.set(index, withTax(line.amount, taxes[at] ?? zero(currency), line.isTaxIncluded)),
    );
    return groupOf(members, taxes, currency, rounding);
  });
  const taxWhere = (included: boolean): Money =>
    sum(
      groups.filter(({ isTaxIncluded }) => isTaxIncluded === included).map(({ tax }) => tax),
      currency,
    );
  const added = taxWhere(false);
  const included = taxWhere(true);
  return {
    lines: [...byLine].sort(([a], [b]) => a - b).map(([, amounts]) => amounts),
    groups,
    tax: add(added, included),
    added,
    included,
  };
}

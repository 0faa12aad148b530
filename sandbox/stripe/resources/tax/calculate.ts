/** The tax of a calculation's lines, in wire units, each authority rounded half up by line. */
import type Stripe from 'stripe';
import { newId } from '../../state/new-id';
import { ratesOf, type Authority, type Rates } from './rates';

type Item = Stripe.Tax.CalculationLineItem;
type Part = NonNullable<Item['tax_breakdown']>[number];

export interface GivenLine {
  readonly amount: number;
  readonly quantity?: number | undefined;
  readonly reference?: string | undefined;
  readonly tax_behavior?: 'exclusive' | 'inclusive' | undefined;
  readonly tax_code?: string | undefined;
}

export interface Place {
  readonly country: string;
  readonly state: string;
  readonly postalCode: string;
}

/** The account's own default: "General - Electronically Supplied Services". */
const defaultCode = 'txcd_10000000';
/** Thousandths of a percent. */
const permille = 1_000;
const whole = 100 * permille;

const thousandths = (percent: string): number => Math.round(Number.parseFloat(percent) * permille);

/** Half up, of whole numbers from zero. */
const share = (amount: number, part: number, of: number): number => Math.floor((2 * amount * part + of) / (2 * of));

function partOf(place: Place, amount: number, tax: number, { name, level, percent, type }: Authority): Part {
  return {
    amount: tax,
    jurisdiction: {
      country: place.country,
      display_name: name,
      level,
      state: level === 'country' ? null : place.state,
    },
    sourcing: 'destination',
    tax_rate_details: { display_name: 'Sales and Use Tax', percentage_decimal: percent, tax_type: type },
    taxability_reason: 'standard_rated',
    taxable_amount: amount,
  };
}

const untaxedPart = (place: Place, reason: Part['taxability_reason']): Part => ({
  amount: 0,
  jurisdiction: { country: place.country, display_name: place.state, level: 'state', state: place.state },
  sourcing: 'destination',
  tax_rate_details: null,
  taxability_reason: reason,
  taxable_amount: 0,
});

function partsOf(place: Place, { authorities, untaxed }: Rates, line: GivenLine): Part[] {
  if (untaxed !== null) return [untaxedPart(place, untaxed)];
  const rates = authorities.map(({ percent }) => thousandths(percent));
  const all = rates.reduce((sum, rate) => sum + rate, 0);
  // Of a price with tax, what is taxed is the price without it.
  const base = line.tax_behavior === 'inclusive' ? line.amount - share(line.amount, all, whole + all) : line.amount;
  return authorities.map((authority, index) => partOf(place, base, share(base, rates[index] ?? 0, whole), authority));
}

/** One line with its tax. */
export function taxedLine(place: Place, line: GivenLine): Item {
  const code = line.tax_code ?? defaultCode;
  const parts = partsOf(place, ratesOf(place.country, place.state, place.postalCode, code), line);
  return {
    id: newId('tax_li'),
    object: 'tax.calculation_line_item',
    amount: line.amount,
    amount_tax: parts.reduce((sum, { amount }) => sum + amount, 0),
    livemode: false,
    metadata: null,
    performance_location: null,
    product: null,
    quantity: line.quantity ?? 1,
    reference: line.reference ?? newId('L'),
    tax_behavior: line.tax_behavior ?? 'exclusive',
    tax_breakdown: parts,
    tax_code: code,
  };
}

type Summary = Stripe.Tax.Calculation['tax_breakdown'][number];

/** The parts of all lines by authority, as a calculation sums them up. */
export function summaryOf(items: readonly Item[]): Summary[] {
  const found = new Map<string, Summary>();
  for (const { tax_breakdown: parts, tax_behavior: behavior } of items)
    for (const {
      amount,
      jurisdiction,
      tax_rate_details: rate,
      taxability_reason: reason,
      taxable_amount: taxable,
    } of parts ?? []) {
      const key = JSON.stringify([jurisdiction, rate, reason, behavior]);
      const before = found.get(key);
      found.set(key, {
        amount: (before?.amount ?? 0) + amount,
        inclusive: behavior === 'inclusive',
        tax_rate_details: {
          country: jurisdiction.country,
          flat_amount: null,
          percentage_decimal: rate?.percentage_decimal ?? '0.0',
          rate_type: rate === null ? null : 'percentage',
          state: jurisdiction.state,
          tax_type: rate?.tax_type ?? null,
        },
        taxability_reason: reason,
        taxable_amount: (before?.taxable_amount ?? 0) + taxable,
      });
    }
  return [...found.values()];
}

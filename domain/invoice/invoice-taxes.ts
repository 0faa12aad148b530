/** The tax of an invoice: charges by the rates in force, credits with what their charges bore; summed up by rate as an invoice must show it. */
import { type Money, add, formatMoney, negate, subtract, sum, zero } from '../money';
import type { BuyerPlace } from '../tax/buyer';
import type { TaxNumberCheck } from '../tax/tax-number';
import { type TaxGroup, type TaxRounding, taxLines } from '../tax/tax-lines';
import type { CreditedPart } from './credited-part';
import type { InvoiceLine, LineTax } from './line';
import { taxedAsSaid } from './said-taxes';
import { buyerPlaceOf, lineTaxOf, type TaxFacts, type TaxMoment, treatmentOf } from './tax-facts';

/** A row of the tax summary (Directive 2006/112, Art. 226 (8) to (11)). */
export interface TaxRow {
  readonly kind: LineTax['kind'];
  readonly country: string;
  readonly region: string | null;
  readonly percent: string;
  readonly legend: string | null;
  /** True when the amounts of its lines include the tax. */
  readonly included: boolean;
  /** `credits`: the tax that charges of earlier invoices bore and that is given back with them. */
  readonly of: 'charges' | 'credits';
  /** Without tax. */
  readonly base: Money;
  readonly tax: Money;
  /** Positions of its lines, from 0. */
  readonly lines: readonly number[];
  /**
   * tax = amount × numerator / denominator, rounded as said; of credits, in proportion to the charges; by a provider of sales tax, what it
   * said of each line and authority.
   */
  readonly explanation:
    | TaxGroup['explanation']
    | {
        readonly amount: Money;
        readonly rounding: 'half_up';
        readonly rounded: 'by_charge' | 'by_provider';
        readonly text: string;
      };
}

/** What a provider of sales tax has to do with an invoice. */
export interface ProviderOfTax {
  readonly name: string;
  /** Its own id of the calculation; null where the table answered in its place. */
  readonly calculation: string | null;
  /** Why it did not answer; null where it did. */
  readonly obstacle: string | null;
  /** The day whose rules were taken. */
  readonly date: string;
  /** What it was asked about, with tax: what it is told as sold. */
  readonly sold: Money;
}

/** What stands behind the tax of an invoice, kept with it. */
export interface InvoiceTaxes {
  readonly rounding: TaxRounding;
  readonly rows: readonly TaxRow[];
  /** Where the customer was taken to be, and by which evidence; null on an invoice of credits alone, without tax settings. */
  readonly place: BuyerPlace | null;
  readonly check: TaxNumberCheck | null;
  /** Absent where the table alone decides. */
  readonly provider?: ProviderOfTax;
}

/** A line after discounts, with what it gives back if it is a credit. */
export interface DiscountedInvoiceLine {
  readonly line: InvoiceLine;
  /** amount − discount. */
  readonly left: Money;
  readonly credited: CreditedPart | null;
}

export interface TaxedLine {
  readonly tax: Money;
  readonly taxed: LineTax | null;
}

export interface TaxedInvoice {
  /** In the order of the lines. */
  readonly lines: readonly TaxedLine[];
  readonly taxes: InvoiceTaxes | null;
}

function rowOfGroup(group: TaxGroup, positions: readonly number[]): TaxRow {
  const { kind, country, region, percent, legend, isTaxIncluded: included, net: base, tax, explanation } = group;
  const lines = group.lines.map((index) => positions[index] ?? index);
  return { kind, country, region, percent, legend, included, of: 'charges', base, tax, lines, explanation };
}

const rowKey = ({ kind, country, region, percent, legend, included }: LineTax): string =>
  JSON.stringify([kind, country, region, percent, legend, included]);

interface Credit {
  readonly position: number;
  readonly left: Money;
  readonly tax: Money;
  readonly taxed: LineTax;
}

function creditRow(credits: readonly Credit[], currency: string): TaxRow[] {
  const [first] = credits;
  if (first === undefined) return [];
  const { kind, country, region, percent, legend, included } = first.taxed;
  const amount = sum(
    credits.map(({ left }) => left),
    currency,
  );
  const tax = sum(
    credits.map((credit) => credit.tax),
    currency,
  );
  const text = `${percent} % of ${formatMoney(negate(amount))} that was charged before, as it was rounded then`;
  const explanation = { amount, rounding: 'half_up', rounded: 'by_charge', text } as const;
  const base = included ? subtract(amount, tax) : amount;
  const lines = credits.map(({ position }) => position);
  return [{ kind, country, region, percent, legend, included, of: 'credits', base, tax, lines, explanation }];
}

function creditRows(lines: readonly DiscountedInvoiceLine[], currency: string): TaxRow[] {
  const found = new Map<string, Credit[]>();
  lines.forEach(({ left, credited }, position) => {
    if (credited === null || credited.taxed === null) return;
    const key = rowKey(credited.taxed);
    found.set(key, [...(found.get(key) ?? []), { position, left, tax: credited.tax, taxed: credited.taxed }]);
  });
  return [...found.values()].flatMap((credits) => creditRow(credits, currency));
}

export interface TaxedCharges {
  readonly taxed: ReadonlyMap<number, TaxedLine>;
  readonly rows: readonly TaxRow[];
  readonly place: BuyerPlace | null;
  readonly provider?: ProviderOfTax;
}

function taxCharges(
  lines: readonly DiscountedInvoiceLine[],
  facts: TaxFacts,
  moment: TaxMoment,
  currency: string,
): TaxedCharges {
  const place = buyerPlaceOf(facts, moment);
  const isTaxIncluded = facts.settings.prices === 'inclusive';
  const asked = taxedAsSaid(lines, facts, place, moment, currency);
  const charges = lines
    .map((one, position) => ({ ...one, position }))
    .filter(({ credited, position }) => credited === null && !asked.taxed.has(position))
    .map(({ line, left, position }) => ({ position, left, treatment: treatmentOf(line, facts, place, moment) }));
  const taxable = charges.map(({ left, treatment }) => ({ amount: left, isTaxIncluded, treatment }));
  const made = taxLines(taxable, currency, facts.settings.rounding);
  const positions = charges.map(({ position }) => position);
  const taxed = new Map(
    charges.map(({ position, treatment }, index) => {
      const tax = made.lines[index]?.tax ?? zero(currency);
      return [position, { tax, taxed: lineTaxOf(treatment, isTaxIncluded) }];
    }),
  );
  const rows = [...asked.rows, ...made.groups.map((group) => rowOfGroup(group, positions))];
  return { ...asked, taxed: new Map([...asked.taxed, ...taxed]), rows, place };
}

const untaxed: TaxedCharges = { taxed: new Map(), rows: [], place: null };

/**
 * The tax of an invoice's lines.
 * @param facts null where tax is no matter of the seller: then only credits give back what their charges bore
 * @throws PerennialError `tax_rate_not_found`.
 */
export function taxInvoice(
  lines: readonly DiscountedInvoiceLine[],
  facts: TaxFacts | null,
  moment: TaxMoment,
  currency: string,
): TaxedInvoice {
  const charges = facts === null ? untaxed : taxCharges(lines, facts, moment, currency);
  const rows = [...charges.rows, ...creditRows(lines, currency)];
  const none: TaxedLine = { tax: zero(currency), taxed: null };
  const taxed = lines.map(({ credited }, position) => credited ?? charges.taxed.get(position) ?? none);
  if (facts === null && rows.length === 0) return { lines: taxed, taxes: null };
  const rounding = facts?.settings.rounding ?? 'per_rate';
  const { place, provider } = charges;
  const check = facts?.buyer.check ?? null;
  return { lines: taxed, taxes: { rounding, rows, place, check, ...(provider === undefined ? {} : { provider }) } };
}

/** The tax of rows by the account that owes it: one per country or region. */
export function taxByPlace(taxes: InvoiceTaxes | null): { readonly place: string; readonly amount: Money }[] {
  const found = new Map<string, Money>();
  for (const { country, region, tax } of taxes?.rows ?? []) {
    const place = region ?? country;
    const before = found.get(place);
    found.set(place, before === undefined ? tax : add(before, tax));
  }
  return [...found].map(([place, amount]) => ({ place, amount }));
}

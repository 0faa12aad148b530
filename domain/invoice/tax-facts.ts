/** How the lines of an invoice are taxed, from the settings of the seller, what is known of the customer, and the table of rates. */
import type { PostalAddress } from '../customer/billing-details';
import { PerennialError, isRefusal } from '../errors';
import { isAhead } from '../recognition/is-ahead';
import { type Buyer, type BuyerPlace, placeOfBuyer } from '../tax/buyer';
import { supplyDateOf } from '../tax/date';
import type { TaxTable } from '../tax/rate';
import type { SalesTaxAnswer } from '../tax/sales-tax';
import type { TaxSettings } from '../tax/settings';
import type { Place } from '../tax/place';
import { taxTreatment, type TaxRequest, type TaxTreatment } from '../tax/treatment';
import { toIso, type Instant } from '../time';
import type { InvoiceLine, LineTax } from './line';

export interface TaxFacts {
  readonly settings: TaxSettings;
  readonly buyer: Buyer;
  readonly table: TaxTable;
  /** The categories of products that are not in the standard one, by the product's id. */
  readonly categories: Readonly<Record<string, string>>;
  /** Full addresses, for a provider of sales tax; absent where none is asked. */
  readonly addresses?: { readonly seller: PostalAddress | null; readonly customer: PostalAddress | null };
  /** What the provider answered for the invoice in hand; absent while it was not asked. */
  readonly said?: SaidTax;
}

/** What a provider of sales tax said of an invoice, or the table in its place. */
export interface SaidTax {
  readonly provider: string;
  readonly answer: Extract<SalesTaxAnswer, { kind: 'answered' }>;
  /** Why the table answered in its place; null for the provider's own answer. */
  readonly obstacle: string | null;
}

/** Of products that say nothing else. */
export const standardCategory = 'standard';

export interface TaxMoment {
  readonly now: Instant;
  /** The customer's zone, in which the day of supply is counted. */
  readonly timeZone: string;
}

/** Where the customer is, by what is known at that moment. */
export function buyerPlaceOf({ settings, buyer }: TaxFacts, { now }: TaxMoment): BuyerPlace {
  return placeOfBuyer(buyer, settings, toIso(now));
}

/** What is supplied by a line to whom, where and when: all that decides its tax but the rates. */
export function supplyOf(
  line: InvoiceLine,
  { settings: { seller }, buyer: { check, exemptions }, categories }: TaxFacts,
  place: Place,
  { now, timeZone }: TaxMoment,
): Omit<TaxRequest, 'table'> {
  const category = (line.productId === null ? undefined : categories[line.productId]) ?? standardCategory;
  // A one-off charge is supplied when it is charged.
  const ahead = line.kind === 'one_off' || isAhead(line, now);
  const date = supplyDateOf({ ...line, isAhead: ahead }, timeZone);
  return { seller, place, check, exemptions, category, date };
}

/**
 * How a line is taxed.
 * @throws PerennialError `tax_rate_not_found` where tax is to be collected and the table has no rate: nothing is guessed, a person must look.
 */
export function treatmentOf(
  line: InvoiceLine,
  facts: TaxFacts,
  { place }: BuyerPlace,
  moment: TaxMoment,
): TaxTreatment {
  const made = taxTreatment({ ...supplyOf(line, facts, place, moment), table: facts.table });
  if (isRefusal(made)) throw new PerennialError(made.code, made.context);
  return made;
}

/** A treatment as the line keeps it. */
export function lineTaxOf(treatment: TaxTreatment, included: boolean): LineTax {
  const { kind, place, category, percent, legend, date, isProvisional, text } = treatment;
  const { country, region } = place;
  return { kind, country, region, category, percent, legend, included, date, provisional: isProvisional, text };
}

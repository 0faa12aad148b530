/** How the lines of an invoice are taxed, from the settings of the seller, what is known of the customer, and the table of rates. */
import { PerennialError, isRefusal } from '../errors';
import { isAhead } from '../recognition/is-ahead';
import { type Buyer, type BuyerPlace, placeOfBuyer } from '../tax/buyer';
import { supplyDateOf } from '../tax/date';
import type { TaxTable } from '../tax/rate';
import type { TaxSettings } from '../tax/settings';
import { taxTreatment, type TaxTreatment } from '../tax/treatment';
import { toIso, type Instant } from '../time';
import type { InvoiceLine, LineTax } from './line';

export interface TaxFacts {
  readonly settings: TaxSettings;
  readonly buyer: Buyer;
  readonly table: TaxTable;
  /** The categories of products that are not in the standard one, by the product's id. */
  readonly categories: Readonly<Record<string, string>>;
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
  const { seller } = facts.settings;
  const { check, exemptions } = facts.buyer;
  const category = (line.productId === null ? undefined : facts.categories[line.productId]) ?? standardCategory;
  // A one-off charge is supplied when it is charged.
  const ahead = line.kind === 'one_off' || isAhead(line, moment.now);
  const date = supplyDateOf({ ...line, isAhead: ahead }, moment.timeZone);
  const made = taxTreatment({ seller, place, check, exemptions, category, date, table: facts.table });
  if (isRefusal(made)) throw new PerennialError(made.code, made.context);
  return made;
}

/** A treatment as the line keeps it. */
export function lineTaxOf(treatment: TaxTreatment, included: boolean): LineTax {
  const { kind, place, category, percent, legend, date, isProvisional, text } = treatment;
  const { country, region } = place;
  return { kind, country, region, category, percent, legend, included, date, provisional: isProvisional, text };
}

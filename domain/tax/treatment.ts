/**
 * How a line is taxed: who the seller is, who and where the customer is, what is sold, and the day of supply. Exemption comes before reverse
 * charge, reverse charge before collection; where the seller is not registered, nothing is collected, and the invoice says so.
 */
import { type Refusal, isRefusal } from '../errors';
import { flag, listOf, name, nullable, objectOf, parameters, where, withDefault } from '../pricing/fields';
import { type CalendarDate, calendarDate, isValidOn, type Validity, validityErrors } from './date';
import { country, placeErrors, type Place, region } from './place';
import { type TaxRate, type TaxTable, rateOn } from './rate';
import { standingOf, type TaxNumberCheck } from './tax-number';

/** The 27 Member States since 2020-02-01 (Treaty on European Union, Art. 52, after the withdrawal of the United Kingdom). */
const memberStates: ReadonlySet<string> = new Set(
  'AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE'.split(' '),
);

/** Where the seller collects tax, and since when: a country with all its regions, or one region. */
export interface TaxRegistration extends Place, Validity {
  /** Its own number there; null where it has none. */
  readonly tax_number: string | null;
}

export interface SellerTax {
  readonly country: string;
  readonly registrations: readonly TaxRegistration[] | null;
  /** The One-Stop Shop of the Union: collects from consumers in every Member State (Directive 2006/112, Art. 369a ff.). */
  readonly union_scheme: boolean;
  /** Below 10,000 EUR a year of sales to consumers in other Member States: taxed at home (Art. 59c). */
  readonly consumers_at_origin: boolean;
  /** Countries beside the Member States in which business customers of a foreign seller owe the tax themselves. */
  readonly reverse_charge_countries: readonly string[] | null;
}

/** More countries than there are. */
const countriesMax = 300;

const registrationField = where(
  objectOf<TaxRegistration>({
    country,
    region: nullable(region),
    tax_number: nullable(name),
    from: calendarDate,
    to: nullable(calendarDate),
  }),
  (it, path) => [...placeErrors(it, path), ...validityErrors(it, path)],
);

/** Reads the tax settings of a seller from outside, or what is wrong by field. */
export const parseSellerTax = parameters<SellerTax>(
  where(
    objectOf<SellerTax>({
      country,
      registrations: nullable(listOf(registrationField, countriesMax)),
      union_scheme: withDefault(flag, false),
      consumers_at_origin: withDefault(flag, false),
      reverse_charge_countries: nullable(listOf(country, countriesMax)),
    }),
    (it) =>
      it.union_scheme && it.consumers_at_origin
        ? [{ path: 'consumers_at_origin', message: 'cannot go with union_scheme' }]
        : [],
  ),
);

/** A customer that owes no tax, such as an embassy or a charity, with the document that proves it. */
export interface Exemption extends Validity {
  readonly country: string;
  /** Null: of every category. */
  readonly category: string | null;
  readonly certificate: string;
  /** Stands on the invoice: the provision under which it is exempt (Directive 2006/112, Art. 226 (11)). */
  readonly legend: string;
}

/** Reads an exemption from outside, or what is wrong by field. */
export const parseExemption = parameters<Exemption>(
  where(
    objectOf<Exemption>({
      country,
      category: nullable(name),
      certificate: name,
      legend: name,
      from: calendarDate,
      to: nullable(calendarDate),
    }),
    validityErrors,
  ),
);

export interface TaxRequest {
  readonly seller: SellerTax;
  readonly place: Place;
  /** The last check of the customer's tax number; null for a consumer. */
  readonly check: TaxNumberCheck | null;
  readonly exemptions: readonly Exemption[];
  readonly category: string;
  /** The day of supply. */
  readonly date: CalendarDate;
  readonly table: TaxTable;
}

/** `not_collected`: outside of what the seller is registered for. */
export type TaxKind = 'taxed' | 'exempt' | 'reverse_charge' | 'not_collected';

export interface TaxTreatment {
  readonly kind: TaxKind;
  /** Whose tax it is: the place of supply, or the seller's country for consumers at origin. */
  readonly place: Place;
  readonly category: string;
  /** "0" unless taxed. */
  readonly percent: string;
  /** What must stand on the invoice; null for nothing. */
  readonly legend: string | null;
  /** The row of the table; null unless taxed. */
  readonly rate: TaxRate | null;
  readonly date: CalendarDate;
  /** True while a register has not confirmed what the decision rests on. */
  readonly isProvisional: boolean;
  /** Why, for a reader. */
  readonly text: string;
}

/** Art. 226 (11a) prescribes these words. */
const reverseChargeLegend = 'Reverse charge';

type Basics = Pick<TaxTreatment, 'place' | 'category' | 'date'>;
const untaxed = (
  basics: Basics,
  kind: Exclude<TaxKind, 'taxed'>,
  text: string,
  legend: string | null,
): TaxTreatment => ({
  ...basics,
  kind,
  percent: '0',
  legend,
  rate: null,
  isProvisional: false,
  text,
});

function taxed(request: TaxRequest, place: Place, why: string): TaxTreatment | Refusal<'tax_rate_not_found'> {
  const { category, date, table } = request;
  const rate = rateOn(table, { place, category, date });
  if (isRefusal(rate)) return rate;
  const text = `${rate.percent} % in ${rate.region ?? rate.country} on ${date} (${rate.source}): ${why}`;
  return {
    kind: 'taxed',
    place,
    category,
    date,
    percent: rate.percent,
    legend: null,
    rate,
    isProvisional: false,
    text,
  };
}

function exemptionOf({ exemptions, place, category, date }: TaxRequest): Exemption | undefined {
  return exemptions.find(
    (it) => it.country === place.country && (it.category === null || it.category === category) && isValidOn(it, date),
  );
}

/** A business of that very place, bought from abroad, where the law makes it owe the tax. */
function isReverseCharged({ seller, place, check }: TaxRequest): boolean {
  if (standingOf(check) === 'consumer' || check?.taxNumber.country !== place.country) return false;
  const shifts = memberStates.has(place.country) || (seller.reverse_charge_countries ?? []).includes(place.country);
  return shifts && place.country !== seller.country;
}

function isRegistered({ seller, date }: TaxRequest, place: Place): boolean {
  return (seller.registrations ?? []).some(
    (it) => it.country === place.country && (it.region === null || it.region === place.region) && isValidOn(it, date),
  );
}

/** A small seller's consumer in another Member State, if the seller collects tax at home at all. */
function isTaxedAtOrigin(request: TaxRequest): boolean {
  const { seller, place } = request;
  const isInUnion = memberStates.has(place.country) && memberStates.has(seller.country);
  return seller.consumers_at_origin && isInUnion && isRegistered(request, homeOf(seller));
}

/** True when the seller collects the tax of the place of supply: nobody is exempt, and nobody else owes it. */
export function collectsThere(request: Omit<TaxRequest, 'table'>): boolean {
  const asked = { ...request, table: { rates: [] } };
  return exemptionOf(asked) === undefined && !isReverseCharged(asked) && isRegistered(asked, request.place);
}

const homeOf = (seller: SellerTax): Place => ({ country: seller.country, region: null });

/**
 * How a line is taxed, with its reason; or the refusal `tax_rate_not_found` where tax is to be collected and the table has no rate.
 * It decides by the place of supply: settle that first (`placeOfSupply`).
 */
export function taxTreatment(request: TaxRequest): TaxTreatment | Refusal<'tax_rate_not_found'> {
  const { seller, place, category, date, check } = request;
  const basics = { place, category, date };
  const exemption = exemptionOf(request);
  if (exemption !== undefined)
    return untaxed(basics, 'exempt', `exempt by certificate ${exemption.certificate}`, exemption.legend);
  if (isReverseCharged(request)) {
    const isProvisional = standingOf(check) === 'presumed_business';
    const by = isProvisional ? 'check digits alone, the register being silent' : 'the register';
    const text = `a business in ${place.country} by ${by}, which owes the tax itself`;
    return { ...untaxed(basics, 'reverse_charge', text, reverseChargeLegend), isProvisional };
  }
  if (isRegistered(request, place)) return taxed(request, place, `the seller is registered in ${place.country}`);
  if (isTaxedAtOrigin(request)) return taxed(request, homeOf(seller), 'below the threshold, taxed at the origin');
  if (seller.union_scheme && memberStates.has(place.country))
    return taxed(request, place, 'collected through the One-Stop Shop');
  return untaxed(basics, 'not_collected', `the seller is not registered in ${place.country}`, null);
}

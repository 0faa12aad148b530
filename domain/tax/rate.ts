/** The table of tax rates: by country, region and category, each with its days of validity and its source. */
import { type FieldError, type Refusal, refusal } from '../errors';
import { compareDecimals } from '../pricing/exact';
import { checked, decimal, listOf, name, nullable, objectOf, parameters, where } from '../pricing/fields';
import { type CalendarDate, calendarDate, isValidOn, type Validity, validityErrors } from './date';
import { country, placeErrors, type Place, region } from './place';

export interface TaxRate extends Place, Validity {
  /** `standard`, `reduced`, `electronic_publication` …: what a product is. */
  readonly category: string;
  /** "19" for 19 %. */
  readonly percent: string;
  /** The law or the list from which it was taken. */
  readonly source: string;
}

export interface TaxTable {
  readonly rates: readonly TaxRate[];
}

/** Every country and region with a dozen categories and a century of changes is less. */
const ratesMax = 100_000;

const category = checked(
  (value): value is string => typeof value === 'string' && /^[a-z][a-z0-9_]{0,59}$/.test(value),
  'must be a word of a to z, 0 to 9 and "_"',
);

const percent = where(decimal, (value, path) =>
  compareDecimals(value, '100') > 0 ? [{ path, message: 'must not be above 100' }] : [],
);

const rateField = where(
  objectOf<TaxRate>({
    country,
    region: nullable(region),
    category,
    percent,
    from: calendarDate,
    to: nullable(calendarDate),
    source: name,
  }),
  (rate, path) => [...placeErrors(rate, path), ...validityErrors(rate, path)],
);

const keyOf = (rate: Pick<TaxRate, 'country' | 'region' | 'category'>): string =>
  [rate.country, rate.region ?? '', rate.category].join('/');

/** Two rates of one kind on one day would make the tax a matter of their order. */
function overlapErrors({ rates }: TaxTable): FieldError[] {
  const ordered = rates
    .map((rate, index) => ({ rate, index, key: keyOf(rate) }))
    .sort((a, b) => (a.key === b.key ? compareText(a.rate.from, b.rate.from) : compareText(a.key, b.key)));
  return ordered.flatMap(({ rate, index, key }, at) => {
    const next = ordered[at + 1];
    const isApart = next === undefined || next.key !== key || (rate.to !== null && rate.to <= next.rate.from);
    if (isApart) return [];
    return [{ path: `rates.${next.index}.from`, message: `overlaps with rates.${index}` }];
  });
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Reads a table from outside: `{ rates: [...] }`, or what is wrong by field. */
export const parseTaxTable = parameters<TaxTable>(
  where(objectOf<TaxTable>({ rates: listOf(rateField, ratesMax) }), overlapErrors),
);

/** The port to a list of rates, or to a provider of them. What it gives is read by `parseTaxTable` before it is used. */
export interface TaxRateSource {
  /** @param country ISO 3166-1. @returns the rates of the country and its regions, past and to come */
  ratesOf(country: string): Promise<TaxTable>;
}

export interface RateQuery {
  readonly place: Place;
  readonly category: string;
  /** The day of supply. */
  readonly date: CalendarDate;
}

/**
 * The rate in force on the day of supply: the region's own where there is one, else the country's. Nothing is guessed: without a rate for
 * the category it refuses, even if the place has others.
 */
export function rateOn(
  { rates }: TaxTable,
  { place, category: of, date }: RateQuery,
): TaxRate | Refusal<'tax_rate_not_found'> {
  const inForce = rates.filter(
    (rate) => rate.country === place.country && rate.category === of && isValidOn(rate, date),
  );
  const found =
    inForce.find((rate) => rate.region !== null && rate.region === place.region) ??
    inForce.find((rate) => rate.region === null);
  return found ?? refusal('tax_rate_not_found', { place: place.region ?? place.country, category: of, date });
}

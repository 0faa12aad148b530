/**
 * What the double taxes: a few places of the United States and Canada with their authorities, as they were at the beginning of 2026 for
 * services supplied electronically. Real enough to have every kind of answer; no source for anybody's tax.
 */
import type Stripe from 'stripe';

type Item = Stripe.Tax.CalculationLineItem;
type Part = NonNullable<Item['tax_breakdown']>[number];
export type TaxType = NonNullable<Part['tax_rate_details']>['tax_type'];

export interface Authority {
  readonly name: string;
  readonly level: Part['jurisdiction']['level'];
  readonly percent: string;
  readonly type: TaxType;
}

const state = (name: string, percent: string): Authority => ({ name, level: 'state', percent, type: 'sales_tax' });
const local = (level: Part['jurisdiction']['level'], name: string, percent: string): Authority => ({
  name,
  level,
  percent,
  type: 'sales_tax',
});

/** By country and state. A state without a sales tax has no authority; one that is not here is one where nothing is collected. */
const states: Readonly<Record<string, readonly Authority[]>> = {
  'US-NY': [state('New York', '4')],
  'US-CA': [state('California', '6')],
  'US-TX': [state('Texas', '6.25')],
  'US-WA': [state('Washington', '6.5')],
  'US-OR': [],
  'CA-ON': [{ name: 'Ontario', level: 'state', percent: '13', type: 'hst' }],
  'CA-QC': [
    { name: 'Canada', level: 'country', percent: '5', type: 'gst' },
    { name: 'Quebec', level: 'state', percent: '9.975', type: 'qst' },
  ],
};

/** What is added below the state, by postal code. */
const places: Readonly<Record<string, readonly Authority[]>> = {
  '10001': [
    local('city', 'New York City', '4.5'),
    local('district', 'Metropolitan Commuter Transportation District', '0.375'),
  ],
  '94103': [
    local('county', 'San Francisco County', '0.25'),
    local('district', 'San Francisco County District Tax', '2.375'),
  ],
  '78701': [local('city', 'Austin', '1'), local('district', 'Austin MTA Transit', '1')],
  '98101': [local('city', 'Seattle', '4.05')],
};

/** Software as a service is taxed by some states only. */
const softwareAsAService = new Set(['txcd_10103000', 'txcd_10103001']);
const untaxedServices: ReadonlySet<string> = new Set(['US-CA']);

export interface Rates {
  readonly authorities: readonly Authority[];
  /** Why nothing is imposed; null where something is. */
  readonly untaxed: Part['taxability_reason'] | null;
}

/** The authorities of a place for a code of what is sold. */
export function ratesOf(country: string, region: string, postalCode: string, code: string): Rates {
  const place = `${country}-${region}`;
  const own = Object.hasOwn(states, place) ? states[place] : undefined;
  if (own === undefined) return { authorities: [], untaxed: 'not_collecting' };
  const isFree = softwareAsAService.has(code) && untaxedServices.has(place);
  if (own.length === 0 || isFree) return { authorities: [], untaxed: isFree ? 'product_exempt' : 'not_subject_to_tax' };
  const below = Object.hasOwn(places, postalCode) ? (places[postalCode] ?? []) : [];
  return { authorities: [...own, ...below], untaxed: null };
}

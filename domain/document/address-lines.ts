/** An address as the post of its country wants it: without the name, the country last. */
import { countryName } from './country-names';
import type { Address } from './source';

type Order = 'postal_code_first' | 'region_and_postal_code_last' | 'postal_code_below';

/** Where not the usual one of the continent, code before city (Universal Postal Union, addressing formats). */
const orderOf: Readonly<Record<string, Order>> = {
  US: 'region_and_postal_code_last',
  CA: 'region_and_postal_code_last',
  AU: 'region_and_postal_code_last',
  IN: 'region_and_postal_code_last',
  GB: 'postal_code_below',
  IE: 'postal_code_below',
  ZA: 'postal_code_below',
  UG: 'postal_code_below',
  NG: 'postal_code_below',
};

const joined = (parts: readonly (string | null | undefined)[], by: string): string | null =>
  parts.filter((part) => part !== null && part !== undefined && part !== '').join(by) || null;

/** "US-CA" as "CA": the country stands below. */
const shortRegion = (region: string | null): string | null => region?.replace(/^[A-Z]{2}-/, '') ?? null;

function cityLines({ city, postal_code: postalCode, region, country }: Address): (string | null)[] {
  const order = orderOf[country ?? ''] ?? 'postal_code_first';
  if (order === 'region_and_postal_code_last')
    return [joined([city, joined([shortRegion(region), postalCode], ' ')], ', ')];
  if (order === 'postal_code_below') return [city, region === null ? null : shortRegion(region), postalCode];
  return [joined([postalCode, city], ' '), shortRegion(region)];
}

/** The lines of an address; none where nothing is known. */
export function addressLines(address: Address | null): string[] {
  if (address === null) return [];
  const { line1, line2, country } = address;
  const lines = [line1, line2, ...cityLines(address), country === null ? null : countryName(country)];
  return lines.filter((line): line is string => line !== null && line !== '');
}

/**
 * The place of supply of a digital service: where the customer is, shown by two pieces of evidence that do not contradict each other
 * (Implementing Regulation (EU) 282/2011, Art. 24b and 24f). All pieces are kept with the decision, also those against it.
 */
import { checked, instant, listOf, name, nullable, objectOf, oneOf, parameters, where } from '../pricing/fields';

/** ISO 3166-1 alpha-2: "GR" for Greece, whose tax numbers begin with "EL". */
const countryPattern = /^[A-Z]{2}$/;
/** ISO 3166-2: "US-CA". */
const regionPattern = /^[A-Z]{2}-[A-Z0-9]{1,3}$/;

export const country = checked(
  (value): value is string => typeof value === 'string' && countryPattern.test(value),
  'must be a country as ISO 3166-1 writes it, such as KE',
);
export const region = checked(
  (value): value is string => typeof value === 'string' && regionPattern.test(value),
  'must be a region as ISO 3166-2 writes it, such as US-CA',
);

export interface Place {
  readonly country: string;
  readonly region: string | null;
}

/** What is wrong with a region of another country. */
export function placeErrors(place: Place, path: string) {
  if (place.region === null || place.region.startsWith(`${place.country}-`)) return [];
  return [{ path: path === '' ? 'region' : `${path}.region`, message: `must be a region of ${place.country}` }];
}

/** Where a piece of evidence comes from. Two of one source are one piece: a card and its bank account say the same. */
const sourceOf = {
  billing_address: 'address',
  ip_address: 'network',
  card_country: 'bank',
  bank_account_country: 'bank',
  sim_country: 'sim',
  landline_country: 'landline',
  other_commercial: 'other',
} as const;

export type EvidenceKind = keyof typeof sourceOf;

export interface PlaceEvidence extends Place {
  readonly kind: EvidenceKind;
  /** ISO 8601. */
  readonly observed_at: string;
  /** What was seen, for an auditor: "card issuer by its first digits". No full address or number. */
  readonly reference: string;
}

/** There are seven kinds; more pieces add nothing but personal data. */
const piecesMax = 20;

const evidenceField = where(
  objectOf<PlaceEvidence>({
    kind: oneOf(...(Object.keys(sourceOf) as EvidenceKind[])),
    country,
    region: nullable(region),
    observed_at: instant,
    reference: name,
  }),
  placeErrors,
);

/** Reads evidence from outside: `{ evidence: [...] }`, or what is wrong by field. */
export const parseEvidence = parameters<{ readonly evidence: readonly PlaceEvidence[] }>(
  objectOf<{ readonly evidence: readonly PlaceEvidence[] }>({ evidence: listOf(evidenceField, piecesMax) }),
);

export type PlaceDecision =
  | {
      readonly kind: 'settled';
      readonly place: Place;
      readonly agreeing: readonly PlaceEvidence[];
      readonly contradicting: readonly PlaceEvidence[];
    }
  | {
      readonly kind: 'unsettled';
      readonly reason: 'too_few' | 'contradictory';
      readonly evidence: readonly PlaceEvidence[];
    };

/** Art. 24b asks for two; small sellers (100,000 EUR a year) may do with one of a third party. */
const piecesNeeded = 2;

function weightOf(pieces: readonly PlaceEvidence[]): number {
  return new Set(pieces.map(({ kind }) => sourceOf[kind])).size;
}

/** By country, in the order in which countries are first named. */
function byCountry(evidence: readonly PlaceEvidence[]): Map<string, PlaceEvidence[]> {
  const found = new Map<string, PlaceEvidence[]>();
  for (const piece of evidence) found.set(piece.country, [...(found.get(piece.country) ?? []), piece]);
  return found;
}

/** The region that the address names, else the first that any piece names. */
function regionIn(pieces: readonly PlaceEvidence[]): string | null {
  const named = pieces.filter((piece) => piece.region !== null);
  return (named.find(({ kind }) => kind === 'billing_address') ?? named[0])?.region ?? null;
}

/**
 * The country that the most independent pieces agree on. Where two countries have as many, the one of the billing address counts, and
 * without such an address nothing is settled: ask the customer.
 * @param needed how many pieces must agree; two unless the seller may do with one
 */
export function placeOfSupply(evidence: readonly PlaceEvidence[], needed: 1 | 2 = piecesNeeded): PlaceDecision {
  const countries = [...byCountry(evidence).values()];
  const most = Math.max(0, ...countries.map(weightOf));
  if (most < needed) return { kind: 'unsettled', reason: countries.length > 1 ? 'contradictory' : 'too_few', evidence };
  const best = countries.filter((pieces) => weightOf(pieces) === most);
  const agreeing =
    best.length === 1 ? best[0] : best.find((pieces) => pieces.some(({ kind }) => kind === 'billing_address'));
  const [first] = agreeing ?? [];
  if (agreeing === undefined || first === undefined) return { kind: 'unsettled', reason: 'contradictory', evidence };
  return {
    kind: 'settled',
    place: { country: first.country, region: regionIn(agreeing) },
    agreeing,
    contradicting: evidence.filter((piece) => piece.country !== first.country),
  };
}

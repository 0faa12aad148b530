/** Who a customer is on an invoice, and what decides their tax: handed in by the tenant, kept as it was said. */
import type { FieldError } from '../errors';
import { checked, type Field, listOf, name, nullable, objectOf, parameters, where } from '../pricing/fields';
import type { Buyer } from '../tax/buyer';
import { country, parseEvidence, placeErrors, type PlaceEvidence, region } from '../tax/place';
import { taxNumberOf, type TaxNumberCheck } from '../tax/tax-number';
import { type Exemption, parseExemption } from '../tax/treatment';

export interface PostalAddress {
  readonly line1: string | null;
  readonly line2: string | null;
  readonly city: string | null;
  readonly postal_code: string | null;
  /** ISO 3166-2, such as US-CA. */
  readonly region: string | null;
  /** ISO 3166-1. */
  readonly country: string;
}

export interface BillingDetails {
  /** As a register of companies writes it; null: the customer's name. */
  readonly legal_name: string | null;
  readonly address: PostalAddress | null;
  /** Of documents, as BCP 47 writes it: "de", "pt-BR". */
  readonly language: string | null;
  /** "DE123456789". The first one decides about tax. */
  readonly tax_numbers: readonly string[] | null;
  readonly exemptions: readonly Exemption[] | null;
  /** Of the place of supply, beside the address. */
  readonly evidence: readonly PlaceEvidence[] | null;
}

/** A customer has a number in a few countries at most. */
const taxNumbersMax = 10;
/** One certificate for each country and category. */
const exemptionsMax = 50;

const language = checked(
  (value): value is string => typeof value === 'string' && /^[a-z]{2,3}(-[A-Z][a-zA-Z0-9]{1,7})?$/.test(value),
  'must be a language as BCP 47 writes it, such as de or pt-BR',
);
const taxNumber = checked(
  (value): value is string => typeof value === 'string' && taxNumberOf(value) !== null,
  'must begin with the letters of its country, such as DE123456789',
);

const address: Field<PostalAddress> = where(
  objectOf<PostalAddress>({
    line1: nullable(name),
    line2: nullable(name),
    city: nullable(name),
    postal_code: nullable(name),
    region: nullable(region),
    country,
  }),
  placeErrors,
);

const below = (path: string, errors: readonly FieldError[]): FieldError[] =>
  errors.map((error) => ({ ...error, path: error.path === '' ? path : `${path}.${error.path}` }));

const exemption: Field<Exemption> = (value, path) => {
  const read = parseExemption(value);
  return Array.isArray(read) ? { errors: below(path, read) } : { value: read };
};

const evidence: Field<readonly PlaceEvidence[]> = (value, path) => {
  const read = parseEvidence({ evidence: value });
  if (!Array.isArray(read)) return { value: read.evidence };
  return { errors: read.map((error) => ({ ...error, path: error.path.replace(/^evidence/, path) })) };
};

/** Reads billing details from outside: the details, or what is wrong by field. */
export const parseBillingDetails = parameters<BillingDetails>(
  objectOf<BillingDetails>({
    legal_name: nullable(name),
    address: nullable(address),
    language: nullable(language),
    tax_numbers: nullable(listOf(taxNumber, taxNumbersMax)),
    exemptions: nullable(listOf(exemption, exemptionsMax)),
    evidence: nullable(evidence),
  }),
);

/** What of the details decides tax. */
export function buyerOf(details: BillingDetails | null, check: TaxNumberCheck | null): Buyer {
  const { address: known = null, evidence: pieces = null, exemptions = null } = details ?? {};
  const place = known === null ? null : { country: known.country, region: known.region };
  return { address: place, evidence: pieces ?? [], check, exemptions: exemptions ?? [] };
}

/** Seller and buyer in the words of EN 16931 (BG-4, BG-7). */
import type { Address, DocumentParty, DocumentSeller } from '../../../domain/document/source';

/** Absent fields are left out: an empty element is refused. */
export type Element = Record<string, unknown>;

/** The same without what is not known. */
export function told(element: Element): Element {
  return Object.fromEntries(Object.entries(element).filter(([, value]) => value !== null && value !== undefined));
}

function addressOf(address: Address | null): Element {
  return told({
    'cbc:StreetName': address?.line1,
    'cbc:AdditionalStreetName': address?.line2,
    'cbc:CityName': address?.city,
    'cbc:PostalZone': address?.postal_code,
    'cbc:CountrySubentity': address?.region,
    'cac:Country': { 'cbc:IdentificationCode': address?.country },
  });
}

/** BR-CO-9: it begins with the letters of a country, Greece with EL; others are no VAT identifiers here, whatever their country calls them. */
const vatPattern =
  /^(A[TU]|B[EG]|C[HYZ]|D[EK]|E[ELS]|F[IR]|G[BR]|H[RU]|I[ET]|L[TUV]|MT|N[LO]|P[LT]|RO|S[EIK]|XI)[0-9A-Z+*.]+$/;

/** The VAT identifier of a party; null where it has none that the standard knows. */
export function vatNumberOf({ taxNumbers }: DocumentParty): string | null {
  const plain = taxNumbers.filter(({ kind }) => kind === 'vat').map(({ number }) => number.replace(/[\s-]/g, ''));
  return plain.find((number) => vatPattern.test(number)) ?? null;
}

const taxScheme = (number: string, id: string): Element => ({
  'cbc:CompanyID': number,
  'cac:TaxScheme': { 'cbc:ID': id },
});

const endpoint = (email: string | null): Element =>
  email === null ? {} : { 'cbc:EndpointID': email, 'cbc:EndpointID@schemeID': 'EM' };

/**
 * @param withVat false where nothing is subject to VAT: the number of neither side may stand there then (BR-O-2).
 */
export function sellerParty(seller: DocumentSeller, withVat: boolean): Element {
  const vat = withVat ? vatNumberOf(seller) : null;
  const other = seller.taxNumbers.find(({ number }) => number !== vatNumberOf(seller))?.number ?? null;
  const number = vat === null ? other && taxScheme(other, 'FC') : taxScheme(vat, 'VAT');
  const contact = told({
    'cbc:Name': seller.phone === null && seller.email === null ? null : seller.name,
    'cbc:Telephone': seller.phone,
    'cbc:ElectronicMail': seller.email,
  });
  return told({
    ...endpoint(seller.email),
    // BR-CO-26 wants one number at least by which the buyer knows the seller.
    'cac:PartyIdentification': number === null && seller.registrationNumber === null ? [{ 'cbc:ID': seller.id }] : null,
    'cac:PostalAddress': addressOf(seller.address),
    'cac:PartyTaxScheme': number === null ? null : [number],
    'cac:PartyLegalEntity': told({
      'cbc:RegistrationName': seller.name,
      'cbc:CompanyID': seller.registrationNumber,
    }),
    'cac:Contact': Object.keys(contact).length === 0 ? null : contact,
  });
}

/** The buyer, with the VAT identifier where that may stand there. */
export function buyerParty(buyer: DocumentParty, withVat: boolean): Element {
  const vat = withVat ? vatNumberOf(buyer) : null;
  return told({
    ...endpoint(buyer.email),
    'cac:PostalAddress': addressOf(buyer.address),
    'cac:PartyTaxScheme': vat === null ? null : taxScheme(vat, 'VAT'),
    'cac:PartyLegalEntity': { 'cbc:RegistrationName': buyer.name },
  });
}

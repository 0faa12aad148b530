/** Seller and customer of a document, from their rows as JSON: of today, or as they were kept when they changed. */
import type { BillingDetails } from '../../domain/customer/billing-details';
import type {
  Address,
  BankDetails,
  DocumentParty,
  DocumentSeller,
  Logo,
  PartyTaxNumber,
} from '../../domain/document/source';

export interface CustomerJson {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly billing?: BillingDetails | null;
}

export interface EntityJson {
  readonly id: string;
  readonly legal_name: string;
  readonly address: Address | null;
  readonly tax_numbers: readonly PartyTaxNumber[];
  readonly registration_number: string | null;
  readonly registration_text: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly bank_details: BankDetails | null;
  readonly language: string;
  readonly accent_color: string;
  readonly footer: string | null;
}

/** Who is billed, by the legal name where one is known. */
export function customerOf({ id, name, email, billing }: CustomerJson): DocumentParty {
  return {
    id,
    name: billing?.legal_name ?? name,
    address: billing?.address ?? null,
    taxNumbers: (billing?.tax_numbers ?? []).map((number) => ({ kind: 'vat', number })),
    email,
  };
}

/** Who sells. */
export function sellerOf(entity: EntityJson, logo: Logo | null): DocumentSeller {
  return {
    id: entity.id,
    name: entity.legal_name,
    address: entity.address,
    taxNumbers: entity.tax_numbers,
    email: entity.email,
    phone: entity.phone,
    registrationNumber: entity.registration_number,
    registrationText: entity.registration_text,
    bank: entity.bank_details,
    footer: entity.footer,
    accentColor: entity.accent_color,
    logo,
  };
}

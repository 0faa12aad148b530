/** Seller and customer of a document, from their rows as JSON: of today, or as they were kept when they changed. */
import type { BillingDetails } from '../../domain/customer/billing-details';
import type {
  Address,
  BankDetails,
  DocumentParty,
  DocumentSeller,
  DocumentSource,
  Logo,
  LogoType,
  PartyTaxNumber,
} from '../../domain/document/source';

interface CustomerJson {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly billing?: BillingDetails | null;
}

interface EntityJson {
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

/** The columns of `partiesJoin`, of the tenant `t` and of the subscription `s`, if there is one. */
export const partyColumns = `t.time_zone as seller_zone,
  coalesce(s.state->>'timeZone', party.customer->>'time_zone', t.time_zone) as customer_zone, party.customer, party.entity,
  g.media_type as logo_type, g.bytes as logo`;

const keptParty = (row: string, recordedAt: string): string =>
  `coalesce((select v.party from party_versions v where v.party_id = ${row}.id and v.replaced_at > ${recordedAt}
      order by v.replaced_at limit 1), to_jsonb(${row}.*))`;

/** The customer `c` and the entity `e` as they were at an instant, with the logo of that time. */
export const partiesJoin = (recordedAt: string): string => `
cross join lateral (
  select ${keptParty('c', recordedAt)} as customer, ${keptParty('e', recordedAt)} as entity
) party
left join logos g on g.tenant_id = t.id and g.hash = (party.entity->>'logo_hash')::bytea`;

/** What `partyColumns` answers. */
export interface PartiesRow {
  readonly seller_zone: string;
  readonly customer_zone: string;
  readonly customer: CustomerJson;
  readonly entity: EntityJson;
  readonly logo_type: LogoType | null;
  readonly logo: Buffer | null;
}

/** Who sells and who is billed, with the language and the zones of the document. */
export function partiesOf({
  customer,
  entity,
  logo,
  logo_type: mediaType,
  ...zones
}: PartiesRow): Pick<DocumentSource, 'language' | 'sellerZone' | 'customerZone' | 'seller' | 'customer'> {
  return {
    language: customer.billing?.language ?? entity.language,
    sellerZone: zones.seller_zone,
    customerZone: zones.customer_zone,
    seller: sellerOf(entity, logo === null || mediaType === null ? null : { mediaType, bytes: logo }),
    customer: customerOf(customer),
  };
}

/** Who is billed, by the legal name where one is known. */
function customerOf({ id, name, email, billing }: CustomerJson): DocumentParty {
  return {
    id,
    name: billing?.legal_name ?? name,
    address: billing?.address ?? null,
    taxNumbers: (billing?.tax_numbers ?? []).map((number) => ({ kind: 'vat', number })),
    email,
  };
}

/** Who sells. */
function sellerOf(entity: EntityJson, logo: Logo | null): DocumentSeller {
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

/** Seller entities: the companies that a tenant sells through. */
import type { Address, BankDetails, LogoType, PartyTaxNumber } from '../../domain/document/source';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

/** What is known of a logo without its picture. */
export interface LogoFacts {
  /** SHA-256 in hexadecimal. */
  readonly hash: string;
  readonly mediaType: LogoType;
  readonly width: number;
  readonly height: number;
}

export interface Entity {
  readonly id: string;
  readonly tenantId: string;
  /** The one of customers that name none. */
  readonly isDefault: boolean;
  readonly legalName: string;
  readonly address: Address | null;
  readonly taxNumbers: readonly PartyTaxNumber[];
  readonly registrationNumber: string | null;
  readonly registrationText: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly bankDetails: BankDetails | null;
  readonly country: string | null;
  readonly language: string;
  readonly logo: LogoFacts | null;
  readonly accentColor: string;
  readonly footer: string | null;
  readonly invoiceSeries: string;
  readonly creditNoteSeries: string;
  readonly recordedAt: number;
}

export type NewEntity = Omit<Entity, 'isDefault' | 'recordedAt'>;

interface EntityRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  is_default: boolean;
  legal_name: string;
  address: Address | null;
  tax_numbers: PartyTaxNumber[];
  registration_number: string | null;
  registration_text: string | null;
  email: string | null;
  phone: string | null;
  bank_details: BankDetails | null;
  country: string | null;
  language: string;
  logo_hash: string | null;
  logo_type: LogoType | null;
  logo_width: number | null;
  logo_height: number | null;
  accent_color: string;
  footer: string | null;
  invoice_series: string;
  credit_note_series: string;
  recorded_at: Date;
}

const columns = `e.id, e.tenant_id, e.id = t.default_entity_id as is_default, e.legal_name, e.address, e.tax_numbers, e.registration_number,
  e.registration_text, e.email, e.phone, e.bank_details, e.country, e.language, encode(e.logo_hash, 'hex') as logo_hash,
  l.media_type as logo_type, l.width as logo_width, l.height as logo_height, e.accent_color, e.footer, e.invoice_series,
  e.credit_note_series, e.recorded_at`;
const from = `entities e join tenants t on t.id = e.tenant_id
  left join logos l on l.tenant_id = e.tenant_id and l.hash = e.logo_hash`;

function logoOf(row: EntityRow): LogoFacts | null {
  const { logo_hash: hash, logo_type: mediaType, logo_width: width, logo_height: height } = row;
  return hash === null || mediaType === null || width === null || height === null
    ? null
    : { hash, mediaType, width, height };
}

const fromRow = (row: EntityRow): Entity => ({
  id: row.id,
  tenantId: row.tenant_id,
  isDefault: row.is_default,
  legalName: row.legal_name,
  address: row.address,
  taxNumbers: row.tax_numbers,
  registrationNumber: row.registration_number,
  registrationText: row.registration_text,
  email: row.email,
  phone: row.phone,
  bankDetails: row.bank_details,
  country: row.country,
  language: row.language,
  logo: logoOf(row),
  accentColor: row.accent_color,
  footer: row.footer,
  invoiceSeries: row.invoice_series,
  creditNoteSeries: row.credit_note_series,
  recordedAt: row.recorded_at.getTime(),
});

const insert: Statement = {
  name: 'entities_insert',
  text: `insert into entities (id, tenant_id, legal_name, address, tax_numbers, registration_number, registration_text, email, phone,
      bank_details, country, language, logo_hash, accent_color, footer, invoice_series, credit_note_series)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, decode($13, 'hex'), $14, $15, $16, $17) on conflict (id) do nothing`,
};
const update: Statement = {
  name: 'entities_update',
  text: `update entities set legal_name = $3, address = $4, tax_numbers = $5, registration_number = $6, registration_text = $7, email = $8,
      phone = $9, bank_details = $10, country = $11, language = $12, logo_hash = decode($13, 'hex'), accent_color = $14, footer = $15
    where tenant_id = $2 and id = $1`,
};
const byId: Statement = {
  name: 'entities_by_id',
  text: `select ${columns} from ${from} where e.tenant_id = $1 and e.id = $2`,
};
const insertLogoStatement: Statement = {
  name: 'logos_insert',
  text: `insert into logos (tenant_id, hash, media_type, width, height, bytes) values ($1, sha256($5), $2, $3, $4, $5)
    on conflict do nothing`,
};

const jsonOrNull = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

const valuesOf = (entity: NewEntity): unknown[] => [
  entity.id,
  entity.tenantId,
  entity.legalName,
  jsonOrNull(entity.address),
  JSON.stringify(entity.taxNumbers),
  entity.registrationNumber,
  entity.registrationText,
  entity.email,
  entity.phone,
  jsonOrNull(entity.bankDetails),
  entity.country,
  entity.language,
  entity.logo?.hash ?? null,
  entity.accentColor,
  entity.footer,
];

/**
 * Writes an entity unless its id is there already.
 * @throws the database's `unique_violation` when a series is another one's.
 */
export async function insertEntity(db: Queryable, entity: NewEntity): Promise<void> {
  await db.query(insert, [...valuesOf(entity), entity.invoiceSeries, entity.creditNoteSeries]);
}

/** Writes what of an entity may change: all but its series. */
export async function updateEntity(db: Queryable, entity: NewEntity): Promise<void> {
  await db.query(update, valuesOf(entity));
}

/** An entity of a tenant, or null. */
export async function findEntity(db: Queryable, tenantId: string, id: string): Promise<Entity | null> {
  return firstOf((await db.query<EntityRow>(byId, [tenantId, id])).map(fromRow));
}

/** Keeps the picture of a logo; the same one only once. */
export async function insertLogo(
  db: Queryable,
  tenantId: string,
  logo: Omit<LogoFacts, 'hash'> & { readonly bytes: Uint8Array },
): Promise<void> {
  const { mediaType, width, height, bytes } = logo;
  await db.query(insertLogoStatement, [tenantId, mediaType, width, height, Buffer.from(bytes)]);
}

export const listEntities = pageReader<EntityRow, Entity>({
  name: 'entities_page',
  select: columns,
  from,
  id: 'e.id',
  tenant: 'e.tenant_id',
  filters: {},
  fromRow,
});

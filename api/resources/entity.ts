/** Seller entities on the wire. */
import { z } from '@hono/zod-openapi';
import type { Entity } from '../../db/queries/entities';
import { isLanguage, languages } from '../../domain/document/languages';
import { logoBytesMax } from '../../domain/document/logo';
import { toIso } from '../../domain/time';
import { instantAnswer, shortText } from '../fields';

const addressExample = {
  line1: 'Straße der Freundschaft 12',
  line2: null,
  city: 'Köln',
  postal_code: '50667',
  region: null,
  country: 'DE',
};
const bankExample = {
  account_name: 'Kilima Software GmbH',
  bank_name: null,
  iban: 'DE89370400440532013000',
  account_number: null,
  bic: 'COBADEFFXXX',
};
const bodyExample = {
  legal_name: 'Kilima Software GmbH',
  address: addressExample,
  tax_numbers: [{ kind: 'vat' as const, number: 'DE136695976' }],
  registration_number: 'HRB 12345',
  registration_text: 'Amtsgericht Köln, HRB 12345',
  email: 'billing@kilima.example',
  phone: '+49 221 123456',
  bank_details: bankExample,
  country: 'DE',
  language: 'de',
  accent_color: '#1f3a5f',
  footer: null,
};

export const entityExample = {
  id: 'ent_01kav5xq8yfz2s1m3c4d5e6f7g',
  is_default: false,
  ...bodyExample,
  logo: { media_type: 'image/png', width: 600, height: 200, sha256: 'a3f1'.repeat(16) },
  invoice_series: 'DE',
  credit_note_series: 'DECN',
  created_at: '2026-01-31T00:00:00.000Z',
};

const countryField = z.string().regex(/^[A-Z]{2}$/, 'must be a country as ISO 3166-1 writes it, such as KE');
const regionField = z
  .string()
  .regex(/^[A-Z]{2}-[A-Z0-9]{1,3}$/, 'must be a region as ISO 3166-2 writes it, such as US-CA');

const addressField = z
  .strictObject({
    line1: shortText.nullable().default(null),
    line2: shortText.nullable().default(null),
    city: shortText.nullable().default(null),
    postal_code: shortText.nullable().default(null),
    region: regionField.nullable().default(null),
    country: countryField,
  })
  .openapi({ example: addressExample });

const taxNumberField = z.strictObject({ kind: z.enum(['vat', 'other']).default('vat'), number: shortText.max(40) });

/** ISO 13616: the four first characters moved to the end and letters read as 10 to 35, the number leaves 1 when divided by 97. */
function isIban(text: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(text)) return false;
  const digits = (text.slice(4) + text.slice(0, 4)).replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  return BigInt(digits) % 97n === 1n;
}

const bankField = z
  .strictObject({
    account_name: shortText.nullable().default(null),
    bank_name: shortText.nullable().default(null),
    iban: z
      .string()
      .transform((text) => text.replaceAll(' ', ''))
      .refine(isIban, 'must be an IBAN with the right check digits')
      .nullable()
      .default(null),
    account_number: shortText.max(40).nullable().default(null),
    bic: z
      .string()
      .regex(/^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/, 'must be a BIC of 8 or 11 characters')
      .nullable()
      .default(null),
  })
  .openapi({ example: bankExample });

const languageField = z
  .string()
  .refine(isLanguage, `must be one of ${Object.keys(languages).join(', ')}`)
  .openapi({ enum: Object.keys(languages), example: 'de' });

/** Of base64, four characters hold three bytes. */
const logoField = z
  .strictObject({
    content: z
      .base64()
      .min(1)
      .max(Math.ceil(logoBytesMax / 3) * 4)
      .openapi({ description: `A PNG or JPEG of at most ${logoBytesMax} bytes, in base64.`, example: 'iVBORw0KGgo=' }),
  })
  .openapi('EntityLogoInput', { example: { content: 'iVBORw0KGgo=' } });

const seriesField = (example: string) =>
  z
    .string()
    .regex(/^[A-Z][A-Z0-9]{0,9}$/, 'must be 1 to 10 capital letters or digits')
    .openapi({
      example,
      description: 'Of the numbers, such as DE-000001. It belongs to no other entity and never changes.',
    });

const footerLinesMax = 4;
const footerField = z
  .string()
  .trim()
  .min(1)
  .max(400)
  .refine((text) => text.split('\n').length <= footerLinesMax, `must have at most ${footerLinesMax} lines`);

const changeable = {
  address: addressField.nullish(),
  tax_numbers: z.array(taxNumberField).max(10).optional(),
  registration_number: shortText.max(60).nullish(),
  registration_text: shortText.nullish(),
  email: z.email().max(320).nullish(),
  phone: shortText.max(40).nullish(),
  bank_details: bankField.nullish(),
  country: countryField.nullish().openapi({ description: 'Where it sells from: the origin of its supplies.' }),
  language: languageField.optional(),
  logo: logoField.nullish(),
  accent_color: z
    .string()
    .regex(/^#[0-9a-f]{6}$/, 'must be a color such as #1f3a5f, in lower case')
    .optional(),
  footer: footerField.nullish(),
};

export const entityBody = z
  .strictObject({
    legal_name: shortText,
    ...changeable,
    invoice_series: seriesField('DE'),
    credit_note_series: seriesField('DECN'),
  })
  .refine((body) => body.invoice_series !== body.credit_note_series, {
    path: ['credit_note_series'],
    message: 'must differ from invoice_series',
  })
  .openapi('EntityCreate', { example: { ...bodyExample, invoice_series: 'DE', credit_note_series: 'DECN' } });

export const entityPatch = z
  .strictObject({ legal_name: shortText.optional(), ...changeable })
  .openapi('EntityUpdate', { example: { footer: 'Thank you.', accent_color: '#1f3a5f' } });

export type EntityPatch = z.output<typeof entityPatch>;

const text = z.string().nullable();

export const entityAnswer = z
  .object({
    id: z.string(),
    is_default: z.boolean().openapi({ description: 'True for the entity of customers that name none.' }),
    legal_name: z.string(),
    address: z
      .object({ line1: text, line2: text, city: text, postal_code: text, region: text, country: text })
      .nullable(),
    tax_numbers: z.array(z.object({ kind: z.string(), number: z.string() })),
    registration_number: text,
    registration_text: text,
    email: text,
    phone: text,
    bank_details: z
      .object({ account_name: text, bank_name: text, iban: text, account_number: text, bic: text })
      .nullable(),
    country: text,
    language: z.string(),
    accent_color: z.string(),
    footer: text,
    logo: z.object({ media_type: z.string(), width: z.number(), height: z.number(), sha256: z.string() }).nullable(),
    invoice_series: z.string(),
    credit_note_series: z.string(),
    created_at: instantAnswer,
  })
  .openapi('Entity', { example: entityExample });

/** An entity as it leaves. */
export function presentEntity(entity: Entity): z.infer<typeof entityAnswer> {
  const { logo } = entity;
  return {
    id: entity.id,
    is_default: entity.isDefault,
    legal_name: entity.legalName,
    address: entity.address,
    tax_numbers: entity.taxNumbers.map(({ kind, number }) => ({ kind, number })),
    registration_number: entity.registrationNumber,
    registration_text: entity.registrationText,
    email: entity.email,
    phone: entity.phone,
    bank_details: entity.bankDetails,
    country: entity.country,
    language: entity.language,
    accent_color: entity.accentColor,
    footer: entity.footer,
    logo:
      logo === null ? null : { media_type: logo.mediaType, width: logo.width, height: logo.height, sha256: logo.hash },
    invoice_series: entity.invoiceSeries,
    credit_note_series: entity.creditNoteSeries,
    created_at: toIso(entity.recordedAt),
  };
}

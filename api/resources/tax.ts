/** Tax settings of a tenant and the table of rates, on the wire. */
import { z } from '@hono/zod-openapi';
import type { StoredTaxRate } from '../../db/queries/tax-rates';
import type { TaxReport } from '../../db/queries/tax-reports';
import { fail, type FieldError } from '../../domain/errors';
import { parseTaxSettings, salesTaxProviderNames, type TaxSettings } from '../../domain/tax/settings';
import { parseTaxTable, type TaxRate } from '../../domain/tax/rate';
import { toIso } from '../../domain/time';
import { instantAnswer, moneyAnswer, wireMoney } from '../fields';

const registrationShape = z.strictObject({
  country: z.string(),
  region: z.string().nullish(),
  tax_number: z.string().nullish(),
  from: z.string().openapi({ format: 'date' }),
  to: z.string().nullish().openapi({ format: 'date' }),
});

const settingsExample = {
  seller: {
    country: 'DE',
    registrations: [{ country: 'DE', region: null, tax_number: 'DE136695976', from: '2020-01-01', to: null }],
    union_scheme: true,
    consumers_at_origin: false,
    reverse_charge_countries: null,
  },
  prices: 'exclusive' as const,
  rounding: 'per_rate' as const,
  evidence: 'two' as const,
  sales_tax: null,
};

const salesTaxShape = z.strictObject({
  provider: z.enum(salesTaxProviderNames),
  countries: z
    .array(z.string())
    .optional()
    .openapi({ description: 'Customers of these are asked about: US and CA unless given.' }),
  outage: z
    .enum(['table', 'hold'])
    .optional()
    .openapi({ description: 'While the provider is away: take our own rates and say so, or make no invoice.' }),
});

export const taxSettingsBody = z
  .strictObject({
    seller: z.strictObject({
      country: z.string(),
      registrations: z
        .array(registrationShape)
        .nullish()
        .openapi({ description: 'Where tax is collected, and since when. The first with a number asks the register.' }),
      union_scheme: z.boolean().optional(),
      consumers_at_origin: z.boolean().optional(),
      reverse_charge_countries: z.array(z.string()).nullish(),
    }),
    prices: z.enum(['exclusive', 'inclusive']).optional(),
    rounding: z.enum(['per_rate', 'per_line']).optional(),
    evidence: z
      .enum(['one', 'two'])
      .optional()
      .openapi({ description: 'Pieces of evidence of the place of supply that must agree.' }),
    sales_tax: salesTaxShape
      .nullish()
      .openapi({ description: 'A provider of sales tax, where a table by states is not enough.' }),
  })
  .openapi('TaxSettingsUpdate', { example: settingsExample });

export const taxSettingsAnswer = z
  .object({
    settings: z
      .object({
        seller: z.object({
          country: z.string(),
          registrations: z.array(z.object(registrationShape.shape)).nullable(),
          union_scheme: z.boolean(),
          consumers_at_origin: z.boolean(),
          reverse_charge_countries: z.array(z.string()).nullable(),
        }),
        prices: z.string(),
        rounding: z.string(),
        evidence: z.string(),
        sales_tax: z.object({ provider: z.string(), countries: z.array(z.string()), outage: z.string() }).nullable(),
      })
      .nullable()
      .openapi({ description: 'Null: nothing is taxed; of an entity, as the tenant says.' }),
  })
  .openapi('TaxSettings', { example: { settings: settingsExample } });

const rateExample = {
  id: 'txr_01kav5xq8yfz2s1m3c4d5e6f7g',
  country: 'DE',
  region: null,
  category: 'electronic_publication',
  percent: '7',
  from: '2026-01-01',
  to: null,
  source: 'UStG § 12 (2) 14',
  own: true,
};

export const taxRateId = rateExample.id;

export const taxRateBody = z
  .strictObject({
    country: z.string(),
    region: z.string().nullish(),
    category: z.string(),
    percent: z.string(),
    from: z.string().openapi({ format: 'date', description: 'The first day of supply that it holds for.' }),
    to: z.string().nullish().openapi({ format: 'date', description: 'The first day on which it no longer holds.' }),
    source: z.string(),
  })
  .openapi('TaxRateCreate', {
    example: {
      country: 'DE',
      category: 'electronic_publication',
      percent: '7',
      from: '2026-01-01',
      source: 'UStG § 12 (2) 14',
    },
  });

export const taxRatePatch = z
  .strictObject({ to: z.string().openapi({ format: 'date' }) })
  .openapi('TaxRateUpdate', { example: { to: '2027-01-01' } });

export const taxRateAnswer = z
  .object({
    id: z.string(),
    country: z.string(),
    region: z.string().nullable(),
    category: z.string(),
    percent: z.string(),
    from: z.string(),
    to: z.string().nullable(),
    source: z.string(),
    own: z.boolean().openapi({ description: "The tenant's own stand above the general ones." }),
  })
  .openapi('TaxRate', { example: rateExample });

export const productExample = { id: 'prod_01kav5xq8yfz2s1m3c4d5e6f7g' };

export const taxCategoryBody = z
  .strictObject({ category: z.string().regex(/^[a-z][a-z0-9_]{0,59}$/, 'must be a word of a to z, 0 to 9 and "_"') })
  .openapi('TaxCategoryUpdate', { example: { category: 'electronic_publication' } });

export const taxCategoryAnswer = z
  .object({ product_id: z.string(), category: z.string() })
  .openapi('TaxCategory', { example: { product_id: productExample.id, category: 'electronic_publication' } });

const refuse = (fields: readonly FieldError[]): never => fail('validation_failed', {}, { fields });

/** The settings of a body. @throws PerennialError `validation_failed` with what is wrong by field. */
export function settingsOf(body: z.output<typeof taxSettingsBody>): TaxSettings {
  const parsed = parseTaxSettings(body);
  return Array.isArray(parsed) ? refuse(parsed) : parsed;
}

/**
 * The rate of a body, beside the tenant's own of that country.
 * @throws PerennialError `validation_failed` with what is wrong by field, also when two hold on one day.
 */
export function rateOf(body: z.output<typeof taxRateBody>, own: readonly TaxRate[]): TaxRate {
  const known = own.map(({ country, region, category, percent, from, to, source }) => ({
    ...{ country, region, category, percent, from, to, source },
  }));
  const parsed = parseTaxTable({ rates: [body, ...known] });
  if (!Array.isArray(parsed)) return parsed.rates[0]!;
  const fields = parsed.map(({ path, message }) =>
    /^rates\.0\./.test(path) && !message.startsWith('overlaps')
      ? { path: path.slice('rates.0.'.length), message }
      : { path: 'from', message: 'overlaps with another rate of its kind' },
  );
  return refuse(fields);
}

/** Settings as they leave. */
export function presentTaxSettings(settings: TaxSettings | null): z.infer<typeof taxSettingsAnswer> {
  if (settings === null) return { settings };
  const { sales_tax: salesTax = null } = settings;
  const { registrations, reverse_charge_countries: shifted, ...seller } = settings.seller;
  const copied = {
    ...seller,
    registrations: registrations === null ? null : registrations.map((one) => ({ ...one })),
    reverse_charge_countries: shifted === null ? null : [...shifted],
  };
  const asked = salesTax === null ? null : { ...salesTax, countries: [...salesTax.countries] };
  return { settings: { ...settings, seller: copied, sales_tax: asked } };
}

/** A rate as it leaves. */
export const presentTaxRate = ({ isOwn: own, ...rate }: StoredTaxRate): z.infer<typeof taxRateAnswer> => ({
  ...rate,
  own,
});

const reportExample = {
  reference: 'inv_01kav5xq8yfz2s1m3c4d5e6f7g',
  invoice_id: 'inv_01kav5xq8yfz2s1m3c4d5e6f7g',
  provider: 'stripe_tax',
  kind: 'sale',
  amount: { amount: '108.88', currency: 'USD' },
  state: 'reported',
  transaction: 'tax_1RbVvXQwErTyUiOp',
  obstacle: null,
  occurred_at: '2026-01-31T00:00:00.000Z',
};

export const taxReportAnswer = z
  .object({
    reference: z.string(),
    invoice_id: z.string(),
    provider: z.string(),
    kind: z.string().openapi({ description: 'sale, or reversal of what was given back of one.' }),
    amount: moneyAnswer.openapi({ description: 'With tax.' }),
    state: z.string().openapi({
      description: 'due, reported, or estimated: the provider was away, and has to be told by a person.',
    }),
    transaction: z.string().nullable().openapi({ description: "The provider's own id." }),
    obstacle: z.string().nullable(),
    occurred_at: instantAnswer,
  })
  .openapi('TaxReport', { example: reportExample });

/** A report as it leaves. */
export function presentTaxReport(report: TaxReport): z.infer<typeof taxReportAnswer> {
  const { reference, invoiceId, provider, kind, amount, state, transaction, obstacle, occurredAt } = report;
  const of = { reference, invoice_id: invoiceId, provider, kind, amount: wireMoney(amount) };
  return { ...of, state, transaction, obstacle, occurred_at: toIso(occurredAt) };
}

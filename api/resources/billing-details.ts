/** Billing details of customers and the checks of their tax numbers, on the wire. */
import { z } from '@hono/zod-openapi';
import type { CustomerBilling, StoredCheck } from '../../db/queries/customer-billing';
import { type BillingDetails, parseBillingDetails } from '../../domain/customer/billing-details';
import { fail } from '../../domain/errors';
import { toIso } from '../../domain/time';
import { instantAnswer } from '../fields';
import { presentCheck } from './invoice-reductions';

const customerId = 'cus_01kav5xq8yfz2s1m3c4d5e6f7g';

const addressField = z.strictObject({
  line1: z.string().nullish(),
  line2: z.string().nullish(),
  city: z.string().nullish(),
  postal_code: z.string().nullish(),
  region: z.string().nullish(),
  country: z.string(),
});
const exemptionField = z.strictObject({
  country: z.string(),
  category: z.string().nullish(),
  certificate: z.string(),
  legend: z.string(),
  from: z.string(),
  to: z.string().nullish(),
});
const evidenceField = z.strictObject({
  kind: z.string(),
  country: z.string(),
  region: z.string().nullish(),
  observed_at: z.string(),
  reference: z.string(),
});

const detailsExample = {
  legal_name: 'Acme SARL',
  address: {
    line1: '1 rue de Rivoli',
    line2: null,
    city: 'Paris',
    postal_code: '75001',
    region: null,
    country: 'FR',
  },
  language: 'fr',
  tax_numbers: ['FR40303265045'],
  exemptions: null,
  evidence: [
    {
      kind: 'card_country',
      country: 'FR',
      region: null,
      observed_at: '2026-01-31T00:00:00.000Z',
      reference: 'card issuer by its first digits',
    },
  ],
};

export const billingPatch = z
  .strictObject({
    legal_name: z.string().nullish(),
    address: addressField.nullish(),
    language: z.string().nullish(),
    tax_numbers: z
      .array(z.string())
      .nullish()
      .openapi({ description: 'The first decides about tax; its check digits must be right where they are known.' }),
    exemptions: z.array(exemptionField).nullish(),
    evidence: z.array(evidenceField).nullish().openapi({ description: 'Of the place of supply, beside the address.' }),
  })
  .openapi('BillingDetailsUpdate', { example: detailsExample });

const checkAnswer = z.object({
  country: z.string(),
  number: z.string(),
  digits: z.string().openapi({ description: 'valid, invalid, or unchecked where no rule is known.' }),
  register: z.string().openapi({ description: 'valid, invalid, or unknown until the register answers.' }),
  consultation: z.string().nullable().openapi({ description: "The register's receipt." }),
  checked_at: instantAnswer,
});

const checkExample = {
  country: 'FR',
  number: '40303265045',
  digits: 'valid',
  register: 'valid',
  consultation: 'WAPIAAAAYx1',
  checked_at: '2026-01-31T00:00:02.000Z',
};

const nullishToNull = <S extends z.ZodRawShape>(shape: S) => z.object(shape);

export const billingAnswer = z
  .object({
    customer_id: z.string(),
    legal_name: z.string().nullable(),
    address: nullishToNull(addressField.shape).nullable(),
    language: z.string().nullable(),
    tax_numbers: z.array(z.string()).nullable(),
    exemptions: z.array(nullishToNull(exemptionField.shape)).nullable(),
    evidence: z.array(nullishToNull(evidenceField.shape)).nullable(),
    tax_number_check: checkAnswer.nullable(),
  })
  .openapi('BillingDetails', {
    example: { customer_id: customerId, ...detailsExample, tax_number_check: checkExample },
  });

export const storedCheckAnswer = z
  .object({
    id: z.string(),
    customer_id: z.string(),
    ...checkAnswer.shape,
    obstacle: z.string().nullable().openapi({ description: 'Why the register did not say.' }),
  })
  .openapi('TaxNumberCheck', {
    example: {
      id: 'tnc_01kav5xq8yfz2s1m3c4d5e6f7g',
      customer_id: customerId,
      ...checkExample,
      obstacle: null,
    },
  });

/** Of a customer of whom nothing is known. */
const noDetails: BillingDetails = {
  legal_name: null,
  address: null,
  language: null,
  tax_numbers: null,
  exemptions: null,
  evidence: null,
};

/**
 * Details after a change: a field that is left out keeps its value, null clears it.
 * @throws PerennialError `validation_failed` with what is wrong by field.
 */
export function detailsAfter(before: BillingDetails | null, body: z.output<typeof billingPatch>): BillingDetails {
  const parsed = parseBillingDetails({ ...noDetails, ...before, ...body });
  return Array.isArray(parsed) ? fail('validation_failed', {}, { fields: parsed }) : parsed;
}

const copies = <T extends object>(list: readonly T[] | null): T[] | null =>
  list === null ? null : list.map((one) => ({ ...one }));

/** Billing details as they leave. */
export function presentBilling(customer: string, { details, check }: CustomerBilling): z.infer<typeof billingAnswer> {
  const { address, tax_numbers, exemptions, evidence, ...rest } = details ?? noDetails;
  return {
    customer_id: customer,
    ...rest,
    address: address === null ? null : { ...address },
    tax_numbers: tax_numbers === null ? null : [...tax_numbers],
    exemptions: copies(exemptions),
    evidence: copies(evidence),
    tax_number_check: presentCheck(check),
  };
}

/** A check as it leaves. */
export function presentStoredCheck(check: StoredCheck): z.infer<typeof storedCheckAnswer> {
  const { id, customerId: of, taxNumber, digits, register, consultation, obstacle, checkedAt } = check;
  const said = { digits, register, consultation, obstacle, checked_at: toIso(checkedAt) };
  return { id, customer_id: of, ...taxNumber, ...said };
}

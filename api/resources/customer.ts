/** Customers on the wire. */
import { z } from '@hono/zod-openapi';
import type { Customer } from '../../db/queries/customers';
import { toIso } from '../../domain/time';
import {
  idField,
  instantAnswer,
  metadataAnswer,
  metadataField,
  prorationField,
  shortText,
  timeZoneField,
} from '../fields';

export const customerExample = {
  id: 'cus_01kav5xq8yfz2s1m3c4d5e6f7g',
  name: 'Acme Ltd',
  email: 'billing@acme.example',
  time_zone: 'Africa/Nairobi',
  proration_policy: null,
  test_clock_id: null,
  entity_id: null,
  default_payment_method_id: null,
  consolidate_invoices: false,
  metadata: { crm: 'A-17' },
  created_at: '2026-01-31T00:00:00.000Z',
};

const consolidateField = z.boolean().openapi({
  description:
    'One invoice for the subscriptions that renew at the same instant, in the same currency and by the same payment method. It holds from the next renewal on.',
});

export const customerAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string().nullable(),
    time_zone: z.string().nullable(),
    proration_policy: z.string().nullable(),
    test_clock_id: z.string().nullable(),
    entity_id: z
      .string()
      .nullable()
      .openapi({ description: 'The seller entity that bills them; null for the default one.' }),
    default_payment_method_id: z.string().nullable(),
    consolidate_invoices: consolidateField,
    metadata: metadataAnswer,
    created_at: instantAnswer,
  })
  .openapi('Customer', { example: customerExample });

const emailField = z.email().max(320).openapi({ example: 'billing@acme.example' });

export const customerBody = z
  .strictObject({
    name: shortText,
    email: emailField.nullish(),
    time_zone: timeZoneField.nullish(),
    proration_policy: prorationField.nullish(),
    test_clock_id: idField('clock_01kav5xq8yfz2s1m3c4d5e6f7g').nullish(),
    entity_id: idField('ent_01kav5xq8yfz2s1m3c4d5e6f7g').nullish(),
    consolidate_invoices: consolidateField.default(false),
    metadata: metadataField.default({}),
  })
  .openapi('CustomerCreate', {
    example: { name: 'Acme Ltd', email: 'billing@acme.example', time_zone: 'Africa/Nairobi' },
  });

export const customerPatch = z
  .strictObject({
    name: shortText.optional(),
    email: emailField.nullish(),
    time_zone: timeZoneField.nullish(),
    proration_policy: prorationField.nullish(),
    entity_id: idField('ent_01kav5xq8yfz2s1m3c4d5e6f7g').nullish(),
    consolidate_invoices: consolidateField.optional(),
    metadata: metadataField.optional(),
  })
  .openapi('CustomerUpdate', { example: { name: 'Acme Limited' } });

/** A customer as it leaves. */
export function presentCustomer(customer: Customer): z.infer<typeof customerAnswer> {
  return {
    id: customer.id,
    name: customer.name,
    email: customer.email,
    time_zone: customer.timeZone,
    proration_policy: customer.prorationPolicy,
    test_clock_id: customer.testClockId,
    entity_id: customer.entityId,
    default_payment_method_id: customer.defaultPaymentMethodId,
    consolidate_invoices: customer.consolidatesInvoices,
    metadata: { ...customer.metadata },
    created_at: toIso(customer.occurredAt),
  };
}

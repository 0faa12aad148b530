/** What a subscription has beside its plan, on the wire: add-ons, charges and prices of its own. */
import { z } from '@hono/zod-openapi';
import type { StoredItem } from '../../db/queries/subscription-items';
import { quantityMax } from '../../domain/subscription/commands';
import { idField, instantAnswer, isoOrNull, moneyField, shortText, streamField } from '../fields';
import { priceExample } from './catalogue';
import { priceOverrideExample, priceOverrideShape } from './price-override';
import { subscriptionExample } from './subscription';
import { toIso } from '../../domain/time';

const itemId = 'si_01kav5xq8yfz2s1m3c4d5e6f7g';
const priceId = priceExample.id;
const quantityField = z.number().int().min(0).max(quantityMax).optional().openapi({ example: 1 });
const atPeriodEnd = z.boolean().optional();

export const itemExample = {
  id: itemId,
  subscription_id: subscriptionExample.id,
  kind: 'add_on',
  price_id: priceId,
  description: 'Priority support',
  quantity: '1',
  parameters: { amounts: { USD: '10.00' } },
  starts_at: '2026-01-31T00:00:00.000Z',
  ends_at: null,
  settled: false,
  invoice_id: null,
};

export const itemAnswer = z
  .object({
    id: z.string(),
    subscription_id: z.string(),
    kind: z.string().openapi({ description: '`add_on`, `charge`, or `override` for a price of its own.' }),
    price_id: z.string(),
    description: z.string().nullable(),
    quantity: z.string(),
    parameters: z.record(z.string(), z.unknown()),
    starts_at: instantAnswer,
    ends_at: instantAnswer.nullable(),
    settled: z.boolean().openapi({ description: 'True when nothing of it is to be billed any more.' }),
    invoice_id: z.string().nullable().openapi({ description: 'The invoice that billed a charge.' }),
  })
  .openapi('SubscriptionItem', { example: itemExample });

/** While a command is under way it has no item yet. */
export const itemPendingAnswer = z
  .object({ id: z.null() })
  .openapi('SubscriptionItemPending', { example: { id: null } });

export const addOnBody = z
  .strictObject({ price_id: idField(priceId), quantity: quantityField })
  .openapi('AddOnCreate', { example: { price_id: priceId, quantity: 1 } });

export const removeAddOnBody = z
  .strictObject({ add_on_id: idField(itemId), at_period_end: atPeriodEnd })
  .openapi('AddOnRemove', { example: { add_on_id: itemId, at_period_end: true } });

export const chargeBody = z
  .strictObject({
    price_id: idField(priceId).optional(),
    amount: moneyField.optional().openapi({ description: 'In place of a price: an amount with its description.' }),
    description: shortText.optional(),
    stream: streamField.optional(),
    quantity: quantityField,
    invoice: z.enum(['now', 'next']).default('now'),
  })
  .refine(({ price_id: price, amount }) => (price === undefined) !== (amount === undefined), {
    path: ['price_id'],
    message: 'or amount must be given, and not both',
  })
  .refine(({ amount, description }) => (amount === undefined) === (description === undefined), {
    path: ['description'],
    message: 'belongs to an amount',
  })
  .openapi('ChargeCreate', {
    example: { amount: { amount: '120.00', currency: 'USD' }, description: 'Set-up', invoice: 'next' },
  });

export const priceOverrideBody = z
  .strictObject(priceOverrideShape)
  .openapi('PriceOverrideCreate', { example: priceOverrideExample });

export const removeOverrideBody = z
  .strictObject({ override_id: idField(itemId) })
  .openapi('PriceOverrideRemove', { example: { override_id: itemId } });

/** An item as it leaves. */
export function presentItem(item: StoredItem): z.infer<typeof itemAnswer> {
  const own =
    item.kind === 'override'
      ? { ...item.override, description: item.override.description ?? null, quantity: '1' }
      : { ...item.price, priceId: item.price.id, quantity: item.quantity };
  return {
    id: item.id,
    subscription_id: item.subscriptionId,
    kind: item.kind,
    price_id: own.priceId,
    description: own.description,
    quantity: own.quantity,
    parameters: own.parameters as Record<string, unknown>,
    starts_at: toIso(item.from),
    ends_at: isoOrNull(item.to),
    settled: item.isSettled,
    invoice_id: item.invoiceId,
  };
}

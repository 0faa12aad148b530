/** A price of a subscription's own, on the wire. */
import { z } from '@hono/zod-openapi';
import { pricingModels, type PricingModelKind } from '../../domain/pricing';
import { idField, shortText } from '../fields';
import { priceExample } from './catalogue';

export const overrideModelField = z
  .enum(Object.keys(pricingModels) as [PricingModelKind, ...PricingModelKind[]])
  .optional()
  .openapi({ description: 'Another pricing model, with all its parameters.', example: 'flat' });

export const priceOverrideShape = {
  price_id: idField(priceExample.id),
  model: overrideModelField,
  parameters: z
    .record(z.string(), z.unknown())
    .openapi({ description: "Laid over the price's own, amounts included." }),
  description: shortText.optional(),
};

export const priceOverrideExample = { price_id: priceExample.id, parameters: { amounts: { USD: '39.00' } } };

export const priceOverrideField = z
  .strictObject(priceOverrideShape)
  .openapi('SubscriptionPriceOverride', { example: priceOverrideExample });

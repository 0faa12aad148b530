/** Features and what is granted of them, on the wire. */
import { z } from '@hono/zod-openapi';
import type { StoredFeature } from '../../db/queries/features';
import { type Entitlement, resetPeriods } from '../../domain/entitlements/entitlement';
import { featureTypes } from '../../domain/entitlements/feature';
import { toIso } from '../../domain/time';
import { idField, instantAnswer, shortText } from '../fields';

export const featureKeyField = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'must be 1 to 64 lower-case letters, digits, hyphens or underscores')
  .openapi({ example: 'ai-tokens' });

export const featureExample = {
  id: 'feat_01kav5xq8yfz2s1m3c4d5e6f7g',
  key: 'ai-tokens',
  name: 'AI tokens',
  type: 'metered' as const,
  meter_id: 'meter_01kav5xq8yfz2s1m3c4d5e6f7g',
  unit: 'token',
  created_at: '2026-01-31T00:00:00.000Z',
};

export const featureBody = z
  .strictObject({
    key: featureKeyField,
    name: shortText,
    type: z.enum(featureTypes),
    meter_id: idField(featureExample.meter_id)
      .nullish()
      .openapi({ description: 'What measures its use; of metered ones.' }),
    unit: z.string().trim().min(1).max(40).nullish().openapi({ description: 'What one of it is called.' }),
  })
  .openapi('FeatureCreate', {
    example: { key: 'ai-tokens', name: 'AI tokens', type: 'metered', meter_id: featureExample.meter_id, unit: 'token' },
  });

export const featureAnswer = z
  .object({
    id: z.string(),
    key: z.string(),
    name: z.string(),
    type: z.enum(featureTypes),
    meter_id: z.string().nullable(),
    unit: z.string().nullable(),
    created_at: instantAnswer,
  })
  .openapi('Feature', { example: featureExample });

/** A feature as it leaves. */
export function presentFeature(feature: StoredFeature): z.infer<typeof featureAnswer> {
  const { id, key, name, type, meterId, unit } = feature;
  return { id, key, name, type, meter_id: meterId, unit, created_at: toIso(feature.recordedAt) };
}

/** What a plan or an override grants; which fields it has follows from the feature's type, which the domain checks. */
export const grantShape = {
  enabled: z.boolean().optional().openapi({ description: 'Of a boolean feature; true unless given.' }),
  value: z.string().optional().openapi({ description: 'Of a static feature.' }),
  limit: z.string().nullish().openapi({ description: 'Of a metered feature, in units of its meter; null: unlimited.' }),
  reset: z.enum(resetPeriods).optional().openapi({
    description: 'When it begins anew: with the billing period unless given, or with the customer’s calendar.',
  }),
  limit_type: z
    .enum(['hard', 'soft'])
    .optional()
    .openapi({ description: 'hard: a request must fit in whole. soft: one that finds anything left may go beyond.' }),
  overage: z
    .enum(['refused', 'billed'])
    .optional()
    .openapi({ description: 'Above a soft limit: refused, or let in because the prices of the plan bill it.' }),
  rollover: z
    .strictObject({ maximum: z.string().nullable() })
    .nullish()
    .openapi({ description: 'What is left comes over to the next window, up to a maximum; null: all of it.' }),
  thresholds: z.array(z.number()).optional().openapi({
    description: 'Percent of the limit at which an event is raised, once per window; 80 and 100 unless given.',
  }),
  per_unit: z.boolean().optional().openapi({
    description: 'True: limit and rollover are for each unit of the subscription’s quantity, such as a seat.',
  }),
};

export const entitlementExample = {
  feature: 'ai-tokens',
  limit: '100000',
  reset: 'billing_period' as const,
  limit_type: 'hard' as const,
  overage: 'refused' as const,
  rollover: { maximum: '50000' },
  thresholds: [80, 100],
};

/** An entitlement of a plan version. */
export const entitlementField = z
  .strictObject({ feature: featureKeyField, ...grantShape })
  .openapi('Entitlement', { example: entitlementExample });
export type EntitlementBody = z.output<typeof entitlementField>;

/** A plan that grants more is better cut in two. */
const entitlementsMax = 100;
export const entitlementsField = z.array(entitlementField).max(entitlementsMax).default([]);

export const entitlementAnswer = z
  .object({ feature: z.string(), type: z.enum(featureTypes), ...grantShape })
  .openapi('EntitlementGranted', { example: { type: 'metered' as const, ...entitlementExample } });

/** An entitlement as it leaves. */
export function presentEntitlement(granted: Entitlement): z.infer<typeof entitlementAnswer> {
  if (granted.type !== 'metered') return { ...granted };
  const { meter_id: _meter, rollover, thresholds, ...rest } = granted;
  return { ...rest, rollover: rollover === null ? null : { ...rollover }, thresholds: [...thresholds] };
}

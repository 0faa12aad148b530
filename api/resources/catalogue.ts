/** Products, prices and plans on the wire. */
import { z } from '@hono/zod-openapi';
import type { Plan } from '../../db/queries/plans';
import type { StoredPlanVersion } from '../../db/queries/plan-versions';
import type { Product } from '../../db/queries/products';
import type { PlanPrice } from '../../domain/plan';
import { isFeeInArrears, isMetered } from '../../domain/plan/timing';
import { pricingModels, type PricingModelKind } from '../../domain/pricing';
import { toIso } from '../../domain/time';
import { idField, instantAnswer, longText, prorationField, shortText, streamField } from '../fields';
import { limitsField, phasesField, seatsField, planTermsAnswer, presentPlanTerms } from './plan-terms';
import { entitlementAnswer, entitlementsField, presentEntitlement } from './feature';

/** The tenant's own short name of a thing of the catalogue. */
export const codeField = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'must be 1 to 64 lower-case letters, digits, hyphens or underscores');

export const productExample = {
  id: 'prod_01kav5xq8yfz2s1m3c4d5e6f7g',
  code: 'pro',
  name: 'Pro',
  description: 'Everything for a growing team.',
  stream: 'subscriptions',
  created_at: '2026-01-31T00:00:00.000Z',
};

export const productAnswer = z
  .object({
    id: z.string(),
    code: z.string().nullable(),
    name: z.string(),
    description: z.string().nullable(),
    stream: z.string(),
    created_at: instantAnswer,
  })
  .openapi('Product', { example: productExample });

export const productBody = z
  .strictObject({
    code: codeField.nullish(),
    name: shortText,
    description: longText.nullish(),
    stream: streamField.default('subscriptions'),
  })
  .openapi('ProductCreate', { example: { name: 'Pro', description: 'Everything for a growing team.' } });

export const productPatch = z
  .strictObject({ name: shortText.optional(), description: longText.nullish(), stream: streamField.optional() })
  .openapi('ProductUpdate', { example: { name: 'Pro' } });

/** A product as it leaves. */
export function presentProduct(product: Product): z.infer<typeof productAnswer> {
  const { id, code, name, description, stream } = product;
  return { id, code, name, description, stream, created_at: toIso(product.recordedAt) };
}

/** The models that need more than a quantity need a meter. */
const modelNames = Object.keys(pricingModels) as [PricingModelKind, ...PricingModelKind[]];

/** A price without the product it belongs to; the model's own rules check amounts and parameters. */
const priceShape = {
  kind: z.enum(['recurring', 'one_off']).default('recurring'),
  model: z.enum(modelNames),
  amounts: z
    .record(z.string(), z.string())
    .optional()
    .openapi({
      description: 'Major units by currency. Models with tiers have theirs in each tier.',
      example: { USD: '49.00', KES: '6300.00' },
    }),
  parameters: z
    .record(z.string(), z.unknown())
    .default({})
    .openapi({ description: 'What the model needs besides amounts.', example: { included: '3' } }),
  meter: z.string().min(1).max(100).optional().openapi({
    description: 'Code or id of the meter whose usage is priced; without one, the quantity is.',
    example: 'tokens',
  }),
  timing: z
    .enum(['in_advance', 'in_arrears'])
    .optional()
    .openapi({ description: 'Unless given, usage is billed in arrears and all else in advance.' }),
  skip_zero_usage: z
    .boolean()
    .optional()
    .openapi({ description: 'True: a period without usage costs nothing, flat fees of the first tier included.' }),
  description: shortText,
  stream: streamField.optional(),
};

const priceInputExample = { kind: 'recurring', model: 'flat', amounts: { USD: '49.00' }, description: 'Pro, monthly' };

export const inlinePriceField = z.strictObject(priceShape).openapi('PriceInline', { example: priceInputExample });
export type InlinePrice = z.output<typeof inlinePriceField>;

export const priceBody = z
  .strictObject({ product_id: idField(productExample.id), ...priceShape })
  .openapi('PriceCreate', { example: { product_id: productExample.id, ...priceInputExample } });

export const priceExample = {
  id: 'price_01kav5xq8yfz2s1m3c4d5e6f7g',
  kind: 'recurring',
  model: 'flat',
  amounts: { USD: '49.00' },
  parameters: {},
  meter_id: null,
  timing: 'in_advance',
  skip_zero_usage: false,
  description: 'Pro, monthly',
  stream: 'subscriptions',
};

const planPriceAnswer = z
  .object({
    id: z.string(),
    kind: z.string(),
    model: z.string(),
    amounts: z.record(z.string(), z.string()),
    parameters: z.record(z.string(), z.unknown()),
    meter_id: z.string().nullable(),
    timing: z.string().openapi({ description: 'One-off prices are billed with the first invoice.' }),
    skip_zero_usage: z.boolean(),
    description: z.string(),
    stream: z.string(),
  })
  .openapi('PlanPrice', { example: priceExample });

export const priceAnswer = planPriceAnswer
  .extend({ product_id: z.string(), created_at: instantAnswer })
  .openapi('Price', {
    example: { ...priceExample, product_id: productExample.id, created_at: '2026-01-31T00:00:00.000Z' },
  });

/** A price as it leaves: the amounts apart from the model's other parameters. */
export function presentPlanPrice(price: PlanPrice): z.infer<typeof planPriceAnswer> {
  const { amounts = {}, ...parameters } = price.parameters as { amounts?: Record<string, string> } & Record<
    string,
    unknown
  >;
  const { id, kind, model, description, stream, meterId = null, skipZeroUsage = false } = price;
  const timing = isMetered(price) || isFeeInArrears(price) ? 'in_arrears' : 'in_advance';
  const usage = { meter_id: meterId, timing, skip_zero_usage: skipZeroUsage };
  return { id, kind, model, amounts, parameters, ...usage, description, stream };
}

const units = ['second', 'day', 'week', 'month', 'year'] as const;

/** A plan is billed at least every ten years and never counts more than fits a calendar. */
const countMax = 1_000;
const trialDaysMax = 730;

const intervalField = z
  .strictObject({ unit: z.enum(units), count: z.number().int().min(1).max(countMax).default(1) })
  .openapi({ description: 'The unit second is for test tenants.', example: { unit: 'month', count: 1 } });

export const trialDaysField = z.number().int().min(1).max(trialDaysMax).openapi({ example: 14 });

const trialField = z
  .strictObject({
    days: trialDaysField,
    payment_method_required: z.boolean().default(true),
    end_behavior: z.enum(['charge', 'pause', 'cancel']).default('charge'),
    usage: z
      .enum(['free', 'billed'])
      .default('free')
      .openapi({ description: 'Whether what is used in the trial is billed at its end.' }),
  })
  .openapi({ example: { days: 14, payment_method_required: false, end_behavior: 'pause' } });

const pricesMax = 20;

const versionShape = {
  interval: intervalField,
  prices: z
    .array(z.union([z.strictObject({ price_id: idField(priceExample.id) }), inlinePriceField]))
    .min(1)
    .max(pricesMax),
  trial: trialField.nullish(),
  limits: limitsField.nullish(),
  seats: seatsField.optional(),
  phases: phasesField.optional(),
  proration: prorationField.nullish(),
  entitlements: entitlementsField,
};

const versionExample = { interval: { unit: 'month', count: 1 }, prices: [priceInputExample], trial: { days: 14 } };

export const planVersionBody = z.strictObject(versionShape).openapi('PlanVersionCreate', { example: versionExample });
export type PlanVersionBody = z.output<typeof planVersionBody>;

export const planBody = z
  .strictObject({
    product_id: idField(productExample.id),
    code: codeField,
    name: shortText,
    ...versionShape,
  })
  .openapi('PlanCreate', {
    example: { product_id: productExample.id, code: 'pro-monthly', name: 'Pro monthly', ...versionExample },
  });

const planVersionAnswer = z
  .object({
    version: z.number(),
    interval: z.object({ unit: z.string(), count: z.number() }),
    prices: z.array(planPriceAnswer),
    trial: z
      .object({ days: z.number(), payment_method_required: z.boolean(), end_behavior: z.string(), usage: z.string() })
      .nullable(),
    proration: z.string().nullable(),
    ...planTermsAnswer,
    entitlements: z.array(entitlementAnswer),
    created_at: instantAnswer,
  })
  .openapi('PlanVersion');

export const planAnswer = z
  .object({
    id: z.string(),
    product_id: z.string(),
    code: z.string(),
    name: z.string(),
    current_version: z.number(),
    versions: z.array(planVersionAnswer),
    created_at: instantAnswer,
  })
  .openapi('Plan', {
    example: {
      id: 'plan_01kav5xq8yfz2s1m3c4d5e6f7g',
      product_id: productExample.id,
      code: 'pro-monthly',
      name: 'Pro monthly',
      current_version: 1,
      versions: [
        {
          version: 1,
          interval: { unit: 'month', count: 1 },
          prices: [priceExample],
          trial: { days: 14, payment_method_required: true, end_behavior: 'charge', usage: 'free' },
          proration: null,
          limits: null,
          seats: { added: 'at_once', removed: 'credit' },
          phases: [],
          entitlements: [],
          created_at: '2026-01-31T00:00:00.000Z',
        },
      ],
      created_at: '2026-01-31T00:00:00.000Z',
    },
  });

function presentVersion({ version, definition, recordedAt }: StoredPlanVersion): z.infer<typeof planVersionAnswer> {
  const { interval, prices, trial, proration } = definition;
  return {
    version,
    interval: { unit: interval.unit, count: interval.count },
    prices: prices.map(presentPlanPrice),
    trial:
      trial === null
        ? null
        : {
            days: trial.days,
            payment_method_required: trial.paymentMethodRequired,
            end_behavior: trial.endBehavior,
            usage: trial.usage ?? 'free',
          },
    proration,
    ...presentPlanTerms(definition),
    entitlements: (definition.entitlements ?? []).map(presentEntitlement),
    created_at: toIso(recordedAt),
  };
}

/** A plan with its versions as it leaves. */
export function presentPlan(plan: Plan, versions: readonly StoredPlanVersion[]): z.infer<typeof planAnswer> {
  const { id, productId, code, name, currentVersion } = plan;
  const own = versions.filter((version) => version.planId === id).map(presentVersion);
  return {
    id,
    product_id: productId,
    code,
    name,
    current_version: currentVersion,
    versions: own,
    created_at: toIso(plan.recordedAt),
  };
}

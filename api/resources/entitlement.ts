/** How customers stand with features, and what they may do now, on the wire. */
import { z } from '@hono/zod-openapi';
import type { EntitlementOverride } from '../../db/queries/entitlement-overrides';
import type { CustomerStanding, FeatureStanding, MeteredPart } from '../../db/transactions/entitlement-standing';
import {
  type CheckReason,
  checkReasons,
  judgeGrants,
  judgeQuantity,
  percentageOf,
  remainingOf,
  valueOf,
  type Verdict,
  warningOf,
} from '../../domain/entitlements/check';
import type { Entitlement } from '../../domain/entitlements/entitlement';
import { featureTypes } from '../../domain/entitlements/feature';
import type { Feature } from '../../domain/entitlements/feature';
import { isUnsignedDecimal } from '../../domain/pricing/amounts';
import { toIso } from '../../domain/time';
import { idField, instantAnswer, instantField, isoOrNull } from '../fields';
import { entitlementAnswer, entitlementExample, featureKeyField, grantShape, presentEntitlement } from './feature';

export const customerIdExample = 'cus_01kav5xq8yfz2s1m3c4d5e6f7g';

/** A quantity in a body, from zero up. */
export const quantityField = z
  .string()
  .refine((value) => isUnsignedDecimal(value), 'must be a decimal from 0 as a string')
  .openapi({ example: '1' });

export const checkBody = z
  .strictObject({
    customer_id: idField(customerIdExample),
    feature: featureKeyField,
    quantity: quantityField
      .default('1')
      .openapi({ description: 'Of a metered feature: how much is about to be used.' }),
  })
  .openapi('EntitlementCheck', { example: { customer_id: customerIdExample, feature: 'ai-tokens', quantity: '1' } });

const reasons = Object.keys(checkReasons) as [CheckReason, ...CheckReason[]];

const standingShape = {
  value: z.string().nullable().openapi({ description: 'Of a static feature.' }),
  usage: z.string().nullable(),
  reserved: z.string().nullable().openapi({ description: 'Held by reservations; it counts as used.' }),
  limit: z.string().nullable().openapi({ description: 'With what came over from the window before; null: unlimited.' }),
  remaining: z.string().nullable(),
  usage_percentage: z.number().nullable(),
  warning: z.string().nullable().openapi({ description: 'A sentence once the first threshold is reached.' }),
  resets_at: instantAnswer.nullable(),
};

const standingExample = {
  value: null,
  usage: '83330',
  reserved: '0',
  limit: '100000',
  remaining: '16670',
  usage_percentage: 83.33,
  warning: '83.33 % of 100000 are used.',
  resets_at: '2026-02-28T00:00:00.000Z',
};

const verdictShape = {
  feature: z.string(),
  type: z.enum(featureTypes),
  allowed: z.boolean(),
  reason: z
    .enum(reasons)
    .openapi({ description: reasons.map((reason) => `${reason}: ${checkReasons[reason]}`).join(' ') }),
};
const verdictExample = {
  feature: 'ai-tokens',
  type: 'metered' as const,
  allowed: true,
  reason: 'within_limit' as const,
};

export const checkAnswer = z
  .object({ customer_id: z.string(), ...verdictShape, ...standingShape })
  .openapi('EntitlementChecked', {
    example: { customer_id: customerIdExample, ...verdictExample, ...standingExample },
  });

export const customerEntitlementsAnswer = z
  .object({
    customer_id: z.string(),
    data: z.array(
      z.object({
        ...verdictShape,
        ...standingShape,
        grants: z.array(entitlementAnswer).openapi({ description: 'What adds up to it, one per subscription.' }),
      }),
    ),
  })
  .openapi('CustomerEntitlements', {
    example: {
      customer_id: customerIdExample,
      data: [{ ...verdictExample, ...standingExample, grants: [{ type: 'metered' as const, ...entitlementExample }] }],
    },
  });

const nothing = {
  value: null,
  usage: null,
  reserved: null,
  limit: null,
  remaining: null,
  usage_percentage: null,
  warning: null,
  resets_at: null,
};

function presentMetered(metered: MeteredPart) {
  const percentage = percentageOf(metered);
  return {
    ...nothing,
    usage: metered.usage,
    reserved: metered.reserved,
    limit: metered.limit,
    remaining: remainingOf(metered),
    usage_percentage: percentage === null ? null : Number(percentage),
    warning: warningOf(metered, metered.thresholds),
    resets_at: isoOrNull(metered.resetsAt),
  };
}

const staticValueOf = (grants: readonly Entitlement[]): string | null =>
  valueOf(grants.flatMap((grant) => (grant.type === 'static' ? [grant.value] : [])));

function presentStanding({ grants, metered }: FeatureStanding) {
  return metered === null ? { ...nothing, value: staticValueOf(grants) } : presentMetered(metered);
}

function verdictOf({ grants, metered }: FeatureStanding, quantity: string): Verdict {
  return metered === null ? judgeGrants(grants) : judgeQuantity(metered, metered.ending, quantity);
}

/** Whether a customer may use a quantity of a feature, with how they stand. */
export function presentCheck(
  standing: CustomerStanding,
  { key: feature, type }: Feature,
  quantity: string,
): z.infer<typeof checkAnswer> {
  const { customerId: customer_id, hasSubscription } = standing;
  const own = standing.features.find((one) => one.feature === feature);
  if (own === undefined) {
    const reason = hasSubscription ? 'not_granted' : 'no_subscription';
    return { customer_id, feature, type, allowed: false, reason, ...nothing };
  }
  return { customer_id, feature, type, ...verdictOf(own, quantity), ...presentStanding(own) };
}

/** All that a customer is granted, with how they stand; whether one more may be used. */
export function presentStandings({
  customerId,
  features,
}: CustomerStanding): z.infer<typeof customerEntitlementsAnswer> {
  const data = features.map((own) => {
    const { feature, grants } = own;
    const type = grants[0]?.type ?? 'boolean';
    const granted = grants.map(presentEntitlement);
    return { feature, type, ...verdictOf(own, '1'), ...presentStanding(own), grants: granted };
  });
  return { customer_id: customerId, data };
}

export const overrideBody = z
  .strictObject({
    feature: featureKeyField,
    ...grantShape,
    ends_at: instantField.nullish().openapi({ description: 'From then on the plans count again; null: for good.' }),
  })
  .openapi('EntitlementOverrideCreate', { example: { feature: 'ai-tokens', limit: '500000', reset: 'month' } });

export const overrideAnswer = z
  .object({
    customer_id: z.string(),
    feature: z.string(),
    entitlement: entitlementAnswer,
    ends_at: instantAnswer.nullable(),
    created_at: instantAnswer,
  })
  .openapi('EntitlementOverride', {
    example: {
      customer_id: customerIdExample,
      feature: 'ai-tokens',
      entitlement: { type: 'metered' as const, ...entitlementExample },
      ends_at: null,
      created_at: '2026-01-31T00:00:00.000Z',
    },
  });

export const overridesAnswer = z.object({ data: z.array(overrideAnswer) }).openapi('EntitlementOverrides', {
  example: {
    data: [
      {
        customer_id: customerIdExample,
        feature: 'ai-tokens',
        entitlement: { type: 'metered' as const, ...entitlementExample },
        ends_at: null,
        created_at: '2026-01-31T00:00:00.000Z',
      },
    ],
  },
});

/** An exception as it leaves. */
export function presentOverride(override: EntitlementOverride): z.infer<typeof overrideAnswer> {
  const { customerId, entitlement, endsAt, occurredAt } = override;
  return {
    customer_id: customerId,
    feature: entitlement.feature,
    entitlement: presentEntitlement(entitlement),
    ends_at: isoOrNull(endsAt),
    created_at: toIso(occurredAt),
  };
}

/** Tenants and their keys on the wire. */
import { z } from '@hono/zod-openapi';
import type { ApiKey } from '../../db/queries/api-keys';
import type { Tenant } from '../../db/queries/tenants';
import type { DunningPolicy } from '../../domain/dunning';
import { lateUsages, usageGraceHoursMax } from '../../domain/metering/late-usage';
import { toIso } from '../../domain/time';
import { instantAnswer, isoOrNull, prorationField, shortText, timeZoneField } from '../fields';

const dunningExample = {
  steps_days: [1, 3, 5, 7],
  end: 'cancel',
  cap_per_card: { attempts: 15, window_days: 30 },
  min_hours_between_attempts: 24,
  open_invoices_max: 12,
};

/** Bounds are checked by the domain's own rules, so that the API and the engine cannot differ. */
const dunningField = z
  .strictObject({
    steps_days: z.array(z.number()).optional(),
    end: z.string().optional(),
    cap_per_card: z.strictObject({ attempts: z.number().optional(), window_days: z.number().optional() }).optional(),
    min_hours_between_attempts: z.number().optional(),
    open_invoices_max: z.number().optional(),
  })
  .openapi('DunningPolicyInput', { example: dunningExample });

const dunningAnswer = z
  .object({
    steps_days: z.array(z.number()),
    end: z.string(),
    cap_per_card: z.object({ attempts: z.number(), window_days: z.number() }),
    min_hours_between_attempts: z.number(),
    open_invoices_max: z.number(),
  })
  .openapi('DunningPolicy', { example: dunningExample });

export const tenantExample = {
  id: 'ten_01kav5xq8yfz2s1m3c4d5e6f7g',
  name: 'Kilima Software',
  mode: 'test',
  time_zone: 'Africa/Nairobi',
  invoice_series: 'INV',
  dunning_policy: dunningExample,
  proration_policy: 'seconds',
  incomplete_hours: 72,
  usage_grace_hours: 0,
  late_usage: 'adjust_next_invoice',
  created_at: '2026-01-31T00:00:00.000Z',
};

const tenantShape = {
  id: z.string(),
  name: z.string(),
  mode: z.string(),
  time_zone: z.string(),
  invoice_series: z.string(),
  dunning_policy: dunningAnswer,
  proration_policy: z.string(),
  incomplete_hours: z.number(),
  usage_grace_hours: z.number(),
  late_usage: z.string(),
  created_at: instantAnswer,
};

export const tenantAnswer = z.object(tenantShape).openapi('Tenant', { example: tenantExample });

const keyExample = 'pk_test_3yPzK1mVb7Q9sXw2RtLc8NfHd6JgTaEuYi4Oo5BnMZk';

export const newTenantAnswer = z.object({ ...tenantShape, key: z.string() }).openapi('TenantWithKey', {
  description: 'The key has the scope admin and is shown this once.',
  example: { ...tenantExample, key: keyExample },
});

const settings = {
  time_zone: timeZoneField,
  dunning_policy: dunningField,
  proration_policy: prorationField,
  incomplete_hours: z.number().int().min(1).max(8_760).openapi({ example: 72 }),
  usage_grace_hours: z.number().int().min(0).max(usageGraceHoursMax).openapi({
    description: 'How long the usage of an ended period waits for events that come late before it is billed.',
    example: 12,
  }),
  late_usage: z.enum(lateUsages).openapi({
    description: 'What becomes of usage that comes after its invoice, or is corrected after it.',
    example: 'adjust_next_invoice',
  }),
};

export const tenantBody = z
  .strictObject({
    name: shortText,
    mode: z.enum(['live', 'test']),
    invoice_series: z
      .string()
      .regex(/^[A-Z][A-Z0-9]{0,9}$/, 'must be 1 to 10 capital letters or digits')
      .default('INV'),
    time_zone: settings.time_zone.default('UTC'),
    dunning_policy: dunningField.default({}),
    proration_policy: settings.proration_policy.default('seconds'),
    incomplete_hours: settings.incomplete_hours.default(72),
    usage_grace_hours: settings.usage_grace_hours.default(0),
    late_usage: settings.late_usage.default('adjust_next_invoice'),
  })
  .openapi('TenantCreate', { example: { name: 'Kilima Software', mode: 'test', time_zone: 'Africa/Nairobi' } });

export const tenantPatch = z
  .strictObject({
    name: shortText.optional(),
    time_zone: settings.time_zone.optional(),
    dunning_policy: dunningField.optional(),
    proration_policy: settings.proration_policy.optional(),
    incomplete_hours: settings.incomplete_hours.optional(),
    usage_grace_hours: settings.usage_grace_hours.optional(),
    late_usage: settings.late_usage.optional(),
  })
  .openapi('TenantUpdate', { example: { dunning_policy: { steps_days: [2, 4], end: 'pause' } } });

/** The policy's fields by the domain's names; what is absent stays absent. */
export function dunningInput(wire: z.output<typeof dunningField>): Record<string, unknown> {
  const cap = wire.cap_per_card;
  const named = {
    stepsDays: wire.steps_days,
    end: wire.end,
    capPerCard: cap === undefined ? undefined : withoutAbsent({ attempts: cap.attempts, windowDays: cap.window_days }),
    minHoursBetweenAttempts: wire.min_hours_between_attempts,
    openInvoicesMax: wire.open_invoices_max,
  };
  return withoutAbsent(named);
}

function withoutAbsent(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined));
}

function presentDunning(policy: DunningPolicy): z.infer<typeof dunningAnswer> {
  return {
    steps_days: [...policy.stepsDays],
    end: policy.end,
    cap_per_card: { attempts: policy.capPerCard.attempts, window_days: policy.capPerCard.windowDays },
    min_hours_between_attempts: policy.minHoursBetweenAttempts,
    open_invoices_max: policy.openInvoicesMax,
  };
}

/** A tenant as it leaves. */
export function presentTenant(tenant: Tenant): z.infer<typeof tenantAnswer> {
  return {
    id: tenant.id,
    name: tenant.name,
    mode: tenant.mode,
    time_zone: tenant.timeZone,
    invoice_series: tenant.invoiceSeries,
    dunning_policy: presentDunning(tenant.dunningPolicy),
    proration_policy: tenant.prorationPolicy,
    incomplete_hours: tenant.incompleteHours,
    usage_grace_hours: tenant.usageGraceHours,
    late_usage: tenant.lateUsage,
    created_at: toIso(tenant.recordedAt),
  };
}

const apiKeyExample = {
  id: 'key_01kav5xq8yfz2s1m3c4d5e6f7g',
  name: 'back office',
  prefix: 'pk_test_3yPzK1',
  scopes: ['read', 'write'],
  created_at: '2026-01-31T00:00:00.000Z',
  revoked_at: null,
};

const apiKeyShape = {
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.string()),
  created_at: instantAnswer,
  revoked_at: instantAnswer.nullable(),
};

export const apiKeyAnswer = z.object(apiKeyShape).openapi('ApiKey', { example: apiKeyExample });
export const newApiKeyAnswer = z.object({ ...apiKeyShape, key: z.string() }).openapi('ApiKeyWithSecret', {
  description: 'The key itself is shown only here.',
  example: { ...apiKeyExample, key: keyExample },
});

export const apiKeyBody = z
  .strictObject({
    name: shortText,
    scopes: z
      .array(z.enum(['read', 'write', 'admin']))
      .min(1)
      .max(3),
  })
  .openapi('ApiKeyCreate', { example: { name: 'back office', scopes: ['read', 'write'] } });

/** A key as it leaves, without itself. */
export function presentApiKey(key: ApiKey): z.infer<typeof apiKeyAnswer> {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: [...key.scopes],
    created_at: toIso(key.recordedAt),
    revoked_at: isoOrNull(key.revokedAt),
  };
}

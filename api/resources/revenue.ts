/** Revenue streams and targets on the wire. */
import { z } from '@hono/zod-openapi';
import type { RevenueStream } from '../../db/queries/revenue-streams';
import type { CombinedTarget } from '../../db/queries/revenue-targets';
import { compare, isMoney, isPositive } from '../../domain/money';
import { type CycleRange, type RevenueTarget, targetIntervals } from '../../domain/revenue/target';
import { toIso } from '../../domain/time';
import { currencyField, instantAnswer, shortText, streamField } from '../fields';

const amountField = z.string().max(60).openapi({ example: '195000.00' });
const amountMessage = 'must be a decimal string above 0 with exactly the places of the currency';

/** Above zero and at the scale of the currency, or null for a currency that is refused by itself. */
function isTargetAmount(amount: string, currency: string): boolean {
  const value = { amount, currency };
  return isMoney(value) && isPositive(value);
}

const isAtMost = (least: string, most: string, currency: string): boolean =>
  compare({ amount: least, currency }, { amount: most, currency }) <= 0;

/** Checks that two amounts are sound and rise. */
function risingRule(low: string, high: string) {
  return (value: object, context: z.core.$RefinementCtx): void => {
    const fields = value as Readonly<Record<string, string | null | undefined>>;
    const currency = fields['currency'] ?? '';
    const wrong = [low, high].filter((name) => {
      const amount = fields[name] ?? null;
      return amount !== null && !isTargetAmount(amount, currency);
    });
    for (const name of wrong) context.addIssue({ code: 'custom', path: [name], message: amountMessage });
    const [least, most] = [fields[low] ?? null, fields[high] ?? null];
    if (wrong.length > 0 || least === null || most === null || isAtMost(least, most, currency)) return;
    context.addIssue({ code: 'custom', path: [low], message: `must not be above ${most}` });
  };
}

const targetField = z
  .strictObject({
    amount: amountField,
    minimum: amountField.nullish().openapi({ description: 'What must come in at the least.' }),
    currency: currencyField,
    interval: z.enum(targetIntervals),
  })
  .superRefine(risingRule('minimum', 'amount'))
  .openapi({ example: { amount: '195000.00', currency: 'USD', interval: 'month' } });

const perCycleField = z
  .strictObject({ least: amountField, most: amountField, currency: currencyField })
  .superRefine(risingRule('least', 'most'))
  .openapi({ example: { least: '500.00', most: '2500.00', currency: 'KES' } });

const streamShape = {
  name: shortText,
  mechanism: shortText.nullish().openapi({ description: 'The way in which the money comes, for grouping.' }),
  target: targetField.nullish(),
  per_cycle: perCycleField.nullish().openapi({ description: 'The range of what one cycle brings.' }),
};

const streamExample = {
  key: 'premium_analytics',
  name: 'Premium analytics',
  mechanism: 'subscriptions',
  target: { amount: '195000.00', minimum: null, currency: 'USD', interval: 'month' as const },
  per_cycle: null,
};

export const revenueStreamBody = z
  .strictObject({ key: streamField, ...streamShape })
  .openapi('RevenueStreamCreate', { example: streamExample });

export const revenueStreamPatch = z
  .strictObject({ ...streamShape, name: shortText.optional() })
  .openapi('RevenueStreamUpdate', { example: { target: streamExample.target } });
export type RevenueStreamPatch = z.output<typeof revenueStreamPatch>;

const targetAnswer = z.object({
  amount: z.string(),
  minimum: z.string().nullable(),
  currency: z.string(),
  interval: z.enum(targetIntervals),
});
const perCycleAnswer = z.object({ least: z.string(), most: z.string(), currency: z.string() });

export const revenueStreamExample = {
  id: 'strm_01kav5xq8yfz2s1m3c4d5e6f7g',
  ...streamExample,
  created_at: '2026-01-31T00:00:00.000Z',
};

export const revenueStreamAnswer = z
  .object({
    id: z.string(),
    key: z.string(),
    name: z.string(),
    mechanism: z.string().nullable(),
    target: targetAnswer.nullable(),
    per_cycle: perCycleAnswer.nullable(),
    created_at: instantAnswer,
  })
  .openapi('RevenueStream', { example: revenueStreamExample });

/** A target as it is kept. */
export const targetOfBody = ({ minimum = null, ...rest }: z.output<typeof targetField>): RevenueTarget => ({
  ...rest,
  minimum,
});

/** The range of a cycle as it is kept. */
export const cycleOfBody = (range: z.output<typeof perCycleField> | null | undefined): CycleRange | null =>
  range ?? null;

/** A stream as it leaves. */
export function presentRevenueStream(stream: RevenueStream): z.infer<typeof revenueStreamAnswer> {
  const { id, key, name, mechanism, target, perCycle, recordedAt } = stream;
  return {
    id,
    key,
    name,
    mechanism,
    target: target === null ? null : { ...target },
    per_cycle: perCycle === null ? null : { ...perCycle },
    created_at: toIso(recordedAt),
  };
}

/** More streams than any business has of its own. */
const streamsMax = 200;

const combinedShape = {
  name: shortText,
  streams: z
    .array(streamField)
    .min(1)
    .max(streamsMax)
    .refine((keys) => new Set(keys).size === keys.length, 'must not name the same twice')
    .nullish()
    .openapi({ description: 'Keys of revenue streams; all income when left out.', example: ['premium_analytics'] }),
  target: targetField,
};

const combinedExample = {
  key: 'overall',
  name: 'Overall',
  streams: null,
  target: { amount: '2095000.00', minimum: null, currency: 'USD', interval: 'month' as const },
};

export const revenueTargetBody = z
  .strictObject({ key: streamField, ...combinedShape })
  .openapi('RevenueTargetCreate', { example: combinedExample });

export const revenueTargetPatch = z
  .strictObject({ ...combinedShape, name: shortText.optional(), target: targetField.optional() })
  .openapi('RevenueTargetUpdate', { example: { target: combinedExample.target } });
export type RevenueTargetPatch = z.output<typeof revenueTargetPatch>;

export const revenueTargetExample = {
  id: 'tgt_01kav5xq8yfz2s1m3c4d5e6f7g',
  ...combinedExample,
  created_at: '2026-01-31T00:00:00.000Z',
};

export const revenueTargetAnswer = z
  .object({
    id: z.string(),
    key: z.string(),
    name: z.string(),
    streams: z.array(z.string()).nullable(),
    target: targetAnswer,
    created_at: instantAnswer,
  })
  .openapi('RevenueTarget', { example: revenueTargetExample });

/** A target over several streams as it leaves. */
export function presentRevenueTarget(row: CombinedTarget): z.infer<typeof revenueTargetAnswer> {
  const { id, key, name, streams, target, recordedAt } = row;
  const copied = streams === null ? null : [...streams];
  return { id, key, name, streams: copied, target: { ...target }, created_at: toIso(recordedAt) };
}

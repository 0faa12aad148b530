/** Fee schedules and their quotes on the wire. */
import { z } from '@hono/zod-openapi';
import type { FeeSchedule } from '../../db/queries/fee-schedules';
import type { StoredFeeVersion } from '../../db/queries/fee-schedule-versions';
import { fail } from '../../domain/errors';
import type { FeeQuote } from '../../domain/fees/quote-fee';
import { type FeeTerms, parseFeeTerms } from '../../domain/fees/terms';
import { toIso } from '../../domain/time';
import { instantAnswer, moneyAnswer, moneyField, shortText, wireMoney } from '../fields';
import { codeField } from './catalogue';

const wordField = z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/, 'must be 1 to 40 lower-case letters, digits, _ or -');
const percentField = z.string().openapi({ description: '"0.25" is 0.25 %.', example: '0.25' });
const amountsField = z
  .record(z.string(), z.string())
  .openapi({ description: 'Major units by currency.', example: { USD: '0.10' } });

const volumeStepsField = z
  .array(z.strictObject({ from: amountsField, percent: percentField }))
  .nullish()
  .openapi({ description: 'From this volume of the month on, inclusive.' });

const rateField = z.strictObject({
  key: wordField.default('standard'),
  percent: percentField,
  volume_percents: volumeStepsField,
  fixed: amountsField.nullish(),
  minimum: amountsField.nullish(),
  maximum: amountsField.nullish(),
});

const termsShape = {
  rates: z.array(rateField).openapi({ description: 'One for each kind of transaction, such as maker and taker.' }),
  volume_discounts: volumeStepsField.openapi({ description: 'Off the fee, after its minimum and maximum.' }),
  multipliers: z.array(z.strictObject({ key: wordField, factor: z.string() })).nullish(),
  cost_markups: z
    .array(z.strictObject({ key: wordField, percent: percentField, fixed: amountsField.nullish() }))
    .nullish()
    .openapi({ description: 'Costs that are passed on: cost × (100 + percent) % + fixed.' }),
  rounding: z.enum(['half_up', 'half_even', 'up', 'down']).default('half_up'),
  collection: z
    .enum(['on_top', 'withheld'])
    .default('on_top')
    .openapi({ description: 'A fee that is withheld is kept of the value and never above it.' }),
  remainder_to: wordField.nullish().openapi({ description: 'Who gets what is left of the value.' }),
  shares: z
    .array(z.strictObject({ party: wordField, percent: percentField }))
    .nullish()
    .openapi({ description: 'Who gets the fee, 100 % together.' }),
  accrue_below: amountsField.nullish().openapi({
    description:
      'A fee below this is not collected by itself: it is added up with others of its payer until they reach it.',
    example: { USD: '5' },
  }),
};

const termsExample = {
  rates: [{ key: 'standard', percent: '0.25', minimum: { USD: '0.10' }, maximum: { USD: '50' } }],
  volume_discounts: [
    { from: { USD: '50000' }, percent: '10' },
    { from: { USD: '200000' }, percent: '25' },
  ],
  multipliers: [{ key: 'express', factor: '3' }],
};

export const feeVersionBody = z.strictObject(termsShape).openapi('FeeScheduleVersionCreate', { example: termsExample });
export type FeeVersionBody = z.output<typeof feeVersionBody>;

export const feeScheduleBody = z
  .strictObject({ code: codeField, name: shortText, ...termsShape })
  .openapi('FeeScheduleCreate', { example: { code: 'bridge', name: 'Bridge', ...termsExample } });

const versionAnswer = z
  .object({ version: z.number(), ...termsShape, created_at: instantAnswer })
  .openapi('FeeScheduleVersion');

export const feeScheduleExample = {
  id: 'fee_01kav5xq8yfz2s1m3c4d5e6f7g',
  code: 'bridge',
  name: 'Bridge',
  current_version: 1,
  versions: [{ version: 1, ...termsExample, created_at: '2026-01-31T00:00:00.000Z' }],
  created_at: '2026-01-31T00:00:00.000Z',
};

export const feeScheduleAnswer = z
  .object({
    id: z.string(),
    code: z.string(),
    name: z.string(),
    current_version: z.number(),
    versions: z.array(versionAnswer),
    created_at: instantAnswer,
  })
  .openapi('FeeSchedule', { example: feeScheduleExample });

/**
 * The terms of a body, by the rules of fee schedules.
 * @throws PerennialError `validation_failed` with what is wrong by field.
 */
export function termsOf(body: FeeVersionBody): FeeTerms {
  const parsed = parseFeeTerms(body);
  return 'rates' in parsed ? parsed : fail('validation_failed', {}, { fields: parsed });
}

/** Terms as they leave: a copy that nobody else holds. */
const wireTerms = (terms: FeeTerms): FeeVersionBody => structuredClone(terms) as FeeVersionBody;

/** A schedule with its versions as it leaves. */
export function presentFeeSchedule(
  schedule: FeeSchedule,
  versions: readonly StoredFeeVersion[],
): z.infer<typeof feeScheduleAnswer> {
  const { id, code, name, currentVersion, recordedAt } = schedule;
  const own = versions
    .filter(({ feeScheduleId }) => feeScheduleId === id)
    .map(({ version, terms, recordedAt: at }) => ({ version, ...wireTerms(terms), created_at: toIso(at) }));
  return { id, code, name, current_version: currentVersion, versions: own, created_at: toIso(recordedAt) };
}

const decimalField = z
  .string()
  .max(60)
  .regex(/^(0|[1-9]\d*)(\.\d+)?$/, 'must be a decimal from 0 as a string');

export const feeQuoteBody = z
  .strictObject({
    value: moneyField
      .refine(({ amount }) => !amount.startsWith('-'), { path: ['amount'], message: 'must not be below zero' })
      .openapi({ description: 'What the transaction is worth.' }),
    rate: wordField.nullish().openapi({ description: 'May be left out when the schedule has one rate.' }),
    volume: decimalField.default('0').openapi({
      description: 'Worth of the payer’s transactions of the month before this one, in the same currency.',
    }),
    multipliers: z.array(wordField).max(10).default([]),
    costs: z.record(wordField, decimalField).default({}),
    version: z.number().int().min(1).optional().openapi({ description: 'The current one unless given.' }),
  })
  .openapi('FeeQuoteRequest', {
    example: { value: { amount: '30000.00', currency: 'USD' }, volume: '60000', multipliers: ['express'] },
  });

const partAnswer = z.object({ party: z.string(), amount: moneyAnswer });

export const feeQuoteAnswer = z
  .object({
    fee_schedule_id: z.string(),
    version: z.number(),
    rate: z.string(),
    fee: moneyAnswer,
    exact: z.string().openapi({ description: 'Before rounding.' }),
    steps: z.array(z.object({ what: z.string(), text: z.string(), change: z.string(), result: z.string() })),
    payable: moneyAnswer.openapi({ description: 'Value and fee, or the value of which the fee is withheld.' }),
    shares: z.array(partAnswer),
    remainder: partAnswer.nullable(),
    accrues: z.boolean().openapi({ description: 'Too little to be collected by itself: it waits for more.' }),
  })
  .openapi('FeeQuote', {
    example: {
      fee_schedule_id: feeScheduleExample.id,
      version: 1,
      rate: 'standard',
      fee: { amount: '135.00', currency: 'USD' },
      exact: '135',
      steps: [
        { what: 'percentage', text: '0.25 % of 30000.00 USD', change: '75', result: '75' },
        { what: 'maximum', text: 'at most 50 USD', change: '-25', result: '50' },
        { what: 'discount', text: '10 % off, from 50000 USD a month', change: '-5', result: '45' },
        { what: 'multiplier', text: '× 3 (express)', change: '90', result: '135' },
      ],
      payable: { amount: '30135.00', currency: 'USD' },
      shares: [],
      remainder: null,
      accrues: false,
    },
  });

const wirePart = ({ party, amount }: { party: string; amount: Parameters<typeof wireMoney>[0] }) => ({
  party,
  amount: wireMoney(amount),
});

/** A quote as it leaves. */
export function presentFeeQuote(
  quote: FeeQuote,
  of: { readonly id: string; readonly version: number },
): z.infer<typeof feeQuoteAnswer> {
  const { rate, fee, exact, steps, payable, shares, remainder, accrues } = quote;
  return {
    fee_schedule_id: of.id,
    version: of.version,
    rate,
    fee: wireMoney(fee),
    exact,
    steps: [...steps],
    payable: wireMoney(payable),
    shares: shares.map(wirePart),
    remainder: remainder === null ? null : wirePart(remainder),
    accrues,
  };
}

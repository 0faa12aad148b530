/** The price of a usage on the wire. */
import { z } from '@hono/zod-openapi';
import { pricingModels, type PricedAmount, type PricingModelKind, type Usage } from '../../domain/pricing';
import type { Money } from '../../domain/money';
import { currencyField, moneyAnswer, wireMoney } from '../fields';

const modelNames = Object.keys(pricingModels) as [PricingModelKind, ...PricingModelKind[]];

/** A preview is read by a person: more rows than this belong to a meter. */
const rowsMax = 1_000;

const decimalField = z.string().min(1).max(60).openapi({ example: '7250' });

const quantityUsage = z.strictObject({
  form: z.literal('quantity'),
  quantity: decimalField,
  before: decimalField
    .optional()
    .openapi({ description: 'What was counted before, for models that go on counting.', example: '1000' }),
});
const transactionUsage = z.strictObject({
  form: z.literal('transactions'),
  currency: currencyField,
  bands: z
    .array(z.strictObject({ count: decimalField, value: decimalField, least: decimalField, most: decimalField }))
    .max(rowsMax)
    .openapi({ description: 'One transaction is a band of count 1 whose value is also its least and most.' }),
});
const groupedUsage = z.strictObject({
  form: z.literal('groups'),
  groups: z
    .array(
      z.strictObject({
        dimensions: z.record(z.string().max(100), z.string().max(200)),
        quantity: decimalField,
      }),
    )
    .max(rowsMax),
});
const pricedUsage = z.strictObject({
  form: z.literal('prices'),
  currency: currencyField,
  rows: z.array(z.strictObject({ unit_amount: decimalField, quantity: decimalField })).max(rowsMax),
});

const tiersExample = [
  { up_to: '1000', amounts: { USD: '0.012' }, fees: { USD: '3' } },
  { up_to: null, amounts: { USD: '0.009' }, fees: null },
];

export const pricingPreviewBody = z
  .strictObject({
    model: z.enum(modelNames),
    amounts: z.record(z.string(), z.string()).optional(),
    parameters: z.record(z.string(), z.unknown()).default({}),
    currency: currencyField,
    usage: z.discriminatedUnion('form', [quantityUsage, transactionUsage, groupedUsage, pricedUsage]),
  })
  .openapi('PricingPreviewRequest', {
    example: {
      model: 'graduated',
      parameters: { tiers: tiersExample },
      currency: 'USD',
      usage: { form: 'quantity', quantity: '7250' },
    },
  });

export const pricingPreviewAnswer = z
  .object({
    amount: moneyAnswer.openapi({ description: 'As a line of an invoice for a whole period: rounded once, half up.' }),
    exact: z.string().openapi({ description: 'Before rounding.' }),
    explanation: z.unknown().openapi({ description: 'The steps whose products add up to the exact amount.' }),
  })
  .openapi('PricingPreview', {
    example: {
      amount: { amount: '71.25', currency: 'USD' },
      exact: '71.25',
      explanation: { text: '1000 × 0.012 USD (0 to 1000) + 1 × 3 USD (fee) + 6250 × 0.009 USD (above 1000)' },
    },
  });

/** A usage by the engine's names. */
export function usageOfBody(usage: z.output<typeof pricingPreviewBody>['usage']): Usage {
  if (usage.form === 'prices') {
    const rows = usage.rows.map(({ unit_amount: unitAmount, quantity }) => ({ unitAmount, quantity }));
    return { ...usage, rows };
  }
  if (usage.form !== 'quantity') return usage;
  const { form, quantity, before } = usage;
  return before === undefined ? { form, quantity } : { form, quantity, before };
}

/** A price as it leaves. */
export const presentPricing = (priced: PricedAmount, amount: Money): z.infer<typeof pricingPreviewAnswer> => ({
  amount: wireMoney(amount),
  exact: priced.exact,
  explanation: priced.explanation,
});

/** Limits and phases of plans on the wire. */
import { z } from '@hono/zod-openapi';
import type { PlanDefinition } from '../../domain/plan';
import type { PlanLimits } from '../../domain/plan/limits';
import type { Phase } from '../../domain/plan/phases';
import { pricingModels, type PricingModelKind } from '../../domain/pricing';
import { shortText } from '../fields';

const amounts = z.record(z.string(), z.string());

export const limitsField = z
  .strictObject({
    minimum: amounts.nullish(),
    maximum: amounts.nullish(),
    measured: z.enum(['after_discounts', 'before_discounts']).default('after_discounts'),
  })
  .openapi({
    description:
      'Least and most that a full period costs, by currency; what is missing or too much is a line of its own.',
    example: { minimum: { USD: '500.00' }, measured: 'after_discounts' },
  });

const lengthField = z.strictObject({
  unit: z.enum(['second', 'day', 'week', 'month', 'year']),
  count: z.number().int().min(1).max(1_000).default(1),
});

const overrideField = z.strictObject({
  price_index: z.number().int().min(0).openapi({ description: 'Which of the prices, counted from 0.' }),
  model: z
    .enum(Object.keys(pricingModels) as [PricingModelKind, ...PricingModelKind[]])
    .optional()
    .openapi({ description: 'Another pricing model, with all its parameters.' }),
  parameters: z
    .record(z.string(), z.unknown())
    .openapi({ description: "Laid over the price's own, amounts included." }),
  description: shortText.optional(),
});

const phasesMax = 60;

export const phasesField = z
  .array(
    z.strictObject({
      name: shortText,
      length: lengthField.nullable().openapi({ description: 'Null, for the last alone: without end.' }),
      overrides: z.array(overrideField).default([]),
      quantity: z.number().int().min(0).nullish(),
      limits: limitsField.nullish(),
    }),
  )
  .max(phasesMax)
  .openapi({
    description:
      'Terms that change at known instants, counted from the first paid period. A phase holds for whole periods.',
    example: [
      {
        name: 'First quarter',
        length: { unit: 'month', count: 3 },
        overrides: [{ price_index: 0, parameters: { amounts: { USD: '29.00' } } }],
      },
    ],
  });

export const seatsField = z
  .strictObject({
    added: z.enum(['at_once', 'next_invoice']).default('at_once'),
    removed: z.enum(['credit', 'keep']).default('credit'),
  })
  .openapi({
    description: 'How a change of the quantity within a period is billed; seats that are kept stay paid until its end.',
    example: { added: 'next_invoice', removed: 'credit' },
  });

export type LimitsBody = z.output<typeof limitsField>;

const limitsAnswer = z.object({ minimum: amounts.nullable(), maximum: amounts.nullable(), measured: z.string() });

/** What a version answers of its terms. */
export const planTermsAnswer = {
  limits: limitsAnswer.nullable(),
  seats: z.object({ added: z.string(), removed: z.string() }),
  phases: z.array(
    z.object({
      name: z.string(),
      length: z.object({ unit: z.string(), count: z.number() }).nullable(),
      overrides: z.array(
        z.object({
          price_id: z.string(),
          model: z.string().nullable(),
          parameters: z.record(z.string(), z.unknown()),
          description: z.string().nullable(),
        }),
      ),
      quantity: z.number().nullable(),
      limits: limitsAnswer.nullable(),
    }),
  ),
};

function presentLimits(limits: PlanLimits | null | undefined): z.infer<typeof limitsAnswer> | null {
  if (limits === null || limits === undefined) return null;
  const { minimum, maximum, measured } = limits;
  return { minimum: minimum && { ...minimum }, maximum: maximum && { ...maximum }, measured };
}

const presentPhase = ({ name, length, overrides, quantity, limits }: Phase) => ({
  name,
  length: length === null ? null : { unit: length.unit, count: length.count },
  overrides: overrides.map(({ priceId, model = null, parameters, description = null }) => ({
    price_id: priceId,
    model,
    parameters: parameters as Record<string, unknown>,
    description,
  })),
  quantity,
  limits: presentLimits(limits),
});

/** Limits and phases of a version as they leave. */
export const presentPlanTerms = ({ limits, seats, phases = [] }: PlanDefinition) => ({
  seats: { added: seats?.added ?? 'at_once', removed: seats?.removed ?? 'credit' },
  limits: presentLimits(limits),
  phases: phases.map(presentPhase),
});

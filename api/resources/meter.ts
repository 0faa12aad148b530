/** Meters and what they measured, on the wire. */
import { z } from '@hono/zod-openapi';
import type { StoredMeter } from '../../db/queries/meters';
import { type AggregationKind, aggregationKinds } from '../../domain/metering/aggregations';
import { type MeterDefinition, parseMeter } from '../../domain/metering/meter';
import type { Usage } from '../../domain/pricing/usage';
import { fail } from '../../domain/errors';
import { toIso } from '../../domain/time';
import { instantAnswer, shortText } from '../fields';

const definitionExample = {
  event_type: 'completion.finished',
  aggregation: 'sum' as const,
  value_property: 'tokens',
  price_property: null,
  filters: [{ property: 'status', operator: 'in' as const, values: ['200'] }],
  group_by: ['model'],
  conversion: { divisor: '1000', rounding: 'up' as const, places: '0' as const },
};

export const meterExample = {
  id: 'meter_01kav5xq8yfz2s1m3c4d5e6f7g',
  code: 'tokens',
  name: 'Thousand tokens',
  ...definitionExample,
  created_at: '2026-01-31T00:00:00.000Z',
};

const kinds = [...aggregationKinds] as [AggregationKind, ...AggregationKind[]];

const filterField = z.strictObject({
  property: z.string(),
  operator: z.enum(['in', 'not_in']).default('in'),
  values: z.array(z.string()),
});
const conversionField = z
  .strictObject({
    divisor: z.string(),
    rounding: z.enum(['up', 'down', 'half_up']).default('half_up'),
    places: z.enum(['0', '1', '2', '3', '4', '5', '6']).default('0'),
  })
  .openapi({ description: 'The quantity is divided by the divisor and rounded once to the places.' });

const definitionShape = {
  event_type: z.string(),
  aggregation: z.enum(kinds),
  value_property: z.string().nullish().openapi({ description: 'Where an event says its value; not for count.' }),
  price_property: z.string().nullish().openapi({
    description: 'Where an event says the price of one unit, for prices of the model dynamic; with sum alone.',
  }),
  filters: z.array(filterField).default([]).openapi({ description: 'All must hold.' }),
  group_by: z.array(z.string()).default([]).openapi({ description: 'Properties that keep quantities apart.' }),
  conversion: conversionField.nullish(),
};

export const meterBody = z
  .strictObject({
    code: z.string().regex(/^[a-z][a-z0-9_-]{0,49}$/, 'must be 1 to 50 lower-case letters, digits, _ or -'),
    name: shortText,
    ...definitionShape,
  })
  .openapi('MeterCreate', { example: { code: 'tokens', name: 'Thousand tokens', ...definitionExample } });

export const meterAnswer = z
  .object({
    id: z.string(),
    code: z.string(),
    name: z.string(),
    ...definitionShape,
    value_property: z.string().nullable(),
    price_property: z.string().nullable(),
    conversion: conversionField.nullable(),
    created_at: instantAnswer,
  })
  .openapi('Meter', { example: meterExample });

/**
 * The definition of a body, by the rules of meters.
 * @throws PerennialError `validation_failed` with what is wrong by field.
 */
export function definitionOf({ code: _code, name: _name, ...body }: z.output<typeof meterBody>): MeterDefinition {
  const parsed = parseMeter(body);
  return 'aggregation' in parsed ? parsed : fail('validation_failed', {}, { fields: parsed });
}

/** A meter as it leaves. */
export function presentMeter({ id, code, name, definition, recordedAt }: StoredMeter): z.infer<typeof meterAnswer> {
  const { filters, group_by, ...rest } = definition;
  const copied = filters.map(({ property, operator, values }) => ({ property, operator, values: [...values] }));
  const price_property = rest.price_property ?? null;
  return {
    id,
    code,
    name,
    ...rest,
    price_property,
    filters: copied,
    group_by: [...group_by],
    created_at: toIso(recordedAt),
  };
}

const usageExample = {
  meter_id: meterExample.id,
  customer_id: 'cus_01kav5xq8yfz2s1m3c4d5e6f7g',
  data: [
    {
      from: '2026-01-01T00:00:00.000Z',
      to: '2026-02-01T00:00:00.000Z',
      quantity: null,
      groups: [{ dimensions: { model: 'large' }, quantity: '1204' }],
    },
  ],
};

export const meterUsageAnswer = z
  .object({
    meter_id: z.string(),
    customer_id: z.string(),
    data: z.array(
      z.object({
        from: instantAnswer,
        to: instantAnswer,
        quantity: z.string().nullable().openapi({ description: 'Null when the usage is asked for by groups.' }),
        groups: z
          .array(z.object({ dimensions: z.record(z.string(), z.string()), quantity: z.string() }))
          .nullable()
          .openapi({ description: 'Null unless group_by[] is given.' }),
      }),
    ),
  })
  .openapi('MeterUsage', { example: usageExample });

/** A window's usage as it leaves. */
export function presentUsage(usage: Usage, window: { readonly from: number; readonly to: number }) {
  return {
    from: toIso(window.from),
    to: toIso(window.to),
    quantity: usage.form === 'quantity' ? usage.quantity : null,
    groups:
      usage.form === 'groups'
        ? usage.groups.map(({ dimensions, quantity }) => ({ dimensions: { ...dimensions }, quantity }))
        : null,
  };
}

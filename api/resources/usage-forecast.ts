/** Forecasts of usage and bills on the wire. */
import { z } from '@hono/zod-openapi';
import type { FeatureForecast, UsageForecast } from '../../db/reports/usage-forecast';
import { isAbove } from '../../domain/pricing/exact';
import { toIso } from '../../domain/time';
import { instantAnswer, isoOrNull, moneyAnswer, wireMoney } from '../fields';
import { customerIdExample } from './entitlement';

const example = {
  customer_id: customerIdExample,
  at: '2026-01-16T00:00:00.000Z',
  features: [
    {
      feature: 'ai-tokens',
      from: '2026-01-01T00:00:00.000Z',
      to: '2026-01-31T00:00:00.000Z',
      usage: '60000',
      limit: '100000',
      method: 'linear' as const,
      forecast: '120000',
      exceeds_limit: true,
      limit_reached_at: '2026-01-26T00:00:00.000Z',
    },
  ],
  invoices: [
    {
      subscription_id: 'sub_01kav5xq8yfz2s1m3c4d5e6f7g',
      at: '2026-01-31T00:00:00.000Z',
      total_so_far: { amount: '49.00', currency: 'USD' },
      total_forecast: { amount: '69.00', currency: 'USD' },
    },
  ],
};

export const forecastAnswer = z
  .object({
    customer_id: z.string(),
    at: instantAnswer.openapi({ description: 'Now, in the customer’s own time.' }),
    features: z.array(
      z.object({
        feature: z.string(),
        from: instantAnswer,
        to: instantAnswer,
        usage: z.string(),
        limit: z.string().nullable(),
        method: z.enum(['linear', 'as_is']).openapi({
          description:
            'linear: as much per time as so far. as_is: it does not follow from the time, or too little of it has passed.',
        }),
        forecast: z.string(),
        exceeds_limit: z.boolean(),
        limit_reached_at: instantAnswer.nullable(),
      }),
    ),
    invoices: z
      .array(
        z.object({
          subscription_id: z.string(),
          at: instantAnswer,
          total_so_far: moneyAnswer,
          total_forecast: moneyAnswer,
        }),
      )
      .openapi({ description: 'The next invoice of each subscription, by the functions that will make it.' }),
  })
  .openapi('UsageForecast', { example });

function presentFeature({ feature, metered, forecast, limitReachedAt }: FeatureForecast) {
  const { window, usage, limit } = metered;
  return {
    feature,
    from: toIso(window.from),
    to: toIso(window.to),
    usage,
    limit,
    method: forecast.method,
    forecast: forecast.quantity,
    exceeds_limit: limit !== null && isAbove(forecast.quantity, limit),
    limit_reached_at: isoOrNull(limitReachedAt),
  };
}

/** A forecast as it leaves. */
export function presentForecast({
  customerId,
  now,
  features,
  invoices,
}: UsageForecast): z.infer<typeof forecastAnswer> {
  return {
    customer_id: customerId,
    at: toIso(now),
    features: features.map(presentFeature),
    invoices: invoices.map(({ subscriptionId, at, soFar, foreseen }) => ({
      subscription_id: subscriptionId,
      at: toIso(at),
      total_so_far: wireMoney(soFar),
      total_forecast: wireMoney(foreseen),
    })),
  };
}

/** Closes of revenue, the waterfall and the schedule on the wire. */
import { z } from '@hono/zod-openapi';
import type { RevenueClose } from '../../db/queries/revenue-closes';
import type { RevenueSchedule } from '../../db/reports/revenue-schedule';
import { isMonth } from '../../domain/recognition/month';
import type { WaterfallRow } from '../../domain/recognition/waterfall';
import { toIso } from '../../domain/time';
import { idField, instantAnswer, moneyAnswer, wireMoney } from '../fields';

const usd = (amount: string) => ({ amount, currency: 'USD' });
const clockExample = 'clock_01kav5xq8yfz2s1m3c4d5e6f7g';

/** A calendar month in UTC. */
export const monthField = z
  .string()
  .refine(isMonth, 'must be a month, such as 2026-01')
  .openapi({ example: '2026-01', pattern: '^\\d{4}-\\d{2}$' });

const monthAnswer = z.string().openapi({ example: '2026-01' });

export const closeExample = {
  id: 'rc_01kav5xq8yfz2s1m3c4d5e6f7g',
  month: '2026-01',
  test_clock_id: null,
  streams: [{ stream: 'subscriptions', recognized: usd('31.00'), recognized_to_date: usd('31.00') }],
  created_at: '2026-02-01T01:00:00.000Z',
};

export const closeBody = z
  .strictObject({ month: monthField, test_clock_id: idField(clockExample).optional() })
  .openapi('RevenueCloseCreate', { example: { month: '2026-01' } });

export const closeAnswer = z
  .object({
    id: z.string(),
    month: monthAnswer,
    test_clock_id: z.string().nullable(),
    streams: z.array(
      z.object({
        stream: z.string(),
        recognized: moneyAnswer.openapi({
          description: 'What this close posted; below zero where more was taken back than served.',
        }),
        recognized_to_date: moneyAnswer,
      }),
    ),
    created_at: instantAnswer,
  })
  .openapi('RevenueClose', { example: closeExample });

export const waterfallAnswer = z
  .object({
    data: z.array(
      z.object({
        month: monthAnswer,
        stream: z.string(),
        opening: moneyAnswer,
        billed: moneyAnswer,
        recognized: moneyAnswer,
        adjustments: moneyAnswer,
        closing: moneyAnswer,
      }),
    ),
  })
  .openapi('RevenueWaterfall', {
    example: {
      data: [
        {
          month: '2026-01',
          stream: 'subscriptions',
          opening: usd('0.00'),
          billed: usd('365.00'),
          recognized: usd('31.00'),
          adjustments: usd('0.00'),
          closing: usd('334.00'),
        },
      ],
    },
  });

export const scheduleAnswer = z
  .object({
    test_clock_id: z.string().nullable(),
    first_open_month: monthAnswer.nullable(),
    data: z.array(z.object({ month: monthAnswer, stream: z.string(), amount: moneyAnswer })),
  })
  .openapi('RevenueSchedule', {
    example: {
      test_clock_id: null,
      first_open_month: '2026-02',
      data: [{ month: '2026-02', stream: 'subscriptions', amount: usd('28.00') }],
    },
  });

/** A close as it leaves. */
export function presentClose(close: RevenueClose): z.infer<typeof closeAnswer> {
  return {
    id: close.id,
    month: close.month,
    test_clock_id: close.testClockId,
    streams: close.streams.map(({ stream, amount, recognizedToDate }) => ({
      stream,
      recognized: wireMoney(amount),
      recognized_to_date: wireMoney(recognizedToDate),
    })),
    created_at: toIso(close.recordedAt),
  };
}

/** The waterfall as it leaves. */
export function presentWaterfall(rows: readonly WaterfallRow[]): z.infer<typeof waterfallAnswer> {
  return {
    data: rows.map(({ month, stream, opening, billed, recognized, adjustments, closing }) => ({
      month,
      stream,
      opening: wireMoney(opening),
      billed: wireMoney(billed),
      recognized: wireMoney(recognized),
      adjustments: wireMoney(adjustments),
      closing: wireMoney(closing),
    })),
  };
}

/** The schedule as it leaves. */
export function presentSchedule(
  { firstOpenMonth, releases }: RevenueSchedule,
  clockId: string | null,
): z.infer<typeof scheduleAnswer> {
  return {
    test_clock_id: clockId,
    first_open_month: firstOpenMonth,
    data: releases.map(({ month, stream, amount }) => ({ month, stream, amount: wireMoney(amount) })),
  };
}

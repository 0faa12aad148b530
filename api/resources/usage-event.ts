/** Usage events on the wire. */
import { z } from '@hono/zod-openapi';
import { type StoredUsageEvent, usageEventStates } from '../../db/queries/usage-events';
import type { Taken } from '../../db/transactions/usage-statement';
import { type UnmatchedReason, unmatchedReasons } from '../../domain/metering/match';
import type { UsageEvent } from '../../domain/metering/usage-event';
import { toIso } from '../../domain/time';
import { idField, instantAnswer, instantField } from '../fields';

const ownExample = {
  id: 'call-81723',
  type: 'completion.finished',
  customer_id: 'cus_01kav5xq8yfz2s1m3c4d5e6f7g',
  time: '2026-01-31T09:30:00.000Z',
  properties: { tokens: 1240, model: 'large', status: 200 },
};

const reasonNames = Object.keys(unmatchedReasons) as [UnmatchedReason, ...UnmatchedReason[]];
const reasonField = z
  .enum(reasonNames)
  .nullable()
  .openapi({
    description: Object.entries(unmatchedReasons)
      .map(([name, sentence]) => `\`${name}\`: ${sentence}`)
      .join(' '),
  });

const usageEventBody = z.strictObject({
  id: z.string().openapi({ description: 'Your own name of the event: it counts once per source.' }),
  source: z.string().optional().openapi({ description: 'Where it comes from; `api` unless given.' }),
  type: z.string(),
  customer_id: idField(ownExample.customer_id),
  time: instantField.optional().openapi({ description: 'When it happened; now unless given.' }),
  properties: z.record(z.string(), z.unknown()).optional(),
  amends: z.string().optional().openapi({ description: 'The id of the event that this one takes the place of.' }),
  voids: z.string().optional().openapi({ description: 'The id of the event that this one takes away.' }),
  corrects_source: z.string().optional().openapi({ description: 'The source of that event, if it is another one.' }),
});

/** What `POST /usage-events` takes as JSON; the handler checks it by itself. */
export const usageIntakeBody = z
  .strictObject({ events: z.array(usageEventBody).min(1).max(1000) })
  .openapi('UsageIntake', { example: { events: [ownExample] } });

const takenExample = {
  events: [
    {
      id: 'ue_7rgmatnf96hq680bw7fhdgmbf9',
      event_id: 'call-81723',
      source: 'api',
      state: 'pending' as const,
      reason: null,
    },
  ],
};

export const usageTakenAnswer = z
  .object({
    events: z.array(
      z.object({
        id: z.string(),
        event_id: z.string(),
        source: z.string(),
        state: z.enum(['pending', 'late', 'duplicate', 'unmatched']),
        reason: reasonField,
      }),
    ),
  })
  .openapi('UsageTaken', { description: 'Each event in the order of the request.', example: takenExample });

export const usageStreamAnswer = z
  .object({
    received: z.number().openapi({ description: 'Lines with an event.' }),
    states: z.record(z.string(), z.number()).openapi({ description: 'How many came to each state.' }),
    invalid: z.number().openapi({ description: 'Lines that are no sound event: they were not taken in.' }),
    problems: z
      .array(
        z.object({
          line: z.number(),
          event_id: z.string().nullable(),
          reason: z.string(),
          errors: z.array(z.object({ field: z.string(), reason: z.string() })),
        }),
      )
      .openapi({ description: 'The first hundred lines that are invalid or unmatched.' }),
  })
  .openapi('UsageStreamTaken', {
    example: { received: 50_000, states: { pending: 49_999, duplicate: 1 }, invalid: 0, problems: [] },
  });

/** One event's answer. */
export function presentTaken({ eventId, source }: UsageEvent, taken: Taken) {
  const reason = taken.state === 'unmatched' ? taken.reason : null;
  return { id: taken.id, event_id: eventId, source, state: taken.state, reason };
}

export const usageEventExample = {
  id: 'ue_7rgmatnf96hq680bw7fhdgmbf9',
  event_id: 'call-81723',
  source: 'api',
  type: 'completion.finished',
  customer_id: 'cus_01kav5xq8yfz2s1m3c4d5e6f7g',
  properties: { tokens: 1240, model: 'large', status: 200 },
  state: 'pending' as const,
  reason: null,
  meter_ids: ['meter_01kav5xq8yfz2s1m3c4d5e6f7g'],
  corrects: null,
  corrected_by: null,
  repeats: 0,
  differs: null,
  occurred_at: '2026-01-31T09:30:00.000Z',
  recorded_at: '2026-01-31T09:30:00.120Z',
};

export const usageEventAnswer = z
  .object({
    id: z.string(),
    event_id: z.string(),
    source: z.string(),
    type: z.string(),
    customer_id: z.string(),
    properties: z.unknown(),
    state: z.enum(usageEventStates),
    reason: reasonField,
    meter_ids: z.array(z.string()),
    corrects: z
      .object({ id: z.string(), kind: z.enum(['amend', 'void']) })
      .nullable()
      .openapi({ description: 'The event that this one amends or voids.' }),
    corrected_by: z.string().nullable().openapi({ description: 'The event that amended or voided this one.' }),
    repeats: z.number().openapi({ description: 'How often it came again.' }),
    differs: z
      .boolean()
      .nullable()
      .openapi({ description: 'In the list of duplicates: what came last is not what is kept.' }),
    occurred_at: instantAnswer,
    recorded_at: instantAnswer,
  })
  .openapi('UsageEvent', { example: usageEventExample });

/** An event as it leaves. */
export function presentUsageEvent(event: StoredUsageEvent): z.infer<typeof usageEventAnswer> {
  const { id, eventId, source, type, customerId, properties, state, reason, meterIds, corrects } = event;
  return {
    id,
    event_id: eventId,
    source,
    type,
    customer_id: customerId,
    properties,
    state,
    reason,
    meter_ids: [...meterIds],
    corrects: corrects === null ? null : { ...corrects },
    corrected_by: event.correctedBy,
    repeats: event.repeats,
    differs: event.differs,
    occurred_at: toIso(event.occurredAt),
    recorded_at: toIso(event.recordedAt),
  };
}

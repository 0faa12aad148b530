/** Reservations of allowances on the wire. */
import { z } from '@hono/zod-openapi';
import type { Reservation } from '../../db/queries/entitlement-reservations';
import { toIso, type Instant } from '../../domain/time';
import { idField, instantAnswer, isoOrNull } from '../fields';
import { customerIdExample, quantityField } from './entitlement';
import { featureKeyField } from './feature';

/** A minute is enough for a request; a day for a job. */
const heldSecondsDefault = 60;
const heldSecondsMax = 86_400;

export const reservationBody = z
  .strictObject({
    customer_id: idField(customerIdExample),
    feature: featureKeyField,
    quantity: quantityField.refine((value) => /[1-9]/.test(value), 'must be above 0').default('1'),
    expires_in_seconds: z
      .number()
      .int()
      .min(1)
      .max(heldSecondsMax)
      .default(heldSecondsDefault)
      .openapi({ description: 'In the customer’s own time: of their test clock, if they live on one.' }),
  })
  .openapi('ReservationCreate', {
    example: { customer_id: customerIdExample, feature: 'ai-tokens', quantity: '2000', expires_in_seconds: 120 },
  });

/** A reservation stands for few events; more are sent as usage is always sent. */
const eventsMax = 100;

export const commitBody = z
  .strictObject({
    events: z
      .array(
        z.strictObject({
          id: z.string(),
          source: z.string().optional(),
          type: z.string().optional().openapi({ description: 'That of the feature’s meter unless given.' }),
          time: z.string().optional(),
          properties: z.record(z.string(), z.unknown()).optional(),
        }),
      )
      .min(1)
      .max(eventsMax)
      .openapi({
        description: 'What takes its place: usage events that the feature’s meter counts, of the same customer.',
      }),
  })
  .openapi('ReservationCommit', { example: { events: [{ id: 'call-81723', properties: { tokens: 1240 } }] } });
export type CommitBody = z.output<typeof commitBody>;

export const reservationExample = {
  id: 'rsv_01kav5xq8yfz2s1m3c4d5e6f7g',
  customer_id: customerIdExample,
  feature: 'ai-tokens',
  quantity: '2000',
  status: 'held' as const,
  expires_at: '2026-01-31T00:02:00.000Z',
  settled_at: null,
  usage_event_ids: [],
  created_at: '2026-01-31T00:00:00.000Z',
};

export const reservationAnswer = z
  .object({
    id: z.string(),
    customer_id: z.string(),
    feature: z.string(),
    quantity: z.string(),
    status: z.enum(['held', 'committed', 'released', 'expired']),
    expires_at: instantAnswer,
    settled_at: instantAnswer.nullable(),
    usage_event_ids: z.array(z.string()),
    created_at: instantAnswer,
  })
  .openapi('Reservation', { example: reservationExample });

/** What a reservation is at an instant: one that is held past its end has expired. */
export function statusAt({ status, expiresAt }: Reservation, now: Instant): Reservation['status'] | 'expired' {
  return status === 'held' && expiresAt <= now ? 'expired' : status;
}

/** A reservation as it leaves. */
export function presentReservation(reservation: Reservation, wallClock: Instant): z.infer<typeof reservationAnswer> {
  const { id, customerId, feature, quantity, expiresAt, settledAt, usageEventIds, occurredAt, clockNow } = reservation;
  return {
    id,
    customer_id: customerId,
    feature,
    quantity,
    status: statusAt(reservation, clockNow ?? wallClock),
    expires_at: toIso(expiresAt),
    settled_at: isoOrNull(settledAt),
    usage_event_ids: [...usageEventIds],
    created_at: toIso(occurredAt),
  };
}

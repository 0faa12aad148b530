/** The building blocks of bodies and answers: each with its check, its reason and its example. */
import { z } from '@hono/zod-openapi';
import { isProrationPolicy, prorationPolicies } from '../domain/proration';
import { isCurrency, isMoney, type Money } from '../domain/money';
import { fromIso, isIso, isTimeZone, toIso } from '../domain/time';

/** Text of a name or label. */
export const shortText = z.string().trim().min(1).max(200);
export const longText = z.string().trim().min(1).max(2_000);

/** An id in a body; whether the thing exists is asked of the database. */
export const idField = (example: string) => z.string().min(1).max(100).openapi({ example });

/** An instant in a body, read into epoch milliseconds. */
export const instantField = z
  .string()
  .refine(isIso, 'must be an ISO 8601 instant, such as 2026-01-31T00:00:00.000Z')
  .openapi({ format: 'date-time', example: '2026-01-31T00:00:00.000Z' });

/** The instant of a checked field. */
export const instantOf = (text: string): number => fromIso(text);

/** An instant in an answer. */
export const instantAnswer = z.string().openapi({ format: 'date-time', example: '2026-01-31T00:00:00.000Z' });
export const isoOrNull = (instant: number | null): string | null => (instant === null ? null : toIso(instant));

export const currencyField = z
  .string()
  .refine(isCurrency, 'must be an ISO 4217 code in upper case or a known token')
  .openapi({ example: 'USD' });

export const moneyAnswer = z
  .object({ amount: z.string(), currency: z.string() })
  .openapi('Money', { description: 'A decimal string in major units.', example: { amount: '49.00', currency: 'USD' } });

/** Money in a body: at the currency's own scale, never a number. */
export const moneyField = z
  .strictObject({ amount: z.string().max(60), currency: currencyField })
  .refine(isMoney, {
    path: ['amount'],
    message: 'must be a decimal string with exactly the places of the currency, such as 12.34',
  })
  .openapi({ example: { amount: '12.34', currency: 'USD' } });

/** Only the two known fields of a money value, whatever it carries inside. */
export const wireMoney = ({ amount, currency }: Money): { amount: string; currency: string } => ({ amount, currency });

export const timeZoneField = z
  .string()
  .refine(isTimeZone, 'must be an IANA time zone, such as Africa/Nairobi')
  .openapi({ example: 'Africa/Nairobi' });

export const prorationField = z
  .string()
  .refine(isProrationPolicy, `must be one of ${Object.keys(prorationPolicies).join(', ')}`)
  .openapi({ enum: Object.keys(prorationPolicies), example: 'seconds' });

const metadataKeysMax = 50;

/** Free notes of the tenant: text by name. */
export const metadataField = z
  .record(z.string().min(1).max(40), z.string().max(500))
  .refine((value) => Object.keys(value).length <= metadataKeysMax, `must have at most ${metadataKeysMax} entries`)
  .openapi({ example: { crm: 'A-17' } });

export const metadataAnswer = z.record(z.string(), z.string()).openapi({ example: { crm: 'A-17' } });

/** Income accounts are named after streams. */
export const streamField = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be 1 to 40 lower-case letters, digits or underscores')
  .openapi({ example: 'subscriptions' });

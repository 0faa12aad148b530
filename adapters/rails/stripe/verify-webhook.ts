/** Checks a webhook of Stripe and says what it is about. Source: Stripe, "Verify webhook signatures". */
import Stripe from 'stripe';
import type { WebhookVerification } from '../port';
import { describeEvent } from './describe-event';

/** Stripe's own tolerance. Its client checks only that an event is not too old; a stamp from the future would pass for as long as one likes. */
const AGE_SECONDS_MAX = 300;

/**
 * Verifies the raw body against the `Stripe-Signature` header (any of several v1 signatures counts, as during a rollover of the secret) and its
 * stamp against `now`, both ways. Never throws.
 */
export function verifyWebhook(
  secret: string,
  request: { rawBody: string; signature: string | null; now: number },
): WebhookVerification {
  const header = request.signature ?? '';
  const event = readSigned(secret, request.rawBody, header);
  if (typeof event === 'string') return { kind: 'refused', reason: event };
  const ageSeconds = Math.floor(request.now / 1_000) - stampOf(header);
  if (ageSeconds > AGE_SECONDS_MAX) return { kind: 'refused', reason: 'too_old' };
  if (ageSeconds < -AGE_SECONDS_MAX) return { kind: 'refused', reason: 'in_the_future' };
  const told = describeEvent(event);
  return told === null ? { kind: 'refused', reason: 'malformed' } : { kind: 'verified', event: told };
}

/** The signed JSON value, or why there is none. The client's own check of the age is off (tolerance 0): it knows one direction only. */
function readSigned(secret: string, rawBody: string, header: string): Stripe.Event | 'signature_invalid' | 'malformed' {
  try {
    return Stripe.webhooks.constructEvent(rawBody, header, secret, 0);
  } catch (error) {
    return error instanceof Stripe.errors.StripeSignatureVerificationError ? 'signature_invalid' : 'malformed';
  }
}

/** The stamp that was signed: the last `t` of the header, as the client reads it, in epoch seconds. */
function stampOf(header: string): number {
  const stamps = header.split(',').filter((item) => item.startsWith('t='));
  return Number.parseInt(stamps.at(-1)?.slice('t='.length) ?? '', 10);
}

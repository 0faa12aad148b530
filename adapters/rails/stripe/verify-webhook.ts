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
  if (!isSigned(secret, request.rawBody, header)) return { kind: 'refused', reason: 'signature_invalid' };
  const ageSeconds = Math.floor(request.now / 1_000) - stampOf(header);
  if (ageSeconds > AGE_SECONDS_MAX) return { kind: 'refused', reason: 'too_old' };
  if (ageSeconds < -AGE_SECONDS_MAX) return { kind: 'refused', reason: 'in_the_future' };
  const event = describeEvent(parse(request.rawBody));
  return event === null ? { kind: 'refused', reason: 'malformed' } : { kind: 'verified', event };
}

/**
 * The official client's check of the signature. It throws errors of more than one class on a header that is no header, and its own check of the
 * age knows one direction only, so that is off (tolerance 0).
 */
function isSigned(secret: string, rawBody: string, header: string): boolean {
  try {
    return Stripe.webhooks.signature?.verifyHeader(rawBody, header, secret, 0) === true;
  } catch {
    return false;
  }
}

/** The JSON value of a body; null when it is none. */
function parse(rawBody: string): unknown {
  try {
    return JSON.parse(rawBody);
  } catch {
    return null;
  }
}

/** The stamp that was signed: the last `t` of the header, as the client reads it, in epoch seconds. */
function stampOf(header: string): number {
  const stamps = header.split(',').filter((item) => item.startsWith('t='));
  return Number.parseInt(stamps.at(-1)?.slice('t='.length) ?? '', 10);
}

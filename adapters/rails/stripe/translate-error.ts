/**
 * Stripe's failures in the words of the port. Which of them may be sent again: Stripe, "Advanced error handling"; the client's own classes are
 * not enough, since they follow the HTTP status only in part.
 */
import Stripe from 'stripe';
import { RailRefusedRequest, RailUnavailable } from '../port';
import { RAIL_NAME } from './rail-name';

/** The request was refused as it stands and will be refused again: a bug, a wrong key or a missing permission. */
const isRefusal = (status: number): boolean => status >= 400 && status < 500 && status !== 409 && status !== 429;

/**
 * A failed call as an exception of the port: `RailRefusedRequest` when the same request can only fail again, else `RailUnavailable`.
 * Anything that is no error of Stripe is handed back untouched: it is a bug of ours.
 */
export function translateError(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  if (error.statusCode !== undefined && isRefusal(error.statusCode)) {
    return new RailRefusedRequest(RAIL_NAME, error.code ?? error.rawType ?? error.type, error.message, {
      cause: error,
    });
  }
  return new RailUnavailable(RAIL_NAME, error.message, retryAfterMsOf(error), { cause: error });
}

/** The `Retry-After` header in milliseconds; null when there is none, or when it is a date, which Stripe never sends. */
function retryAfterMsOf(error: Stripe.errors.StripeError): number | null {
  const seconds = Number.parseInt(error.headers?.['retry-after'] ?? '', 10);
  return Number.isNaN(seconds) ? null : seconds * 1_000;
}

/**
 * Idempotency keys that Stripe has spent on a failure of its own. Source: Stripe, "Idempotent requests": the result is kept for a day
 * "regardless of whether it succeeds or fails", a 500 included, so that the same key can only bring the same 500.
 */
import Stripe from 'stripe';

/** So many keys may be spent on one request; an outage that spends more ends before the next round of tries. */
const TURNS_MAX = 4;

/**
 * Sends the request with its key, and with the next key derived from it when Stripe answers with an old 500. Safe for a payment (it
 * succeeds only once, and one that was made and not confirmed takes no money) and for a refund that was looked for before.
 */
export async function withUnspentKey<T>(key: string, request: (key: string) => Promise<T>): Promise<T> {
  for (let turn = 1; ; turn++) {
    try {
      return await request(turn === 1 ? key : `${key}:again${turn}`);
    } catch (error) {
      if (turn === TURNS_MAX || !isSpent(error)) throw error;
    }
  }
}

function isSpent(error: unknown): boolean {
  if (!(error instanceof Stripe.errors.StripeError)) return false;
  return (error.statusCode ?? 0) >= 500 && error.headers?.['idempotent-replayed'] === 'true';
}

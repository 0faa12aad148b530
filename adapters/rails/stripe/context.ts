/** What every call to Stripe needs: the client, the throttle, and one place where failures become the port's errors. */
import type Stripe from 'stripe';
import { RailUnavailable } from '../port';
import type { Throttle, ThrottlePriority } from '../throttle';
import { RAIL_NAME } from './rail-name';
import { translateError } from './translate-error';

/** The kinds of endpoint that Stripe limits apart. */
export type StripeEndpoint = 'customer' | 'payment_method' | 'create' | 'confirm' | 'cancel' | 'read' | 'refund';

export interface StripeContext {
  readonly client: Stripe;
  readonly throttle: Throttle;
  readonly bankDebits: boolean;
}

/**
 * Sends one request when the throttle allows it and checks that the answer is the object that was asked for: the client takes any JSON without
 * an `error` member for a success, a gateway's error page in JSON included. Throws the client's own errors, so that the caller can read a decline.
 */
export async function send<T extends { object: string }>(
  context: StripeContext,
  endpoint: StripeEndpoint,
  priority: ThrottlePriority,
  expected: T['object'],
  request: () => Promise<T>,
): Promise<T> {
  await context.throttle.take(endpoint, priority);
  const answer = await request();
  if (answer.object !== expected) {
    throw new RailUnavailable(RAIL_NAME, `The answer was not a ${expected}.`);
  }
  return answer;
}

/** As `send`, with every failure translated to the port's errors: for calls where no failure is a business answer. */
export async function sendOrThrow<T extends { object: string }>(...parameters: Parameters<typeof send<T>>): Promise<T> {
  try {
    return await send<T>(...parameters);
  } catch (error) {
    throw translateError(error);
  }
}

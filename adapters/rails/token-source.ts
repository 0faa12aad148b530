/** Where the tokens of a throttle come from: one per request, from the kind of endpoint and from the limit over all of them. */

/** Stripe allows 25 requests a second per endpoint and 100 in all: the same one to four holds for our own, lower numbers. */
export const ENDPOINT_SHARE = 1 / 4;

/**
 * Burst over rate: with 20 and 80 a second, the tokens that may come at once and those of the second that follows stay together within
 * Stripe's 25 and 100.
 */
export const BURST_SHARE = 1 / 4;

export interface TokenSource {
  /** Asks outside for what the waiting calls (an endpoint each) lack; a source that needs nobody does nothing. */
  prepare(waiting: readonly string[], now: number): void;
  /** Milliseconds until a call to the endpoint may go, as far as is known; 0: now. */
  waitMs(endpoint: string, now: number): number;
  /** Takes the tokens of one call, which `waitMs` has just promised. */
  spend(endpoint: string): void;
}

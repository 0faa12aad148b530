/**
 * A provider that does not answer at all, for as long as the test says.
 */
import { waitFor } from '../../../dev/stack/wait';
import type { StripeControl } from '../../../sandbox/stripe/control/client';
import type { SeenRequest } from '../../../sandbox/stripe/control/request-log';
import { settleMsMax } from './cast';

/** Waits for a request that fits. */
export function requestSeen(
  control: StripeControl,
  what: string,
  fits: (request: SeenRequest) => boolean,
): Promise<SeenRequest> {
  return waitFor(what, async () => (await control.requests()).find(fits) ?? null, { timeoutMs: settleMsMax });
}

export interface LostDay {
  /** The request whose fate is unknown afterwards. */
  readonly path: string;
  /** Whether it was executed before the connection broke. */
  readonly moment: 'before' | 'after';
}

/**
 * The connection breaks at the request, nothing answers for more than a day, and the provider has forgotten all idempotency keys when it
 * is back. Settles then.
 */
export async function loseDay(control: StripeControl, { path, moment }: LostDay, begin: () => void): Promise<void> {
  const before = (await control.requests()).length;
  // The client sends the same bytes once more after a closed socket: that one is lost too.
  await control.fault({ method: 'POST', path, kind: 'lose_reply', moment, count: 1 });
  await control.fault({ path: '/v1/**', kind: 'lose_reply', moment: 'before', count: null });
  begin();
  const isMet = ({ path: seen }: SeenRequest): boolean => matches(path, seen);
  await waitFor('the request is lost', async () => (await control.requests()).slice(before).some(isMet), {
    timeoutMs: settleMsMax,
  });
  await control.forgetIdempotencyKeys();
  await control.clearFaults();
}

function matches(pattern: string, path: string): boolean {
  const parts = pattern.split('/');
  const seen = path.split('/');
  return parts.length === seen.length && parts.every((part, index) => part === '*' || part === seen[index]);
}

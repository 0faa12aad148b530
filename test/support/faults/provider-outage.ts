/**
 * A provider that does not answer at all, for as long as the test says.
 */
import { waitFor } from '../../../dev/stack/wait';
import type { StripeControl } from '../../../sandbox/stripe/control/client';
import type { SeenRequest } from '../../../sandbox/stripe/control/request-log';
import { settleMsMax } from './cast';

export interface LostDay {
  /** The request whose fate is unknown afterwards. */
  readonly path: string;
  /** Whether it was executed before the connection broke. */
  readonly moment: 'before' | 'after';
}

/**
 * The request gets no answer, nothing else does for more than a day, and the provider has forgotten all idempotency keys when it is back.
 * Settles then.
 */
export async function loseDay(control: StripeControl, { path, moment }: LostDay, begin: () => void): Promise<void> {
  const before = (await control.requests()).length;
  const since = async (): Promise<readonly SeenRequest[]> => (await control.requests()).slice(before);
  const isMet = (request: SeenRequest): boolean => request.method === 'POST' && matches(path, request.path);
  const bound = { timeoutMs: settleMsMax };
  await control.fault({ method: 'POST', path, kind: 'hang', moment, count: 1 });
  begin();
  // The client waits for seconds before it gives up: the outage begins behind the one request.
  await waitFor('the request is lost', async () => (await since()).some(isMet), bound);
  await control.fault({ path: '/v1/**', kind: 'lose_reply', moment: 'before', count: null });
  const count = (await since()).length;
  await waitFor('it is asked again, in vain', async () => (await since()).length > count, bound);
  await control.forgetIdempotencyKeys();
  await control.clearFaults();
}

function matches(pattern: string, path: string): boolean {
  const parts = pattern.split('/');
  const seen = path.split('/');
  return parts.length === seen.length && parts.every((part, index) => part === '*' || part === seen[index]);
}

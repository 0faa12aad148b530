/**
 * A client that repeats a request under one key until it has an answer, as the API asks of clients.
 */
import { waitFor } from '../../../dev/stack/wait';
import type { ApiAnswer, ApiClient } from '../../../dev/api-client';
import { newKey, settleMsMax } from './cast';

type Body = { readonly id: string; readonly status: string; readonly code?: string };

/** Not yet: under way (202, or 409 while the same request runs), or a part is down (5xx). */
const isPassing = ({ status, body }: ApiAnswer<Body>): boolean =>
  status === 202 || status >= 500 || body.code === 'idempotency_in_progress';

/** Sends a POST until its answer is final. */
export function insist(
  api: ApiClient,
  path: string,
  body: object = {},
  key: string = newKey(),
): Promise<ApiAnswer<Body>> {
  return waitFor(
    `a final answer to POST ${path}`,
    async () => {
      const answer = await api.send<Body>('POST', path, body, { 'idempotency-key': key });
      return isPassing(answer) ? null : answer;
    },
    { timeoutMs: settleMsMax, intervalMs: 300 },
  );
}

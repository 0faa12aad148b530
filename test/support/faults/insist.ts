/**
 * A client that repeats a request under one key until it has an answer, as the API asks of clients.
 */
import { waitFor } from '../../../dev/stack/wait';
import type { ApiAnswer, ApiClient } from '../../../dev/api-client';
import { newKey, settleMsMax } from './cast';

/** Not yet: taken and under way (202, 409), or a part is down (5xx). */
const isPassing = (status: number): boolean => status === 202 || status === 409 || status >= 500;

/** Sends a POST until its answer is final. */
export function insist(
  api: ApiClient,
  path: string,
  body: object = {},
  key: string = newKey(),
): Promise<ApiAnswer<{ id: string; status: string }>> {
  return waitFor(
    `a final answer to POST ${path}`,
    async () => {
      const answer = await api.send<{ id: string; status: string }>('POST', path, body, { 'idempotency-key': key });
      return isPassing(answer.status) ? null : answer;
    },
    { timeoutMs: settleMsMax, intervalMs: 300 },
  );
}

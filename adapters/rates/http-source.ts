/** What sources over HTTP have in common: one GET that is answered with JSON, or an outage. */
import { RateSourceUnavailable } from './port';

export interface HttpSourceOptions {
  /** Without a slash at the end. */
  readonly url: string;
  /** What the source calls a pair: its id by CAIP-19 asset. */
  readonly ids: Readonly<Record<string, string>>;
  /** Headers of every request, such as an API key. Secret. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A source that has not answered by then is away; a payer waits. */
  readonly timeoutMs?: number;
}

const timeoutMsDefault = 3_000;

function retryAfterMs(response: Response): number | null {
  const seconds = response.headers.get('retry-after') ?? '';
  return /^\d{1,5}$/.test(seconds) ? Number(seconds) * 1000 : null;
}

/**
 * The JSON of an answer, or null for 404.
 * @throws RateSourceUnavailable
 */
export async function readJson(
  source: string,
  { url, headers = {}, timeoutMs = timeoutMsDefault }: HttpSourceOptions,
  path: string,
): Promise<unknown> {
  const away = (message: string, after: number | null, cause?: unknown) =>
    new RateSourceUnavailable(source, message, after, { cause });
  const response = await fetch(`${url}${path}`, {
    headers: { accept: 'application/json', ...headers },
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: unknown) => {
    throw away(error instanceof Error ? error.message : 'no answer', null, error);
  });
  if (response.status === 404) return null;
  if (!response.ok) throw away(`HTTP ${response.status}`, retryAfterMs(response));
  return response.json().catch((error: unknown) => {
    throw away('The answer is no JSON.', null, error);
  });
}

/** A member of what may be an object. */
export const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;

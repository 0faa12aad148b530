/** Errors as answers: RFC 9457 `application/problem+json` with a stable code of the catalogue. */
import { HTTPException } from 'hono/http-exception';
import { RailUnavailable } from '../adapters/rails/port';
import { isDatabaseDown } from '../db/errors';
import {
  errorCatalogue,
  isPerennialError,
  PerennialError,
  statusOf,
  type ErrorCode,
  type FieldError,
} from '../domain/errors';

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly request_id: string;
  readonly errors: { readonly field: string; readonly reason: string }[];
  /** Why the issuer said no, in the rail's own word. */
  readonly decline_code?: string;
}

/** How long a client waits before it asks again, when the error itself does not say. */
const retryAfterSeconds: Partial<Record<ErrorCode, number>> = {
  temporal_unavailable: 2,
  database_unavailable: 2,
  provider_unavailable: 5,
  rate_limited: 1,
  idempotency_in_progress: 1,
  test_clock_advancing: 2,
  payment_in_progress: 5,
};

/** Field names of commands are the engine's own; on the wire they are snake_case. */
export function wireName(path: string): string {
  return path.replace(
    /([a-z\d])([A-Z])/g,
    (_match, before: string, letter: string) => `${before}_${letter.toLowerCase()}`,
  );
}

/** Every error as one of the catalogue. What nobody foresaw is `internal`, with the original as its cause. */
export function asPerennialError(error: unknown): PerennialError {
  if (isPerennialError(error)) return error;
  if (isDatabaseDown(error)) return new PerennialError('database_unavailable', {}, { cause: error });
  if (error instanceof RailUnavailable)
    return new PerennialError('provider_unavailable', { provider: error.rail }, { cause: error });
  if (error instanceof HTTPException && error.status === 400) {
    return new PerennialError('request_malformed', { reason: 'the body is not valid JSON' }, { cause: error });
  }
  return new PerennialError('internal', {}, { cause: error });
}

/** The body of an error's answer. */
export function problemOf(error: PerennialError, requestId: string): Problem {
  const { code } = error;
  const declineCode = error.context['declineCode'];
  return {
    type: `https://perennial.dev/errors/${code}`,
    title: code.replaceAll('_', ' '),
    status: statusOf(code),
    code,
    detail: error.message,
    request_id: requestId,
    errors: (error.fields ?? []).map(({ path, message }: FieldError) => ({ field: wireName(path), reason: message })),
    ...(typeof declineCode === 'string' ? { decline_code: declineCode } : {}),
  };
}

/** Seconds for the header Retry-After; null when trying again does not help. */
export function retryAfterOf(error: PerennialError): number | null {
  if (!errorCatalogue[error.code].retryable) return null;
  const told = error.context['retryAfterSeconds'];
  return typeof told === 'number' ? told : (retryAfterSeconds[error.code] ?? null);
}

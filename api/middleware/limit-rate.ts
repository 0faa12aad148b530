/** Bounds the requests per key, with the headers of draft-ietf-httpapi-ratelimit-headers-10. */
import { createMiddleware } from 'hono/factory';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { fail } from '../../domain/errors';
import type { ApiContext, ApiEnvironment } from '../context';

/** One second: a burst may use the whole second's share at once. */
const windowSeconds = 1;

const secondsUntil = (result: RateLimiterRes): number => Math.max(1, Math.ceil(result.msBeforeNext / 1000));

function announce(c: ApiContext, limit: number, result: RateLimiterRes): void {
  c.header('RateLimit-Policy', `"default";q=${limit};w=${windowSeconds}`);
  c.header('RateLimit', `"default";r=${Math.max(0, result.remainingPoints)};t=${secondsUntil(result)}`);
}

/** Counts in memory, per process and key. 0 switches the limit off. */
export function limitRate(requestsPerSecondMax: number) {
  const limiter = new RateLimiterMemory({ points: Math.max(1, requestsPerSecondMax), duration: windowSeconds });
  return createMiddleware<ApiEnvironment>(async (c, next) => {
    if (requestsPerSecondMax === 0) return next();
    const principal = c.get('principal');
    const result = await limiter
      .consume(principal?.kind === 'tenant' ? principal.keyId : 'admin')
      .catch((refused: unknown) => refused);
    if (!(result instanceof RateLimiterRes)) throw result;
    announce(c, requestsPerSecondMax, result);
    if (result.consumedPoints > requestsPerSecondMax) fail('rate_limited', { retryAfterSeconds: secondsUntil(result) });
    return next();
  });
}

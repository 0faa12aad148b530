/** One log line per request, without query strings or bodies: they may name persons. */
import { createMiddleware } from 'hono/factory';
import type { ApiEnvironment } from '../context';
import type { RequestLogger } from '../dependencies';

/** Pages that a monitor asks every few seconds would bury the rest. */
const quietPaths = new Set(['/api/v1/health/live', '/api/v1/health/ready']);

/** Logs method, path, status and milliseconds. */
export const logRequests = (logger: RequestLogger, wallClock: () => number) =>
  createMiddleware<ApiEnvironment>(async (c, next) => {
    const begin = wallClock();
    await next();
    const { method, path } = c.req;
    if (quietPaths.has(path)) return;
    const principal = c.get('principal');
    // The path of a payment page is itself a secret.
    const shownPath = path.startsWith('/pay/') ? '/pay/…' : path;
    const tenant = principal?.kind === 'tenant' ? principal.tenantId : undefined;
    const facts = {
      method,
      path: shownPath,
      status: c.res.status,
      durationMs: wallClock() - begin,
      tenant,
      requestId: c.get('requestId'),
    };
    logger.info(facts, 'request');
  });

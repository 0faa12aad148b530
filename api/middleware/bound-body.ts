/** Refuses bodies that are too large before anybody reads them, and bodies that are not JSON. */
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { fail } from '../../domain/errors';
import type { ApiContext, ApiEnvironment } from '../context';

/** Streams of lines are read in pieces and bound each line by themselves. */
const isStream = (path: string, type: string | undefined): boolean =>
  path === '/api/v1/usage-events' && /^application\/(x-ndjson|ndjson|jsonl)(;|$)/i.test(type ?? '');

/** The length that a client announced, which Node holds it to; null when it comes in chunks. */
function announcedLength(c: ApiContext): number | null {
  const length = c.req.header('content-length');
  if (length === undefined || c.req.header('transfer-encoding') !== undefined) return null;
  return Number.parseInt(length, 10);
}

/** 413 above the bound. */
export const boundBody = (bytesMax: number) => {
  const refuse = (): never => fail('body_too_large', { limitBytes: bytesMax });
  const bound = bodyLimit({ maxSize: bytesMax, onError: refuse });
  return createMiddleware<ApiEnvironment>(async (c, next) => {
    if (isStream(c.req.path, c.req.header('content-type'))) return next();
    const length = announcedLength(c);
    // Hono's own middleware asks for the body as a web stream, which costs as much as a small request in all.
    if (length === null) return bound(c, next);
    return length > bytesMax ? refuse() : next();
  });
};

const jsonType = /^application\/([\w.-]+\+)?json(;|$)/i;

/** A body that says it is something else than JSON would be skipped by the validator, and its mistakes with it. */
export const requireJson = createMiddleware<ApiEnvironment>(async (c, next) => {
  const type = c.req.header('content-type');
  if (c.req.method === 'PATCH' || c.req.method === 'POST') {
    if (type !== undefined && !jsonType.test(type)) fail('unsupported_media_type', { expected: 'application/json' });
  }
  await next();
});

/** Refuses bodies that are too large before anybody reads them, and bodies that are not JSON. */
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { fail } from '../../domain/errors';
import type { ApiEnvironment } from '../context';

/** Streams of lines are read in pieces and bound each line by themselves. */
const isStream = (path: string, type: string | undefined): boolean =>
  path === '/api/v1/usage-events' && /^application\/(x-ndjson|ndjson|jsonl)(;|$)/i.test(type ?? '');

/** 413 above the bound. */
export const boundBody = (bytesMax: number) => {
  const bound = bodyLimit({ maxSize: bytesMax, onError: () => fail('body_too_large', { limitBytes: bytesMax }) });
  return createMiddleware<ApiEnvironment>(async (c, next) =>
    isStream(c.req.path, c.req.header('content-type')) ? next() : bound(c, next),
  );
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

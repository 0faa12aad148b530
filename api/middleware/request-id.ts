/** Names every request: the client's own id when it is plain, else a new one. */
import { createMiddleware } from 'hono/factory';
import { newId } from '../../domain/ids';
import type { ApiEnvironment } from '../context';

const plainId = /^[\w.-]{1,100}$/;

/** Puts `Request-Id` on every answer. */
export const requestId = createMiddleware<ApiEnvironment>(async (c, next) => {
  const given = c.req.header('request-id');
  const id = given !== undefined && plainId.test(given) ? given : newId('req');
  c.set('requestId', id);
  c.header('Request-Id', id);
  await next();
  // A handler may have answered with a response of its own.
  c.res.headers.set('Request-Id', id);
});

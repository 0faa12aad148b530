/**
 * Hono hands only instances of this realm's Error to the error handler; anything else (a platform error of another realm, a thrown value)
 * would end the request without an answer.
 */
import { createMiddleware } from 'hono/factory';
import type { ApiEnvironment } from '../context';
import { asPerennialError } from '../problem';

/** Turns what is no Error into one. */
export const wrapForeign = createMiddleware<ApiEnvironment>(async (_c, next) => {
  try {
    await next();
  } catch (thrown) {
    throw thrown instanceof Error ? thrown : asPerennialError(thrown);
  }
});

/** Turns whatever was thrown into a problem answer. */
import type { ErrorHandler, NotFoundHandler } from 'hono';
import { errorCatalogue, PerennialError } from '../../domain/errors';
import type { ApiContext, ApiEnvironment } from '../context';
import type { RequestLogger } from '../dependencies';
import { asPerennialError, problemOf, retryAfterOf } from '../problem';

function answer(c: ApiContext, error: PerennialError): Response {
  const problem = problemOf(error, c.get('requestId'));
  c.set('retryable', errorCatalogue[error.code].retryable || problem.status >= 500);
  const retryAfter = retryAfterOf(error);
  if (retryAfter !== null) c.header('Retry-After', String(retryAfter));
  if (problem.status === 401) c.header('WWW-Authenticate', 'Bearer');
  c.header('Content-Type', 'application/problem+json');
  return c.body(JSON.stringify(problem), problem.status as 400);
}

/** The handler of errors: faults of ours and outages are logged, a client's mistakes are only answered. */
export const onError =
  (logger: RequestLogger): ErrorHandler<ApiEnvironment> =>
  (error, c) => {
    const known = asPerennialError(error);
    if (known.code === 'internal') logger.error({ err: error, requestId: c.get('requestId') }, 'request failed');
    else if (errorCatalogue[known.code].kind === 'unavailable') {
      logger.warn({ code: known.code, cause: String(known.cause), requestId: c.get('requestId') }, 'a part is down');
    }
    return answer(c, known);
  };

/** The answer for a path that is none of ours. */
export const notFound: NotFoundHandler<ApiEnvironment> = (c) =>
  answer(c, new PerennialError('route_not_found', { method: c.req.method, path: c.req.path }));

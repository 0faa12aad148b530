/** The HTTP API as a function of what it needs; it listens nowhere by itself. */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { ZodError } from 'zod';
import { fail, type FieldError } from '../domain/errors';
import type { Api, ApiEnvironment } from './context';
import { jsonSchemas } from './catalogue/json-schemas';
import type { ApiDependencies } from './dependencies';
import { docsPage } from './docs-page';
import { authenticate } from './middleware/authenticate';
import { boundBody, requireJson } from './middleware/bound-body';
import { notFound, onError } from './middleware/errors';
import { idempotency } from './middleware/idempotency';
import { limitRate } from './middleware/limit-rate';
import { logRequests } from './middleware/log-requests';
import { requestId } from './middleware/request-id';
import { wrapForeign } from './middleware/wrap-foreign';
import { openApiDocument } from './openapi';
import { intakeRoutes, openRoutes, routes } from './routes';
import { paymentPages } from './routes/pay';

type Issue = ZodError['issues'][number];

const isUnknownField = ({ code }: Issue): boolean => code === 'unrecognized_keys';

/** Of the forms that a field may have, the one that was meant: it knows the fields that were given, and has the least wrong with it. */
function meantForm(forms: readonly (readonly Issue[])[]): readonly Issue[] {
  const weight = (issues: readonly Issue[]): number => issues.length + (issues.some(isUnknownField) ? 1_000 : 0);
  return [...forms].sort((one, other) => weight(one) - weight(other))[0] ?? [];
}

/** Each fault with its dotted path; unknown fields by their own name. */
function faultsOf(issue: Issue, above: readonly string[] = []): FieldError[] {
  const path = [...above, ...issue.path.map(String)];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'is not known' }));
  const inner = issue.code === 'invalid_union' ? meantForm(issue.errors).flatMap((one) => faultsOf(one, path)) : [];
  return inner.length > 0 ? inner : [{ path: path.join('.'), message: issue.message }];
}

/** Each fault of a body, parameter or query. */
function refuseFaults(error: ZodError): never {
  return fail('validation_failed', {}, { fields: error.issues.flatMap((issue) => faultsOf(issue)) });
}

const newApi = (): Api =>
  new OpenAPIHono<ApiEnvironment>({
    defaultHook: (result) => {
      if (!result.success) refuseFaults(result.error);
    },
  });

function versionOne(deps: ApiDependencies): Api {
  const { database, settings, logger, wallClock } = deps;
  const api = newApi();
  for (const register of Object.values(openRoutes)) register(api, deps);
  const onFault = (error: unknown) =>
    logger.error({ err: error }, 'an answer could not be kept for its Idempotency-Key');
  api.use('*', authenticate({ database, adminKey: settings.adminKey, wallClock }));
  api.use('*', limitRate(settings.requestsPerSecondMax));
  for (const register of Object.values(intakeRoutes)) register(api, deps);
  api.use('*', requireJson);
  api.use('*', idempotency({ database, linkSecret: settings.linkSecret, onFault }));
  // Innermost, so that an Idempotency-Key is released whatever a handler throws.
  api.use('*', wrapForeign);
  for (const register of Object.values(routes)) register(api, deps);
  return api;
}

/** Makes the application. */
export function createApp(deps: ApiDependencies): Api {
  const { settings, logger, wallClock } = deps;
  const app = newApi();
  app.onError(onError(logger));
  app.notFound(notFound);
  app.use('*', requestId);
  app.use('*', logRequests(logger, wallClock));
  app.use('*', boundBody(settings.bodyBytesMax));
  app.use('*', wrapForeign);
  app.route('/api/v1', versionOne(deps));
  const document = openApiDocument(app, settings.publicUrl);
  app.get('/openapi.json', (c) => c.json(document));
  app.get('/schemas/:file', (c) => {
    const schema = jsonSchemas[c.req.param('file')];
    return schema === undefined ? c.notFound() : c.json(schema);
  });
  paymentPages(app, deps);
  app.get('/docs', (c) => c.html(docsPage(document)));
  return app;
}

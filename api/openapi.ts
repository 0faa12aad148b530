/** The OpenAPI 3.1 document: what the routes say, and what holds for all of them. */
import { z } from '@hono/zod-openapi';
import { errorCatalogue } from '../domain/errors';
import type { Api } from './context';

const problemExample = {
  type: 'https://perennial.dev/errors/validation_failed',
  title: 'validation failed',
  status: 422,
  code: 'validation_failed',
  detail: 'The request has fields that are not valid.',
  request_id: 'req_01kav5xq8yfz2s1m3c4d5e6f7g',
  errors: [{ field: 'name', reason: 'is required' }],
};

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    code: z.enum(Object.keys(errorCatalogue) as [string, ...string[]]),
    detail: z.string(),
    request_id: z.string(),
    errors: z.array(z.object({ field: z.string(), reason: z.string() })),
  })
  .openapi('Problem', { description: 'RFC 9457.', example: problemExample });

const problemAnswer = {
  description: 'A problem: `code` says which, `errors` names fields.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

const idempotencyHeader = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', minLength: 1, maxLength: 255 },
  description: 'The same key and request answer the same for ever, with `Idempotent-Replayed: true`.',
  example: 'order-17',
};

const introduction = `Amounts are decimal strings in major units beside their currency. Instants are ISO 8601 in UTC. Lists are newest first and
paged by cursor (\`limit\`, \`starting_after\`, \`ending_before\`, \`has_more\`). Every answer carries \`Request-Id\`. Unknown fields are refused.`;

interface Operation {
  parameters?: unknown[];
  responses: Record<string, unknown>;
}

/** What every operation shares is said once, here. */
function complete(method: string, operation: Operation): void {
  operation.responses['default'] = problemAnswer;
  if (method === 'post') operation.parameters = [...(operation.parameters ?? []), idempotencyHeader];
}

/** Builds the document of an application. */
export function openApiDocument(api: Api, publicUrl: string): Record<string, unknown> {
  api.openAPIRegistry.register('Problem', problemSchema);
  api.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'pk_test_… or pk_live_…',
  });
  const document = api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Perennial', version: '1', description: introduction },
    servers: [{ url: publicUrl }],
    security: [{ key: [] }],
  });
  for (const item of Object.values(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(item as Record<string, Operation>)) complete(method, operation);
  }
  return document as unknown as Record<string, unknown>;
}

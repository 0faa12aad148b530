/** API keys of a tenant. */
import { createRoute, z } from '@hono/zod-openapi';
import { findApiKey, insertApiKey, listApiKeys, revokeApiKey, type ApiKey } from '../../db/queries/api-keys';
import { idFromSeed } from '../../domain/ids';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { deriveApiKey, hashOfKey, prefixOfKey } from '../keys';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { recordChange } from '../record-change';
import { apiKeyAnswer, apiKeyBody, newApiKeyAnswer, presentApiKey } from '../resources/tenant';

const tags = ['API keys'];
const id = idParameter('key_01kav5xq8yfz2s1m3c4d5e6f7g');

const create = createRoute({
  method: 'post',
  path: '/api-keys',
  tags,
  summary: 'Create an API key (scope admin)',
  request: jsonBody(apiKeyBody),
  responses: { 201: jsonAnswer(newApiKeyAnswer, 'The key, shown once.') },
});
const list = createRoute({
  method: 'get',
  path: '/api-keys',
  tags,
  summary: 'List API keys',
  request: { query: z.strictObject(pageFields) },
  responses: { 200: jsonAnswer(pageAnswer(apiKeyAnswer), 'A page of keys.') },
});
const revoke = createRoute({
  method: 'post',
  path: '/api-keys/{id}/revoke',
  tags,
  summary: 'Revoke an API key (scope admin)',
  description: 'Other processes of the API may accept the key for ten more seconds.',
  request: id,
  responses: { 200: jsonAnswer(apiKeyAnswer, 'The key as it then is.') },
});

async function createApiKey(
  c: ApiContext,
  deps: ApiDependencies,
  body: z.output<typeof apiKeyBody>,
): Promise<{ row: ApiKey; key: string }> {
  const { tenantId, mode } = tenantOf(c);
  const key = deriveApiKey(deps.settings.linkSecret, mode, c.get('seed'));
  const keyId = idFromSeed('key', c.get('seed'));
  c.set('derivedField', 'key');
  await deps.database.transaction(tenantId, async (db) => {
    const scopes = [...new Set(body.scopes)];
    await insertApiKey(db, {
      id: keyId,
      tenantId,
      name: body.name,
      prefix: prefixOfKey(key),
      hash: hashOfKey(key),
      scopes,
    });
    await recordChange(db, c, {
      action: 'api_key.create',
      subjectId: keyId,
      after: { name: body.name, scopes },
      occurredAt: deps.wallClock(),
    });
  });
  const row = foundOr404(await findApiKey(deps.database.as(tenantId), tenantId, keyId), 'API key', keyId);
  return { row, key };
}

async function endApiKey(c: ApiContext, deps: ApiDependencies, keyId: string): Promise<ApiKey> {
  const { tenantId } = tenantOf(c);
  return deps.database.transaction(tenantId, async (db) => {
    const row = foundOr404(await revokeApiKey(db, tenantId, keyId), 'API key', keyId);
    await recordChange(db, c, {
      action: 'api_key.revoke',
      subjectId: keyId,
      after: presentApiKey(row),
      occurredAt: deps.wallClock(),
    });
    return row;
  });
}

/** Registers the routes of API keys. */
export function apiKeys(api: Api, deps: ApiDependencies): void {
  api.openapi(create, async (c) => {
    const { row, key } = await createApiKey(c, deps, c.req.valid('json'));
    return c.json({ ...presentApiKey(row), key }, 201);
  });
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const page = await listApiKeys(deps.database.as(tenantId), tenantId, {}, pageOf(c.req.valid('query')));
    return c.json(wirePage(page, presentApiKey), 200);
  });
  api.openapi(revoke, async (c) => c.json(presentApiKey(await endApiKey(c, deps, c.req.valid('param').id)), 200));
}

/** Features: what plans can grant. */
import { createRoute, z } from '@hono/zod-openapi';
import { findFeature, insertFeature, listFeatures, type StoredFeature } from '../../db/queries/features';
import { knownMeter } from '../../db/queries/meters';
import { fail } from '../../domain/errors';
import { idFromSeed } from '../../domain/ids';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404, foundOr422 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { recordChange } from '../record-change';
import { featureAnswer, featureBody, featureExample, presentFeature } from '../resources/feature';

const tags = ['Entitlements'];

const create = createRoute({
  method: 'post',
  path: '/features',
  tags,
  summary: 'Create a feature',
  request: jsonBody(featureBody),
  responses: { 201: jsonAnswer(featureAnswer, 'The feature. Versions of plans grant it by its key.') },
});
const list = createRoute({
  method: 'get',
  path: '/features',
  tags,
  summary: 'List features',
  request: { query: z.strictObject({ ...pageFields, key: z.string().optional() }) },
  responses: { 200: jsonAnswer(pageAnswer(featureAnswer), 'A page of features.') },
});
const get = createRoute({
  method: 'get',
  path: '/features/{id}',
  tags,
  summary: 'Read a feature',
  request: idParameter(featureExample.id),
  responses: { 200: jsonAnswer(featureAnswer, 'The feature.') },
});

/** @throws PerennialError `validation_failed` unless exactly a metered feature names a meter of the tenant. */
async function meterOf(
  { database }: ApiDependencies,
  tenantId: string,
  { type, meter_id: meterId = null }: z.output<typeof featureBody>,
): Promise<string | null> {
  if ((type === 'metered') !== (meterId !== null)) {
    const message = type === 'metered' ? 'is needed for a metered feature' : `has no use for a ${type} feature`;
    fail('validation_failed', {}, { fields: [{ path: 'meter_id', message }] });
  }
  if (meterId !== null) foundOr422(await knownMeter(database.as(tenantId), tenantId, meterId), 'meter_id', 'meter');
  return meterId;
}

async function createFeature(
  c: ApiContext,
  deps: ApiDependencies,
  body: z.output<typeof featureBody>,
): Promise<StoredFeature> {
  const { tenantId } = tenantOf(c);
  const { key, name, type, unit = null } = body;
  const meterId = await meterOf(deps, tenantId, body);
  const feature = { id: idFromSeed('feat', c.get('seed')), tenantId, key, name, type, meterId, unit };
  return deps.database.transaction(tenantId, async (db) => {
    await insertFeature(db, feature);
    const stored = await findFeature(db, tenantId, feature.id);
    if (stored === null) return fail('already_exists', { resource: 'Feature with the key', id: key });
    await recordChange(db, c, {
      action: 'feature.create',
      subjectId: feature.id,
      after: { key, name, type, meter_id: meterId, unit },
      occurredAt: deps.wallClock(),
    });
    return stored;
  });
}

/** Registers the routes of features. */
export function features(api: Api, deps: ApiDependencies): void {
  const { database } = deps;
  api.openapi(create, async (c) => c.json(presentFeature(await createFeature(c, deps, c.req.valid('json'))), 201));
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const page = await listFeatures(database.as(tenantId), tenantId, { key: query.key }, pageOf(query));
    return c.json(wirePage(page, presentFeature), 200);
  });
  api.openapi(get, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id } = c.req.valid('param');
    return c.json(
      presentFeature(foundOr404(await findFeature(database.as(tenantId), tenantId, id), 'Feature', id)),
      200,
    );
  });
}

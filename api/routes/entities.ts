/** Seller entities: the companies that a tenant sells through. */
import { createRoute, z } from '@hono/zod-openapi';
import { findEntity, listEntities } from '../../db/queries/entities';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { entityAnswer, entityBody, entityExample, entityPatch, presentEntity } from '../resources/entity';
import { changeEntity, createEntity } from '../write-entity';

const tags = ['Entities'];
const id = idParameter(entityExample.id);

const create = createRoute({
  method: 'post',
  path: '/entities',
  tags,
  summary: 'Create a seller entity with series of its own',
  request: jsonBody(entityBody),
  responses: { 201: jsonAnswer(entityAnswer, 'The entity.') },
});
const list = createRoute({
  method: 'get',
  path: '/entities',
  tags,
  summary: 'List seller entities; each tenant has one from the start',
  request: { query: z.strictObject(pageFields) },
  responses: { 200: jsonAnswer(pageAnswer(entityAnswer), 'A page of entities.') },
});
const get = createRoute({
  method: 'get',
  path: '/entities/{id}',
  tags,
  summary: 'Read a seller entity',
  request: id,
  responses: { 200: jsonAnswer(entityAnswer, 'The entity.') },
});
const patch = createRoute({
  method: 'patch',
  path: '/entities/{id}',
  tags,
  summary: 'Change a seller entity; invoices issued before keep what they said',
  request: { ...id, ...jsonBody(entityPatch) },
  responses: { 200: jsonAnswer(entityAnswer, 'The entity as it then is.') },
});

async function readEntity({ database }: ApiDependencies, tenantId: string, entityId: string) {
  return presentEntity(foundOr404(await findEntity(database.as(tenantId), tenantId, entityId), 'Entity', entityId));
}

/** Registers the routes of seller entities. */
export function entities(api: Api, deps: ApiDependencies): void {
  api.openapi(create, async (c) => {
    const { id: entityId, tenantId } = await createEntity(c, deps, c.req.valid('json'));
    return c.json(await readEntity(deps, tenantId, entityId), 201);
  });
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const page = await listEntities(deps.database.as(tenantId), tenantId, {}, pageOf(c.req.valid('query')));
    return c.json(wirePage(page, presentEntity), 200);
  });
  api.openapi(get, async (c) => c.json(await readEntity(deps, tenantOf(c).tenantId, c.req.valid('param').id), 200));
  api.openapi(patch, async (c) => {
    const { id: entityId } = c.req.valid('param');
    await changeEntity(c, deps, entityId, c.req.valid('json'));
    return c.json(await readEntity(deps, tenantOf(c).tenantId, entityId), 200);
  });
}

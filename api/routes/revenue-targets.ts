/** Targets over several revenue streams, or over all income. */
import { createRoute, z } from '@hono/zod-openapi';
import {
  findRevenueTarget,
  insertRevenueTarget,
  listRevenueTargets,
  updateRevenueTarget,
  type CombinedTarget,
} from '../../db/queries/revenue-targets';
import { fail } from '../../domain/errors';
import { idFromSeed } from '../../domain/ids';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { recordChange } from '../record-change';
import {
  presentRevenueTarget,
  revenueTargetAnswer,
  revenueTargetBody,
  revenueTargetExample,
  revenueTargetPatch,
  targetOfBody,
  type RevenueTargetPatch,
} from '../resources/revenue';

const tags = ['Revenue'];
const id = idParameter(revenueTargetExample.id);

const create = createRoute({
  method: 'post',
  path: '/revenue-targets',
  tags,
  summary: 'Create a target over several revenue streams, or over all income',
  request: jsonBody(revenueTargetBody),
  responses: { 201: jsonAnswer(revenueTargetAnswer, 'The target.') },
});
const get = createRoute({
  method: 'get',
  path: '/revenue-targets/{id}',
  tags,
  summary: 'Read a target over several revenue streams',
  request: id,
  responses: { 200: jsonAnswer(revenueTargetAnswer, 'The target.') },
});
const list = createRoute({
  method: 'get',
  path: '/revenue-targets',
  tags,
  summary: 'List targets over several revenue streams',
  request: { query: z.strictObject({ ...pageFields, key: z.string().optional() }) },
  responses: { 200: jsonAnswer(pageAnswer(revenueTargetAnswer), 'A page of targets.') },
});
const patch = createRoute({
  method: 'patch',
  path: '/revenue-targets/{id}',
  tags,
  summary: 'Change a target over several revenue streams',
  request: { ...id, ...jsonBody(revenueTargetPatch) },
  responses: { 200: jsonAnswer(revenueTargetAnswer, 'The target as it then is.') },
});

async function targetOrFail(
  { database }: ApiDependencies,
  tenantId: string,
  targetId: string,
): Promise<CombinedTarget> {
  return foundOr404(await findRevenueTarget(database.as(tenantId), tenantId, targetId), 'Target', targetId);
}

async function createTarget(
  c: ApiContext,
  deps: ApiDependencies,
  body: z.output<typeof revenueTargetBody>,
): Promise<CombinedTarget> {
  const { tenantId } = tenantOf(c);
  const row = {
    id: idFromSeed('tgt', c.get('seed')),
    tenantId,
    key: body.key,
    name: body.name,
    streams: body.streams ?? null,
    target: targetOfBody(body.target),
  };
  await deps.database.transaction(tenantId, async (db) => {
    await insertRevenueTarget(db, row);
    if ((await findRevenueTarget(db, tenantId, row.id)) === null)
      fail('already_exists', { resource: 'Target with the key', id: row.key });
    const occurredAt = deps.wallClock();
    await recordChange(db, c, { action: 'revenue_target.create', subjectId: row.id, after: row, occurredAt });
  });
  return targetOrFail(deps, tenantId, row.id);
}

async function changeTarget(
  c: ApiContext,
  deps: ApiDependencies,
  targetId: string,
  body: RevenueTargetPatch,
): Promise<CombinedTarget> {
  const { tenantId } = tenantOf(c);
  const before = await targetOrFail(deps, tenantId, targetId);
  const { name = before.name, streams = before.streams } = body;
  const target = body.target === undefined ? before.target : targetOfBody(body.target);
  const after: CombinedTarget = { ...before, name, streams, target };
  await deps.database.transaction(tenantId, async (db) => {
    await updateRevenueTarget(db, after);
    const occurredAt = deps.wallClock();
    await recordChange(db, c, { action: 'revenue_target.update', subjectId: targetId, before, after, occurredAt });
  });
  return after;
}

/** Registers the routes of targets. */
export function revenueTargets(api: Api, deps: ApiDependencies): void {
  api.openapi(create, async (c) => c.json(presentRevenueTarget(await createTarget(c, deps, c.req.valid('json'))), 201));
  api.openapi(get, async (c) =>
    c.json(presentRevenueTarget(await targetOrFail(deps, tenantOf(c).tenantId, c.req.valid('param').id)), 200),
  );
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const page = await listRevenueTargets(deps.database.as(tenantId), tenantId, { key: query.key }, pageOf(query));
    return c.json(wirePage(page, presentRevenueTarget), 200);
  });
  api.openapi(patch, async (c) =>
    c.json(presentRevenueTarget(await changeTarget(c, deps, c.req.valid('param').id, c.req.valid('json'))), 200),
  );
}

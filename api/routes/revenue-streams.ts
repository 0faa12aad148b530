/** Revenue streams: kinds of income with what they are to bring. */
import { createRoute, z } from '@hono/zod-openapi';
import {
  findRevenueStream,
  insertRevenueStream,
  listRevenueStreams,
  updateRevenueStream,
  type RevenueStream,
} from '../../db/queries/revenue-streams';
import { fail } from '../../domain/errors';
import { idFromSeed } from '../../domain/ids';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { recordChange } from '../record-change';
import {
  cycleOfBody,
  presentRevenueStream,
  revenueStreamAnswer,
  revenueStreamBody,
  revenueStreamExample,
  revenueStreamPatch,
  targetOfBody,
  type RevenueStreamPatch,
} from '../resources/revenue';

const tags = ['Revenue'];
const id = idParameter(revenueStreamExample.id);

const create = createRoute({
  method: 'post',
  path: '/revenue-streams',
  tags,
  summary: 'Create a revenue stream',
  request: jsonBody(revenueStreamBody),
  responses: { 201: jsonAnswer(revenueStreamAnswer, 'The revenue stream.') },
});
const get = createRoute({
  method: 'get',
  path: '/revenue-streams/{id}',
  tags,
  summary: 'Read a revenue stream',
  request: id,
  responses: { 200: jsonAnswer(revenueStreamAnswer, 'The revenue stream.') },
});
const list = createRoute({
  method: 'get',
  path: '/revenue-streams',
  tags,
  summary: 'List revenue streams',
  request: { query: z.strictObject({ ...pageFields, key: z.string().optional() }) },
  responses: { 200: jsonAnswer(pageAnswer(revenueStreamAnswer), 'A page of revenue streams.') },
});
const patch = createRoute({
  method: 'patch',
  path: '/revenue-streams/{id}',
  tags,
  summary: 'Change a revenue stream',
  description: 'Its key stays: income accounts are named after it.',
  request: { ...id, ...jsonBody(revenueStreamPatch) },
  responses: { 200: jsonAnswer(revenueStreamAnswer, 'The revenue stream as it then is.') },
});

async function streamOrFail({ database }: ApiDependencies, tenantId: string, streamId: string): Promise<RevenueStream> {
  return foundOr404(await findRevenueStream(database.as(tenantId), tenantId, streamId), 'Revenue stream', streamId);
}

async function createStream(
  c: ApiContext,
  deps: ApiDependencies,
  body: z.output<typeof revenueStreamBody>,
): Promise<RevenueStream> {
  const { tenantId } = tenantOf(c);
  const stream = {
    id: idFromSeed('strm', c.get('seed')),
    tenantId,
    key: body.key,
    name: body.name,
    mechanism: body.mechanism ?? null,
    target: body.target ? targetOfBody(body.target) : null,
    perCycle: cycleOfBody(body.per_cycle),
  };
  await deps.database.transaction(tenantId, async (db) => {
    await insertRevenueStream(db, stream);
    if ((await findRevenueStream(db, tenantId, stream.id)) === null)
      fail('already_exists', { resource: 'Revenue stream with the key', id: stream.key });
    const occurredAt = deps.wallClock();
    await recordChange(db, c, { action: 'revenue_stream.create', subjectId: stream.id, after: stream, occurredAt });
  });
  return streamOrFail(deps, tenantId, stream.id);
}

/** What the body leaves out stays; what it names as null goes. */
function changed(before: RevenueStream, { name = before.name, ...body }: RevenueStreamPatch): RevenueStream {
  const { mechanism = before.mechanism } = body;
  const target = body.target ? targetOfBody(body.target) : body.target === undefined ? before.target : null;
  const perCycle = body.per_cycle === undefined ? before.perCycle : cycleOfBody(body.per_cycle);
  return { ...before, name, mechanism, target, perCycle };
}

async function changeStream(
  c: ApiContext,
  deps: ApiDependencies,
  streamId: string,
  body: RevenueStreamPatch,
): Promise<RevenueStream> {
  const { tenantId } = tenantOf(c);
  const before = await streamOrFail(deps, tenantId, streamId);
  const after = changed(before, body);
  await deps.database.transaction(tenantId, async (db) => {
    await updateRevenueStream(db, after);
    const occurredAt = deps.wallClock();
    await recordChange(db, c, { action: 'revenue_stream.update', subjectId: streamId, before, after, occurredAt });
  });
  return after;
}

/** Registers the routes of revenue streams. */
export function revenueStreams(api: Api, deps: ApiDependencies): void {
  api.openapi(create, async (c) => c.json(presentRevenueStream(await createStream(c, deps, c.req.valid('json'))), 201));
  api.openapi(get, async (c) =>
    c.json(presentRevenueStream(await streamOrFail(deps, tenantOf(c).tenantId, c.req.valid('param').id)), 200),
  );
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const page = await listRevenueStreams(deps.database.as(tenantId), tenantId, { key: query.key }, pageOf(query));
    return c.json(wirePage(page, presentRevenueStream), 200);
  });
  api.openapi(patch, async (c) =>
    c.json(presentRevenueStream(await changeStream(c, deps, c.req.valid('param').id, c.req.valid('json'))), 200),
  );
}

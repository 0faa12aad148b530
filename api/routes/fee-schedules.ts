/** Fee schedules, their versions and their quotes. */
import { createRoute, z } from '@hono/zod-openapi';
import type { Queryable } from '../../db/pool';
import {
  findFeeSchedule,
  insertFeeSchedule,
  listFeeSchedules,
  lockFeeSchedule,
  setFeeScheduleVersion,
} from '../../db/queries/fee-schedules';
import { insertFeeVersion, versionsOfFeeSchedules } from '../../db/queries/fee-schedule-versions';
import { fail } from '../../domain/errors';
import { quoteFee } from '../../domain/fees/quote-fee';
import { idFromSeed } from '../../domain/ids';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404, foundOr422 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { recordChange } from '../record-change';
import {
  feeQuoteAnswer,
  feeQuoteBody,
  feeScheduleAnswer,
  feeScheduleBody,
  feeScheduleExample,
  feeVersionBody,
  presentFeeQuote,
  presentFeeSchedule,
  termsOf,
  type FeeVersionBody,
} from '../resources/fee-schedule';

const tags = ['Fee schedules'];
const id = idParameter(feeScheduleExample.id);

const create = createRoute({
  method: 'post',
  path: '/fee-schedules',
  tags,
  summary: 'Create a fee schedule with its first version',
  request: jsonBody(feeScheduleBody),
  responses: { 201: jsonAnswer(feeScheduleAnswer, 'The fee schedule.') },
});
const addVersion = createRoute({
  method: 'post',
  path: '/fee-schedules/{id}/versions',
  tags,
  summary: 'Add a version to a fee schedule',
  description: 'It becomes the current one. Versions are never edited.',
  request: { ...id, ...jsonBody(feeVersionBody) },
  responses: { 201: jsonAnswer(feeScheduleAnswer, 'The fee schedule with all versions.') },
});
const get = createRoute({
  method: 'get',
  path: '/fee-schedules/{id}',
  tags,
  summary: 'Read a fee schedule with its versions',
  request: id,
  responses: { 200: jsonAnswer(feeScheduleAnswer, 'The fee schedule.') },
});
const list = createRoute({
  method: 'get',
  path: '/fee-schedules',
  tags,
  summary: 'List fee schedules',
  request: { query: z.strictObject({ ...pageFields, code: z.string().optional() }) },
  responses: { 200: jsonAnswer(pageAnswer(feeScheduleAnswer), 'A page of fee schedules.') },
});
const quote = createRoute({
  method: 'post',
  path: '/fee-schedules/{id}/quote',
  tags,
  summary: 'Quote the fee of a transaction, with its explanation',
  description: 'Nothing is kept.',
  request: { ...id, ...jsonBody(feeQuoteBody) },
  responses: { 200: jsonAnswer(feeQuoteAnswer, 'The fee and how it came about.') },
});

type ScheduleAnswer = z.infer<typeof feeScheduleAnswer>;

async function readSchedule(db: Queryable, tenantId: string, scheduleId: string): Promise<ScheduleAnswer> {
  const schedule = foundOr404(await findFeeSchedule(db, tenantId, scheduleId), 'Fee schedule', scheduleId);
  return presentFeeSchedule(schedule, await versionsOfFeeSchedules(db, tenantId, [scheduleId]));
}

async function createSchedule(
  c: ApiContext,
  { database, wallClock }: ApiDependencies,
  { code, name, ...body }: z.output<typeof feeScheduleBody>,
): Promise<ScheduleAnswer> {
  const { tenantId } = tenantOf(c);
  const terms = termsOf(body);
  const feeScheduleId = idFromSeed('fee', c.get('seed'));
  await database.transaction(tenantId, async (db) => {
    await insertFeeSchedule(db, { id: feeScheduleId, tenantId, code, name });
    if ((await findFeeSchedule(db, tenantId, feeScheduleId)) === null)
      fail('already_exists', { resource: 'Fee schedule with the code', id: code });
    await insertFeeVersion(db, { tenantId, feeScheduleId, version: 1, terms });
    await recordChange(db, c, {
      action: 'fee_schedule.create',
      subjectId: feeScheduleId,
      after: { code, name, version: 1, terms },
      occurredAt: wallClock(),
    });
  });
  return readSchedule(database.as(tenantId), tenantId, feeScheduleId);
}

async function createVersion(
  c: ApiContext,
  { database, wallClock }: ApiDependencies,
  feeScheduleId: string,
  body: FeeVersionBody,
): Promise<ScheduleAnswer> {
  const { tenantId } = tenantOf(c);
  const terms = termsOf(body);
  await database.transaction(tenantId, async (db) => {
    const schedule = foundOr404(await lockFeeSchedule(db, tenantId, feeScheduleId), 'Fee schedule', feeScheduleId);
    const version = schedule.currentVersion + 1;
    const isNew = await recordChange(db, c, {
      action: 'fee_schedule.add_version',
      subjectId: feeScheduleId,
      before: { version: schedule.currentVersion },
      after: { version, terms },
      occurredAt: wallClock(),
    });
    if (!isNew) return;
    await insertFeeVersion(db, { tenantId, feeScheduleId, version, terms });
    await setFeeScheduleVersion(db, tenantId, feeScheduleId, version);
  });
  return readSchedule(database.as(tenantId), tenantId, feeScheduleId);
}

async function makeQuote(
  c: ApiContext,
  { database }: ApiDependencies,
  scheduleId: string,
  body: z.output<typeof feeQuoteBody>,
): Promise<z.infer<typeof feeQuoteAnswer>> {
  const { tenantId } = tenantOf(c);
  const db = database.as(tenantId);
  const [schedule, versions] = await Promise.all([
    findFeeSchedule(db, tenantId, scheduleId),
    versionsOfFeeSchedules(db, tenantId, [scheduleId]),
  ]);
  const { currentVersion } = foundOr404(schedule, 'Fee schedule', scheduleId);
  const { rate = null, version: wanted = currentVersion, ...question } = body;
  const found = foundOr422(versions.find(({ version }) => version === wanted) ?? null, 'version', 'version');
  return presentFeeQuote(quoteFee(found.terms, { rate, ...question }), { id: scheduleId, version: wanted });
}

/** Registers the routes of fee schedules. */
export function feeSchedules(api: Api, deps: ApiDependencies): void {
  api.openapi(create, async (c) => c.json(await createSchedule(c, deps, c.req.valid('json')), 201));
  api.openapi(addVersion, async (c) =>
    c.json(await createVersion(c, deps, c.req.valid('param').id, c.req.valid('json')), 201),
  );
  api.openapi(get, async (c) => {
    const { tenantId } = tenantOf(c);
    return c.json(await readSchedule(deps.database.as(tenantId), tenantId, c.req.valid('param').id), 200);
  });
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const db = deps.database.as(tenantId);
    const page = await listFeeSchedules(db, tenantId, { code: query.code }, pageOf(query));
    const ids = page.data.map((schedule) => schedule.id);
    const versions = await versionsOfFeeSchedules(db, tenantId, ids);
    return c.json(
      wirePage(page, (schedule) => presentFeeSchedule(schedule, versions)),
      200,
    );
  });
  api.openapi(quote, async (c) => c.json(await makeQuote(c, deps, c.req.valid('param').id, c.req.valid('json')), 200));
}

/** Test clocks: business time that stands until it is moved. For test tenants. */
import { createRoute, z } from '@hono/zod-openapi';
import { findTestClock, insertTestClock, listTestClocks, type TestClock } from '../../db/queries/test-clocks';
import { fail } from '../../domain/errors';
import { idFromSeed } from '../../domain/ids';
import { addDays, toIso } from '../../domain/time';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { instantAnswer, instantField, instantOf, isoOrNull, shortText } from '../fields';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { recordChange } from '../record-change';

const tags = ['Test clocks'];

/** Ten years in one step: a daily plan then bills 3,653 times, which is minutes of work. */
const stepDaysMax = 3_653;

const example = {
  id: 'clock_01kav5xq8yfz2s1m3c4d5e6f7g',
  name: 'a year of Acme',
  now: '2026-01-31T00:00:00.000Z',
  status: 'ready',
  target: null,
  created_at: '2026-01-31T00:00:00.000Z',
};
const id = idParameter(example.id);

const clockAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    now: instantAnswer,
    status: z.string(),
    target: instantAnswer.nullable(),
    created_at: instantAnswer,
  })
  .openapi('TestClock', { example });

const clockBody = z
  .strictObject({ name: shortText, now: instantField })
  .openapi('TestClockCreate', { example: { name: example.name, now: example.now } });
const advanceBody = z
  .strictObject({ to: instantField })
  .openapi('TestClockAdvance', { example: { to: '2027-01-31T00:00:00.000Z' } });

const create = createRoute({
  method: 'post',
  path: '/test-clocks',
  tags,
  summary: 'Create a test clock',
  request: jsonBody(clockBody),
  responses: { 201: jsonAnswer(clockAnswer, 'The test clock.') },
});
const get = createRoute({
  method: 'get',
  path: '/test-clocks/{id}',
  tags,
  summary: 'Read a test clock',
  request: id,
  responses: { 200: jsonAnswer(clockAnswer, 'The test clock.') },
});
const list = createRoute({
  method: 'get',
  path: '/test-clocks',
  tags,
  summary: 'List test clocks',
  request: { query: z.strictObject(pageFields) },
  responses: { 200: jsonAnswer(pageAnswer(clockAnswer), 'A page of test clocks.') },
});
const advance = createRoute({
  method: 'post',
  path: '/test-clocks/{id}/advance',
  tags,
  summary: 'Advance a test clock',
  description: 'Goes through every due instant of all its subscriptions, in order.',
  request: { ...id, ...jsonBody(advanceBody) },
  responses: {
    200: jsonAnswer(clockAnswer, 'The clock has arrived and every subscription on it is settled.'),
    202: jsonAnswer(clockAnswer, 'Still on its way; repeat the request or read the clock.'),
  },
});

const present = (clock: TestClock): z.infer<typeof clockAnswer> => ({
  id: clock.id,
  name: clock.name,
  now: toIso(clock.now),
  status: clock.status,
  target: clock.status === 'advancing' ? isoOrNull(clock.target) : null,
  created_at: toIso(clock.recordedAt),
});

function requireTestMode(c: ApiContext): void {
  if (tenantOf(c).mode !== 'test') fail('test_mode_only', { action: 'A test clock' });
}

async function clockOrFail({ database }: ApiDependencies, tenantId: string, clockId: string): Promise<TestClock> {
  return foundOr404(await findTestClock(database.as(tenantId), tenantId, clockId), 'Test clock', clockId);
}

async function createClock(c: ApiContext, deps: ApiDependencies, body: z.output<typeof clockBody>): Promise<TestClock> {
  requireTestMode(c);
  const { tenantId } = tenantOf(c);
  const clock = { id: idFromSeed('clock', c.get('seed')), tenantId, name: body.name, now: instantOf(body.now) };
  await deps.database.transaction(tenantId, async (db) => {
    await insertTestClock(db, clock);
    await recordChange(db, c, {
      action: 'test_clock.create',
      subjectId: clock.id,
      after: clock,
      occurredAt: clock.now,
    });
  });
  return clockOrFail(deps, tenantId, clock.id);
}

function refuseStep(clock: TestClock, to: number): void {
  const { now } = clock;
  if (to < now) fail('test_clock_backwards', { now: toIso(now), to: toIso(to) });
  const latest = addDays(now, stepDaysMax);
  if (to > latest) fail('test_clock_too_far', { latest: toIso(latest) });
}

/** A clock that moves already to the same instant (this request, repeated) is only waited for. */
async function setInMotion(deps: ApiDependencies, { tenantId, id: clockId }: TestClock, to: number): Promise<void> {
  const goesTo = await deps.workflows.startTestClock({ tenantId, clockId, target: to });
  if (goesTo !== to) fail('test_clock_advancing', { clockId });
}

async function advanceClock(
  c: ApiContext,
  deps: ApiDependencies,
  clockId: string,
  to: number,
): Promise<{ clock: TestClock; settled: boolean }> {
  requireTestMode(c);
  const { tenantId } = tenantOf(c);
  const clock = await clockOrFail(deps, tenantId, clockId);
  refuseStep(clock, to);
  if (to === clock.now && clock.status === 'ready') return { clock, settled: true };
  await setInMotion(deps, clock, to);
  await deps.workflows.awaitTestClock({ tenantId, clockId });
  const after = await clockOrFail(deps, tenantId, clockId);
  return { clock: after, settled: after.status === 'ready' && after.now >= to };
}

/** Registers the routes of test clocks. */
export function testClocks(api: Api, deps: ApiDependencies): void {
  api.openapi(create, async (c) => c.json(present(await createClock(c, deps, c.req.valid('json'))), 201));
  api.openapi(get, async (c) =>
    c.json(present(await clockOrFail(deps, tenantOf(c).tenantId, c.req.valid('param').id)), 200),
  );
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const page = await listTestClocks(deps.database.as(tenantId), tenantId, {}, pageOf(c.req.valid('query')));
    return c.json(wirePage(page, present), 200);
  });
  api.openapi(advance, async (c) => {
    const { clock, settled } = await advanceClock(c, deps, c.req.valid('param').id, instantOf(c.req.valid('json').to));
    return c.json(present(clock), settled ? 200 : 202);
  });
}

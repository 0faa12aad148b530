/** Meters, and the usage that they measured. */
import { createRoute, z } from '@hono/zod-openapi';
import { findCustomer } from '../../db/queries/customers';
import { findMeter, insertMeter, knownMeter, listMeters, type StoredMeter } from '../../db/queries/meters';
import type { UsageQuestion } from '../../db/transactions/usage-buckets';
import { currentUsage } from '../../db/transactions/usage-of';
import { fail } from '../../domain/errors';
import { idFromSeed } from '../../domain/ids';
import { hourOf, type Window } from '../../domain/metering/window';
import { dayMs, hourMs } from '../../domain/time';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { instantField, instantOf } from '../fields';
import { foundOr404, foundOr422 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { recordChange } from '../record-change';
import {
  definitionOf,
  meterAnswer,
  meterBody,
  meterExample,
  meterUsageAnswer,
  presentMeter,
  presentUsage,
} from '../resources/meter';

const tags = ['Meters'];
const id = idParameter(meterExample.id);

const create = createRoute({
  method: 'post',
  path: '/meters',
  tags,
  summary: 'Create a meter',
  request: jsonBody(meterBody),
  responses: { 201: jsonAnswer(meterAnswer, 'The meter. It counts events that come from now on.') },
});
const list = createRoute({
  method: 'get',
  path: '/meters',
  tags,
  summary: 'List meters',
  request: { query: z.strictObject({ ...pageFields, code: z.string().optional() }) },
  responses: { 200: jsonAnswer(pageAnswer(meterAnswer), 'A page of meters.') },
});
const get = createRoute({
  method: 'get',
  path: '/meters/{id}',
  tags,
  summary: 'Read a meter',
  request: id,
  responses: { 200: jsonAnswer(meterAnswer, 'The meter.') },
});

const usageQuery = z.strictObject({
  customer_id: z.string(),
  from: instantField,
  to: instantField,
  window: z.enum(['hour', 'day']).optional().openapi({ description: 'Cuts the time at full hours or days (UTC).' }),
  'group_by[]': z
    .preprocess(
      (value) => (value === undefined || Array.isArray(value) ? value : [value]),
      z.array(z.string()).optional(),
    )
    .openapi({ type: 'array', items: { type: 'string' }, example: ['model'] }),
});

const usage = createRoute({
  method: 'get',
  path: '/meters/{id}/usage',
  tags,
  summary: 'Read the usage of a customer in a time, by window and group',
  request: { ...id, query: usageQuery },
  responses: { 200: jsonAnswer(meterUsageAnswer, 'The usage.') },
});

async function meterOrFail({ database }: ApiDependencies, tenantId: string, meterId: string): Promise<StoredMeter> {
  return foundOr404(await knownMeter(database.as(tenantId), tenantId, meterId), 'Meter', meterId);
}

async function createMeter(
  c: ApiContext,
  deps: ApiDependencies,
  body: z.output<typeof meterBody>,
): Promise<StoredMeter> {
  const { tenantId } = tenantOf(c);
  const definition = definitionOf(body);
  const meter = { id: idFromSeed('meter', c.get('seed')), tenantId, code: body.code, name: body.name, definition };
  await deps.database.transaction(tenantId, async (db) => {
    await insertMeter(db, meter);
    if ((await findMeter(db, tenantId, meter.id)) === null)
      fail('already_exists', { resource: 'Meter with the code', id: body.code });
    const { code, name } = meter;
    const after = { code, name, definition };
    await recordChange(db, c, {
      action: 'meter.create',
      subjectId: meter.id,
      after,
      occurredAt: deps.wallClock(),
    });
  });
  return meterOrFail(deps, tenantId, meter.id);
}

/** Each window is a reading of its own. */
const windowsMax = 100;

function windowsOf({ from, to }: Window, size: 'hour' | 'day' | undefined): Window[] {
  if (size === undefined) return [{ from, to }];
  const length = size === 'hour' ? hourMs : dayMs;
  const first = size === 'hour' ? hourOf(from) : Math.floor(from / dayMs) * dayMs;
  const count = Math.ceil((to - first) / length);
  if (count > windowsMax)
    fail('validation_failed', {}, { fields: [{ path: 'to', message: `must leave at most ${windowsMax} windows` }] });
  return Array.from({ length: count }, (_, index) => ({
    from: Math.max(from, first + index * length),
    to: Math.min(to, first + (index + 1) * length),
  }));
}

function assertAreDimensions(by: readonly string[], { definition }: StoredMeter): void {
  const fields = by
    .filter((name) => !definition.group_by.includes(name))
    .map((name) => ({ path: 'group_by[]', message: `${name} is no dimension of the meter` }));
  if (fields.length > 0) fail('validation_failed', {}, { fields });
}

/** One window after the other: a request holds one connection. */
async function readWindows(
  { database }: ApiDependencies,
  question: Omit<UsageQuestion, keyof Window>,
  windows: readonly Window[],
): Promise<ReturnType<typeof presentUsage>[]> {
  const data = [];
  for (const window of windows)
    data.push(presentUsage(await currentUsage(database, { ...question, ...window }), window));
  return data;
}

async function readUsage(
  c: ApiContext,
  deps: ApiDependencies,
  meterId: string,
  query: z.output<typeof usageQuery>,
): Promise<z.infer<typeof meterUsageAnswer>> {
  const { tenantId } = tenantOf(c);
  const meter = await meterOrFail(deps, tenantId, meterId);
  const { customer_id: customerId } = query;
  const span = { from: instantOf(query.from), to: instantOf(query.to) };
  if (span.from >= span.to) fail('invalid_period', { start: query.from, end: query.to });
  const by = query['group_by[]'] ?? [];
  assertAreDimensions(by, meter);
  const windows = windowsOf(span, query.window);
  const [customer, data] = await Promise.all([
    findCustomer(deps.database.as(tenantId), tenantId, customerId),
    readWindows(deps, { tenantId, meter, customerId, by }, windows),
  ]);
  foundOr422(customer, 'customer_id', 'customer');
  return { meter_id: meter.id, customer_id: customerId, data };
}

/** Registers the routes of meters. */
export function meters(api: Api, deps: ApiDependencies): void {
  api.openapi(create, async (c) => c.json(presentMeter(await createMeter(c, deps, c.req.valid('json'))), 201));
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const page = await listMeters(deps.database.as(tenantId), tenantId, { code: query.code }, pageOf(query));
    return c.json(wirePage(page, presentMeter), 200);
  });
  api.openapi(get, async (c) =>
    c.json(presentMeter(await meterOrFail(deps, tenantOf(c).tenantId, c.req.valid('param').id)), 200),
  );
  api.openapi(usage, async (c) => c.json(await readUsage(c, deps, c.req.valid('param').id, c.req.valid('query')), 200));
}

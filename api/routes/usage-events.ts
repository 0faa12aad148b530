/** Usage events: taken in, listed by what became of them, and read. */
import { createRoute, z } from '@hono/zod-openapi';
import {
  findUsageEvent,
  listUsageDuplicates,
  listUsageEvents,
  type StoredUsageEvent,
  usageEventStates,
} from '../../db/queries/usage-events';
import type { Page } from '../../db/queries/page';
import { idFromFacts } from '../../domain/ids';
import { defaultSource } from '../../domain/metering/usage-event';
import { idParameter, jsonAnswer } from '../answers';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { instantField } from '../fields';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import {
  presentTaken,
  presentUsageEvent,
  usageEventAnswer,
  usageEventExample,
  usageIntakeBody,
  usageStreamAnswer,
  usageTakenAnswer,
} from '../resources/usage-event';
import { takeUsageIn } from '../take-usage-in';
import { formOf, readEvents } from '../usage-forms';
import { takeStreamIn } from '../usage-stream';

const tags = ['Usage events'];

const lines = z.string().openapi({ description: 'One event per line, in our own form or as CloudEvents.' });
const cloudEvent = z.record(z.string(), z.unknown()).openapi({ description: 'CloudEvents 1.0, JSON format.' });

const take = createRoute({
  method: 'post',
  path: '/usage-events',
  tags,
  summary: 'Take usage events in',
  description:
    'Each counts once per source and id, for ever, so a repetition is safe and no Idempotency-Key is needed. The answer comes when all are durable.',
  request: {
    body: {
      required: true,
      content: {
        'application/json': { schema: usageIntakeBody },
        'application/x-ndjson': { schema: lines },
        'application/cloudevents+json': { schema: cloudEvent },
        'application/cloudevents-batch+json': { schema: z.array(cloudEvent) },
      },
    },
  },
  responses: {
    202: {
      description: 'What became of each event; of a stream, a summary.',
      content: {
        'application/json': {
          schema: z.union([usageTakenAnswer, usageStreamAnswer]).openapi('UsageIntakeAnswer', {
            example: {
              events: [
                { id: usageEventExample.id, event_id: 'call-81723', source: 'api', state: 'pending', reason: null },
              ],
            },
          }),
        },
      },
    },
  },
});

const listQuery = z.strictObject({
  ...pageFields,
  state: z.enum(usageEventStates).optional(),
  reason: z.string().optional(),
  customer_id: z.string().optional(),
  type: z.string().optional(),
  from: instantField.optional(),
  to: instantField.optional(),
  event_id: z.string().optional().openapi({ description: 'The sender’s own id, with its source.' }),
  source: z.string().optional(),
});
const list = createRoute({
  method: 'get',
  path: '/usage-events',
  tags,
  summary: 'List usage events by their time, state or customer',
  request: { query: listQuery },
  responses: { 200: jsonAnswer(pageAnswer(usageEventAnswer), 'A page of usage events.') },
});
const get = createRoute({
  method: 'get',
  path: '/usage-events/{id}',
  tags,
  summary: 'Read a usage event with its state',
  request: idParameter(usageEventExample.id),
  responses: { 200: jsonAnswer(usageEventAnswer, 'The usage event.') },
});

async function takeRequest(c: ApiContext, { database, wallClock }: ApiDependencies): Promise<unknown> {
  const { tenantId } = tenantOf(c);
  const form = formOf(c.req.header('content-type'), c.req.header('ce-specversion') !== undefined);
  if (form === 'lines') return takeStreamIn({ database, tenantId, wallClock }, c.req.raw.body);
  const events = await readEvents(c, form, wallClock());
  const taken = await takeUsageIn(database, tenantId, events);
  return { events: events.map((event, index) => presentTaken(event, taken[index]!)) };
}

/**
 * Registers the route that takes events in. It stands before the middleware of Idempotency-Key: an event's own id says more, and keeping
 * each answer would cost as much as keeping the events.
 */
export function usageIntake(api: Api, deps: ApiDependencies): void {
  api.openAPIRegistry.registerPath(take);
  api.post('/usage-events', async (c) => c.json(await takeRequest(c, deps), 202));
}

async function listAsked(
  { database }: ApiDependencies,
  tenantId: string,
  query: z.output<typeof listQuery>,
): Promise<Page<StoredUsageEvent>> {
  const db = database.as(tenantId);
  const { event_id: eventId, source = defaultSource, customer_id: customerId, state, reason, type, from, to } = query;
  if (eventId !== undefined) {
    const found = await findUsageEvent(db, tenantId, idFromFacts('ue', tenantId, source, eventId));
    return { data: found === null ? [] : [found], hasMore: false };
  }
  if (state === 'duplicate') return listUsageDuplicates(db, tenantId, pageOf(query));
  return listUsageEvents(db, tenantId, { state, reason, customerId, type, from, to }, pageOf(query));
}

/** Registers the routes that read usage events. */
export function usageEvents(api: Api, deps: ApiDependencies): void {
  api.openapi(list, async (c) =>
    c.json(wirePage(await listAsked(deps, tenantOf(c).tenantId, c.req.valid('query')), presentUsageEvent), 200),
  );
  api.openapi(get, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id } = c.req.valid('param');
    const found = await findUsageEvent(deps.database.as(tenantId), tenantId, id);
    return c.json(presentUsageEvent(foundOr404(found, 'Usage event', id)), 200);
  });
}

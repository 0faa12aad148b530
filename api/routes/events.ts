/** What happened (events) and who did it (the audit log). */
import { createRoute, z } from '@hono/zod-openapi';
import { listAuditEntries, type ListedAuditEntry } from '../../db/queries/audit-log';
import { findEvent, listEvents, type StoredEvent } from '../../db/queries/events';
import { toIso } from '../../domain/time';
import { idParameter, jsonAnswer } from '../answers';
import { tenantOf, type Api } from '../context';
import type { ApiDependencies } from '../dependencies';
import { instantAnswer } from '../fields';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';

const eventExample = {
  id: 'evt_01kav5xq8yfz2s1m3c4d5e6f7g',
  type: 'invoice.paid',
  customer_id: 'cus_01kav5xq8yfz2s1m3c4d5e6f7g',
  subscription_id: 'sub_01kav5xq8yfz2s1m3c4d5e6f7g',
  invoice_id: 'inv_01kav5xq8yfz2s1m3c4d5e6f7g',
  data: {},
  occurred_at: '2026-01-31T00:00:00.000Z',
};

const eventAnswer = z
  .object({
    id: z.string(),
    type: z.string(),
    customer_id: z.string().nullable(),
    subscription_id: z.string().nullable(),
    invoice_id: z.string().nullable(),
    data: z.unknown(),
    occurred_at: instantAnswer,
  })
  .openapi('Event', { example: eventExample });

const auditAnswer = z
  .object({
    id: z.string(),
    actor: z.string(),
    action: z.string(),
    subject_id: z.string(),
    command_id: z.string().nullable(),
    outcome: z.string(),
    before: z.unknown(),
    after: z.unknown(),
    refusal: z
      .object({ command: z.string().nullable(), code: z.string(), message: z.string() })
      .nullable()
      .openapi({ description: 'Which command the rules refused, and why; null for what was applied.' }),
    request_id: z.string().nullable(),
    occurred_at: instantAnswer,
  })
  .openapi('AuditEntry', {
    example: {
      id: 'aud_01kav5xq8yfz2s1m3c4d5e6f7g',
      actor: 'pk_test_3yPzK1',
      action: 'cancel',
      subject_id: 'sub_01kav5xq8yfz2s1m3c4d5e6f7g',
      command_id: 'order-17',
      outcome: 'applied',
      before: { status: 'active' },
      after: { status: 'canceled' },
      refusal: null,
      request_id: 'req_01kav5xq8yfz2s1m3c4d5e6f7g',
      occurred_at: '2026-01-31T00:00:00.000Z',
    },
  });

const list = createRoute({
  method: 'get',
  path: '/events',
  tags: ['Events'],
  summary: 'List events',
  request: {
    query: z.strictObject({
      ...pageFields,
      type: z.string().optional(),
      subscription_id: z.string().optional(),
      customer_id: z.string().optional(),
      invoice_id: z.string().optional(),
    }),
  },
  responses: { 200: jsonAnswer(pageAnswer(eventAnswer), 'A page of events.') },
});
const get = createRoute({
  method: 'get',
  path: '/events/{id}',
  tags: ['Events'],
  summary: 'Read an event',
  request: idParameter(eventExample.id),
  responses: { 200: jsonAnswer(eventAnswer, 'The event.') },
});
const listAudit = createRoute({
  method: 'get',
  path: '/audit-log',
  tags: ['Audit log'],
  summary: 'List who did what',
  request: {
    query: z.strictObject({
      ...pageFields,
      subject_id: z.string().optional(),
      action: z.string().optional(),
      actor: z.string().optional(),
    }),
  },
  responses: { 200: jsonAnswer(pageAnswer(auditAnswer), 'A page of the audit log.') },
});

const presentEvent = (event: StoredEvent): z.infer<typeof eventAnswer> => ({
  id: event.id,
  type: event.type,
  customer_id: event.customerId,
  subscription_id: event.subscriptionId,
  invoice_id: event.invoiceId,
  data: event.data,
  occurred_at: toIso(event.occurredAt),
});

const presentAudit = (entry: ListedAuditEntry): z.infer<typeof auditAnswer> => ({
  id: entry.id,
  actor: entry.actor,
  action: entry.action,
  subject_id: entry.subjectId,
  command_id: entry.commandId,
  outcome: entry.outcome,
  before: entry.before,
  after: entry.after,
  refusal:
    entry.refusal === null
      ? null
      : { command: entry.refusal.name ?? null, code: entry.refusal.code, message: entry.refusal.message },
  request_id: entry.requestId,
  occurred_at: toIso(entry.occurredAt),
});

/** Registers the routes of events and the audit log. */
export function events(api: Api, { database }: ApiDependencies): void {
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const { type, subscription_id: subscriptionId, customer_id: customerId, invoice_id: invoiceId } = query;
    const page = await listEvents(
      database.as(tenantId),
      tenantId,
      { type, subscriptionId, customerId, invoiceId },
      pageOf(query),
    );
    return c.json(wirePage(page, presentEvent), 200);
  });
  api.openapi(get, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id } = c.req.valid('param');
    return c.json(presentEvent(foundOr404(await findEvent(database.as(tenantId), tenantId, id), 'Event', id)), 200);
  });
  api.openapi(listAudit, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const filters = { subjectId: query.subject_id, action: query.action, actor: query.actor };
    const page = await listAuditEntries(database.as(tenantId), tenantId, filters, pageOf(query));
    return c.json(wirePage(page, presentAudit), 200);
  });
}

/** Disputes: read only; the provider's word on them is recorded by the engine. */
import { createRoute, z } from '@hono/zod-openapi';
import { findDispute, listDisputes } from '../../db/queries/disputes';
import { idParameter, jsonAnswer } from '../answers';
import { tenantOf, type Api } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { disputeAnswer, disputeExample, presentDispute } from '../resources/dispute';

const tags = ['Disputes'];

const get = createRoute({
  method: 'get',
  path: '/disputes/{id}',
  tags,
  summary: 'Read a dispute',
  request: idParameter(disputeExample.id),
  responses: { 200: jsonAnswer(disputeAnswer, 'The dispute.') },
});
const list = createRoute({
  method: 'get',
  path: '/disputes',
  tags,
  summary: 'List disputes',
  request: {
    query: z.strictObject({
      ...pageFields,
      payment_id: z.string().optional(),
      status: z.string().optional(),
      kind: z.string().optional(),
    }),
  },
  responses: { 200: jsonAnswer(pageAnswer(disputeAnswer), 'A page of disputes.') },
});

/** Registers the routes of disputes. */
export function disputes(api: Api, { database }: ApiDependencies): void {
  api.openapi(get, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id } = c.req.valid('param');
    const found = await findDispute(database.as(tenantId), tenantId, id);
    return c.json(presentDispute(foundOr404(found, 'Dispute', id)), 200);
  });
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const filters = { paymentId: query.payment_id, status: query.status, kind: query.kind };
    const page = await listDisputes(database.as(tenantId), tenantId, filters, pageOf(query));
    return c.json(wirePage(page, presentDispute), 200);
  });
}

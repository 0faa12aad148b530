/** Refunds. */
import { createRoute, z } from '@hono/zod-openapi';
import { findRefund, listRefunds } from '../../db/queries/refunds';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api } from '../context';
import { createRefund } from '../create-refund';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { presentRefund, refundAnswer, refundBody, refundExample } from '../resources/payment';

const tags = ['Refunds'];

const create = createRoute({
  method: 'post',
  path: '/refunds',
  tags,
  summary: 'Refund a payment, in whole or in part',
  description:
    'Answers once the provider has decided, or after 10 s with the status as it then is. A succeeded refund can still fail later.',
  request: jsonBody(refundBody),
  responses: { 201: jsonAnswer(refundAnswer, 'The refund.') },
});
const get = createRoute({
  method: 'get',
  path: '/refunds/{id}',
  tags,
  summary: 'Read a refund',
  request: idParameter(refundExample.id),
  responses: { 200: jsonAnswer(refundAnswer, 'The refund.') },
});
const list = createRoute({
  method: 'get',
  path: '/refunds',
  tags,
  summary: 'List refunds',
  request: {
    query: z.strictObject({ ...pageFields, payment_id: z.string().optional(), status: z.string().optional() }),
  },
  responses: { 200: jsonAnswer(pageAnswer(refundAnswer), 'A page of refunds.') },
});

/** Registers the routes of refunds. */
export function refunds(api: Api, deps: ApiDependencies): void {
  const { database } = deps;
  api.openapi(create, async (c) => c.json(presentRefund(await createRefund(c, deps, c.req.valid('json'))), 201));
  api.openapi(get, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id } = c.req.valid('param');
    return c.json(presentRefund(foundOr404(await findRefund(database.as(tenantId), tenantId, id), 'Refund', id)), 200);
  });
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const page = await listRefunds(
      database.as(tenantId),
      tenantId,
      { paymentId: query.payment_id, status: query.status },
      pageOf(query),
    );
    return c.json(wirePage(page, presentRefund), 200);
  });
}

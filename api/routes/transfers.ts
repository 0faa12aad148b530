/** Transfers: what a bridge or an exchange tells of its own business, so that its fees are quoted, added up and collected. */
import { createRoute, z } from '@hono/zod-openapi';
import { findTransfer, listTransfers } from '../../db/queries/transfers';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { presentTransfer, transferAnswer, transferExampleId, transfersBody } from '../resources/transfer';
import { takeTransfersIn } from '../take-transfers-in';

const tags = ['Transfers'];

const create = createRoute({
  method: 'post',
  path: '/transfers',
  tags,
  summary: 'Tell of transfers, and collect their fees',
  description:
    'Each reference counts once, however often it is told. A fee below the schedule’s least is added up until it is worth collecting.',
  request: jsonBody(transfersBody),
  responses: { 201: jsonAnswer(z.object({ data: z.array(transferAnswer) }), 'The transfers, in their order.') },
});
const get = createRoute({
  method: 'get',
  path: '/transfers/{id}',
  tags,
  summary: 'Read a transfer',
  request: idParameter(transferExampleId),
  responses: { 200: jsonAnswer(transferAnswer, 'The transfer.') },
});
const list = createRoute({
  method: 'get',
  path: '/transfers',
  tags,
  summary: 'List transfers',
  request: {
    query: z.strictObject({
      ...pageFields,
      payer: z.string().optional(),
      disposition: z.enum(['settled', 'accrued', 'batched', 'free']).optional(),
      fee_schedule_id: z.string().optional(),
      settlement_id: z.string().optional(),
    }),
  },
  responses: { 200: jsonAnswer(pageAnswer(transferAnswer), 'A page of transfers.') },
});

/** Registers the routes of transfers. */
export function transfers(api: Api, deps: ApiDependencies): void {
  const { database } = deps;
  api.openapi(create, async (c) =>
    c.json({ data: (await takeTransfersIn(c, deps, c.req.valid('json'))).map(presentTransfer) }, 201),
  );
  api.openapi(get, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id } = c.req.valid('param');
    const found = await findTransfer(database.as(tenantId), tenantId, id);
    return c.json(presentTransfer(foundOr404(found, 'Transfer', id)), 200);
  });
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const {
      payer,
      disposition,
      fee_schedule_id: feeScheduleId,
      settlement_id: settlementId,
      ...query
    } = c.req.valid('query');
    const filters = { payer, disposition, feeScheduleId, settlementId };
    const page = await listTransfers(database.as(tenantId), tenantId, filters, pageOf(query));
    return c.json(wirePage(page, presentTransfer), 200);
  });
}

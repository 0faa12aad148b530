/** Settlements: fees that are collected on a chain and paid out to whom they belong, with the commands of operators. */
import { createRoute, z } from '@hono/zod-openapi';
import { findSettlement, listSettlements, type Settlement } from '../../db/queries/settlements';
import { idFromSeed } from '../../domain/ids';
import { settlementCommandNames, type SettlementCommandName } from '../../domain/settlement/facts';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { actorOf, tenantOf, type Api, type ApiContext } from '../context';
import { createSettlement, partsOf, startWritten } from '../create-settlement';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import {
  presentSettlement,
  settlementAnswer,
  settlementBody,
  settlementCommandBody,
  settlementExampleId,
  settlementStatuses,
} from '../resources/settlement';

const tags = ['Settlements'];
const id = idParameter(settlementExampleId);

const create = createRoute({
  method: 'post',
  path: '/settlements',
  tags,
  summary: 'Collect an amount on a chain, and pay it out',
  description: 'Answers with the deposit instruction: where and how the payer pays.',
  request: jsonBody(settlementBody),
  responses: { 201: jsonAnswer(settlementAnswer, 'The settlement, which waits for its payment.') },
});
const get = createRoute({
  method: 'get',
  path: '/settlements/{id}',
  tags,
  summary: 'Read a settlement with its deposits and payouts',
  request: id,
  responses: { 200: jsonAnswer(settlementAnswer, 'The settlement.') },
});
const list = createRoute({
  method: 'get',
  path: '/settlements',
  tags,
  summary: 'List settlements',
  request: {
    query: z.strictObject({
      ...pageFields,
      status: z.enum(settlementStatuses).optional(),
      payer: z.string().optional(),
      chain: z.string().optional(),
      customer_id: z.string().optional(),
    }),
  },
  responses: { 200: jsonAnswer(pageAnswer(settlementAnswer), 'A page of settlements.') },
});

const command = <const Path extends string>(path: Path, summary: string) =>
  createRoute({
    method: 'post',
    path: `/settlements/{id}/${path}`,
    tags,
    summary,
    request: { ...id, ...jsonBody(settlementCommandBody) },
    responses: {
      200: jsonAnswer(settlementAnswer, 'The settlement as it then is.'),
      202: jsonAnswer(settlementAnswer, 'It is being carried out; read the settlement.'),
    },
  });

const commands = {
  approve: command('approve', 'Let payouts above the limit go, or take a payment that differs'),
  retryLeg: command('retry-leg', 'Try a payout again that is blocked'),
  refund: command('refund', 'Give back what was received'),
  abandon: command('abandon', 'Give a settlement up'),
} satisfies Record<SettlementCommandName, unknown>;

async function settlementOr404({ database }: ApiDependencies, tenantId: string, settlementId: string) {
  const found = await findSettlement(database.as(tenantId), tenantId, settlementId);
  return foundOr404(found, 'Settlement', settlementId);
}

async function present({ database }: ApiDependencies, settlement: Settlement) {
  const { id: settlementId, tenantId } = settlement;
  return presentSettlement(settlement, await partsOf(database.as(tenantId), tenantId, [settlementId]));
}

async function steer(
  c: ApiContext,
  deps: ApiDependencies,
  { settlementId, name, legId }: { settlementId: string; name: SettlementCommandName; legId: string | undefined },
) {
  const { tenantId } = tenantOf(c);
  const before = await settlementOr404(deps, tenantId, settlementId);
  const meta = { commandId: c.get('idempotencyKey'), actor: actorOf(c), requestId: c.get('requestId') };
  // It may not have been started yet: then it begins, and hears what is asked of it.
  await startWritten(deps, before.state);
  const payload = legId === undefined ? {} : { legId };
  const progress = await deps.workflows.steerSettlement({ tenantId, settlementId }, name, payload, meta);
  return { progress, answer: await present(deps, await settlementOr404(deps, tenantId, settlementId)) };
}

/** Registers the routes of settlements. */
export function settlements(api: Api, deps: ApiDependencies): void {
  api.openapi(create, async (c) => {
    const request = { id: idFromSeed('stl', c.get('seed')), body: c.req.valid('json'), fee: null };
    return c.json(await present(deps, await createSettlement(c, deps, request)), 201);
  });
  api.openapi(get, async (c) =>
    c.json(await present(deps, await settlementOr404(deps, tenantOf(c).tenantId, c.req.valid('param').id)), 200),
  );
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const db = deps.database.as(tenantId);
    const filters = { status: query.status, payer: query.payer, chain: query.chain, customerId: query.customer_id };
    const page = await listSettlements(db, tenantId, filters, pageOf(query));
    const parts = await partsOf(
      db,
      tenantId,
      page.data.map((one) => one.id),
    );
    return c.json(
      wirePage(page, (one) => presentSettlement(one, parts)),
      200,
    );
  });
  for (const name of settlementCommandNames) {
    api.openapi(commands[name], async (c) => {
      const legId = c.req.valid('json').leg_id;
      const { progress, answer } = await steer(c, deps, { settlementId: c.req.valid('param').id, name, legId });
      return c.json(answer, progress === 'settled' ? 200 : 202);
    });
  }
}

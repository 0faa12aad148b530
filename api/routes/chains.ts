/** Chains, the engine's addresses on them, and what came in and went out there. */
import { createRoute, z } from '@hono/zod-openapi';
import { allTenants } from '../../db/pool';
import { listChainCursors } from '../../db/queries/chain-cursors';
import { findDeposit, listDeposits } from '../../db/queries/chain-deposits';
import { triesOfLegs, type LegTry } from '../../db/queries/chain-transactions';
import { findLeg, listLegs, type Leg } from '../../db/queries/settlement-legs';
import { statesOfSettlements } from '../../db/queries/settlements';
import { listSignerAccounts } from '../../db/queries/signer-accounts';
import { legKinds, type SettlementState } from '../../domain/settlement/state';
import { idParameter, jsonAnswer } from '../answers';
import { tenantOf, type Api } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { chainAnswer, presentChain, presentSigner, signerAnswer } from '../resources/chain';
import { depositAnswer, legAnswer, legExampleId, presentDeposit, presentLeg } from '../resources/settlement';

const tags = ['Chains'];

const listChains = createRoute({
  method: 'get',
  path: '/chains',
  tags,
  summary: 'List the chains that are configured, and how far each was searched',
  responses: { 200: jsonAnswer(z.object({ data: z.array(chainAnswer) }), 'All chains.') },
});
const signers = createRoute({
  method: 'get',
  path: '/signers',
  tags,
  summary: 'List the addresses that pay out',
  description: 'An address is there from its first use on. Keys are never shown.',
  responses: { 200: jsonAnswer(z.object({ data: z.array(signerAnswer) }), 'All addresses.') },
});
const deposits = createRoute({
  method: 'get',
  path: '/deposits',
  tags,
  summary: 'List deposits',
  request: {
    query: z.strictObject({
      ...pageFields,
      settlement_id: z.string().optional(),
      chain: z.string().optional(),
      status: z.enum(['seen', 'final', 'withdrawn']).optional(),
    }),
  },
  responses: { 200: jsonAnswer(pageAnswer(depositAnswer), 'A page of deposits.') },
});
const deposit = createRoute({
  method: 'get',
  path: '/deposits/{id}',
  tags,
  summary: 'Read a deposit',
  request: idParameter('dep_01kav5xq8yfz2s1m3c4d5e6f7g'),
  responses: { 200: jsonAnswer(depositAnswer, 'The deposit.') },
});
const payouts = createRoute({
  method: 'get',
  path: '/payouts',
  tags,
  summary: 'List payouts of settlements',
  request: {
    query: z.strictObject({
      ...pageFields,
      settlement_id: z.string().optional(),
      chain: z.string().optional(),
      party: z.string().optional(),
      kind: z.enum(legKinds).optional(),
    }),
  },
  responses: { 200: jsonAnswer(pageAnswer(legAnswer), 'A page of payouts, each with its transactions.') },
});
const payout = createRoute({
  method: 'get',
  path: '/payouts/{id}',
  tags,
  summary: 'Read a payout with its transactions',
  request: idParameter(legExampleId),
  responses: { 200: jsonAnswer(legAnswer, 'The payout.') },
});

const transactionsOf = (leg: Leg, tries: readonly LegTry[]) =>
  tries
    .filter(({ legId }) => legId === leg.id)
    .map(({ transaction: { transactionId: id, status, networkFee, failure } }) => ({
      ...{ id, status, network_fee: networkFee, failure },
    }));

const presentPayout = (leg: Leg, states: ReadonlyMap<string, SettlementState>, tries: readonly LegTry[]) => ({
  ...presentLeg(
    leg,
    states.get(leg.settlementId)?.legs.find(({ id }) => id === leg.id),
  ),
  transactions: transactionsOf(leg, tries),
});

async function presentPayouts({ database }: ApiDependencies, tenantId: string, legs: readonly Leg[]) {
  const db = database.as(tenantId);
  const ids = legs.map(({ id }) => id);
  const settlementIds = [...new Set(legs.map(({ settlementId }) => settlementId))];
  const [states, tries] = await Promise.all([
    statesOfSettlements(db, tenantId, settlementIds),
    triesOfLegs(db, tenantId, ids),
  ]);
  return new Map(legs.map((leg) => [leg.id, presentPayout(leg, states, tries)]));
}

function registerPayouts(api: Api, deps: ApiDependencies): void {
  api.openapi(payouts, async (c) => {
    const { tenantId } = tenantOf(c);
    const { settlement_id: settlementId, chain, party, kind, ...query } = c.req.valid('query');
    const db = deps.database.as(tenantId);
    const page = await listLegs(db, tenantId, { settlementId, chain, party, kind }, pageOf(query));
    const made = await presentPayouts(deps, tenantId, page.data);
    return c.json(
      wirePage(page, (leg) => foundOr404(made.get(leg.id) ?? null, 'Payout', leg.id)),
      200,
    );
  });
  api.openapi(payout, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id } = c.req.valid('param');
    const leg = foundOr404(await findLeg(deps.database.as(tenantId), tenantId, id), 'Payout', id);
    const made = await presentPayouts(deps, tenantId, [leg]);
    return c.json(foundOr404(made.get(id) ?? null, 'Payout', id), 200);
  });
}

/** Registers the routes of chains, signers, deposits and payouts. */
export function chains(api: Api, deps: ApiDependencies): void {
  const { database, chainIds, wallClock } = deps;
  api.openapi(listChains, async (c) => {
    tenantOf(c);
    const cursors = await listChainCursors(database.as(allTenants));
    const of = (id: string) => cursors.find(({ chain }) => chain === id) ?? null;
    return c.json({ data: chainIds.map((id) => presentChain(id, of(id), wallClock())) }, 200);
  });
  api.openapi(signers, async (c) => {
    tenantOf(c);
    const accounts = await listSignerAccounts(database.as(allTenants));
    return c.json({ data: accounts.filter(({ chain }) => chainIds.includes(chain)).map(presentSigner) }, 200);
  });
  api.openapi(deposits, async (c) => {
    const { tenantId } = tenantOf(c);
    const { settlement_id: settlementId, chain, status, ...query } = c.req.valid('query');
    const filters = { settlementId, chain, status };
    const page = await listDeposits(database.as(tenantId), tenantId, filters, pageOf(query));
    return c.json(wirePage(page, presentDeposit), 200);
  });
  api.openapi(deposit, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id } = c.req.valid('param');
    return c.json(
      presentDeposit(foundOr404(await findDeposit(database.as(tenantId), tenantId, id), 'Deposit', id)),
      200,
    );
  });
  registerPayouts(api, deps);
}

/** Wallets: what customers hold in advance, how it comes in and where it goes. */
import { createRoute, z } from '@hono/zod-openapi';
import { listGrants } from '../../db/queries/credit-grants';
import { listMovements } from '../../db/queries/wallet-movements';
import { findTopUp, listTopUps } from '../../db/queries/wallet-top-ups';
import { findWallet, listWallets, type StoredWallet } from '../../db/queries/wallets';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { grantCredits, useCredits } from '../change-credits';
import { tenantOf, type Api } from '../context';
import { createTopUp } from '../create-top-up';
import { changeWallet, createWallet } from '../create-wallet';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import {
  grantAnswer,
  grantBody,
  movementAnswer,
  presentGrant,
  presentMovement,
  presentTopUp,
  presentWallet,
  topUpAnswer,
  topUpBody,
  topUpExample,
  useBody,
  walletAnswer,
  walletBody,
  walletExample,
  walletPatch,
} from '../resources/wallet';

const tags = ['Wallets'];
const id = idParameter(walletExample.id);

const create = createRoute({
  method: 'post',
  path: '/wallets',
  tags,
  summary: 'Open a wallet for a customer',
  description:
    'A customer has one per currency and one per unit. A wallet of a currency pays the customer’s invoices in it by itself.',
  request: jsonBody(walletBody),
  responses: { 201: jsonAnswer(walletAnswer, 'The wallet.') },
});
const get = createRoute({
  method: 'get',
  path: '/wallets/{id}',
  tags,
  summary: 'Read a wallet and what it holds',
  request: id,
  responses: { 200: jsonAnswer(walletAnswer, 'The wallet.') },
});
const walletFilters = {
  customer_id: z.string().optional(),
  currency: z.string().optional(),
  unit: z.string().optional(),
};
const list = createRoute({
  method: 'get',
  path: '/wallets',
  tags,
  summary: 'List wallets',
  request: { query: z.strictObject({ ...pageFields, ...walletFilters }) },
  responses: { 200: jsonAnswer(pageAnswer(walletAnswer), 'A page of wallets.') },
});
const patch = createRoute({
  method: 'patch',
  path: '/wallets/{id}',
  tags,
  summary: 'Change the name or the rules of a wallet',
  request: { ...id, ...jsonBody(walletPatch) },
  responses: { 200: jsonAnswer(walletAnswer, 'The wallet as it then is.') },
});
const grant = createRoute({
  method: 'post',
  path: '/wallets/{id}/grants',
  tags,
  summary: 'Grant credits',
  description: 'They cost the customer nothing. What a customer pays for comes by a top-up.',
  request: { ...id, ...jsonBody(grantBody) },
  responses: { 201: jsonAnswer(grantAnswer, 'The grant.') },
});
const grants = createRoute({
  method: 'get',
  path: '/wallets/{id}/grants',
  tags,
  summary: 'List the grants of a wallet',
  request: { ...id, query: z.strictObject({ ...pageFields, origin: z.enum(['paid', 'granted']).optional() }) },
  responses: { 200: jsonAnswer(pageAnswer(grantAnswer), 'A page of grants.') },
});
const movements = createRoute({
  method: 'get',
  path: '/wallets/{id}/movements',
  tags,
  summary: 'List what a wallet gained and lost',
  request: {
    ...id,
    query: z.strictObject({
      ...pageFields,
      kind: z.string().optional(),
      grant_id: z.string().optional(),
      invoice_id: z.string().optional(),
    }),
  },
  responses: { 200: jsonAnswer(pageAnswer(movementAnswer), 'A page of movements.') },
});
const use = createRoute({
  method: 'post',
  path: '/wallets/{id}/uses',
  tags,
  summary: 'Use units',
  description: 'Takes all of the amount at once, or nothing (409). Money is not used so: it pays invoices.',
  request: { ...id, ...jsonBody(useBody) },
  responses: { 201: jsonAnswer(walletAnswer, 'The wallet as it then is.') },
});
const topUp = createRoute({
  method: 'post',
  path: '/wallets/{id}/top-ups',
  tags,
  summary: 'Top a wallet up with the customer’s payment method',
  description: 'Answers once the money is there or was refused, or after 10 s with the status as it then is.',
  request: { ...id, ...jsonBody(topUpBody) },
  responses: { 201: jsonAnswer(topUpAnswer, 'The top-up; look at its status.') },
});
const topUps = createRoute({
  method: 'get',
  path: '/wallets/{id}/top-ups',
  tags,
  summary: 'List the top-ups of a wallet',
  request: { ...id, query: z.strictObject({ ...pageFields, status: z.string().optional() }) },
  responses: { 200: jsonAnswer(pageAnswer(topUpAnswer), 'A page of top-ups.') },
});
const getTopUp = createRoute({
  method: 'get',
  path: '/top-ups/{id}',
  tags,
  summary: 'Read a top-up',
  request: idParameter(topUpExample.id),
  responses: { 200: jsonAnswer(topUpAnswer, 'The top-up.') },
});

/** What a wallet holds is told as of the customer's own time. */
const shown =
  ({ wallClock }: ApiDependencies) =>
  (wallet: StoredWallet) =>
    presentWallet(wallet, wallet.clockNow ?? wallClock());

function registerWallets(api: Api, deps: ApiDependencies): void {
  const { database } = deps;
  const present = shown(deps);
  api.openapi(create, async (c) => c.json(present(await createWallet(c, deps, c.req.valid('json'))), 201));
  api.openapi(get, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id: walletId } = c.req.valid('param');
    return c.json(
      present(foundOr404(await findWallet(database.as(tenantId), tenantId, walletId), 'Wallet', walletId)),
      200,
    );
  });
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const filters = { customerId: query.customer_id, currency: query.currency, unit: query.unit };
    return c.json(wirePage(await listWallets(database.as(tenantId), tenantId, filters, pageOf(query)), present), 200);
  });
  api.openapi(patch, async (c) => {
    const wallet = await changeWallet(c, deps, c.req.valid('param').id, c.req.valid('json'));
    return c.json(present(wallet), 200);
  });
}

function registerCredits(api: Api, deps: ApiDependencies): void {
  const { database } = deps;
  api.openapi(grant, async (c) => {
    const made = await grantCredits(c, deps, c.req.valid('param').id, c.req.valid('json'));
    return c.json(presentGrant(made), 201);
  });
  api.openapi(grants, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const filters = { walletId: c.req.valid('param').id, origin: query.origin };
    return c.json(
      wirePage(await listGrants(database.as(tenantId), tenantId, filters, pageOf(query)), presentGrant),
      200,
    );
  });
  api.openapi(movements, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const walletId = c.req.valid('param').id;
    const filters = { walletId, kind: query.kind, grantId: query.grant_id, invoiceId: query.invoice_id };
    const page = await listMovements(database.as(tenantId), tenantId, filters, pageOf(query));
    return c.json(wirePage(page, presentMovement), 200);
  });
  api.openapi(use, async (c) => {
    const wallet = await useCredits(c, deps, c.req.valid('param').id, c.req.valid('json'));
    return c.json(shown(deps)(wallet), 201);
  });
}

function registerTopUps(api: Api, deps: ApiDependencies): void {
  const { database } = deps;
  api.openapi(topUp, async (c) => {
    const made = await createTopUp(c, deps, c.req.valid('param').id, c.req.valid('json'));
    return c.json(presentTopUp(made), 201);
  });
  api.openapi(topUps, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const filters = { walletId: c.req.valid('param').id, status: query.status };
    return c.json(
      wirePage(await listTopUps(database.as(tenantId), tenantId, filters, pageOf(query)), presentTopUp),
      200,
    );
  });
  api.openapi(getTopUp, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id: topUpId } = c.req.valid('param');
    return c.json(
      presentTopUp(foundOr404(await findTopUp(database.as(tenantId), tenantId, topUpId), 'Top-up', topUpId)),
      200,
    );
  });
}

/** Registers the routes of wallets. */
export function wallets(api: Api, deps: ApiDependencies): void {
  registerWallets(api, deps);
  registerCredits(api, deps);
  registerTopUps(api, deps);
}

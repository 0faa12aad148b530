/** Invoices, and the commands about what is owed. */
import { createRoute, z } from '@hono/zod-openapi';
import { findInvoice, findReissue, listInvoices } from '../../db/queries/invoices';
import { linesOfInvoices } from '../../db/queries/invoice-lines';
import { drawsOfInvoices } from '../../db/queries/wallet-movements';
import type { CommandName } from '../../domain/subscription/commands';
import { fail } from '../../domain/errors';
import { isZero } from '../../domain/money';
import { idParameter, jsonAnswer, jsonBody, optionalJsonBody } from '../answers';
import { carryOutCommand } from '../carry-out-command';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { expandField, pageAnswer, pageFields, pageOf } from '../pagination';
import { invoiceAnswer, invoiceExample, presentInvoice, type InvoiceAnswer } from '../resources/invoice';

const tags = ['Invoices'];
const id = idParameter(invoiceExample.id);

const get = createRoute({
  method: 'get',
  path: '/invoices/{id}',
  tags,
  summary: 'Read an invoice with its lines',
  request: id,
  responses: { 200: jsonAnswer(invoiceAnswer, 'The invoice.') },
});
const list = createRoute({
  method: 'get',
  path: '/invoices',
  tags,
  summary: 'List invoices',
  request: {
    query: z.strictObject({
      ...pageFields,
      ...expandField(['lines']),
      status: z.string().optional(),
      customer_id: z.string().optional(),
      subscription_id: z
        .string()
        .optional()
        .openapi({ description: 'Those that bill it: also consolidated ones that another subscription collects.' }),
      wallet_id: z.string().optional(),
    }),
  },
  responses: { 200: jsonAnswer(pageAnswer(invoiceAnswer), 'A page of invoices.') },
});

type InvoiceCommandName = Extract<CommandName, 'retryPayment' | 'markUncollectible'>;

const commands: Readonly<Record<InvoiceCommandName, { readonly path: string; readonly summary: string }>> = {
  retryPayment: { path: 'pay', summary: 'Try the payment of an open invoice now' },
  markUncollectible: { path: 'mark-uncollectible', summary: 'Give an open invoice up as a bad debt' },
};

async function readInvoice(deps: ApiDependencies, tenantId: string, invoiceId: string): Promise<InvoiceAnswer> {
  const db = deps.database.as(tenantId);
  const [invoice, lines] = await Promise.all([
    findInvoice(db, tenantId, invoiceId),
    linesOfInvoices(db, tenantId, [invoiceId]),
  ]);
  const found = foundOr404(invoice, 'Invoice', invoiceId);
  const draws = isZero(found.walletApplied) ? [] : await drawsOfInvoices(db, tenantId, [invoiceId]);
  return presentInvoice(found, lines, draws);
}

const carriedOut = {
  200: jsonAnswer(invoiceAnswer, 'The invoice once the command is carried out.'),
  202: jsonAnswer(
    invoiceAnswer,
    'The command is accepted and still being carried out; repeat with the same Idempotency-Key.',
  ),
};

/** The subscription that an invoice belongs to. */
async function subscriptionOf(deps: ApiDependencies, tenantId: string, invoiceId: string): Promise<string> {
  const found = await findInvoice(deps.database.as(tenantId), tenantId, invoiceId);
  const { subscriptionId } = foundOr404(found, 'Invoice', invoiceId);
  return subscriptionId ?? fail('invoice_of_top_up', { invoiceId });
}

const voidBody = z
  .strictObject({
    usage: z.enum(['rebill', 'keep']).optional().openapi({
      description:
        'Whether the usage that it billed is billed again with the next invoice: it is unless said otherwise, while the subscription goes on.',
    }),
  })
  .openapi('InvoiceVoid', { example: { usage: 'rebill' } });

const voidRoute = createRoute({
  method: 'post',
  path: '/invoices/{id}/void',
  tags,
  summary: 'Void an open invoice',
  description: 'As if it had never been billed: coupons and credits that it used can be used again.',
  request: { ...id, ...optionalJsonBody(voidBody) },
  responses: carriedOut,
});

function registerVoid(api: Api, deps: ApiDependencies): void {
  api.openapi(voidRoute, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id: invoiceId } = c.req.valid('param');
    const { usage } = c.req.valid('json');
    const subscriptionId = await subscriptionOf(deps, tenantId, invoiceId);
    const payload = { invoiceId, ...(usage === undefined ? {} : { usage }) };
    const { progress } = await carryOutCommand(c, deps, subscriptionId, 'voidInvoice', payload);
    return c.json(await readInvoice(deps, tenantId, invoiceId), progress === 'settled' ? 200 : 202);
  });
}

function registerCommand(api: Api, deps: ApiDependencies, name: InvoiceCommandName): void {
  const { path, summary } = commands[name];
  const route = createRoute({
    method: 'post',
    path: `/invoices/{id}/${path}`,
    tags,
    summary,
    request: id,
    responses: carriedOut,
  });
  api.openapi(route, async (c) => {
    const { tenantId } = tenantOf(c as ApiContext);
    const { id: invoiceId } = c.req.valid('param') as { id: string };
    const subscriptionId = await subscriptionOf(deps, tenantId, invoiceId);
    const payload = name === 'retryPayment' ? { invoiceId, customerPresent: false } : { invoiceId };
    const { progress } = await carryOutCommand(c, deps, subscriptionId, name, payload);
    return c.json(await readInvoice(deps, tenantId, invoiceId), progress === 'settled' ? 200 : 202);
  });
}

const reissueBody = z
  .strictObject({
    lines: z
      .array(z.strictObject({ line_id: z.string().min(1).max(100), amount: z.string().max(60) }))
      .max(10_000)
      .optional()
      .openapi({ description: 'New amounts, before tax. Lines that are not named keep theirs.' }),
    reprice: z.boolean().optional().openapi({
      description:
        'With the usage as it is now. A paid invoice is not voided: its lines of usage are credited to the balance and billed anew.',
    }),
  })
  .openapi('InvoiceReissue', { example: { lines: [{ line_id: invoiceExample.lines[0]?.id ?? '', amount: '39.00' }] } });

const reissue = createRoute({
  method: 'post',
  path: '/invoices/{id}/reissue',
  tags,
  summary: 'Void an open invoice and issue it anew, or bill usage anew',
  description:
    'In one transaction: with a number of its own, the tax and billing details of now, and the new amounts where they are given.',
  request: { ...id, ...jsonBody(reissueBody) },
  responses: {
    201: jsonAnswer(invoiceAnswer, 'The new invoice.'),
    202: jsonAnswer(
      invoiceAnswer,
      'The old invoice: the command is accepted and still being carried out; repeat with the same Idempotency-Key.',
    ),
  },
});

function registerReissue(api: Api, deps: ApiDependencies): void {
  api.openapi(reissue, async (c) => {
    const { tenantId } = tenantOf(c);
    const db = deps.database.as(tenantId);
    const { id: invoiceId } = c.req.valid('param');
    const subscriptionId = await subscriptionOf(deps, tenantId, invoiceId);
    const { lines, reprice } = c.req.valid('json');
    const given = { ...(lines === undefined ? {} : { lines }), ...(reprice === undefined ? {} : { reprice }) };
    const payload = { invoiceId, ...given };
    await carryOutCommand(c, deps, subscriptionId, 'reissueInvoice', payload);
    const made = await findReissue(db, tenantId, invoiceId);
    return made === null
      ? c.json(await readInvoice(deps, tenantId, invoiceId), 202)
      : c.json(await readInvoice(deps, tenantId, made.id), 201);
  });
}

/** Registers the routes of invoices. */
export function invoices(api: Api, deps: ApiDependencies): void {
  const { database } = deps;
  api.openapi(get, async (c) => c.json(await readInvoice(deps, tenantOf(c).tenantId, c.req.valid('param').id), 200));
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const db = database.as(tenantId);
    const query = c.req.valid('query');
    const filters = {
      status: query.status,
      customerId: query.customer_id,
      subscriptionId: query.subscription_id,
      walletId: query.wallet_id,
    };
    const page = await listInvoices(db, tenantId, filters, pageOf(query));
    const wantsLines = query['expand[]']?.includes('lines') === true;
    const lines = wantsLines
      ? await linesOfInvoices(
          db,
          tenantId,
          page.data.map((invoice) => invoice.id),
        )
      : null;
    return c.json({ data: page.data.map((invoice) => presentInvoice(invoice, lines)), has_more: page.hasMore }, 200);
  });
  registerReissue(api, deps);
  registerVoid(api, deps);
  for (const name of Object.keys(commands) as InvoiceCommandName[]) registerCommand(api, deps, name);
}

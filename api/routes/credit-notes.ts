/** Credit notes: what lowers an issued invoice. */
import { createRoute, z } from '@hono/zod-openapi';
import {
  findCreditNote,
  linesOfCreditNotes,
  listCreditNotes,
  type StoredCreditNote,
} from '../../db/queries/credit-notes';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api } from '../context';
import { createCreditNote, previewCreditNote } from '../create-credit-note';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { expandField, pageAnswer, pageFields, pageOf } from '../pagination';
import {
  creditNoteAnswer,
  creditNoteBody,
  creditNoteExample,
  creditNotePending,
  creditNotePreview,
  presentCreditNote,
  presentNotePreview,
} from '../resources/credit-note';
import { invoiceExample } from '../resources/invoice';

const tags = ['Credit notes'];
const ofInvoice = idParameter(invoiceExample.id);

const create = createRoute({
  method: 'post',
  path: '/invoices/{id}/credit-notes',
  tags,
  summary: 'Credit an invoice, in whole or in part',
  description:
    'Never above what remains of the invoice and of each line. What the invoice still asks for is reduced first; what was paid is refunded or goes to the balance.',
  request: { ...ofInvoice, ...jsonBody(creditNoteBody) },
  responses: {
    201: jsonAnswer(creditNoteAnswer, 'The credit note.'),
    202: jsonAnswer(creditNotePending, 'Accepted and still being carried out; repeat with the same Idempotency-Key.'),
  },
});
const preview = createRoute({
  method: 'post',
  path: '/invoices/{id}/credit-notes/preview',
  tags,
  summary: 'Preview a credit note',
  request: { ...ofInvoice, ...jsonBody(creditNoteBody) },
  responses: { 200: jsonAnswer(creditNotePreview, 'What it would say. Nothing is written.') },
});
const get = createRoute({
  method: 'get',
  path: '/credit-notes/{id}',
  tags,
  summary: 'Read a credit note with its lines',
  request: idParameter(creditNoteExample.id),
  responses: { 200: jsonAnswer(creditNoteAnswer, 'The credit note.') },
});
const list = createRoute({
  method: 'get',
  path: '/credit-notes',
  tags,
  summary: 'List credit notes',
  request: {
    query: z.strictObject({
      ...pageFields,
      ...expandField(['lines']),
      invoice_id: z.string().optional(),
      customer_id: z.string().optional(),
      subscription_id: z.string().optional(),
    }),
  },
  responses: { 200: jsonAnswer(pageAnswer(creditNoteAnswer), 'A page of credit notes.') },
});

async function withLines({ database }: ApiDependencies, note: StoredCreditNote) {
  return presentCreditNote(note, await linesOfCreditNotes(database.as(note.tenantId), note.tenantId, [note.id]));
}

/** Registers the routes of credit notes. */
export function creditNotes(api: Api, deps: ApiDependencies): void {
  const { database } = deps;
  api.openapi(create, async (c) => {
    const { id } = c.req.valid('param');
    const note = await createCreditNote(c, deps, id, c.req.valid('json'));
    return note === null ? c.json({ id: null }, 202) : c.json(await withLines(deps, note), 201);
  });
  api.openapi(preview, async (c) => {
    const { tenantId } = tenantOf(c);
    const { invoice, note } = await previewCreditNote(deps, tenantId, c.req.valid('param').id, c.req.valid('json'));
    return c.json(presentNotePreview(invoice, note), 200);
  });
  api.openapi(get, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id } = c.req.valid('param');
    return c.json(
      await withLines(deps, foundOr404(await findCreditNote(database.as(tenantId), tenantId, id), 'Credit note', id)),
      200,
    );
  });
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const db = database.as(tenantId);
    const query = c.req.valid('query');
    const { invoice_id: invoiceId, customer_id: customerId, subscription_id: subscriptionId } = query;
    const page = await listCreditNotes(db, tenantId, { invoiceId, customerId, subscriptionId }, pageOf(query));
    const ids = page.data.map(({ id }) => id);
    const lines = query['expand[]'] === undefined ? null : await linesOfCreditNotes(db, tenantId, ids);
    return c.json({ data: page.data.map((note) => presentCreditNote(note, lines)), has_more: page.hasMore }, 200);
  });
}

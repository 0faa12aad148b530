/**
 * Writes credit notes. One on an open invoice is a command of its subscription, because its payment must be withdrawn first and dunning goes
 * on with the rest. On an invoice that is settled nothing waits and no provider is asked: it is one transaction, under the lock of the
 * invoice, and a refund that comes with it has its own workflow.
 */
import type { z } from '@hono/zod-openapi';
import { isConflict, isDuplicate } from '../db/errors';
import type { Queryable } from '../db/pool';
import { findCreditNote, type StoredCreditNote } from '../db/queries/credit-notes';
import { findInvoice } from '../db/queries/invoices';
import { insertOutboxMessage } from '../db/queries/outbox';
import { findPaymentOfInvoice, lockPayment } from '../db/queries/payments';
import { findRefund, insertRefund } from '../db/queries/refunds';
import { loadInvoiceToCredit, type InvoiceToCredit } from '../db/transactions/creditable-invoice';
import { creditNoteParts, planCreditNote, type NoteRequest } from '../db/transactions/credit-note-parts';
import { openAccounts } from '../db/transactions/ensure-accounts';
import { record } from '../db/transactions/record';
import type { CreditNote } from '../domain/credits/credit-note';
import { errorOfRefusal, fail, isPerennialError, isRefusal } from '../domain/errors';
import { idFromSeed, refundWorkflowId } from '../domain/ids';
import { isZero } from '../domain/money';
import { carryOutCommand } from './carry-out-command';
import { tenantOf, type ApiContext } from './context';
import { checkStep, refundInputOf, startRefund } from './create-refund';
import type { ApiDependencies } from './dependencies';
import { foundOr404 } from './found';
import { recordChange } from './record-change';
import type { creditNoteBody } from './resources/credit-note';

type Body = z.output<typeof creditNoteBody>;

function requestOf({ lines, amount, basis, rest }: Body): NoteRequest {
  return { ...(lines === undefined ? {} : { lines }), ...(amount === undefined ? {} : { amount }), basis, rest };
}

/**
 * What a credit note would come to.
 * @throws PerennialError `not_found`, `validation_failed`, `credit_exceeds_remaining`, `invoice_not_creditable`, `payment_in_progress`.
 */
export async function previewCreditNote(
  deps: ApiDependencies,
  tenantId: string,
  invoiceId: string,
  body: Body,
): Promise<{ invoice: InvoiceToCredit; note: CreditNote }> {
  const found = await loadInvoiceToCredit(deps.database.as(tenantId), tenantId, invoiceId, 'look');
  const invoice = foundOr404(found, 'Invoice', invoiceId);
  const note = planCreditNote(invoice, requestOf(body));
  if (isRefusal(note)) throw errorOfRefusal(note);
  return { invoice, note };
}

/** The refund that pays back what the note says, with the message that starts its workflow; its id, or null for none. */
async function writeRefund(
  c: ApiContext,
  deps: ApiDependencies,
  db: Queryable,
  invoice: InvoiceToCredit,
  note: CreditNote,
): Promise<string | null> {
  if (isZero(note.refunded) || invoice.paymentId === null) return null;
  const { tenantId } = tenantOf(c);
  const payment = foundOr404(await lockPayment(db, tenantId, invoice.paymentId), 'Payment', invoice.paymentId);
  checkStep(deps, payment, note.refunded);
  const id = idFromSeed('re', c.get('seed'));
  const refund = {
    id,
    tenantId,
    paymentId: payment.id,
    amount: note.refunded,
    reason: 'credit note',
    occurredAt: invoice.now,
  };
  await insertRefund(db, refund);
  const workflowId = refundWorkflowId(tenantId, id);
  await insertOutboxMessage(db, { tenantId, kind: 'start_refund', workflowId, payload: refundInputOf(refund) });
  return id;
}

/** Credits a settled invoice; false when it is open again or still, which is its subscription's business. */
async function creditSettled(
  c: ApiContext,
  deps: ApiDependencies,
  invoiceId: string,
  id: string,
  body: Body,
): Promise<boolean> {
  const { tenantId } = tenantOf(c);
  return deps.database.transaction(tenantId, async (db) => {
    // The payment first, as a refund does: who gives back waits for whoever gives back of the same money.
    const payment = await findPaymentOfInvoice(db, tenantId, invoiceId);
    if (payment !== null) await lockPayment(db, tenantId, payment.id);
    const invoice = foundOr404(await loadInvoiceToCredit(db, tenantId, invoiceId, 'lock'), 'Invoice', invoiceId);
    if ((await findCreditNote(db, tenantId, id)) !== null) return true;
    if (invoice.status === 'open') return false;
    const note = planCreditNote(invoice, requestOf(body));
    if (isRefusal(note)) throw errorOfRefusal(note);
    const refundId = await writeRefund(c, deps, db, invoice, note);
    const identity = { id, reason: body.reason, memo: body.memo ?? null, refundId };
    const parts = creditNoteParts(invoice, note, identity);
    await openAccounts(
      db,
      tenantId,
      (parts.entries ?? []).flatMap(({ postings }) => postings),
    );
    await record(db, { ...parts, tenantId, now: invoice.now, subscription: null });
    const after = { credit_note_id: id, invoice_id: invoiceId, gross: note.gross, refund_id: refundId };
    const { customerId, subscriptionId } = invoice;
    const event = { type: 'credit_note.created', customerId, subscriptionId, data: after };
    await recordChange(db, c, { action: 'credit_note.create', subjectId: id, after, occurredAt: invoice.now, event });
    return true;
  });
}

/** Credits an open invoice by its subscription; false when it was settled meanwhile. */
async function creditOpen(
  c: ApiContext,
  deps: ApiDependencies,
  subscriptionId: string,
  invoiceId: string,
  creditNoteId: string,
  body: Body,
): Promise<boolean> {
  const { reason, memo } = body;
  const payload = { ...requestOf(body), invoiceId, creditNoteId, reason, ...(memo === undefined ? {} : { memo }) };
  return carryOutCommand(c, deps, subscriptionId, 'creditInvoice', payload).then(
    () => true,
    (error: unknown) => {
      if (isPerennialError(error) && error.code === 'invoice_not_open') return false;
      throw error;
    },
  );
}

async function write(c: ApiContext, deps: ApiDependencies, invoiceId: string, id: string, body: Body): Promise<void> {
  const { tenantId } = tenantOf(c);
  const found = await findInvoice(deps.database.as(tenantId), tenantId, invoiceId);
  const { status, subscriptionId } = foundOr404(found, 'Invoice', invoiceId);
  const byCommand = async () =>
    subscriptionId !== null && (await creditOpen(c, deps, subscriptionId, invoiceId, id, body));
  if (status === 'open' && (await byCommand())) return;
  if (await creditSettled(c, deps, invoiceId, id, body).catch(anew)) return;
  fail('state_changed', { resource: 'Invoice', id: invoiceId });
}

/** Another credit note or a credit took its place: the request may be repeated as it is. */
function anew(error: unknown): false {
  if (isDuplicate(error) || isConflict(error)) return false;
  throw error;
}

/**
 * Makes a credit note, and answers once a refund that comes with it has come to its end, or after 10 s. Null when the command is accepted
 * and not carried out yet.
 * @throws PerennialError as `previewCreditNote`, and `state_changed`, `temporal_unavailable`.
 */
export async function createCreditNote(
  c: ApiContext,
  deps: ApiDependencies,
  invoiceId: string,
  body: Body,
): Promise<StoredCreditNote | null> {
  const { tenantId } = tenantOf(c);
  const db = deps.database.as(tenantId);
  const id = idFromSeed('cn', c.get('seed'));
  if ((await findCreditNote(db, tenantId, id)) === null) await write(c, deps, invoiceId, id, body);
  const note = await findCreditNote(db, tenantId, id);
  const refund = note === null || note.refundId === null ? null : await findRefund(db, tenantId, note.refundId);
  if (refund !== null) await startRefund(deps, refund);
  return note;
}

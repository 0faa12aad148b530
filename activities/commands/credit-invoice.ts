import { loadInvoiceToCredit, type InvoiceToCredit } from '../../db/transactions/creditable-invoice';
import { creditNoteParts, planCreditNote, type NoteRequest } from '../../db/transactions/credit-note-parts';
import type { InvoiceReduction } from '../../db/transactions/record';
import type { CreditNote } from '../../domain/credits/credit-note';
import { isRefusal, refusal } from '../../domain/errors';
import { idFromFacts } from '../../domain/ids';
import { chargeable, limitsOf } from '../../domain/invoice/chargeable';
import { carryOverPostings } from '../../domain/ledger';
import { isZero, subtract, zero } from '../../domain/money';
import type { CreditInvoice } from '../../domain/subscription/invoice-commands';
import { defaultRail } from '../default-rail';
import { recordFact, type Parts } from '../record-fact';
import { prepareSettlement } from '../settle-invoices';
import type { CommandContext, CommandOutcome } from './context';

type Context = CommandContext<'creditInvoice'>;

function requestOf({ lines, amount, basis, rest }: CreditInvoice): NoteRequest {
  return {
    ...(lines === undefined ? {} : { lines }),
    ...(amount === undefined ? {} : { amount }),
    basis: basis === 'net' ? 'net' : 'gross',
    rest: rest === 'refund' ? 'refund' : 'balance',
  };
}

/** What is left to ask for; too small or too exact to charge, it becomes a debt on the balance. */
function reductionOf({ deps }: Context, invoice: InvoiceToCredit, note: CreditNote, rail: string): InvoiceReduction {
  const { id, amountDue, currency } = invoice;
  const left = chargeable(subtract(amountDue, note.reduced), limitsOf(deps.railNamed(rail).capabilities, currency));
  const status = isZero(left.amountDue) ? 'paid' : 'open';
  return { id, expected: amountDue, credit: note.reduced, carriedOver: left.carriedOver, status };
}

function partsOf(context: Context, invoice: InvoiceToCredit, note: CreditNote, noteId: string, rail: string): Parts {
  const { payload, state } = context;
  const identity = { id: noteId, reason: payload.reason, memo: payload.memo ?? null, refundId: null };
  const parts = creditNoteParts(invoice, note, identity);
  const reduction = reductionOf(context, invoice, note, rail);
  const carried = carryOverPostings(reduction.carriedOver);
  const entries = (parts.entries ?? []).map((entry) => ({ ...entry, postings: [...entry.postings, ...carried] }));
  const change = subtract(parts.balance?.change ?? zero(invoice.currency), reduction.carriedOver);
  const balance = isZero(change) ? {} : { balance: { customerId: state.customerId, change, expected: null } };
  return { ...parts, ...balance, entries, reductions: [reduction] };
}

/**
 * Writes a credit note on an invoice that is still open: it asks for less from then on, and dunning goes on with the rest. Other invoices
 * are credited without the subscription (api/create-credit-note.ts).
 */
export async function creditInvoice(context: Context): Promise<CommandOutcome> {
  const { deps, state, payload, commandId, now, audit } = context;
  const { tenantId, subscriptionId } = state;
  const { invoiceId } = payload;
  const found = await loadInvoiceToCredit(deps.database.as(tenantId), tenantId, invoiceId, 'look');
  const invoice = found?.status === 'open' ? { ...found, now } : null;
  if (invoice === null) return refusal('invoice_not_open', { invoiceId, status: found?.status ?? 'unknown' });
  // Before anything is canceled at the provider: a refused command changes nothing.
  const note = planCreditNote(invoice, requestOf(payload));
  if (isRefusal(note)) return note;
  const { open, paid } = await prepareSettlement(deps, tenantId, [invoiceId]);
  if (paid.size > 0) return refusal('payment_in_progress', { invoiceId });
  const creditNoteId = payload.creditNoteId ?? idFromFacts('cn', subscriptionId, commandId);
  const parts = partsOf(context, invoice, note, creditNoteId, open[0]?.payment?.rail ?? defaultRail);
  const isOpen = parts.reductions?.[0]?.status === 'open';
  return recordFact(deps, {
    state,
    now,
    event: { type: 'invoice_credited', at: now, creditNoteId, credited: [{ invoiceId, open: isOpen }] },
    partsOf: (event, after) => ({ ...audit(event, after), ...parts }),
  });
}

/** What a credit note writes: its row and lines, its booking, and what goes to the customer's balance. */
import { type CreditNote, creditNote, type CreditRefusal, type CreditRequest } from '../../domain/credits/credit-note';
import { creditNotePostings } from '../../domain/credits/note-postings';
import { spreadCredit } from '../../domain/credits/spread-credit';
import { isRefusal, refusal, type Refusal } from '../../domain/errors';
import { newId } from '../../domain/ids';
import { isZero, money, type Money } from '../../domain/money';
import { isAhead } from '../../domain/recognition/is-ahead';
import type { InvoiceToCredit } from './creditable-invoice';
import type { Recording } from './record';
import type { CreditNoteLineRow } from './record-credits';

/** What a credit note is asked for: lines, or an amount with tax over the whole invoice (left out: all that remains). */
export interface NoteRequest {
  readonly lines?: CreditRequest['lines'];
  readonly amount?: string;
  readonly basis: CreditRequest['basis'];
  readonly rest: CreditRequest['rest'];
}

export type NoteRefusal = CreditRefusal | Refusal<'invoice_not_creditable'> | Refusal<'payment_in_progress'>;

const notCreditable: Readonly<Partial<Record<InvoiceToCredit['status'], string>>> = {
  draft: 'it is a draft',
  void: 'it is void',
  uncollectible: 'it was given up, and nothing of it was paid',
};

function obstacle(invoice: InvoiceToCredit): NoteRefusal | null {
  const { id: invoiceId, status, subscriptionId } = invoice;
  const reason = subscriptionId === null ? 'it bills a top-up' : notCreditable[status];
  if (reason !== undefined) return refusal('invoice_not_creditable', { invoiceId, reason });
  return invoice.isPaymentUnderWay ? refusal('payment_in_progress', { invoiceId }) : null;
}

function amountOf(amount: string, currency: string): Money | Refusal<'validation_failed'> {
  try {
    return money(amount, currency);
  } catch {
    const fields = [{ path: 'amount', message: `must be a decimal string with the places of ${currency}` }];
    return refusal('validation_failed', {}, { fields });
  }
}

/** The credit note that a request comes to, or why not. Preview, command and API ask the same. */
export function planCreditNote(invoice: InvoiceToCredit, request: NoteRequest): CreditNote | NoteRefusal {
  const against = obstacle(invoice);
  if (against !== null) return against;
  const { lines, basis, rest } = request;
  if (lines !== undefined) return creditNote(invoice, { lines, basis, rest });
  const wanted = request.amount === undefined ? undefined : amountOf(request.amount, invoice.currency);
  if (isRefusal(wanted)) return wanted;
  const spread = spreadCredit(invoice, rest, wanted);
  return isRefusal(spread) ? spread : creditNote(invoice, spread);
}

/** Who writes it, and why. */
export interface NoteIdentity {
  readonly id: string;
  readonly reason: string;
  readonly memo: string | null;
  /** The refund that pays `refunded` back; null for none. */
  readonly refundId: string | null;
}

function lineRows(invoice: InvoiceToCredit, note: CreditNote): CreditNoteLineRow[] {
  return note.lines.flatMap(({ lineId, description, net, tax, gross, taxRow, text }) => {
    const line = invoice.lines.find(({ id }) => id === lineId);
    if (line === undefined) return [];
    const { kind, stream, periodStart, periodEnd } = line;
    return [
      {
        invoiceLineId: lineId,
        kind,
        description,
        stream,
        amount: gross,
        net,
        tax,
        taxRow,
        periodStart,
        periodEnd,
        text,
      },
    ];
  });
}

function postingsOf(invoice: InvoiceToCredit, note: CreditNote, rows: readonly CreditNoteLineRow[]) {
  const placeOf = (lineId: string) => invoice.lines.find(({ id }) => id === lineId)?.place ?? null;
  return creditNotePostings({
    ...note,
    lines: rows.map((row) => ({ stream: row.stream, net: row.net, ahead: isAhead(row, invoice.now) })),
    taxes: note.lines.flatMap(({ lineId, tax }) => {
      const place = placeOf(lineId);
      return place === null ? [] : [{ place, amount: tax }];
    }),
  });
}

/** The parts of a recording that write it. */
export function creditNoteParts(
  invoice: InvoiceToCredit,
  note: CreditNote,
  identity: NoteIdentity,
): Pick<Recording, 'creditNote' | 'entries' | 'balance'> {
  const lines = lineRows(invoice, note);
  const postings = postingsOf(invoice, note, lines);
  const { customerId, subscriptionId, id: invoiceId, ordinal, series } = invoice;
  const { net, tax, gross, reduced, refunded, toBalance, taxRows: taxes, text } = note;
  const amounts = { net, tax, gross, reduced, refunded, toBalance, taxes, text };
  return {
    creditNote: { ...identity, customerId, subscriptionId, invoiceId, ordinal, series, ...amounts, lines },
    entries: [{ id: newId('le'), kind: 'credit_note', source: identity.id, postings }],
    ...(isZero(toBalance) ? {} : { balance: { customerId, change: toBalance, expected: null } }),
  };
}

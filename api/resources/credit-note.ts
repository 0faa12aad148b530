/** Credit notes on the wire. */
import { z } from '@hono/zod-openapi';
import type { StoredCreditNote, StoredCreditNoteLine } from '../../db/queries/credit-notes';
import type { InvoiceToCredit } from '../../db/transactions/creditable-invoice';
import type { CreditNote } from '../../domain/credits/credit-note';
import { toIso } from '../../domain/time';
import { instantAnswer, moneyAnswer, wireMoney } from '../fields';
import { customerExample } from './customer';
import { invoiceExample } from './invoice';

const usd = (amount: string) => ({ amount, currency: 'USD' });
const lineId = 'il_01kav5xq8yfz2s1m3c4d5e6f7g';

export const creditNoteBody = z
  .strictObject({
    lines: z
      .array(z.strictObject({ line_id: z.string().min(1).max(100), amount: z.string().max(60) }))
      .min(1)
      .max(10_000)
      .optional()
      .openapi({ description: 'What is credited of which line.' }),
    amount: z.string().max(60).optional().openapi({
      description: 'Or an amount with tax over the whole invoice, spread over its lines. Neither: all that remains.',
    }),
    basis: z
      .enum(['gross', 'net'])
      .default('gross')
      .openapi({ description: 'Whether the amounts of lines are with tax.' }),
    rest: z.enum(['refund', 'balance']).default('balance').openapi({
      description:
        'What the invoice still asks for is reduced first. What is above that was paid, and goes back by the rail (as far as it came by one) or to the balance.',
    }),
    reason: z.string().trim().min(1).max(200),
    memo: z.string().trim().min(1).max(500).optional(),
  })
  .refine(({ lines, amount }) => lines === undefined || amount === undefined, {
    path: ['amount'],
    message: 'must not stand beside lines',
  })
  .openapi('CreditNoteCreate', {
    example: { lines: [{ line_id: lineId, amount: '10.00' }], rest: 'refund', reason: 'service outage' },
  });

const lineExample = {
  id: 'cnl_01kav5xq8yfz2s1m3c4d5e6f7g',
  invoice_line_id: lineId,
  description: 'Pro, monthly',
  stream: 'subscriptions',
  amount: usd('10.00'),
  net: usd('10.00'),
  tax: usd('0.00'),
  tax_row: '',
  period: { start: '2026-01-31T00:00:00.000Z', end: '2026-02-28T00:00:00.000Z' },
  explanation: '10.00 USD of 49.00 USD',
};

const lineShape = {
  invoice_line_id: z.string(),
  description: z.string(),
  stream: z.string(),
  amount: moneyAnswer.openapi({ description: 'With tax.' }),
  net: moneyAnswer,
  tax: moneyAnswer,
  tax_row: z.string().openapi({ description: 'Place, rate and kind of the tax; empty where nothing is taxed.' }),
  period: z.object({ start: instantAnswer, end: instantAnswer }),
  explanation: z.string(),
};

const lineAnswer = z.object({ id: z.string(), ...lineShape }).openapi('CreditNoteLine', { example: lineExample });

const amountsExample = {
  net: usd('10.00'),
  tax: usd('0.00'),
  gross: usd('10.00'),
  reduced: usd('0.00'),
  refunded: usd('10.00'),
  to_balance: usd('0.00'),
  taxes: [{ tax_row: '', net: usd('10.00'), tax: usd('0.00') }],
  explanation: '10.00 USD: 10.00 USD refunded',
};

const amountsShape = {
  net: moneyAnswer,
  tax: moneyAnswer,
  gross: moneyAnswer.openapi({ description: 'gross = net + tax = reduced + refunded + to_balance.' }),
  reduced: moneyAnswer.openapi({ description: 'Off what the invoice asked for.' }),
  refunded: moneyAnswer,
  to_balance: moneyAnswer,
  taxes: z.array(z.object({ tax_row: z.string(), net: moneyAnswer, tax: moneyAnswer })),
  explanation: z.string(),
};

export const creditNoteExample = {
  id: 'cn_01kav5xq8yfz2s1m3c4d5e6f7g',
  number: 'CN-000001',
  invoice_id: invoiceExample.id,
  customer_id: customerExample.id,
  subscription_id: invoiceExample.subscription_id,
  reason: 'service outage',
  memo: null,
  ...amountsExample,
  refund_id: 're_01kav5xq8yfz2s1m3c4d5e6f7g',
  created_at: '2026-02-03T00:00:00.000Z',
  lines: [lineExample],
};

export const creditNoteAnswer = z
  .object({
    id: z.string(),
    number: z.string(),
    invoice_id: z.string(),
    customer_id: z.string(),
    subscription_id: z.string().nullable(),
    reason: z.string(),
    memo: z.string().nullable(),
    ...amountsShape,
    refund_id: z.string().nullable(),
    created_at: instantAnswer,
    lines: z
      .array(lineAnswer)
      .optional()
      .openapi({ description: 'Always for one credit note; in lists with expand[]=lines.' }),
  })
  .openapi('CreditNote', { example: creditNoteExample });

/** While the command on an open invoice is under way there is no note yet. */
export const creditNotePending = z.object({ id: z.null() }).openapi('CreditNotePending', { example: { id: null } });

const { id: _id, ...previewLineExample } = lineExample;

export const creditNotePreview = z
  .object({ invoice_id: z.string(), ...amountsShape, lines: z.array(z.object(lineShape)) })
  .openapi('CreditNotePreview', {
    example: { invoice_id: invoiceExample.id, ...amountsExample, lines: [previewLineExample] },
  });

function presentLine(line: StoredCreditNoteLine): z.infer<typeof lineAnswer> {
  return {
    id: line.id,
    invoice_line_id: line.invoiceLineId,
    description: line.description,
    stream: line.stream,
    amount: wireMoney(line.amount),
    net: wireMoney(line.net),
    tax: wireMoney(line.tax),
    tax_row: line.taxRow,
    period: { start: toIso(line.periodStart), end: toIso(line.periodEnd) },
    explanation: line.explanation,
  };
}

type Amounts = Pick<StoredCreditNote, 'net' | 'tax' | 'gross' | 'reduced' | 'refunded' | 'toBalance' | 'taxes'>;

function presentAmounts({ net, tax, gross, reduced, refunded, toBalance, taxes }: Amounts, explanation: string) {
  return {
    net: wireMoney(net),
    tax: wireMoney(tax),
    gross: wireMoney(gross),
    reduced: wireMoney(reduced),
    refunded: wireMoney(refunded),
    to_balance: wireMoney(toBalance),
    taxes: taxes.map((row) => ({ tax_row: row.taxRow, net: wireMoney(row.net), tax: wireMoney(row.tax) })),
    explanation,
  };
}

/** A credit note as it leaves; with its lines when they were read. */
export function presentCreditNote(
  note: StoredCreditNote,
  lines: readonly StoredCreditNoteLine[] | null,
): z.infer<typeof creditNoteAnswer> {
  const own = lines?.filter(({ creditNoteId }) => creditNoteId === note.id).map(presentLine);
  return {
    id: note.id,
    number: note.number,
    invoice_id: note.invoiceId,
    customer_id: note.customerId,
    subscription_id: note.subscriptionId,
    reason: note.reason,
    memo: note.memo,
    ...presentAmounts(note, note.explanation),
    refund_id: note.refundId,
    created_at: toIso(note.occurredAt),
    ...(own === undefined ? {} : { lines: own }),
  };
}

/** What a credit note would say, as it leaves. */
export function presentNotePreview(invoice: InvoiceToCredit, note: CreditNote): z.infer<typeof creditNotePreview> {
  const lines = note.lines.flatMap(({ lineId: id, description, net, tax, gross, taxRow, text }) => {
    const line = invoice.lines.find((one) => one.id === id);
    if (line === undefined) return [];
    const period = { start: toIso(line.periodStart), end: toIso(line.periodEnd) };
    const amounts = { amount: wireMoney(gross), net: wireMoney(net), tax: wireMoney(tax), tax_row: taxRow };
    return [{ invoice_line_id: id, description, stream: line.stream, ...amounts, period, explanation: text }];
  });
  return { invoice_id: invoice.id, ...presentAmounts({ ...note, taxes: note.taxRows }, note.text), lines };
}

/** Previews of invoices on the wire. */
import { z } from '@hono/zod-openapi';
import { quantityMax } from '../../domain/subscription/commands';
import type { InvoicePreview } from '../../db/reports/invoice-preview';
import { toIso } from '../../domain/time';
import { idField, instantAnswer, instantField, moneyAnswer, prorationField, wireMoney } from '../fields';
import { invoiceExample, lineAnswer } from './invoice';
import { presentReductions, reductionExample, reductionShape } from './invoice-reductions';

const { id: _id, subscription_id: _subscription, ...lineExample } = invoiceExample.lines[0]!;

export const previewAnswer = z
  .object({
    at: instantAnswer.openapi({ description: 'Hand it to the change as `at`, and it costs what the preview said.' }),
    period: z.object({ start: instantAnswer, end: instantAnswer }),
    plan_id: z.string(),
    plan_version: z.number(),
    quantity: z.number(),
    lines: z.array(lineAnswer.omit({ id: true, subscription_id: true })),
    ...reductionShape,
    total: moneyAnswer,
    credit_given: moneyAnswer.openapi({ description: 'What the credit lines will take off older open invoices.' }),
    wallet_applied: moneyAnswer,
    balance_applied: moneyAnswer,
    carried_over: moneyAnswer,
    amount_due: moneyAnswer,
  })
  .openapi('InvoicePreview', {
    example: {
      at: '2026-02-28T00:00:00.000Z',
      period: invoiceExample.lines[0]!.period,
      plan_id: 'plan_01kav5xq8yfz2s1m3c4d5e6f7g',
      plan_version: 1,
      quantity: 1,
      lines: [lineExample],
      ...reductionExample,
      total: invoiceExample.total,
      credit_given: invoiceExample.credit_given,
      wallet_applied: invoiceExample.wallet_applied,
      balance_applied: invoiceExample.balance_applied,
      carried_over: invoiceExample.carried_over,
      amount_due: invoiceExample.amount_due,
    },
  });

export const previewChangeBody = z
  .strictObject({
    plan_id: idField('plan_01kav5xq8yfz2s1m3c4d5e6f7g').optional(),
    plan_version: z.number().int().min(1).optional(),
    quantity: z.number().int().min(0).max(quantityMax).optional(),
    at_period_end: z.boolean().optional(),
    proration: prorationField.optional(),
    at: instantField.optional(),
  })
  .refine((body) => body.plan_id !== undefined || body.quantity !== undefined, {
    path: ['plan_id'],
    message: 'or quantity must be given',
  })
  .openapi('PreviewChange', { example: { quantity: 5 } });

/** A preview as it leaves. */
export function presentPreview(preview: InvoicePreview): z.infer<typeof previewAnswer> {
  const { at, span, terms, assembled, totals } = preview;
  const { amounts, discounts: applications, taxes } = assembled;
  return {
    at: toIso(at),
    period: { start: toIso(span.start), end: toIso(span.end) },
    plan_id: terms.planId,
    plan_version: terms.planVersion,
    quantity: terms.quantity,
    lines: assembled.lines.map((line) => ({
      kind: line.kind,
      description: line.description,
      price_id: line.priceId,
      plan_id: line.planId,
      product_id: line.productId,
      meter_id: line.meterId,
      stream: line.stream,
      quantity: line.quantity,
      amount: wireMoney(line.amount),
      discount: wireMoney(line.discount),
      tax: wireMoney(line.tax),
      net: wireMoney(line.net),
      period: { start: toIso(line.periodStart), end: toIso(line.periodEnd) },
      credits_line_id: line.creditsLineId,
      explanation: line.explanation,
    })),
    ...presentReductions({ ...amounts, applications, taxes }),
    total: wireMoney(totals.total),
    credit_given: wireMoney(totals.creditGiven),
    wallet_applied: wireMoney(totals.walletApplied),
    balance_applied: wireMoney(totals.balanceApplied),
    carried_over: wireMoney(totals.carriedOver),
    amount_due: wireMoney(totals.amountDue),
  };
}

/** Invoices and their lines on the wire. */
import { z } from '@hono/zod-openapi';
import type { InvoiceLine } from '../../db/queries/invoice-lines';
import type { Invoice } from '../../db/queries/invoices';
import type { StoredMovement } from '../../db/queries/wallet-movements';
import { minus } from '../../domain/pricing/exact';
import { toIso } from '../../domain/time';
import { instantAnswer, isoOrNull, moneyAnswer, wireMoney } from '../fields';
import { lineReductionShape, presentReductions, reductionExample, reductionShape } from './invoice-reductions';

const usd = (amount: string) => ({ amount, currency: 'USD' });

const lineExample = {
  id: 'il_01kav5xq8yfz2s1m3c4d5e6f7g',
  subscription_id: 'sub_01kav5xq8yfz2s1m3c4d5e6f7g',
  kind: 'recurring',
  description: 'Pro, monthly',
  price_id: 'price_01kav5xq8yfz2s1m3c4d5e6f7g',
  plan_id: 'plan_01kav5xq8yfz2s1m3c4d5e6f7g',
  product_id: 'prod_01kav5xq8yfz2s1m3c4d5e6f7g',
  meter_id: null,
  stream: 'subscriptions',
  quantity: '1',
  amount: usd('49.00'),
  discount: usd('0.00'),
  tax: usd('0.00'),
  net: usd('49.00'),
  period: { start: '2026-01-31T00:00:00.000Z', end: '2026-02-28T00:00:00.000Z' },
  credits_line_id: null,
  explanation: { text: '49.00 USD flat' },
};

const periodAnswer = z.object({ start: instantAnswer, end: instantAnswer });

export const lineAnswer = z
  .object({
    id: z.string(),
    subscription_id: z
      .string()
      .nullable()
      .openapi({ description: 'The subscription that it bills: on a consolidated invoice they differ.' }),
    kind: z.string(),
    description: z.string(),
    price_id: z.string().nullable(),
    plan_id: z.string().nullable(),
    product_id: z.string().nullable(),
    meter_id: z.string().nullable().openapi({ description: 'The meter whose usage is billed.' }),
    stream: z.string(),
    quantity: z.string(),
    amount: moneyAnswer,
    ...lineReductionShape,
    period: periodAnswer,
    credits_line_id: z.string().nullable(),
    explanation: z
      .unknown()
      .openapi({ description: 'How the amount came about: quantity, rate, ratio of the period, rounding.' }),
  })
  .openapi('InvoiceLine', { example: lineExample });

export const invoiceExample = {
  id: 'inv_01kav5xq8yfz2s1m3c4d5e6f7g',
  number: 'INV-000001',
  status: 'paid',
  entity_id: 'ent_01kav5xq8yfz2s1m3c4d5e6f7g',
  customer_id: 'cus_01kav5xq8yfz2s1m3c4d5e6f7g',
  subscription_id: 'sub_01kav5xq8yfz2s1m3c4d5e6f7g',
  wallet_id: null,
  reissues_invoice_id: null,
  ...reductionExample,
  total: usd('49.00'),
  credit_given: usd('0.00'),
  credit_received: usd('0.00'),
  wallet_applied: usd('0.00'),
  balance_applied: usd('0.00'),
  carried_over: usd('0.00'),
  amount_due: usd('49.00'),
  amount_paid: usd('49.00'),
  period: lineExample.period,
  due_at: '2026-01-31T00:00:00.000Z',
  settled_at: '2026-01-31T00:00:02.000Z',
  created_at: '2026-01-31T00:00:00.000Z',
  lines: [lineExample],
};

const drawAnswer = z.object({
  wallet_id: z.string(),
  grant_id: z.string(),
  amount: z.string(),
  origin: z.enum(['paid', 'granted']),
});

export const invoiceAnswer = z
  .object({
    id: z.string(),
    number: z.string().nullable(),
    status: z.string(),
    entity_id: z.string().nullable().openapi({ description: 'The seller entity that issued it.' }),
    customer_id: z.string(),
    subscription_id: z.string().nullable().openapi({
      description: 'The subscription that it bills; of a consolidated invoice, the one that collects it.',
    }),
    wallet_id: z
      .string()
      .nullable()
      .openapi({ description: 'The wallet whose top-up it bills; such an invoice has no subscription.' }),
    ...reductionShape,
    reissues_invoice_id: z
      .string()
      .nullable()
      .openapi({ description: 'The voided invoice in whose place it was issued.' }),
    total: moneyAnswer,
    credit_given: moneyAnswer.openapi({ description: 'What its credit lines took off older open invoices.' }),
    credit_received: moneyAnswer.openapi({
      description:
        'What later credits took off it. amount_due = total + credit_given - credit_received - wallet_applied - balance_applied - carried_over.',
    }),
    wallet_applied: moneyAnswer.openapi({
      description: 'Paid by the credits in the customer’s wallet, before the balance.',
    }),
    balance_applied: moneyAnswer,
    carried_over: moneyAnswer,
    amount_due: moneyAnswer,
    amount_paid: moneyAnswer,
    period: periodAnswer,
    due_at: instantAnswer,
    settled_at: instantAnswer.nullable(),
    created_at: instantAnswer,
    lines: z
      .array(lineAnswer)
      .optional()
      .openapi({ description: 'Always for one invoice; in lists with expand[]=lines.' }),
    wallet_draws: z.array(drawAnswer).optional().openapi({
      description: 'For one invoice that the wallet paid of: which grants it was drawn from, in their order.',
    }),
  })
  .openapi('Invoice', { example: invoiceExample });

export type InvoiceAnswer = z.infer<typeof invoiceAnswer>;

function presentLine(line: InvoiceLine): z.infer<typeof lineAnswer> {
  return {
    id: line.id,
    subscription_id: line.subscriptionId,
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
  };
}

function presentDraw({ walletId, grantId, amount, paid }: StoredMovement): z.infer<typeof drawAnswer> {
  const origin = paid === null ? 'granted' : 'paid';
  return { wallet_id: walletId, grant_id: grantId, amount: minus('0', amount), origin };
}

/** An invoice as it leaves; with its lines when they were read. */
export function presentInvoice(
  invoice: Invoice,
  lines: readonly InvoiceLine[] | null,
  draws: readonly StoredMovement[] = [],
): InvoiceAnswer {
  const own = lines?.filter((line) => line.invoiceId === invoice.id).map(presentLine);
  return {
    id: invoice.id,
    number: invoice.number,
    status: invoice.status,
    entity_id: invoice.entityId,
    customer_id: invoice.customerId,
    subscription_id: invoice.subscriptionId,
    wallet_id: invoice.walletId,
    reissues_invoice_id: invoice.reissuesId,
    ...presentReductions({ ...invoice, discounts: invoice.discountTotal, applications: invoice.discounts }),
    total: wireMoney(invoice.total),
    credit_given: wireMoney(invoice.creditGiven),
    credit_received: wireMoney(invoice.creditReceived),
    wallet_applied: wireMoney(invoice.walletApplied),
    balance_applied: wireMoney(invoice.balanceApplied),
    carried_over: wireMoney(invoice.carriedOver),
    amount_due: wireMoney(invoice.amountDue),
    amount_paid: wireMoney(invoice.amountPaid),
    period: { start: toIso(invoice.periodStart), end: toIso(invoice.periodEnd) },
    due_at: toIso(invoice.dueAt),
    settled_at: isoOrNull(invoice.settledAt),
    created_at: toIso(invoice.occurredAt),
    ...(own === undefined ? {} : { lines: own }),
    ...(draws.length === 0 ? {} : { wallet_draws: draws.map(presentDraw) }),
  };
}

/** Transfers on the wire: what a bridge or an exchange tells of its own business. */
import { z } from '@hono/zod-openapi';
import type { Transfer } from '../../db/queries/transfers';
import { toIso } from '../../domain/time';
import { idField, instantAnswer, instantField, moneyAnswer, moneyField, shortText, wireMoney } from '../fields';
import { feeQuoteAnswer, feeQuoteBody, feeScheduleExample, presentFeeQuote } from './fee-schedule';
import { settlementBody, settlementExampleId } from './settlement';

export const transferExampleId = 'trf_01kav5xq8yfz2s1m3c4d5e6f7g';
/** A body stays below its bound, and an answer comes before anybody gives up. */
const transfersMax = 100;

const { rate, multipliers, costs } = feeQuoteBody.shape;
const {
  amount: _amount,
  description: _description,
  payer: _payer,
  customer_id: _customer,
  ...how
} = settlementBody.shape;

export const transfersBody = z
  .strictObject({
    transfers: z
      .array(
        z.strictObject({
          reference: shortText.openapi({ description: 'Your own name for it: told twice, it is counted once.' }),
          payer: shortText,
          fee_schedule_id: idField(feeScheduleExample.id),
          value: moneyField.openapi({ description: 'What it was worth.' }),
          rate,
          multipliers,
          costs,
          occurred_at: instantField.optional().openapi({ description: 'Left out: now. Its month counts for volumes.' }),
        }),
      )
      .min(1)
      .max(transfersMax),
    settle: z
      .strictObject({
        ...how,
        asset: z.string().max(200).optional().openapi({
          description: 'Collected in this asset at `book.rate`, rounded up. Left out: in the currency of the fee.',
        }),
      })
      .optional()
      .openapi({ description: 'How each fee is collected. Left out: fees are only added up.' }),
  })
  .openapi('TransfersCreate', {
    example: {
      transfers: [
        {
          reference: 'bridge-4711',
          payer: 'wallet-17',
          fee_schedule_id: feeScheduleExample.id,
          value: { amount: '30000.00', currency: 'USD' },
          multipliers: ['express'],
        },
      ],
    },
  });
export type TransfersBody = z.output<typeof transfersBody>;
export type TransferBody = TransfersBody['transfers'][number];

export const transferAnswer = z
  .object({
    id: z.string(),
    reference: z.string(),
    payer: z.string(),
    value: moneyAnswer,
    fee: moneyAnswer,
    quote: feeQuoteAnswer,
    volume: z.string().openapi({ description: 'Of the payer’s calendar month (UTC) before this one.' }),
    disposition: z.enum(['settled', 'accrued', 'batched', 'free']),
    settlement_id: z.string().nullable(),
    occurred_at: instantAnswer,
  })
  .openapi('Transfer', {
    example: {
      id: transferExampleId,
      reference: 'bridge-4711',
      payer: 'wallet-17',
      value: { amount: '30000.00', currency: 'USD' },
      fee: { amount: '150.00', currency: 'USD' },
      quote: {
        fee_schedule_id: feeScheduleExample.id,
        version: 1,
        rate: 'standard',
        fee: { amount: '150.00', currency: 'USD' },
        exact: '150',
        steps: [],
        payable: { amount: '30150.00', currency: 'USD' },
        shares: [],
        remainder: null,
        accrues: false,
      },
      volume: '60000',
      disposition: 'settled',
      settlement_id: settlementExampleId,
      occurred_at: '2026-01-31T00:00:00.000Z',
    },
  });

/** A transfer as it leaves. */
export function presentTransfer(transfer: Transfer): z.infer<typeof transferAnswer> {
  const { id, reference, payer, value, fee, quote, question, disposition, settlementId, occurredAt } = transfer;
  return {
    ...{ id, reference, payer, value: wireMoney(value), fee: wireMoney(fee) },
    quote: presentFeeQuote(quote, { id: quote.feeScheduleId, version: quote.version }),
    ...{ volume: question.volume, disposition, settlement_id: settlementId, occurred_at: toIso(occurredAt) },
  };
}

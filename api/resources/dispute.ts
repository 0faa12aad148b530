/** Disputes on the wire. */
import { z } from '@hono/zod-openapi';
import type { Dispute } from '../../db/queries/disputes';
import { toIso } from '../../domain/time';
import { instantAnswer, moneyAnswer, wireMoney } from '../fields';

const usd = (amount: string) => ({ amount, currency: 'USD' });

export const disputeExample = {
  id: 'dp_01kav5xq8yfz2s1m3c4d5e6f7g',
  payment_id: 'pay_01kav5xq8yfz2s1m3c4d5e6f7g',
  provider_ref: 'du_1Qk1',
  kind: 'chargeback' as const,
  status: 'needs_response' as const,
  reason: 'fraudulent',
  amount: usd('49.00'),
  amount_withdrawn: usd('49.00'),
  fee: usd('15.00'),
  evidence_due_at: '2026-02-09T00:00:00.000Z',
  created_at: '2026-01-31T00:00:00.000Z',
};

export const disputeAnswer = z
  .object({
    id: z.string(),
    payment_id: z.string(),
    provider_ref: z.string(),
    kind: z
      .enum(['inquiry', 'chargeback'])
      .openapi({ description: 'An inquiry moves no money; a chargeback took it at once.' }),
    status: z.enum(['needs_response', 'under_review', 'won', 'lost', 'prevented']),
    reason: z.string(),
    amount: moneyAnswer,
    amount_withdrawn: moneyAnswer,
    fee: moneyAnswer,
    evidence_due_at: instantAnswer.nullable(),
    created_at: instantAnswer,
  })
  .openapi('Dispute', { example: disputeExample });

/** A dispute as it leaves. */
export function presentDispute(dispute: Dispute): z.infer<typeof disputeAnswer> {
  return {
    id: dispute.id,
    payment_id: dispute.paymentId,
    provider_ref: dispute.providerRef,
    kind: dispute.kind,
    status: dispute.status,
    reason: dispute.reason,
    amount: wireMoney(dispute.amount),
    amount_withdrawn: wireMoney(dispute.amountWithdrawn),
    fee: wireMoney(dispute.fee),
    evidence_due_at: dispute.evidenceDueAt === null ? null : toIso(dispute.evidenceDueAt),
    created_at: toIso(dispute.occurredAt),
  };
}

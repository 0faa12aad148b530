/** Payment methods, payments and refunds on the wire. */
import { z } from '@hono/zod-openapi';
import type { Dispute } from '../../db/queries/disputes';
import type { PaymentAttempt } from '../../db/queries/payment-attempts';
import type { PaymentMethod } from '../../db/queries/payment-methods';
import type { Payment } from '../../db/queries/payments';
import type { Refund } from '../../db/queries/refunds';
import { toIso } from '../../domain/time';
import { idField, instantAnswer, moneyAnswer, moneyField, wireMoney } from '../fields';
import { customerExample } from './customer';
import { disputeAnswer, disputeExample, presentDispute } from './dispute';

const at = '2026-01-31T00:00:00.000Z';
const usd = (amount: string) => ({ amount, currency: 'USD' });

export const paymentMethodExample = {
  id: 'pm_01kav5xq8yfz2s1m3c4d5e6f7g',
  customer_id: customerExample.id,
  rail: 'stripe',
  kind: 'card',
  brand: 'visa',
  last4: '4242',
  expires_month: 12,
  expires_year: 2030,
  status: 'active',
  created_at: at,
};

export const paymentMethodAnswer = z
  .object({
    id: z.string(),
    customer_id: z.string(),
    rail: z.string(),
    kind: z.string(),
    brand: z.string(),
    last4: z.string(),
    expires_month: z.number().nullable(),
    expires_year: z.number().nullable(),
    status: z.string(),
    created_at: instantAnswer,
  })
  .openapi('PaymentMethod', { example: paymentMethodExample });

export const paymentMethodBody = z
  .strictObject({
    customer_id: idField(customerExample.id),
    rail: z.string().min(1).max(50),
    token: z
      .string()
      .min(1)
      .max(200)
      .openapi({ description: 'A client-side token or the rail’s own id of a payment method.' }),
    default: z.boolean().default(true),
  })
  .openapi('PaymentMethodCreate', {
    example: { customer_id: customerExample.id, rail: 'stripe', token: 'tok_visa', default: true },
  });

/** A payment method as it leaves. */
export function presentPaymentMethod(method: PaymentMethod): z.infer<typeof paymentMethodAnswer> {
  return {
    id: method.id,
    customer_id: method.customerId,
    rail: method.rail,
    kind: method.kind,
    brand: method.brand,
    last4: method.last4,
    expires_month: method.expiresMonth,
    expires_year: method.expiresYear,
    status: method.status,
    created_at: toIso(method.occurredAt),
  };
}

const attemptAnswer = z.object({
  number: z.number(),
  payment_method_id: z.string().nullable(),
  outcome: z.string(),
  decline: z.unknown(),
  customer_present: z.boolean(),
  created_at: instantAnswer,
});

export const paymentExample = {
  id: 'pay_01kav5xq8yfz2s1m3c4d5e6f7g',
  invoice_id: 'inv_01kav5xq8yfz2s1m3c4d5e6f7g',
  subscription_id: 'sub_01kav5xq8yfz2s1m3c4d5e6f7g',
  customer_id: customerExample.id,
  rail: 'stripe',
  provider_ref: 'pi_3Qk1',
  status: 'succeeded',
  amount: usd('49.00'),
  amount_refunded: usd('0.00'),
  fee: usd('1.72'),
  attempt_count: 1,
  next_action_url: null,
  created_at: at,
  attempts: [
    {
      number: 1,
      payment_method_id: paymentMethodExample.id,
      outcome: 'succeeded',
      decline: null,
      customer_present: false,
      created_at: at,
    },
  ],
  disputes: [disputeExample],
};

export const paymentAnswer = z
  .object({
    id: z.string(),
    invoice_id: z.string(),
    subscription_id: z.string().nullable().openapi({ description: 'Null for the payment of a top-up.' }),
    customer_id: z.string(),
    rail: z.string(),
    provider_ref: z.string(),
    status: z.string(),
    amount: moneyAnswer,
    amount_refunded: moneyAnswer,
    fee: moneyAnswer.nullable(),
    attempt_count: z.number(),
    next_action_url: z.string().nullable(),
    created_at: instantAnswer,
    attempts: z
      .array(attemptAnswer)
      .optional()
      .openapi({ description: 'Always for one payment; in lists with expand[]=attempts.' }),
    disputes: z
      .array(disputeAnswer)
      .optional()
      .openapi({ description: 'Always for one payment; in lists with expand[]=disputes.' }),
  })
  .openapi('Payment', { example: paymentExample });

function presentAttempt(attempt: PaymentAttempt): z.infer<typeof attemptAnswer> {
  return {
    number: attempt.number,
    payment_method_id: attempt.paymentMethodId,
    outcome: attempt.outcome,
    decline: attempt.decline,
    customer_present: attempt.customerPresent,
    created_at: toIso(attempt.occurredAt),
  };
}

/** What belongs to payments and was read with them; null was not. */
interface WithPayments {
  readonly attempts: readonly PaymentAttempt[] | null;
  readonly disputes: readonly Dispute[] | null;
}

/** A payment as it leaves; with its attempts and disputes when they were read. */
export function presentPayment(payment: Payment, { attempts, disputes }: WithPayments): z.infer<typeof paymentAnswer> {
  const own = attempts?.filter((attempt) => attempt.paymentId === payment.id).map(presentAttempt);
  const disputed = disputes?.filter((dispute) => dispute.paymentId === payment.id).map(presentDispute);
  return {
    id: payment.id,
    invoice_id: payment.invoiceId,
    subscription_id: payment.subscriptionId,
    customer_id: payment.customerId,
    rail: payment.rail,
    provider_ref: payment.providerRef,
    status: payment.status,
    amount: wireMoney(payment.amount),
    amount_refunded: wireMoney(payment.amountRefunded),
    fee: payment.fee === null ? null : wireMoney(payment.fee),
    attempt_count: payment.attempts,
    next_action_url: payment.nextActionUrl,
    created_at: toIso(payment.occurredAt),
    ...(own === undefined ? {} : { attempts: own }),
    ...(disputed === undefined ? {} : { disputes: disputed }),
  };
}

export const refundExample = {
  id: 're_01kav5xq8yfz2s1m3c4d5e6f7g',
  payment_id: paymentExample.id,
  amount: usd('10.00'),
  reason: 'goodwill',
  status: 'succeeded',
  failure_reason: null,
  created_at: at,
};

export const refundAnswer = z
  .object({
    id: z.string(),
    payment_id: z.string(),
    amount: moneyAnswer,
    reason: z.string().nullable(),
    status: z.string(),
    failure_reason: z.string().nullable(),
    created_at: instantAnswer,
  })
  .openapi('Refund', { example: refundExample });

export const refundBody = z
  .strictObject({
    payment_id: idField(paymentExample.id),
    amount: moneyField.optional().openapi({ description: 'Left out: all that is left.' }),
    reason: z.string().trim().min(1).max(500).optional(),
  })
  .openapi('RefundCreate', { example: { payment_id: paymentExample.id, amount: usd('10.00'), reason: 'goodwill' } });

/** A refund as it leaves. */
export function presentRefund(refund: Refund): z.infer<typeof refundAnswer> {
  return {
    id: refund.id,
    payment_id: refund.paymentId,
    amount: wireMoney(refund.amount),
    reason: refund.reason,
    status: refund.status,
    failure_reason: refund.failureReason,
    created_at: toIso(refund.occurredAt),
  };
}

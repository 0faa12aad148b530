/** Writes a refund that was asked for with the message that starts its workflow, and starts it. */
import type { z } from '@hono/zod-openapi';
import { isConflict } from '../db/errors';
import type { Queryable } from '../db/pool';
import { findCustomer } from '../db/queries/customers';
import { insertOutboxMessage, markOutboxDelivered, waitingOutboxMessages } from '../db/queries/outbox';
import { lockPayment, type Payment } from '../db/queries/payments';
import { loadInvoiceToCredit } from '../db/transactions/creditable-invoice';
import { findRefund, insertRefund, refundsClaimed, type Refund } from '../db/queries/refunds';
import { remainingOfInvoice } from '../domain/credits/credit-note';
import { fail } from '../domain/errors';
import { idFromSeed, refundWorkflowId } from '../domain/ids';
import { chargeable } from '../domain/invoice/chargeable';
import { compare, formatMoney, isPositive, isZero, min, subtract, type Money } from '../domain/money';
import type { RefundInput } from '../workflows/contract';
import { tenantOf, type ApiContext } from './context';
import type { ApiDependencies } from './dependencies';
import { foundOr404, foundOr422 } from './found';
import { recordChange } from './record-change';
import type { refundBody } from './resources/payment';

type Body = z.output<typeof refundBody>;

/** A rail pays back in the steps in which it charges. */
export function checkStep(deps: ApiDependencies, payment: Payment, wanted: Money): void {
  const step = deps.rails[payment.rail]?.capabilities.amountSteps[wanted.currency] ?? null;
  if (isZero(chargeable(wanted, { minimum: null, step }).carriedOver)) return;
  const message = `must be a multiple of ${step ?? ''}: ${payment.rail} moves no other amounts in ${wanted.currency}`;
  fail('validation_failed', {}, { fields: [{ path: 'amount.amount', message }] });
}

/** What credit notes and credits of later invoices left of the invoice that was paid: the same money is not given back twice. */
async function notGivenBack(db: Queryable, { tenantId, invoiceId, amount }: Payment): Promise<Money> {
  const invoice = await loadInvoiceToCredit(db, tenantId, invoiceId, 'lock');
  return invoice === null ? amount : remainingOfInvoice(invoice);
}

/** What may be refunded of a payment; its row is locked, so that two refunds at once cannot take the same money. */
async function amountOf(
  deps: ApiDependencies,
  db: Queryable,
  payment: Payment,
  wanted: Money | undefined,
): Promise<Money> {
  const { id: paymentId, status, amount } = payment;
  if (status !== 'succeeded')
    fail('payment_not_refundable', { paymentId, reason: `it is ${status.replaceAll('_', ' ')}` });
  const left = min(subtract(amount, await refundsClaimed(db, payment)), await notGivenBack(db, payment));
  const requested = wanted ?? left;
  if (requested.currency !== amount.currency)
    fail('currency_mismatch', { left: amount.currency, right: requested.currency });
  if (wanted !== undefined && !isPositive(wanted)) {
    fail('validation_failed', {}, { fields: [{ path: 'amount.amount', message: 'must be above zero' }] });
  }
  checkStep(deps, payment, requested);
  if (!isPositive(left) || compare(requested, left) > 0) {
    fail('refund_exceeds_payment', { requested: formatMoney(requested), refundable: formatMoney(left) });
  }
  return requested;
}

/** What the workflow of a refund is started with. */
export const refundInputOf = ({
  tenantId,
  id: refundId,
  amount,
  paymentId,
}: Pick<Refund, 'tenantId' | 'id' | 'amount' | 'paymentId'>): RefundInput => ({
  tenantId,
  refundId,
  label: `Refund ${formatMoney(amount)} of ${paymentId}`,
});

async function writeRefund(c: ApiContext, deps: ApiDependencies, id: string, body: Body): Promise<void> {
  const { tenantId } = tenantOf(c);
  await deps.database.transaction(tenantId, async (db) => {
    const payment = foundOr422(await lockPayment(db, tenantId, body.payment_id), 'payment_id', 'payment');
    const amount = await amountOf(deps, db, payment, body.amount);
    const customer = await findCustomer(db, tenantId, payment.customerId);
    const occurredAt = customer?.clockNow ?? deps.wallClock();
    const refund = { id, tenantId, paymentId: payment.id, amount, reason: body.reason ?? null, occurredAt };
    await insertRefund(db, refund);
    await insertOutboxMessage(db, {
      tenantId,
      kind: 'start_refund',
      workflowId: refundWorkflowId(tenantId, id),
      payload: refundInputOf(refund),
    });
    const after = { refund_id: id, payment_id: payment.id, amount, reason: refund.reason };
    const { customerId, subscriptionId } = payment;
    const event = { type: 'refund.requested', customerId, subscriptionId, data: after };
    await recordChange(db, c, { action: 'refund.create', subjectId: id, after, occurredAt, event });
  });
}

/** A credit of the same invoice may be written at the same moment: what that leaves is read once more. */
async function writeAnew(c: ApiContext, deps: ApiDependencies, id: string, body: Body): Promise<void> {
  for (let reading = 1; reading <= 2; reading++) {
    try {
      return await writeRefund(c, deps, id, body);
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
  fail('state_changed', { resource: 'Payment', id: body.payment_id });
}

/** Starts its workflow unless that was done, and waits for its end for 10 s. */
export async function startRefund(deps: ApiDependencies, refund: Refund): Promise<void> {
  const { tenantId, id } = refund;
  const db = deps.database.as(tenantId);
  const waiting = await waitingOutboxMessages(db, {
    tenantId,
    workflowId: refundWorkflowId(tenantId, id),
    kind: 'start_refund',
  });
  if (waiting.length === 0) return;
  await deps.workflows.startRefund(refundInputOf(refund));
  await markOutboxDelivered(db, tenantId, waiting);
}

/**
 * Makes a refund and answers it as it is at its end, or after 10 s.
 * @throws PerennialError `payment_not_refundable`, `refund_exceeds_payment`, `currency_mismatch`, `state_changed`, `temporal_unavailable`.
 */
export async function createRefund(c: ApiContext, deps: ApiDependencies, body: Body): Promise<Refund> {
  const { tenantId } = tenantOf(c);
  const db = deps.database.as(tenantId);
  const id = idFromSeed('re', c.get('seed'));
  if ((await findRefund(db, tenantId, id)) === null) await writeAnew(c, deps, id, body);
  await startRefund(deps, foundOr404(await findRefund(db, tenantId, id), 'Refund', id));
  return foundOr404(await findRefund(db, tenantId, id), 'Refund', id);
}

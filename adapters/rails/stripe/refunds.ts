/** Refunds at Stripe. A refund that succeeded can still fail later: the webhook and `readRefund` tell. */
import Stripe from 'stripe';
import type { RefundOutcome, RefundRequest, RefundState, RefundStatus } from '../port';
import { send, sendOrThrow, type StripeContext } from './context';
import { withUnspentKey } from './spent-key';
import { translateError } from './translate-error';
import { fromWireAmount, toWireAmount } from './wire-amount';

/** Refusals that are answers to the business, not bugs. Source: Stripe, "Error codes". */
const refusalCodes: ReadonlySet<string> = new Set([
  'charge_already_refunded',
  'charge_disputed',
  'refund_disputed_payment',
  'balance_insufficient',
  'insufficient_funds',
  'amount_too_large',
]);

/** Stripe gives no code of its own when more is asked for than is left of the charge; it names the parameter. */
const AMOUNT_TOO_LARGE = 'amount_too_large';

/** Stripe answers at most a hundred at once; a payment has a few refunds. */
const LIST_SIZE_MAX = 100;

/**
 * The refund that an earlier call made and whose answer was lost: Stripe forgets idempotency keys after a day, but not the refund. Null
 * when there is none. Lists are consistent at Stripe, unlike its search.
 */
async function refundMadeBefore(context: StripeContext, request: RefundRequest): Promise<Stripe.Refund | null> {
  await context.throttle.take('read', 'background');
  const listed = context.client.refunds.list({ payment_intent: request.paymentProviderRef, limit: LIST_SIZE_MAX });
  for await (const refund of listed) if (refund.metadata?.['refund_id'] === request.refundId) return refund;
  return null;
}

/**
 * Gives back a part or all of a payment. What the provider refuses for a reason of business is the value `refused`.
 * Throws `RailRefusedRequest` or `RailUnavailable`; the same refund is never made twice, however long ago the first call was.
 */
export async function refundPayment(context: StripeContext, request: RefundRequest): Promise<RefundOutcome> {
  const parameters: Stripe.RefundCreateParams = {
    payment_intent: request.paymentProviderRef,
    amount: toWireAmount(request.amount).amount,
    metadata: { tenant_id: request.tenantId, refund_id: request.refundId },
    expand: ['balance_transaction'],
  };
  try {
    const made = await refundMadeBefore(context, request);
    const refund =
      made ??
      (await withUnspentKey(request.idempotencyKey, (idempotencyKey) =>
        send(context, 'refund', 'background', 'refund', () =>
          context.client.refunds.create(parameters, { idempotencyKey }),
        ),
      ));
    return { kind: 'accepted', refund: refundStateOf(refund) };
  } catch (error) {
    const code = refusalCodeOf(error);
    if (code === null) throw translateError(error);
    return { kind: 'refused', code, message: (error as Error).message };
  }
}

function refusalCodeOf(error: unknown): string | null {
  if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) return null;
  if (error.code !== undefined) return refusalCodes.has(error.code) ? error.code : null;
  return error.param === 'amount' ? AMOUNT_TOO_LARGE : null;
}

/** Reads the state of a refund. Throws `RailRefusedRequest('resource_missing')` for one that does not exist, or `RailUnavailable`. */
export async function readRefund(context: StripeContext, request: { providerRef: string }): Promise<RefundState> {
  const refund = await sendOrThrow(context, 'read', 'background', 'refund', () =>
    context.client.refunds.retrieve(request.providerRef),
  );
  return refundStateOf(refund);
}

function refundStateOf(refund: Stripe.Refund): RefundState {
  const transaction = refund.balance_transaction;
  return {
    providerRef: refund.id,
    status: statusOf(refund.status),
    amount: fromWireAmount(refund.amount, refund.currency),
    balanceTransactionRef: typeof transaction === 'string' ? transaction : (transaction?.id ?? null),
    failureReason: refund.failure_reason ?? null,
  };
}

const statuses: ReadonlySet<string> = new Set<RefundStatus>([
  'pending',
  'requires_action',
  'succeeded',
  'failed',
  'canceled',
]);

/** Stripe may leave the status empty or add one: then the refund is under way until it says otherwise. */
function statusOf(status: string | null): RefundStatus {
  return status !== null && statuses.has(status) ? (status as RefundStatus) : 'pending';
}

/** One PaymentIntent per invoice: made without trying anything, then tried once per attempt. A PaymentIntent can succeed only once, whatever we do. */
import Stripe from 'stripe';
import type { ConfirmPaymentRequest, CreatePaymentRequest, PaymentState } from '../port';
import { send, sendOrThrow, type StripeContext } from './context';
import { declineFacts, paymentStateOf } from './payment-state';
import { translateError } from './translate-error';
import { withUnspentKey } from './spent-key';
import { toWireAmount } from './wire-amount';

/** The books need gross, fee and net, which stand only on the balance transaction: read with the answer, it costs no further request. */
const SETTLEMENT = ['latest_charge.balance_transaction'];

/** The debits that work with a stored mandate, by the only currency they take. */
const bankDebitByCurrency: Readonly<Record<string, Stripe.PaymentIntentCreateParams.AllowedPaymentMethodType>> = {
  USD: 'us_bank_account',
  EUR: 'sepa_debit',
};

/**
 * Makes the payment of one invoice, in whole wire units, and tries nothing. The same key gives the same payment.
 * Throws `RailRefusedRequest` (`amount_too_small`, `amount_not_representable`, …) or `RailUnavailable`.
 */
export async function createPayment(
  context: StripeContext,
  request: CreatePaymentRequest,
): Promise<{ providerRef: string }> {
  const parameters: Stripe.PaymentIntentCreateParams = {
    ...toWireAmount(request.amount),
    customer: request.customerRef,
    description: request.description,
    metadata: { tenant_id: request.tenantId, invoice_id: request.invoiceId },
    allowed_payment_method_types: methodTypes(request.amount.currency, context.bankDebits),
  };
  try {
    const intent = await withUnspentKey(request.idempotencyKey, (idempotencyKey) =>
      send(context, 'create', 'background', 'payment_intent', () =>
        context.client.paymentIntents.create(parameters, { idempotencyKey }),
      ),
    );
    return { providerRef: intent.id };
  } catch (error) {
    throw translateError(error);
  }
}

function methodTypes(
  currency: string,
  bankDebits: boolean,
): Stripe.PaymentIntentCreateParams.AllowedPaymentMethodType[] {
  const debit = bankDebits ? bankDebitByCurrency[currency] : undefined;
  return debit === undefined ? ['card'] : ['card', debit];
}

/**
 * Tries the payment once. A decline, a needed authentication and a payment that is finished already are values.
 * Throws `RailUnavailable` when the outcome is unknown: read the payment before anything else.
 */
export async function confirmPayment(context: StripeContext, request: ConfirmPaymentRequest): Promise<PaymentState> {
  const priority = request.customerPresent ? 'customer_present' : 'background';
  try {
    const intent = await withUnspentKey(request.idempotencyKey, (idempotencyKey) =>
      send(context, 'confirm', priority, 'payment_intent', () =>
        context.client.paymentIntents.confirm(request.providerRef, confirmParameters(request), { idempotencyKey }),
      ),
    );
    return paymentStateOf(intent);
  } catch (error) {
    return stateFromError(context, request.providerRef, error);
  }
}

/** On session Stripe may ask the customer to authenticate; off session it declines instead and we say that the card is used again as agreed. */
function confirmParameters(request: ConfirmPaymentRequest): Stripe.PaymentIntentConfirmParams {
  const parameters = { payment_method: request.paymentMethodRef, expand: SETTLEMENT };
  if (request.customerPresent) {
    return request.returnUrl === null ? parameters : { ...parameters, return_url: request.returnUrl };
  }
  return {
    ...parameters,
    off_session: true,
    payment_method_options: { card: { stored_credential_usage: 'recurring' } },
  };
}

/** The business answers among the failures: a decline (402), and a payment that is not in a state to be tried or canceled (400). */
async function stateFromError(context: StripeContext, providerRef: string, error: unknown): Promise<PaymentState> {
  if (error instanceof Stripe.errors.StripeCardError) return declinedFrom(error);
  if (isIncompatibleMethod(error)) return incompatibleFrom(error);
  if (isUnexpectedState(error)) return stateFromEmbedded(context, providerRef, error.payment_intent);
  throw translateError(error);
}

function declinedFrom(error: Stripe.errors.StripeCardError): PaymentState {
  const failure = error.payment_intent?.last_payment_error;
  return { kind: 'declined', chargeRef: error.charge ?? failure?.charge ?? null, decline: declineFacts(error) };
}

const incompatibleMethod = 'payment_intent_incompatible_payment_method';

/** The method cannot pay this at all, such as a debit in dollars an invoice in euros. Only another method helps: that is the customer's to give. */
function isIncompatibleMethod(error: unknown): error is Stripe.errors.StripeInvalidRequestError {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.code === incompatibleMethod;
}

/** Nothing was tried, so the charge is still the one of the last try. */
function incompatibleFrom(error: Stripe.errors.StripeInvalidRequestError): PaymentState {
  const chargeRef = error.payment_intent === undefined ? null : paymentStateOf(error.payment_intent).chargeRef;
  return { kind: 'declined', chargeRef, decline: declineFacts({ code: incompatibleMethod, message: error.message }) };
}

function isUnexpectedState(error: unknown): error is Stripe.errors.StripeInvalidRequestError {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'payment_intent_unexpected_state';
}

/** The PaymentIntent inside an error is not expanded, so a success is read once more for its fee and net. */
async function stateFromEmbedded(
  context: StripeContext,
  providerRef: string,
  intent: Stripe.PaymentIntent | undefined,
): Promise<PaymentState> {
  if (intent === undefined || intent.status === 'succeeded') return readPayment(context, { providerRef });
  return paymentStateOf(intent);
}

/** Reads the state of a payment. Throws `RailRefusedRequest('resource_missing')` for one that does not exist, or `RailUnavailable`. */
export async function readPayment(context: StripeContext, request: { providerRef: string }): Promise<PaymentState> {
  const intent = await sendOrThrow(context, 'read', 'background', 'payment_intent', () =>
    context.client.paymentIntents.retrieve(request.providerRef, { expand: SETTLEMENT }),
  );
  return paymentStateOf(intent);
}

/** Cancels a payment that has not succeeded and answers the state that holds afterwards, which may be `succeeded` when it came first. */
export async function cancelPayment(
  context: StripeContext,
  request: { providerRef: string; idempotencyKey: string },
): Promise<PaymentState> {
  try {
    const intent = await withUnspentKey(request.idempotencyKey, (idempotencyKey) =>
      send(context, 'cancel', 'background', 'payment_intent', () =>
        context.client.paymentIntents.cancel(request.providerRef, {}, { idempotencyKey }),
      ),
    );
    return paymentStateOf(intent);
  } catch (error) {
    return stateFromError(context, request.providerRef, error);
  }
}

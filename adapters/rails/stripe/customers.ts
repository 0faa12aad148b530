/** Customers and their stored payment methods at Stripe. */
import Stripe from 'stripe';
import type { PaymentMethodFacts, Rail } from '../port';
import { send, sendOrThrow, type StripeContext } from './context';
import { paymentMethodFacts } from './payment-method-facts';
import { declineFacts } from './payment-state';
import { translateError } from './translate-error';

/** Makes the customer at Stripe with our ids in its metadata. Throws `RailRefusedRequest` or `RailUnavailable`. */
export async function createCustomer(
  context: StripeContext,
  request: Parameters<Rail['createCustomer']>[0],
): Promise<{ customerRef: string }> {
  const parameters: Stripe.CustomerCreateParams = {
    name: request.name,
    metadata: { tenant_id: request.tenantId, customer_id: request.customerId },
    ...(request.email === null ? {} : { email: request.email }),
  };
  const customer = await sendOrThrow(context, 'customer', 'customer_present', 'customer', () =>
    context.client.customers.create(parameters, { idempotencyKey: request.idempotencyKey }),
  );
  return { customerRef: customer.id };
}

/**
 * Binds a payment method (`pm_…`) or a card token (`tok_…`) to the customer. Stripe checks a card while it attaches it, so a decline is a value.
 * Throws `RailRefusedRequest` for a method of another customer or of a kind that cannot be charged again, or `RailUnavailable`.
 */
export async function attachPaymentMethod(
  context: StripeContext,
  request: Parameters<Rail['attachPaymentMethod']>[0],
): ReturnType<Rail['attachPaymentMethod']> {
  try {
    return { kind: 'attached', method: await attach(context, request) };
  } catch (error) {
    if (error instanceof Stripe.errors.StripeCardError) return { kind: 'declined', decline: declineFacts(error) };
    throw translateError(error);
  }
}

async function attach(
  context: StripeContext,
  request: Parameters<Rail['attachPaymentMethod']>[0],
): Promise<PaymentMethodFacts> {
  const id = request.token.startsWith('tok_') ? await methodFromToken(context, request) : request.token;
  const method = await send(context, 'payment_method', 'customer_present', 'payment_method', () =>
    context.client.paymentMethods.attach(
      id,
      { customer: request.customerRef },
      { idempotencyKey: request.idempotencyKey },
    ),
  );
  return paymentMethodFacts(method);
}

async function methodFromToken(
  context: StripeContext,
  request: Parameters<Rail['attachPaymentMethod']>[0],
): Promise<string> {
  const method = await send(context, 'payment_method', 'customer_present', 'payment_method', () =>
    context.client.paymentMethods.create(
      { type: 'card', card: { token: request.token } },
      { idempotencyKey: `${request.idempotencyKey}:method` },
    ),
  );
  return method.id;
}

/** Forgets a stored payment method at Stripe for good. One that is gone or detached already is what was wanted. */
export async function detachPaymentMethod(context: StripeContext, request: { providerRef: string }): Promise<void> {
  try {
    await send(context, 'payment_method', 'customer_present', 'payment_method', () =>
      context.client.paymentMethods.detach(request.providerRef),
    );
  } catch (error) {
    if (isGone(error)) return;
    throw translateError(error);
  }
}

/** Stripe answers a second detach with 400 and no code: "The payment method you provided is not attached to a customer so detachment is impossible." */
function isGone(error: unknown): boolean {
  if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) return false;
  return error.code === 'resource_missing' || error.message.includes('not attached to a customer');
}

/** Confirms a payment intent: the one place where money can be taken. */
import { refused } from '../http/failure';
import { shippingOf } from '../resources/address';
import { newId } from '../state/new-id';
import type { Mandate, PaymentIntent, PaymentMethod } from '../state/stored';
import type { World } from '../state/world';
import { attemptPayment } from './attempt-payment';
import { checkIsCustomers } from './check-customer';
import { givenMethod } from './given-method';
import { decideCharge } from './decide-outcome';
import { allowedTypes } from './intent-parameters';
import { responseOptions } from './method-options';
import type { ConfirmIntent } from './payment-intent-parameters';

const CONFIRMABLE: readonly string[] = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

/** Throws `payment_intent_unexpected_state` with the intent for one that is finished, and the 402 of a decline. */
export function confirmIntent(
  world: World,
  intent: PaymentIntent,
  given: ConfirmIntent,
  apiVersion: string | null,
): PaymentIntent {
  checkConfirmable(intent);
  const types = allowedTypes(given, apiVersion);
  const method = givenMethod(world, given) ?? presentMethod(world, intent);
  checkIsCustomers(method, intent.customer);
  applyGiven(world, intent, given, types);
  checkType(intent, method);
  if (given.mandate_data !== undefined && given.mandate_data !== null) makeMandate(world, method, given.mandate_data);
  world.pendingOutcomes.remove(intent.id);
  const isOffSession = given.off_session ?? false;
  const outcome = decideCharge(world, method, isOffSession);
  const returnUrl = given.return_url ?? null;
  return attemptPayment(world, { intent, method, isOffSession, returnUrl, isAuthenticated: false }, outcome);
}

function checkConfirmable(intent: PaymentIntent): void {
  if (CONFIRMABLE.includes(intent.status)) return;
  const message =
    intent.status === 'succeeded'
      ? 'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.'
      : `You cannot confirm this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be confirmed: requires_confirmation, requires_action.`;
  throw refused('payment_intent_unexpected_state', message, { payment_intent: intent });
}

function presentMethod(world: World, intent: PaymentIntent): PaymentMethod {
  const method = intent.payment_method === null ? undefined : world.paymentMethods.get(intent.payment_method);
  if (method !== undefined) return method;
  throw refused(
    'payment_intent_unexpected_state',
    "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
    { payment_intent: intent },
  );
}

function applyGiven(world: World, intent: PaymentIntent, given: ConfirmIntent, types: string[] | null): void {
  const allowed = types ?? intent.payment_method_types;
  const change: Partial<PaymentIntent> = { payment_method_types: allowed };
  if (given.payment_method_options !== undefined) {
    change.payment_method_options = responseOptions(allowed, given.payment_method_options);
  }
  if (given.setup_future_usage !== undefined) change.setup_future_usage = given.setup_future_usage;
  if (given.capture_method !== undefined) change.capture_method = given.capture_method;
  if (given.receipt_email !== undefined) change.receipt_email = given.receipt_email;
  if (given.shipping !== undefined) change.shipping = given.shipping === null ? null : shippingOf(given.shipping);
  world.paymentIntents.update(intent, change);
}

function checkType(intent: PaymentIntent, method: PaymentMethod): void {
  if (intent.payment_method_types.includes(method.type)) return;
  const allowed = intent.payment_method_types.join(', ');
  throw refused(
    'payment_intent_incompatible_payment_method',
    `The PaymentMethod provided (${method.type}) is not allowed for this PaymentIntent. Please attach a PaymentMethod of one of the following types: ${allowed}. Alternatively update the allowed payment_method_types for this PaymentIntent to include "${method.type}".`,
    { payment_intent: intent },
  );
}

/** The customer's agreement to be debited again; Stripe makes one whenever its facts are given. */
export function makeMandate(
  world: World,
  method: PaymentMethod,
  given: NonNullable<ConfirmIntent['mandate_data']>,
): Mandate {
  const { type, accepted_at: acceptedAt, online } = given.customer_acceptance;
  const details =
    method.type === 'sepa_debit'
      ? { type: 'sepa_debit', sepa_debit: { reference: newId('NXD', 12), url: `${world.baseUrl}/_sandbox/mandates` } }
      : { type: method.type, [method.type]: {} };
  return world.mandates.add({
    id: newId('mandate'),
    object: 'mandate',
    customer_acceptance: {
      accepted_at: acceptedAt ?? world.now(),
      type,
      ...(type === 'online'
        ? { online: { ip_address: online?.ip_address ?? null, user_agent: online?.user_agent ?? null } }
        : { offline: {} }),
    },
    livemode: false,
    multi_use: {},
    payment_method: method.id,
    payment_method_details: details as Mandate['payment_method_details'],
    status: 'active',
    type: 'multi_use',
  });
}

/** Changes a payment intent that is not finished; its words (description, metadata) also afterwards. */
import { changedMetadata } from '../http/metadata';
import { refused } from '../http/failure';
import { shippingOf } from '../resources/address';
import { customerReference } from '../resources/customer-reference';
import type { PaymentIntent } from '../state/stored';
import type { World } from '../state/world';
import { checkIsCustomers } from './check-customer';
import { givenMethod } from './given-method';
import { checkChargeAmount, checkedCurrency } from './currencies';
import { allowedTypes } from './intent-parameters';
import { responseOptions } from './method-options';
import type { UpdateIntent } from './payment-intent-parameters';

const CHANGEABLE: readonly string[] = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

/** What may change whatever the status is. */
const WORDS: readonly string[] = ['description', 'metadata', 'receipt_email', 'transfer_group', 'shipping'];

export function updateIntent(
  world: World,
  intent: PaymentIntent,
  given: UpdateIntent,
  apiVersion: string | null,
): PaymentIntent {
  const frozen = Object.keys(given).find((name) => !WORDS.includes(name));
  if (frozen !== undefined && !CHANGEABLE.includes(intent.status)) {
    const statuses = CHANGEABLE.join(', ');
    throw refused(
      'payment_intent_unexpected_state',
      `This PaymentIntent's ${frozen} could not be updated because it has a status of ${intent.status}. You may only update the ${frozen} of a PaymentIntent with one of the following statuses: ${statuses}.`,
      { payment_intent: intent, param: frozen },
    );
  }
  const change = { ...plainChanges(intent, given), ...chargeChanges(intent, given, apiVersion) };
  return world.paymentIntents.update(intent, { ...change, ...methodChanges(world, intent, given) });
}

function plainChanges(intent: PaymentIntent, given: UpdateIntent): Partial<PaymentIntent> {
  const change: Partial<PaymentIntent> = { metadata: changedMetadata(intent.metadata, given.metadata) };
  if (given.description !== undefined) change.description = given.description;
  if (given.receipt_email !== undefined) change.receipt_email = given.receipt_email;
  if (given.transfer_group !== undefined) change.transfer_group = given.transfer_group;
  if (given.statement_descriptor !== undefined) change.statement_descriptor = given.statement_descriptor;
  if (given.statement_descriptor_suffix !== undefined) {
    change.statement_descriptor_suffix = given.statement_descriptor_suffix;
  }
  if (given.shipping !== undefined) change.shipping = given.shipping === null ? null : shippingOf(given.shipping);
  return change;
}

function chargeChanges(intent: PaymentIntent, given: UpdateIntent, apiVersion: string | null): Partial<PaymentIntent> {
  const currency = given.currency === undefined ? intent.currency : checkedCurrency(given.currency);
  const amount = given.amount ?? intent.amount;
  if (given.amount !== undefined || given.currency !== undefined) checkChargeAmount(amount, currency);
  const change: Partial<PaymentIntent> = { amount, currency };
  const types = allowedTypes(given, apiVersion);
  if (types !== null) {
    change.payment_method_types = types;
    change.allowed_payment_method_types = types as NonNullable<PaymentIntent['allowed_payment_method_types']>;
    change.automatic_payment_methods = null;
  }
  if (given.capture_method !== undefined) change.capture_method = given.capture_method;
  if (given.setup_future_usage !== undefined) change.setup_future_usage = given.setup_future_usage;
  if (given.payment_method_options !== undefined) {
    change.payment_method_options = responseOptions(types ?? intent.payment_method_types, given.payment_method_options);
  }
  return change;
}

/** A new method makes the intent ready to be confirmed; taking the method away makes it want one. */
function methodChanges(world: World, intent: PaymentIntent, given: UpdateIntent): Partial<PaymentIntent> {
  const customer = given.customer === undefined ? intent.customer : customerReference(world, given.customer).id;
  if (given.payment_method === null) {
    return { customer, payment_method: null, status: 'requires_payment_method', next_action: null };
  }
  const method = givenMethod(world, given);
  if (method === null) return { customer };
  checkIsCustomers(method, customer);
  return { customer, payment_method: method.id, status: 'requires_confirmation', next_action: null };
}

/** Makes a payment intent and, when asked to, tries it at once. */
import type Stripe from 'stripe';
import { changedMetadata } from '../http/metadata';
import { refused } from '../http/failure';
import { shippingOf } from '../resources/address';
import { customerReference } from '../resources/customer-reference';
import { newId } from '../state/new-id';
import type { PaymentIntent, PaymentMethod } from '../state/stored';
import type { World } from '../state/world';
import { confirmIntent } from './confirm-intent';
import { checkChargeAmount, checkedCurrency } from './currencies';
import { allowedTypes, automaticTypes } from './intent-parameters';
import { checkIsCustomers } from './check-customer';
import { givenMethod } from './given-method';
import { responseOptions } from './method-options';
import type { CreateIntent } from './payment-intent-parameters';

/** Throws a `Failure` for what Stripe refuses, also the 402 of a decline when `confirm` was given. */
export function createIntent(world: World, given: CreateIntent, apiVersion: string | null): PaymentIntent {
  const currency = checkedCurrency(given.currency);
  checkChargeAmount(given.amount, currency);
  const types = allowedTypes(given, apiVersion);
  if (given.customer !== undefined) customerReference(world, given.customer);
  if (given.off_session === true && given.confirm !== true) {
    throw refused(null, 'You can only set `off_session` when `confirm` is true.', { param: 'off_session' });
  }
  const method = givenMethod(world, given);
  if (method !== null) checkIsCustomers(method, given.customer ?? null);
  const intent = world.paymentIntents.add(makeIntent(world, given, { currency, types, method }));
  world.emit('payment_intent.created', intent);
  if (given.confirm !== true) return intent;
  const { payment_method: _method, payment_method_data: _data, ...confirmation } = given;
  return confirmIntent(world, intent, confirmation, apiVersion);
}

interface Chosen {
  readonly currency: string;
  readonly types: string[] | null;
  readonly method: PaymentMethod | null;
}

function makeIntent(world: World, given: CreateIntent, chosen: Chosen): PaymentIntent {
  const id = newId('pi');
  const types = chosen.types ?? automaticTypes(chosen.currency);
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: chosen.types as PaymentIntent['allowed_payment_method_types'],
    amount: given.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods:
      chosen.types === null
        ? { allow_redirects: given.automatic_payment_methods?.allow_redirects ?? 'always', enabled: true }
        : null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: given.capture_method ?? 'automatic_async',
    client_secret: newId(`${id}_secret`, 25),
    confirmation_method: given.confirmation_method ?? 'automatic',
    created: world.now(),
    currency: chosen.currency,
    customer: given.customer ?? null,
    customer_account: null,
    description: given.description ?? null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: { enabled: false },
    metadata: changedMetadata({}, given.metadata),
    next_action: null,
    on_behalf_of: null,
    payment_method: chosen.method?.id ?? null,
    payment_method_configuration_details: null,
    payment_method_options: responseOptions(types, given.payment_method_options),
    payment_method_types: types,
    payment_record: null,
    processing: null,
    receipt_email: given.receipt_email ?? null,
    review: null,
    setup_future_usage: given.setup_future_usage ?? null,
    shipping: given.shipping === undefined || given.shipping === null ? null : shippingOf(given.shipping),
    source: null,
    statement_descriptor: given.statement_descriptor ?? null,
    statement_descriptor_suffix: given.statement_descriptor_suffix ?? null,
    status: chosen.method === null ? 'requires_payment_method' : 'requires_confirmation',
    transfer_data: null,
    transfer_group: given.transfer_group ?? null,
  } satisfies Stripe.PaymentIntent;
}

/** What the endpoints of payment intents take. Source: Stripe, "PaymentIntents", API 2026-10-28. */
import {
  boolean,
  clearableObject,
  clearableText,
  integer,
  oneOf,
  required,
  text,
  type Parsed,
} from '../http/parameters';
import { shippingParameters } from '../resources/address';
import { mandateData, offSession, sharedIntentParameters } from './intent-parameters';

const usage = oneOf('off_session', 'on_session');

const changeable = {
  ...sharedIntentParameters,
  amount: integer,
  capture_method: oneOf('automatic', 'automatic_async', 'manual'),
  currency: text,
  receipt_email: clearableText,
  setup_future_usage: usage,
  shipping: clearableObject(shippingParameters),
  statement_descriptor: clearableText,
  statement_descriptor_suffix: clearableText,
  transfer_group: clearableText,
} as const;

export const createIntentParameters = {
  ...changeable,
  amount: required(integer),
  confirmation_method: oneOf('automatic', 'manual'),
  currency: required(text),
  error_on_requires_action: boolean,
  mandate: text,
  off_session: offSession,
} as const;

export const updateIntentParameters = {
  allowed_payment_method_types: changeable.allowed_payment_method_types,
  amount: changeable.amount,
  capture_method: changeable.capture_method,
  currency: changeable.currency,
  customer: changeable.customer,
  description: changeable.description,
  metadata: changeable.metadata,
  payment_method: changeable.payment_method,
  payment_method_data: changeable.payment_method_data,
  payment_method_options: changeable.payment_method_options,
  payment_method_types: changeable.payment_method_types,
  receipt_email: changeable.receipt_email,
  setup_future_usage: changeable.setup_future_usage,
  shipping: changeable.shipping,
  statement_descriptor: changeable.statement_descriptor,
  statement_descriptor_suffix: changeable.statement_descriptor_suffix,
  transfer_group: changeable.transfer_group,
} as const;

export const confirmIntentParameters = {
  allowed_payment_method_types: sharedIntentParameters.allowed_payment_method_types,
  capture_method: changeable.capture_method,
  error_on_requires_action: boolean,
  mandate: text,
  mandate_data: mandateData,
  off_session: offSession,
  payment_method: text,
  payment_method_data: sharedIntentParameters.payment_method_data,
  payment_method_options: sharedIntentParameters.payment_method_options,
  payment_method_types: sharedIntentParameters.payment_method_types,
  receipt_email: clearableText,
  return_url: text,
  setup_future_usage: usage,
  shipping: changeable.shipping,
  use_stripe_sdk: boolean,
} as const;

export const cancelIntentParameters = {
  cancellation_reason: oneOf('abandoned', 'duplicate', 'fraudulent', 'requested_by_customer'),
} as const;

export const captureIntentParameters = {
  amount_to_capture: integer,
  final_capture: boolean,
  metadata: changeable.metadata,
  statement_descriptor: text,
  statement_descriptor_suffix: text,
} as const;

export type CreateIntent = Parsed<typeof createIntentParameters>;
export type UpdateIntent = Parsed<typeof updateIntentParameters>;
export type ConfirmIntent = Parsed<typeof confirmIntentParameters>;
export type CaptureIntent = Parsed<typeof captureIntentParameters>;

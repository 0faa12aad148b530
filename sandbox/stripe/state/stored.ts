/**
 * The objects as they are stored: Stripe's own types with every reference folded to an id, so that the sandbox never asks whether a reference is
 * expanded. Each stored type is assignable to Stripe's, which the compiler checks where an answer is made.
 */
import type Stripe from 'stripe';

/** T with the named members reduced to an id or null. */
type Folded<T, K extends keyof T> = Omit<T, K> & { [P in K]: Extract<T[P], string | null> };

export type Customer = Folded<Stripe.Customer, 'default_source'>;
export type PaymentMethod = Folded<Stripe.PaymentMethod, 'customer'>;
export type PaymentIntent = Folded<
  Stripe.PaymentIntent,
  'customer' | 'latest_charge' | 'payment_method' | 'application' | 'on_behalf_of' | 'review' | 'source'
>;
export type SetupIntent = Folded<
  Stripe.SetupIntent,
  'customer' | 'latest_attempt' | 'mandate' | 'payment_method' | 'single_use_mandate' | 'application' | 'on_behalf_of'
>;
export type Charge = Folded<
  Stripe.Charge,
  'balance_transaction' | 'customer' | 'failure_balance_transaction' | 'payment_intent' | 'payment_method'
>;
export type Refund = Folded<
  Stripe.Refund,
  | 'balance_transaction'
  | 'charge'
  | 'customer'
  | 'payment_intent'
  | 'payment_method'
  | 'source_transfer_reversal'
  | 'transfer_reversal'
>;
export type Dispute = Folded<Stripe.Dispute, 'charge' | 'payment_intent'>;
export type BalanceTransaction = Folded<Stripe.BalanceTransaction, 'source'>;
export type Payout = Folded<
  Stripe.Payout,
  'balance_transaction' | 'destination' | 'failure_balance_transaction' | 'original_payout' | 'reversed_by'
>;
export type Mandate = Folded<Stripe.Mandate, 'payment_method'>;
export type SetupAttempt = Folded<
  Stripe.SetupAttempt,
  'application' | 'customer' | 'on_behalf_of' | 'payment_method' | 'setup_intent'
>;
export type EarlyFraudWarning = Omit<Stripe.Radar.EarlyFraudWarning, 'charge' | 'payment_intent'> & {
  charge: string;
  payment_intent?: string;
};
export type TaxCalculation = Stripe.Tax.Calculation & { id: string };
export type TaxTransaction = Stripe.Tax.Transaction;
export type WebhookEndpoint = Stripe.WebhookEndpoint;

/** An event with its object as it was at that moment. Stripe's type is a union of hundreds; the sandbox needs only the envelope. */
export interface StoredEvent {
  readonly id: string;
  readonly object: 'event';
  readonly api_version: string;
  readonly created: number;
  readonly data: { readonly object: unknown; readonly previous_attributes?: unknown };
  readonly livemode: false;
  pending_webhooks: number;
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null };
  readonly type: EventType;
}
export type EventType = Stripe.Event['type'];

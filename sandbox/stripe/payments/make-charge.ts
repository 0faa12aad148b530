/** Charges in Stripe's shape: one per attempt of a payment intent, failed ones too. */
import type Stripe from 'stripe';
import { newId } from '../state/new-id';
import type { Charge, PaymentIntent, PaymentMethod } from '../state/stored';
import type { World } from '../state/world';
import { testMethodOf } from './decide-outcome';
import type { Decline } from './declines';
import type { TestMethod } from './test-methods';

/** How risky Radar finds a charge, by level. Source: Stripe, "Risk evaluation": below 65 normal, from 75 highest. */
const riskScores = { normal: 20, elevated: 68, highest: 92 } as const;

type Result =
  | { readonly kind: 'succeeded'; readonly isCaptured: boolean }
  | { readonly kind: 'pending' }
  | { readonly kind: 'failed'; readonly decline: Decline };

export interface ChargeContext {
  readonly intent: PaymentIntent;
  readonly method: PaymentMethod;
  readonly isAuthenticated: boolean;
}

/** Makes the charge of one attempt, without its balance transaction and its event. */
export function makeCharge(world: World, context: ChargeContext, result: Result): Charge {
  const { intent, method } = context;
  const test = testMethodOf(world, method);
  const decline = result.kind === 'failed' ? result.decline : null;
  const isCaptured = result.kind === 'pending' || (result.kind === 'succeeded' && result.isCaptured);
  const id = newId(test.type === 'card' ? 'ch' : 'py');
  return world.charges.add({
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: isCaptured ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: method.billing_details,
    calculated_statement_descriptor: intent.statement_descriptor ?? 'PERENNIAL SANDBOX',
    captured: isCaptured,
    created: world.now(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: { ...intent.metadata },
    on_behalf_of: null,
    outcome: outcomeOf(test, decline),
    paid: result.kind !== 'failed',
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: methodDetails(context, test, result),
    radar_options: {},
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: decline === null ? `https://pay.stripe.com/receipts/payment/${id}` : null,
    refunded: false,
    review: null,
    shipping: intent.shipping,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: result.kind,
    transfer_data: null,
    transfer_group: intent.transfer_group,
  } satisfies Stripe.Charge);
}

function outcomeOf(test: TestMethod, decline: Decline | null): Charge['outcome'] {
  const risk = { risk_level: test.riskLevel, risk_score: riskScores[test.riskLevel] };
  if (decline === null) {
    return {
      advice_code: null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: 'approved_by_network',
      reason: test.riskLevel === 'elevated' ? 'elevated_risk_level' : null,
      ...risk,
      seller_message: 'Payment complete.',
      type: 'authorized',
    };
  }
  const isBlocked = decline.isBlocked ?? false;
  return {
    advice_code: (decline.adviceCode ?? null) as NonNullable<Charge['outcome']>['advice_code'],
    network_advice_code: decline.networkAdviceCode ?? null,
    network_decline_code: decline.networkDeclineCode ?? null,
    network_status: isBlocked ? 'not_sent_to_network' : 'declined_by_network',
    reason: isBlocked ? 'highest_risk_level' : decline.declineCode,
    ...risk,
    seller_message: isBlocked
      ? 'Stripe blocked this payment as too risky.'
      : 'The bank did not return any further details with this decline.',
    type: isBlocked ? 'blocked' : 'issuer_declined',
  };
}

function methodDetails(
  context: ChargeContext,
  test: TestMethod,
  result: Result,
): NonNullable<Charge['payment_method_details']> {
  const { method, intent } = context;
  if (method.card !== undefined) return { type: 'card', card: cardDetails(context, test, result) };
  if (method.us_bank_account !== undefined) {
    const { account_holder_type, account_type, bank_name, fingerprint, last4, routing_number } = method.us_bank_account;
    const account = { account_holder_type, account_type, bank_name, fingerprint, last4, routing_number };
    return { type: 'us_bank_account', us_bank_account: { ...account, payment_reference: intent.id.slice(-15) } };
  }
  const { bank_code, branch_code, country, fingerprint, last4 } = method.sepa_debit ?? emptySepaDebit;
  return { type: 'sepa_debit', sepa_debit: { bank_code, branch_code, country, fingerprint, last4, mandate: null } };
}

const emptySepaDebit = { bank_code: null, branch_code: null, country: null, fingerprint: null, last4: null };

function cardDetails(
  context: ChargeContext,
  test: TestMethod,
  result: Result,
): Stripe.Charge.PaymentMethodDetails.Card {
  const { intent, method } = context;
  const card = method.card;
  if (card === undefined) throw new Error(`${method.id} is no card`);
  const isApproved = result.kind === 'succeeded';
  const usage = intent.payment_method_options?.card?.stored_credential_usage;
  return {
    amount_authorized: isApproved ? intent.amount : null,
    authorization_code: isApproved ? intent.id.slice(-6).toUpperCase() : null,
    brand: card.brand,
    checks: card.checks,
    country: card.country,
    electronic_commerce_indicator: null,
    exp_month: card.exp_month,
    exp_year: card.exp_year,
    extended_authorization: { status: 'disabled' },
    fingerprint: card.fingerprint ?? null,
    funding: card.funding,
    incremental_authorization: { status: 'unavailable' },
    installments: null,
    last4: card.last4,
    mandate: null,
    multicapture: { status: 'unavailable' },
    network: test.type === 'card' ? test.network : null,
    network_token: { used: false },
    network_transaction_id: isApproved ? intent.id.slice(-15) : null,
    overcapture: { maximum_amount_capturable: intent.amount, status: 'unavailable' },
    regulated_status: 'unregulated',
    ...(usage === undefined ? {} : { stored_credential_usage: usage }),
    three_d_secure: context.isAuthenticated ? authenticated : null,
    transaction_link_id: null,
    wallet: null,
  };
}

const authenticated: Stripe.Charge.PaymentMethodDetails.Card.ThreeDSecure = {
  authentication_flow: 'challenge',
  electronic_commerce_indicator: '05',
  exemption_indicator: null,
  result: 'authenticated',
  result_reason: null,
  transaction_id: null,
  version: '2.2.0',
};

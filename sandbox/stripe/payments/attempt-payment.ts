/** One attempt of a payment intent, from the outcome that was decided to its charge, status and events. */
import { Failure, type FailureBody } from '../http/failure';
import { newId } from '../state/new-id';
import type { Charge, PaymentIntent, PaymentMethod } from '../state/stored';
import type { World } from '../state/world';
import { recordMovement } from '../resources/balance-transactions';
import { warnOfFraud } from '../resources/early-fraud-warnings';
import { openDispute } from '../resources/open-dispute';
import { cardFailureBody, docUrl } from './card-failure';
import { processingFee } from './currencies';
import { testMethodOf } from './decide-outcome';
import { declines, type Decline } from './declines';
import { makeCharge, type ChargeContext } from './make-charge';
import type { Outcome } from './outcome';

export interface Attempt extends ChargeContext {
  readonly isOffSession: boolean;
  readonly returnUrl: string | null;
}

/** Plays an outcome. Answers the intent, or throws the 402 of a decline; in both cases everything is recorded. */
export function attemptPayment(world: World, attempt: Attempt, outcome: Outcome): PaymentIntent {
  const { intent, method } = attempt;
  world.paymentIntents.update(intent, { payment_method: method.id, next_action: null, last_payment_error: null });
  switch (outcome.kind) {
    case 'succeed':
      return succeed(world, attempt);
    case 'decline':
      return decline(world, attempt, outcome.decline);
    case 'authenticate':
      if (attempt.isOffSession) return decline(world, attempt, declines.authentication_required);
      return askCustomer(world, attempt, outcome.then);
    case 'process':
      return process(world, attempt, outcome.then);
  }
}

function succeed(world: World, attempt: Attempt): PaymentIntent {
  const isCaptured = attempt.intent.capture_method !== 'manual';
  const charge = makeCharge(world, attempt, { kind: 'succeeded', isCaptured });
  world.paymentIntents.update(attempt.intent, { latest_charge: charge.id });
  keepMethod(world, attempt);
  if (!isCaptured) return reserve(world, attempt.intent, charge);
  return finish(world, attempt.intent, charge, attempt.method);
}

function reserve(world: World, intent: PaymentIntent, charge: Charge): PaymentIntent {
  world.emit('charge.succeeded', charge);
  world.paymentIntents.update(intent, { status: 'requires_capture', amount_capturable: intent.amount });
  world.emit('payment_intent.amount_capturable_updated', intent);
  return intent;
}

/** Takes the money of a charge: its balance transaction, the intent's success, the events, and what a test card does afterwards. */
export function finish(world: World, intent: PaymentIntent, charge: Charge, method: PaymentMethod): PaymentIntent {
  const test = testMethodOf(world, method);
  const movement = recordMovement(world, {
    type: test.type === 'card' ? 'charge' : 'payment',
    reportingCategory: 'charge',
    source: charge.id,
    amount: charge.amount_captured,
    fee: processingFee(charge.amount_captured, charge.currency),
    currency: charge.currency,
    description: charge.description,
    isAvailableAtOnce: test.isAvailableAtOnce ?? false,
  });
  const wasReserved = intent.status === 'requires_capture';
  world.charges.update(charge, { status: 'succeeded', captured: true, paid: true, balance_transaction: movement.id });
  world.paymentIntents.update(intent, {
    status: 'succeeded',
    amount_capturable: 0,
    amount_received: charge.amount_captured,
    next_action: null,
    last_payment_error: null,
    processing: null,
  });
  world.emit(wasReserved ? 'charge.captured' : 'charge.succeeded', charge);
  world.emit('payment_intent.succeeded', intent);
  if (test.hasFraudWarning === true) warnOfFraud(world, charge);
  if (test.dispute !== undefined) {
    for (let index = 0; index < test.dispute.count; index += 1) openDispute(world, charge, test.dispute);
  }
  return intent;
}

/** A method used with a customer for later is attached to it; one used without a customer cannot be used again. */
function keepMethod(world: World, { intent, method }: Attempt): void {
  if (method.customer !== null) return;
  if (intent.customer !== null && intent.setup_future_usage !== null) {
    world.paymentMethods.update(method, { customer: intent.customer });
    world.emit('payment_method.attached', method);
    return;
  }
  world.secrets.update(world.secrets.at(method.id), { isSpent: true });
}

/** Records a failed attempt and throws its 402. */
function decline(world: World, attempt: Attempt, reason: Decline): never {
  const charge = makeCharge(world, attempt, { kind: 'failed', decline: reason });
  world.emit('charge.failed', charge);
  failIntent(world, attempt, charge, reason);
  throw paymentFailure(attempt.intent);
}

/** Returns an intent to where it needs another payment method, with the reason. */
export function failIntent(
  world: World,
  { intent, method }: Pick<Attempt, 'intent' | 'method'>,
  charge: Charge | null,
  reason: Decline,
): void {
  const chargeMember = charge === null ? {} : { charge: charge.id };
  const failure = {
    ...cardFailureBody(reason),
    ...chargeMember,
    doc_url: docUrl(reason.code),
    payment_method: { ...method },
  };
  world.paymentIntents.update(intent, {
    status: 'requires_payment_method',
    payment_method: null,
    next_action: null,
    processing: null,
    latest_charge: charge?.id ?? intent.latest_charge,
    last_payment_error: failure as NonNullable<PaymentIntent['last_payment_error']>,
  });
  world.emit('payment_intent.payment_failed', intent);
}

/** The answer to a failed attempt: status 402, the reason, and the intent as it is now. */
export function paymentFailure(intent: PaymentIntent): Failure {
  const body = intent.last_payment_error as unknown as FailureBody;
  return new Failure(402, { ...body, payment_intent: intent });
}

function askCustomer(world: World, attempt: Attempt, then: Outcome): PaymentIntent {
  const { intent, returnUrl } = attempt;
  const page = `${world.baseUrl}/_sandbox/authenticate/${intent.id}`;
  world.pendingOutcomes.add({ id: intent.id, method: attempt.method.id, then });
  world.paymentIntents.update(intent, { status: 'requires_action', next_action: nextAction(page, returnUrl) });
  world.emit('payment_intent.requires_action', intent);
  return intent;
}

/** A page to go to and come back from, or, without an address to come back to, a task for Stripe's script in the browser. */
export function nextAction(
  page: string,
  returnUrl: string | null,
):
  | { type: string; redirect_to_url: { return_url: string; url: string } }
  | { type: string; use_stripe_sdk: Record<string, string> } {
  if (returnUrl !== null) return { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url: page } };
  const task = { type: 'three_d_secure_redirect', stripe_js: page, source: newId('src') };
  return { type: 'use_stripe_sdk', use_stripe_sdk: task };
}

function process(world: World, attempt: Attempt, then: Outcome | null): PaymentIntent {
  const { intent, method } = attempt;
  const charge = makeCharge(world, attempt, { kind: 'pending' });
  keepMethod(world, attempt);
  world.pendingOutcomes.add({ id: intent.id, method: method.id, then });
  world.paymentIntents.update(intent, { status: 'processing', latest_charge: charge.id });
  world.emit('charge.pending', charge);
  world.emit('payment_intent.processing', intent);
  return intent;
}

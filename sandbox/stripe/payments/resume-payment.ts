/** What happens to an intent that waits: the customer answers, or the bank does. */
import { Failure, refused } from '../http/failure';
import type { PaymentIntent } from '../state/stored';
import type { World } from '../state/world';
import { attemptPayment, failIntent, finish } from './attempt-payment';
import { declines, type Decline } from './declines';
import type { Outcome } from './outcome';

const AUTHENTICATION_FAILED: Decline = {
  code: 'payment_intent_authentication_failure',
  declineCode: 'generic_decline',
  message: 'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
};

/** The customer completed or failed the authentication. A decline afterwards is recorded, not thrown: nobody asked. */
export function answerAuthentication(world: World, intent: PaymentIntent, isCompleted: boolean): PaymentIntent {
  const pending = world.pendingOutcomes.get(intent.id);
  if (intent.status !== 'requires_action' || pending === undefined) {
    throw refused('payment_intent_unexpected_state', `This PaymentIntent has the status ${intent.status}.`);
  }
  world.pendingOutcomes.remove(intent.id);
  const method = world.paymentMethods.at(pending.method);
  if (!isCompleted) {
    failIntent(world, { intent, method }, null, AUTHENTICATION_FAILED);
    return intent;
  }
  const attempt = { intent, method, isAuthenticated: true, isOffSession: false, returnUrl: null };
  try {
    return attemptPayment(world, attempt, pending.then ?? { kind: 'succeed' });
  } catch (error) {
    if (error instanceof Failure && error.status === 402) return intent;
    throw error;
  }
}

/** The bank answered a payment that was processing. Without an answer given, the one that the test account foresees, or success. */
export function settlePayment(world: World, intent: PaymentIntent, answer: Outcome | null): PaymentIntent {
  const pending = world.pendingOutcomes.get(intent.id);
  if (intent.status !== 'processing' || pending === undefined || intent.latest_charge === null) {
    throw refused('payment_intent_unexpected_state', `This PaymentIntent has the status ${intent.status}.`);
  }
  world.pendingOutcomes.remove(intent.id);
  const method = world.paymentMethods.at(pending.method);
  const charge = world.charges.at(intent.latest_charge);
  const outcome = answer ?? pending.then ?? { kind: 'succeed' };
  if (outcome.kind !== 'decline') return finish(world, intent, charge, method);
  const reason = outcome.decline;
  world.charges.update(charge, {
    status: 'failed',
    captured: false,
    amount_captured: 0,
    paid: false,
    failure_code: reason.code,
    failure_message: reason.message,
  });
  world.emit('charge.failed', charge);
  failIntent(world, { intent, method }, charge, reason);
  return intent;
}

/** The failure of a bank debit when a test says only that it fails. */
export const debitFailure: Outcome = { kind: 'decline', decline: declines.insufficient_funds };

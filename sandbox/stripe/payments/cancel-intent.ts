/** Cancels a payment intent that has not succeeded; money that was reserved is released. */
import { refused } from '../http/failure';
import type { PaymentIntent } from '../state/stored';
import type { World } from '../state/world';

const CANCELABLE: readonly string[] = [
  'requires_payment_method',
  'requires_capture',
  'requires_confirmation',
  'requires_action',
];

export function cancelIntent(
  world: World,
  intent: PaymentIntent,
  reason: PaymentIntent['cancellation_reason'],
): PaymentIntent {
  if (!CANCELABLE.includes(intent.status)) {
    throw refused(
      'payment_intent_unexpected_state',
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_reauthorization, requires_confirmation, requires_action, processing.`,
      { payment_intent: intent },
    );
  }
  if (intent.status === 'requires_capture' && intent.latest_charge !== null) release(world, intent.latest_charge);
  world.pendingOutcomes.remove(intent.id);
  world.paymentIntents.update(intent, {
    status: 'canceled',
    amount_capturable: 0,
    canceled_at: world.now(),
    cancellation_reason: reason,
    next_action: null,
  });
  world.emit('payment_intent.canceled', intent);
  return intent;
}

/** A reservation that is released reads as a charge that was refunded in full without ever being captured. */
function release(world: World, chargeId: string): void {
  const charge = world.charges.at(chargeId);
  world.charges.update(charge, { amount_refunded: charge.amount, refunded: true });
  world.emit('charge.refunded', charge, { amount_refunded: 0, refunded: false });
}

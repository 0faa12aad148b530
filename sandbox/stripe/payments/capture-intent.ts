/** Captures reserved money, all of it or a part; what is not captured is released. */
import { changedMetadata } from '../http/metadata';
import { refused } from '../http/failure';
import type { PaymentIntent } from '../state/stored';
import type { World } from '../state/world';
import { finish } from './attempt-payment';
import type { CaptureIntent } from './payment-intent-parameters';

export function captureIntent(world: World, intent: PaymentIntent, given: CaptureIntent): PaymentIntent {
  if (intent.status !== 'requires_capture' || intent.latest_charge === null) {
    throw refused(
      'payment_intent_unexpected_state',
      `This PaymentIntent could not be captured because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.`,
      { payment_intent: intent },
    );
  }
  const amount = given.amount_to_capture ?? intent.amount_capturable;
  if (amount < 1 || amount > intent.amount_capturable) {
    throw refused(
      'amount_too_large',
      `The amount to capture (${amount}) must be between 1 and the amount that can be captured (${intent.amount_capturable}).`,
      { param: 'amount_to_capture' },
    );
  }
  const charge = world.charges.at(intent.latest_charge);
  world.charges.update(charge, { amount_captured: amount, amount_refunded: charge.amount - amount });
  world.paymentIntents.update(intent, { metadata: changedMetadata(intent.metadata, given.metadata) });
  return finish(world, intent, charge, world.paymentMethods.at(charge.payment_method ?? ''));
}

/** Takes a payment method from its customer for good: it cannot be attached or charged again. */
import type { PaymentMethod } from '../state/stored';
import type { World } from '../state/world';

export function detachPaymentMethod(world: World, method: PaymentMethod): PaymentMethod {
  const previous = { customer: method.customer };
  world.secrets.update(world.secrets.at(method.id), { isSpent: true });
  world.paymentMethods.update(method, { customer: null });
  world.emit('payment_method.detached', method, previous);
  return method;
}

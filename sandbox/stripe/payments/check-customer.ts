/** A stored payment method can be charged for its own customer only. */
import { refused } from '../http/failure';
import type { PaymentMethod } from '../state/stored';

/** Throws a `Failure` when the method is another customer's. One that is nobody's may be used once. */
export function checkIsCustomers(method: PaymentMethod, customer: string | null): void {
  if (method.customer === null || method.customer === customer) return;
  if (customer === null) {
    throw refused(
      null,
      `The PaymentMethod you provided (${method.id}) is attached to a customer. Please include the Customer in the \`customer\` parameter.`,
      { param: 'payment_method' },
    );
  }
  throw refused(
    null,
    `The customer does not have a payment method with the ID ${method.id}. The payment method must be attached to the customer.`,
    { param: 'payment_method' },
  );
}

/** The payment method of a request that may name one, describe one, or do neither. */
import type { Parsed } from '../http/parameters';
import {
  checkUsable,
  methodFromData,
  methodReference,
  type inlineMethodParameters,
} from '../resources/payment-methods';
import type { PaymentMethod } from '../state/stored';
import type { World } from '../state/world';

interface Given {
  readonly payment_method?: string | null | undefined;
  readonly payment_method_data?: Parsed<typeof inlineMethodParameters> | undefined;
}

/** Throws a `Failure` for a method that is unknown or cannot be used again. */
export function givenMethod(world: World, given: Given): PaymentMethod | null {
  const method = namedMethod(world, given);
  if (method !== null) checkUsable(world, method);
  return method;
}

function namedMethod(world: World, given: Given): PaymentMethod | null {
  if (given.payment_method_data !== undefined) return methodFromData(world, given.payment_method_data);
  return typeof given.payment_method === 'string' ? methodReference(world, given.payment_method) : null;
}

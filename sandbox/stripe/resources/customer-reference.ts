/** A customer as another object names it. */
import { missingReference } from '../http/failure';
import type { Customer } from '../state/stored';
import type { World } from '../state/world';

/** The customer that another object names. Throws a `Failure` for one that is unknown or deleted. */
export function customerReference(world: World, id: string, param = 'customer'): Customer {
  const customer = world.customers.get(id);
  if (customer === undefined) throw missingReference('customer', id, param);
  return customer;
}

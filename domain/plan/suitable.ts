/** Which prices stand beside a plan. */
import type { PlanPrice } from '../plan';
import { currenciesOf, quantityModels } from '../pricing';
import { isBilledAhead, isMetered } from './timing';

/**
 * Why a price cannot be an add-on, or a one-off charge; null where it can. An add-on is a fee that is billed ahead with each period, by any
 * model that prices a quantity, or what a meter counts from its booking on, by any model that the meter can feed. A charge is a one-off price
 * of a quantity: there is no time over which a meter could count.
 */
export function unsuitableAs(kind: 'add_on' | 'charge', price: PlanPrice, currency: string): string | null {
  if (!currenciesOf(price.model, price.parameters).includes(currency)) return `it has no amount in ${currency}`;
  if (kind === 'charge') {
    if (price.kind !== 'one_off') return 'it is not a one-off price';
    return quantityModels.includes(price.model) ? null : `${price.model} does not price a quantity`;
  }
  if (isMetered(price)) return null;
  return isBilledAhead(price) && quantityModels.includes(price.model)
    ? null
    : 'it is neither billed ahead with each period nor put on a meter';
}

/** The price that an add-on or a charge names, or why it cannot be one. */
import { refusal, type Refusal } from '../../domain/errors';
import type { PlanPrice } from '../../domain/plan';
import { keptPrice } from '../../domain/plan/kept-price';
import { isBilledAhead } from '../../domain/plan/timing';
import { currenciesOf, quantityModels } from '../../domain/pricing';
import { namedPrice } from '../../db/transactions/named-price';
import type { ActivityDependencies } from '../dependencies';

export interface NamedPrice {
  readonly tenantId: string;
  readonly currency: string;
  readonly priceId: string;
  readonly kind: 'add_on' | 'charge';
}

/** An add-on is billed ahead with each period, a charge once; what a meter counts belongs to the plan. */
function unsuitable(price: PlanPrice, { kind, currency }: NamedPrice): string | null {
  if (!quantityModels.includes(price.model) || price.meterId !== undefined) return 'it is put on a meter';
  if (kind === 'add_on' && !isBilledAhead(price)) return 'it is not billed ahead with each period';
  if (kind === 'charge' && price.kind !== 'one_off') return 'it is not a one-off price';
  return currenciesOf(price.model, price.parameters).includes(currency) ? null : `it has no amount in ${currency}`;
}

/** Reads a price of the tenant as an item carries it. */
export async function pricedItem(deps: ActivityDependencies, named: NamedPrice): Promise<PlanPrice | Refusal> {
  const { tenantId, priceId } = named;
  const price = await namedPrice(deps.database.as(tenantId), tenantId, priceId);
  if (price === null) return refusal('not_found', { resource: 'Price', id: priceId });
  const reason = unsuitable(price, named);
  return reason === null ? keptPrice(price) : refusal('price_unsuitable', { priceId, reason });
}

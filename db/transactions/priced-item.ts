/** The price that an add-on or a charge names, or why it cannot be one. */
import { refusal, type Refusal } from '../../domain/errors';
import type { PlanPrice } from '../../domain/plan';
import { keptPrice } from '../../domain/plan/kept-price';
import { unsuitableAs } from '../../domain/plan/suitable';
import type { Database } from '../pool';
import { namedPrice } from './named-price';

export interface NamedPrice {
  readonly tenantId: string;
  readonly currency: string;
  readonly priceId: string;
  readonly kind: 'add_on' | 'charge';
}

/** Reads a price of the tenant as an item carries it. */
export async function pricedItem(database: Database, named: NamedPrice): Promise<PlanPrice | Refusal> {
  const { tenantId, priceId, kind, currency } = named;
  const price = await namedPrice(database.as(tenantId), tenantId, priceId);
  if (price === null) return refusal('not_found', { resource: 'Price', id: priceId });
  const reason = unsuitableAs(kind, price, currency);
  return reason === null ? keptPrice(price) : refusal('price_unsuitable', { priceId, reason });
}

/** The price that a command names. */
import type { PlanPrice } from '../../domain/plan';
import type { Queryable } from '../pool';
import { findPrice } from '../queries/prices';

/** A price of the tenant; null when it has none of this id. */
export const namedPrice = (db: Queryable, tenantId: string, priceId: string): Promise<PlanPrice | null> =>
  findPrice(db, tenantId, priceId);

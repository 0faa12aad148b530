import type { PlanPrice } from '../plan';

/** Only what a plan version, or an item beside it, keeps of a price: a snapshot, however much more its row says. */
export function keptPrice(price: PlanPrice): PlanPrice {
  const { id, productId, kind, model, parameters, description, stream, meterId, timing, skipZeroUsage } = price;
  return {
    id,
    ...(productId === undefined ? {} : { productId }),
    kind,
    model,
    parameters,
    description,
    stream,
    ...(meterId === undefined ? {} : { meterId }),
    ...(timing === undefined ? {} : { timing }),
    ...(skipZeroUsage === undefined ? {} : { skipZeroUsage }),
  };
}

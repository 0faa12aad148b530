/** The registry of pricing models. A new model is one file and one line here. */
import { type FieldError, fail } from '../errors';
import { flat } from './flat';
import type { PricedAmount, PricingModel, PricingModelKind } from './model';
import { perSeat } from './per_seat';

export type { PricedAmount, PricingModel, PricingModelKind } from './model';

export const pricingModels = {
  flat,
  per_seat: perSeat,
} as const satisfies Record<PricingModelKind, PricingModel>;

/** True for the name of a model. */
export function isPricingModelKind(value: unknown): value is PricingModelKind {
  return typeof value === 'string' && Object.hasOwn(pricingModels, value);
}

/** What is wrong with a price's parameters, by field; empty when they are sound. */
export function pricingErrors(kind: PricingModelKind, parameters: unknown): FieldError[] {
  const parsed = modelOf(kind).parse(parameters);
  return Array.isArray(parsed) ? parsed : [];
}

/**
 * The price of a quantity in a currency for one whole period: the one way to compute a price, for previews and invoices alike.
 * @throws PerennialError `validation_failed` when the parameters are not sound, `currency_not_priced`, `quantity_invalid`.
 */
export function priceOf(kind: PricingModelKind, parameters: unknown, quantity: string, currency: string): PricedAmount {
  const model = modelOf(kind);
  const parsed = model.parse(parameters);
  if (Array.isArray(parsed)) fail('validation_failed', {}, { fields: parsed as FieldError[] });
  return model.price(parsed, quantity, currency);
}

/** A model takes only what its own `parse` gave, which the callers here keep to. */
function modelOf(kind: PricingModelKind): PricingModel {
  return pricingModels[kind];
}

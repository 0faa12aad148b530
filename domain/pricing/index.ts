/** The registry of pricing models. A new model is one file and one line here. */
import { type FieldError, fail } from '../errors';
import { capacity } from './capacity';
import { cumulativeVolume } from './cumulative_volume';
import { dynamic } from './dynamic';
import type { PricedAmount } from './explanation';
import { flat } from './flat';
import { graduated } from './graduated';
import { graduatedPercentage } from './graduated_percentage';
import { matrix } from './matrix';
import type { PricingModel, PricingModelKind } from './model';
import { packages } from './package';
import { perSeat } from './per_seat';
import { perUnit } from './per_unit';
import { percentage } from './percentage';
import { stairstep } from './stairstep';
import { type Usage, usageOf } from './usage';
import { volume } from './volume';

export type { PricedAmount, PriceExplanation } from './explanation';
export type { PricingModel, PricingModelKind } from './model';
export type { Usage, UsageForm } from './usage';

export const pricingModels = {
  flat,
  per_seat: perSeat,
  per_unit: perUnit,
  graduated,
  volume,
  package: packages,
  stairstep,
  capacity,
  cumulative_volume: cumulativeVolume,
  percentage,
  graduated_percentage: graduatedPercentage,
  dynamic,
  matrix,
} as const satisfies Record<PricingModelKind, PricingModel>;

/** True for the name of a model. */
export function isPricingModelKind(value: unknown): value is PricingModelKind {
  return typeof value === 'string' && Object.hasOwn(pricingModels, value);
}

/** The models that need nothing but the quantity of the period, so that a subscription's own quantity can be priced with them. */
export const quantityModels: readonly PricingModelKind[] = Object.values(pricingModels as Record<string, PricingModel>)
  .filter(({ capabilities }) => capabilities.usage === 'quantity' && capabilities.before !== 'contract')
  .map(({ kind }) => kind);

/** What is wrong with a price's parameters, by field; empty when they are sound. */
export function pricingErrors(kind: PricingModelKind, parameters: unknown): FieldError[] {
  const parsed = modelOf(kind).parse(parameters);
  return Array.isArray(parsed) ? parsed : [];
}

/**
 * The currencies that a price can be billed in, in the order of the alphabet.
 * @throws PerennialError `validation_failed` when the parameters are not sound.
 */
export function currenciesOf(kind: PricingModelKind, parameters: unknown): string[] {
  return [...modelOf(kind).currencies(soundParameters(kind, parameters))].sort();
}

/**
 * The price of a usage (or of a bare quantity) in a currency for one whole period: the one way to compute a price, for previews and
 * invoices alike.
 * @throws PerennialError `validation_failed` when the parameters are not sound, `currency_not_priced`, `quantity_invalid`, and for what
 * does not fit the model `usage_invalid`, `usage_not_priced`, `currency_mismatch`.
 */
export function priceOf(
  kind: PricingModelKind,
  parameters: unknown,
  usage: Usage | string,
  currency: string,
): PricedAmount {
  return modelOf(kind).price(soundParameters(kind, parameters), usageOf(usage), currency);
}

function soundParameters(kind: PricingModelKind, parameters: unknown): unknown {
  const parsed = modelOf(kind).parse(parameters);
  if (Array.isArray(parsed)) fail('validation_failed', {}, { fields: parsed as FieldError[] });
  return parsed;
}

/** A model takes only what its own `parse` gave, which the callers here keep to. */
function modelOf(kind: PricingModelKind): PricingModel {
  return pricingModels[kind];
}

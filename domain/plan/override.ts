/**
 * Prices of a plan version that differ for one customer, or for one phase: laid over the version's own, and checked by the model. The
 * version itself stays as it is.
 */
import type { FieldError } from '../errors';
import type { PlanDefinition, PlanPrice } from '../plan';
import { currenciesOf, isPricingModelKind, pricingErrors, pricingModels, quantityModels } from '../pricing';
import { isRecord } from '../pricing/amounts';

export interface PriceOverride {
  /** Which price of the version. */
  readonly priceId: string;
  /** Another model; its parameters then stand alone. */
  readonly model?: PlanPrice['model'];
  /** Laid over the price's own: objects field by field (an amount in one currency), all else, lists too, as a whole. */
  readonly parameters: unknown;
  readonly description?: string;
}

/** One value laid over another: objects are merged, anything else is replaced. */
function laidOver(base: unknown, over: unknown): unknown {
  if (!isRecord(base) || !isRecord(over)) return over;
  const merged = Object.entries(over).map(([name, value]) => {
    const own = Object.hasOwn(base, name) ? base[name] : undefined;
    return [name, laidOver(own, value)] as const;
  });
  return { ...base, ...Object.fromEntries(merged) };
}

function overridden(price: PlanPrice, { model = price.model, parameters, description }: PriceOverride): PlanPrice {
  const merged = model === price.model ? laidOver(price.parameters, parameters) : parameters;
  return { ...price, model, parameters: merged, description: description ?? price.description };
}

/** The currencies must stay, or a subscription in one of them could not be billed any more. */
function missingCurrencies(before: PlanPrice, after: PlanPrice): FieldError[] {
  const kept = currenciesOf(after.model, after.parameters);
  const missing = currenciesOf(before.model, before.parameters).filter((currency) => !kept.includes(currency));
  return missing.map((currency) => ({ path: '', message: `must have a price in ${currency}` }));
}

/** Another model must read what the price reads: the subscription's quantity, or its meter in the same form. */
function unfitModel({ model, meterId }: PlanPrice, other: PlanPrice['model']): string | null {
  if (meterId === undefined) return quantityModels.includes(other) ? null : 'needs a meter, and the price has none';
  const { usage, usesQuantity, wholeQuantities } = pricingModels[other].capabilities;
  const before = pricingModels[model].capabilities;
  const fits = usage === before.usage && usesQuantity && (!wholeQuantities || before.wholeQuantities);
  return fits ? null : `does not read the meter as ${model} does`;
}

function errorsOf(price: PlanPrice, override: PriceOverride): FieldError[] {
  if (override.model !== undefined && !isPricingModelKind(override.model))
    return [{ path: 'model', message: 'is not a pricing model' }];
  const unfit = override.model === undefined ? null : unfitModel(price, override.model);
  if (unfit !== null) return [{ path: 'model', message: unfit }];
  const after = overridden(price, override);
  const wrong = pricingErrors(after.model, after.parameters);
  const errors = wrong.length > 0 ? wrong : missingCurrencies(price, after);
  return errors.map(({ path, message }) => ({ path: path === '' ? 'parameters' : `parameters.${path}`, message }));
}

/** What is wrong with overrides of a version, by field; empty when they are sound. */
export function overrideErrors(definition: PlanDefinition, overrides: readonly PriceOverride[]): FieldError[] {
  return overrides.flatMap((override, index) => {
    const at = `overrides.${index}`;
    const price = definition.prices.find(({ id }) => id === override.priceId);
    if (price === undefined) return [{ path: `${at}.price_id`, message: 'is not a price of the plan' }];
    const first = overrides.findIndex(({ priceId }) => priceId === override.priceId);
    if (first < index) return [{ path: `${at}.price_id`, message: `is overridden already by overrides.${first}` }];
    return errorsOf(price, override).map(({ path, message }) => ({ path: `${at}.${path}`, message }));
  });
}

/**
 * A version with its overrides, or what is wrong with them by field. A price keeps its id and its place, so that invoices go on with it.
 */
export function applyOverrides(
  definition: PlanDefinition,
  overrides: readonly PriceOverride[],
): PlanDefinition | FieldError[] {
  if (overrides.length === 0) return definition;
  const errors = overrideErrors(definition, overrides);
  if (errors.length > 0) return errors;
  const byPrice = new Map(overrides.map((override) => [override.priceId, override]));
  const prices = definition.prices.map((price) => {
    const override = byPrice.get(price.id);
    return override === undefined ? price : overridden(price, override);
  });
  return { ...definition, prices };
}

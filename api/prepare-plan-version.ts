/** Makes the definition of a plan version from a body: prices by id or inline, checked together. */
import type { Queryable } from '../db/pool';
import { findPrices, insertPrice, type Price } from '../db/queries/prices';
import type { Product } from '../db/queries/products';
import type { Entitlement } from '../domain/entitlements/entitlement';
import { fail, type FieldError } from '../domain/errors';
import { idFromFacts } from '../domain/ids';
import type { PlanDefinition, PlanPrice } from '../domain/plan';
import { keptPrice } from '../domain/plan/kept-price';
import { currenciesOf } from '../domain/pricing';
import type { ProrationPolicy } from '../domain/proration';
import { parametersOf, priceErrors } from './check-price';
import { tenantOf, type ApiContext } from './context';
import { meterErrors, metersOfPrices, usageFieldsOf, type MetersByName } from './meters-of-prices';
import type { ApiDependencies } from './dependencies';
import { prepareEntitlements } from './prepare-entitlements';
import { preparePlanTerms } from './prepare-plan-terms';
import type { InlinePrice, PlanVersionBody } from './resources/catalogue';

type NewPrice = Omit<Price, 'recordedAt'>;

export interface PreparedVersion {
  readonly definition: PlanDefinition;
  /** Inline prices, to be written with the version. */
  readonly newPrices: readonly NewPrice[];
}

/** A subscription is billed in one currency, so every price must have it. */
function currencyErrors(prices: readonly PlanPrice[]): FieldError[] {
  const first = prices[0] === undefined ? '' : currenciesOf(prices[0].model, prices[0].parameters).join(', ');
  return prices.flatMap((price, index) =>
    currenciesOf(price.model, price.parameters).join(', ') === first
      ? []
      : [{ path: `prices.${index}.amounts`, message: `must cover the same currencies: ${first}` }],
  );
}

const isInline = (price: PlanVersionBody['prices'][number]): price is InlinePrice => !('price_id' in price);

/** Facts of the request name inline prices, so that a repetition makes the same. */
function newPrice(c: ApiContext, product: Product, price: InlinePrice, index: number, meters: MetersByName): NewPrice {
  const { kind, model, description, stream = product.stream } = price;
  const id = idFromFacts('price', c.get('seed'), String(index));
  return {
    id,
    tenantId: product.tenantId,
    productId: product.id,
    kind,
    model,
    parameters: parametersOf(price),
    description,
    stream,
    ...usageFieldsOf(price, meters),
  };
}

async function storedPrices(c: ApiContext, deps: ApiDependencies, body: PlanVersionBody): Promise<Map<string, Price>> {
  const { tenantId } = tenantOf(c);
  const ids = body.prices.flatMap((price) => (isInline(price) ? [] : [price.price_id]));
  const rows = ids.length === 0 ? [] : await findPrices(deps.database.as(tenantId), tenantId, ids);
  return new Map(rows.map((row) => [row.id, row]));
}

function definitionOf(
  body: PlanVersionBody,
  prices: readonly PlanPrice[],
  entitlements: readonly Entitlement[],
): PlanDefinition {
  const { interval, trial = null, proration = null } = body;
  return {
    interval: { unit: interval.unit, count: interval.count },
    prices: prices.map(keptPrice),
    trial:
      trial === null
        ? null
        : {
            days: trial.days,
            paymentMethodRequired: trial.payment_method_required,
            endBehavior: trial.end_behavior,
            ...(trial.usage === 'billed' ? { usage: trial.usage } : {}),
          },
    proration: proration as ProrationPolicy | null,
    ...(entitlements.length === 0 ? {} : { entitlements }),
  };
}

/**
 * Checks and builds a version.
 * @throws PerennialError `validation_failed` with every field named, `test_mode_only` for intervals of seconds.
 */
export async function preparePlanVersion(
  c: ApiContext,
  deps: ApiDependencies,
  product: Product,
  body: PlanVersionBody,
): Promise<PreparedVersion> {
  if (body.interval.unit === 'second' && tenantOf(c).mode !== 'test')
    fail('test_mode_only', { action: 'A plan billed every few seconds' });
  const stored = await storedPrices(c, deps, body);
  const meters = await metersOfPrices(
    deps.database.as(product.tenantId),
    product.tenantId,
    body.prices.filter(isInline),
  );
  const granted = await prepareEntitlements(deps, product.tenantId, body.entitlements);
  const errors: FieldError[] = [...granted.errors];
  const newPrices: NewPrice[] = [];
  const prices = body.prices.flatMap((price, index): PlanPrice[] => {
    if (!isInline(price)) {
      const row = stored.get(price.price_id);
      if (row === undefined)
        errors.push({ path: `prices.${index}.price_id`, message: 'is not a price of this tenant' });
      return row === undefined ? [] : [row];
    }
    const at = `prices.${index}.`;
    const own = priceErrors(price, at);
    const wrong = own.length > 0 ? own : meterErrors(price, meters, at);
    errors.push(...wrong);
    if (wrong.length > 0) return [];
    const made = newPrice(c, product, price, index, meters);
    newPrices.push(made);
    return [made];
  });
  const fields = errors.length > 0 ? errors : currencyErrors(prices);
  if (fields.length > 0) fail('validation_failed', {}, { fields });
  const definition = definitionOf(body, prices, granted.entitlements);
  const { terms, errors: wrong } = preparePlanTerms(body, definition);
  if (wrong.length > 0) fail('validation_failed', {}, { fields: wrong });
  return { definition: { ...definition, ...terms }, newPrices };
}

/** Writes the inline prices of a version. */
export async function writePlanPrices(db: Queryable, prices: readonly NewPrice[]): Promise<void> {
  for (const price of prices) await insertPrice(db, price);
}

/** The price that a charge of a bare amount stands for. */
import type { z } from '@hono/zod-openapi';
import { insertPrice, type Price } from '../db/queries/prices';
import { findPlan } from '../db/queries/plans';
import { findProduct } from '../db/queries/products';
import { findSubscription, type Subscription } from '../db/queries/subscriptions';
import { pricedItem } from '../db/transactions/priced-item';
import { errorOfRefusal, fail, isRefusal, type Refusal } from '../domain/errors';
import { idFromSeed } from '../domain/ids';
import type { Money } from '../domain/money';
import type { PlanPrice } from '../domain/plan';
import { unsuitableAs } from '../domain/plan/suitable';
import { tenantOf, type ApiContext } from './context';
import type { ApiDependencies } from './dependencies';
import { foundOr404 } from './found';
import { newSeed } from './middleware/idempotency';
import type { chargeBody } from './resources/subscription-item';

type NewPrice = Omit<Price, 'recordedAt'>;

export interface AmountOfCharge {
  readonly amount: Money;
  readonly description: string;
  readonly stream?: string | undefined;
}

async function priceFor(
  seed: string,
  deps: ApiDependencies,
  { tenantId, planId }: Pick<Subscription, 'tenantId' | 'planId'>,
  { amount, description, stream }: AmountOfCharge,
): Promise<NewPrice> {
  const db = deps.database.as(tenantId);
  const plan = foundOr404(await findPlan(db, tenantId, planId), 'Plan', planId);
  const product = foundOr404(await findProduct(db, tenantId, plan.productId), 'Product', plan.productId);
  return {
    id: idFromSeed('price', seed),
    tenantId,
    productId: product.id,
    kind: 'one_off',
    model: 'flat',
    parameters: { amounts: { [amount.currency]: amount.amount } },
    description,
    stream: stream ?? product.stream,
  };
}

/** Writes a one-off price of the product of the subscription's plan, once per request; answers its id. */
export async function priceOfCharge(
  c: ApiContext,
  deps: ApiDependencies,
  subscriptionId: string,
  charged: AmountOfCharge,
): Promise<string> {
  const { tenantId } = tenantOf(c);
  const db = deps.database.as(tenantId);
  const found = foundOr404(await findSubscription(db, tenantId, subscriptionId), 'Subscription', subscriptionId);
  const price = await priceFor(c.get('seed'), deps, found, charged);
  await insertPrice(db, price);
  return price.id;
}

/** The price of a charge that is only looked at: the one that it names, or one of its amount that is not written. */
export async function chargedPrice(
  deps: ApiDependencies,
  { tenantId, planId, currency }: Subscription,
  { amount, description = '', stream, price_id: priceId = '' }: z.output<typeof chargeBody>,
): Promise<PlanPrice> {
  if (amount === undefined) {
    const named = await pricedItem(deps.database, { tenantId, currency, priceId, kind: 'charge' });
    return isRefusal(named) ? throwRefusal(named) : named;
  }
  const price = await priceFor(newSeed(), deps, { tenantId, planId }, { amount, description, stream });
  const reason = unsuitableAs('charge', price, currency);
  return reason === null ? price : fail('price_unsuitable', { priceId: price.id, reason });
}

const throwRefusal = (refused: Refusal): never => {
  throw errorOfRefusal(refused);
};

/** The price that a charge of a bare amount stands for. */
import { insertPrice } from '../db/queries/prices';
import { findPlan } from '../db/queries/plans';
import { findProduct } from '../db/queries/products';
import { findSubscription } from '../db/queries/subscriptions';
import { idFromSeed } from '../domain/ids';
import type { Money } from '../domain/money';
import { tenantOf, type ApiContext } from './context';
import type { ApiDependencies } from './dependencies';
import { foundOr404 } from './found';

export interface AmountOfCharge {
  readonly amount: Money;
  readonly description: string;
  readonly stream?: string | undefined;
}

/** Writes a one-off price of the product of the subscription's plan, once per request; answers its id. */
export async function priceOfCharge(
  c: ApiContext,
  deps: ApiDependencies,
  subscriptionId: string,
  { amount, description, stream }: AmountOfCharge,
): Promise<string> {
  const { tenantId } = tenantOf(c);
  const db = deps.database.as(tenantId);
  const found = foundOr404(await findSubscription(db, tenantId, subscriptionId), 'Subscription', subscriptionId);
  const plan = foundOr404(await findPlan(db, tenantId, found.planId), 'Plan', found.planId);
  const product = foundOr404(await findProduct(db, tenantId, plan.productId), 'Product', plan.productId);
  const id = idFromSeed('price', c.get('seed'));
  await insertPrice(db, {
    id,
    tenantId,
    productId: product.id,
    kind: 'one_off',
    model: 'flat',
    parameters: { amounts: { [amount.currency]: amount.amount } },
    description,
    stream: stream ?? product.stream,
  });
  return id;
}

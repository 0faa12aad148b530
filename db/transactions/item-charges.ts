/** What booking an add-on or charging once bills. The commands and their previews both come here. */
import { isRefusal, refusal, type Refusal } from '../../domain/errors';
import { fullPeriodOf } from '../../domain/invoice/arrears';
import { addOnPeriodLine, chargeLine } from '../../domain/invoice/item-lines';
import type { InvoiceLine } from '../../domain/invoice/line';
import type { PlanPrice } from '../../domain/plan';
import { addOnsAt } from '../../domain/plan/items';
import { isMetered } from '../../domain/plan/timing';
import type { SubscriptionState } from '../../domain/subscription/state';
import type { Instant } from '../../domain/time';
import type { Database } from '../pool';
import type { BillingFacts } from './billing-facts';
import { loadFactsInForce } from './facts-in-force';
import { pricedItem } from './priced-item';

export interface ItemOrder {
  readonly priceId: string;
  readonly quantity: string;
}

/** A price and what it bills now; null: nothing. */
export interface ItemCharge {
  readonly facts: BillingFacts;
  readonly price: PlanPrice;
  readonly line: InvoiceLine | null;
}

/** What is billed of an add-on until the period ends; nothing in a trial, which bills nothing, and of what a meter has yet to count. */
function addOnNow(
  state: SubscriptionState,
  { plan, proration: policy }: BillingFacts,
  item: Parameters<typeof addOnPeriodLine>[0],
  now: Instant,
): InvoiceLine | null {
  const { currency, period, status, timeZone } = state;
  if (status === 'trialing' || period === null || plan === null || isMetered(item.price)) return null;
  const full = fullPeriodOf(state, plan);
  return addOnPeriodLine(item, { currency, full, period, policy, timeZone }, now);
}

/** Booking an add-on now. A price is booked once at a time. */
export async function loadAddOn(
  database: Database,
  state: SubscriptionState,
  { priceId, quantity }: ItemOrder,
  now: Instant,
): Promise<ItemCharge | Refusal> {
  const { tenantId, currency } = state;
  const price = await pricedItem(database, { tenantId, currency, priceId, kind: 'add_on' });
  if (isRefusal(price)) return price;
  const facts = await loadFactsInForce(database, state);
  const booked = addOnsAt(facts.items, now).find((item) => item.price.id === price.id);
  if (booked !== undefined) return refusal('add_on_exists', { addOnId: booked.id, priceId: price.id });
  if (facts.plan?.definition.prices.some(({ id }) => id === price.id) === true)
    return refusal('price_unsuitable', { priceId, reason: 'the plan has it already' });
  return { facts, price, line: addOnNow(state, facts, { price, quantity }, now) };
}

/** Charging once now, by a price that is known. */
export async function loadCharge(
  database: Database,
  state: SubscriptionState,
  price: PlanPrice,
  quantity: string,
  now: Instant,
): Promise<ItemCharge> {
  const { currency, timeZone } = state;
  const facts = await loadFactsInForce(database, state);
  const line = chargeLine({ price, quantity }, now, { currency, policy: facts.proration, timeZone });
  return { facts, price, line };
}

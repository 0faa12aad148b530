/** What a subscription has beside its plan: other prices for it alone, add-ons, and charges that wait for the next invoice. */
import type { PlanPrice } from '../plan';
import type { Instant } from '../time';
import type { PriceOverride } from './override';

interface Booked {
  readonly id: string;
  /** In force in `[from, to)`; null: without end. */
  readonly from: Instant;
  readonly to: Instant | null;
}

/** Another price for one customer, in place of the plan's. */
export interface OverrideItem extends Booked {
  readonly kind: 'override';
  readonly override: PriceOverride;
}

/** An add-on recurs with each period; a charge is due once, with the next invoice. */
export interface ChargedItem extends Booked {
  readonly kind: 'add_on' | 'charge';
  readonly price: PlanPrice;
  readonly quantity: string;
}

export type SubscriptionItem = OverrideItem | ChargedItem;

/** True while an item is in force; the instant of its end is not. */
export const isInForce = ({ from, to }: Booked, at: Instant): boolean => from <= at && (to === null || at < to);

/** The add-ons that are booked at an instant. */
export const addOnsAt = (items: readonly SubscriptionItem[], at: Instant): ChargedItem[] =>
  items.filter((item): item is ChargedItem => item.kind === 'add_on' && isInForce(item, at));

/** The charges that wait at an instant. */
export const chargesAt = (items: readonly SubscriptionItem[], at: Instant): ChargedItem[] =>
  items.filter((item): item is ChargedItem => item.kind === 'charge' && item.from <= at);

/** The prices that differ at an instant; where one price has several, the newest holds. */
export function overridesAt(items: readonly SubscriptionItem[], at: Instant): PriceOverride[] {
  const newest = new Map<string, PriceOverride>();
  for (const item of items)
    if (item.kind === 'override' && isInForce(item, at)) newest.set(item.override.priceId, item.override);
  return [...newest.values()];
}

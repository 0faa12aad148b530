/** When the prices of a plan are billed: at the beginning of a period, or at the end of what they are for. */
import type { PlanDefinition, PlanPrice } from '../plan';

/** A price of what a meter counts. */
export interface MeteredPrice extends PlanPrice {
  readonly meterId: string;
}

/** True for a price of what a meter counts: it is known only when it is over. */
export const isMetered = (price: PlanPrice): price is MeteredPrice =>
  price.kind === 'recurring' && price.meterId !== undefined;

/** True for a price of the subscription's quantity that is billed at the end of its period. */
export const isFeeInArrears = (price: PlanPrice): boolean =>
  price.kind === 'recurring' && price.meterId === undefined && price.timing === 'in_arrears';

/** True for a price that is billed at the beginning of its period, for time to come. */
export const isBilledAhead = (price: PlanPrice): boolean =>
  price.kind === 'recurring' && !isMetered(price) && !isFeeInArrears(price);

/** True when the end of a period brings lines for what is over. */
export const billsInArrears = ({ prices }: PlanDefinition): boolean =>
  prices.some((price) => isMetered(price) || isFeeInArrears(price));

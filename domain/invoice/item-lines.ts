/** Lines of what a subscription has beside its plan: add-ons for a period, and charges that were waiting. */
import type { PlanPrice } from '../plan';
import { addOnLine, oneOffLine } from '../plan/charges';
import { addOnsAt, chargesAt, type ChargedItem, type SubscriptionItem } from '../plan/items';
import type { PlanLine } from '../plan/stretch';
import { isMetered } from '../plan/timing';
import type { ProrationPolicy } from '../proration';
import type { Instant } from '../time';
import type { InvoiceLine } from './line';
import type { Span } from './period-lines';

export interface ItemStretch {
  readonly currency: string;
  readonly full: Span;
  /** What of the full period is billed. */
  readonly period: Span;
  readonly policy: ProrationPolicy;
  readonly timeZone: string;
}

/** Add-ons belong to no plan: a coupon for the plan leaves them alone. */
function lineOfItem(line: PlanLine, kind: 'add_on' | 'one_off', { price, quantity }: Priced): InvoiceLine {
  return {
    ...line,
    kind,
    priceId: price.id,
    planId: null,
    productId: price.productId ?? null,
    meterId: null,
    stream: price.stream,
    quantity,
    creditsLineId: null,
  };
}

interface Priced {
  readonly price: PlanPrice;
  readonly quantity: string;
}

/** An add-on for what is left of a period from an instant on; null when that costs nothing. */
export function addOnPeriodLine(item: Priced, { period, ...stretch }: ItemStretch, from: Instant): InvoiceLine | null {
  const line = addOnLine({ ...item, from, to: null }, { ...stretch, from: period.start, to: period.end });
  return line === null ? null : lineOfItem(line, 'add_on', item);
}

/** A charge that is due at an instant, in full; null when it costs nothing. */
export function chargeLine(
  item: Priced,
  at: Instant,
  stretch: Omit<ItemStretch, 'period' | 'full'>,
): InvoiceLine | null {
  const full = { start: at, end: at + 1 };
  const line = oneOffLine({ ...item, at }, { ...stretch, full, from: at, to: at + 1 });
  return line === null ? null : lineOfItem(line, 'one_off', item);
}

/** The charges that wait at an instant. */
export function waitingLines(
  items: readonly SubscriptionItem[],
  at: Instant,
  stretch: Omit<ItemStretch, 'period' | 'full'>,
): InvoiceLine[] {
  const lineOf = (item: ChargedItem) => chargeLine(item, item.from, stretch);
  return chargesAt(items, at).flatMap((item) => lineOf(item) ?? []);
}

/** What add-ons and waiting charges bill where a period begins. */
export function itemLines(items: readonly SubscriptionItem[], stretch: ItemStretch): InvoiceLine[] {
  const { start } = stretch.period;
  const addOns = addOnsAt(items, start).flatMap((item) =>
    isMetered(item.price) ? [] : (addOnPeriodLine(item, stretch, start) ?? []),
  );
  return [...addOns, ...waitingLines(items, start, stretch)];
}

/**
 * The items of which nothing is left to bill once an invoice of an instant is written.
 * @param counted until when all usage is billed then: what a meter counted for an add-on is billed when it is over
 */
export const settledBy = (items: readonly SubscriptionItem[], at: Instant, counted: Instant = at): string[] =>
  items
    .filter((item) => {
      if (item.kind === 'charge') return item.from <= at;
      const until = item.kind === 'add_on' && isMetered(item.price) ? counted : at;
      return item.to !== null && item.to <= until;
    })
    .map(({ id }) => id);

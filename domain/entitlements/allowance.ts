/**
 * What is left of allowances that add up. Use belongs to the customer, not to one of their subscriptions, and each subscription's allowance
 * has a window of its own. The rule: an allowance counts from the start of its window, and use is taken from the allowances that had
 * begun by then, together. What was used before and exceeded them was another window's, and burdens no allowance that began later.
 */
import type { AggregationKind } from '../metering/aggregations';
import type { Window } from '../metering/window';
import { excess, greater, lesser, minus, plus, total } from '../pricing/exact';
import type { Rollover } from './entitlement';

export interface Allowance {
  readonly window: Window;
  /** With what came over from the window before. */
  readonly quantity: string;
}

/** Aggregations whose quantities of consecutive windows add up to that of the whole; the others are read once, from the first start on. */
const additive: ReadonlySet<AggregationKind> = new Set(['count', 'sum', 'time_weighted_sum']);

/** The starts at which use must be read apart, ascending, each up to the next one and the last up to the first end. */
export function stretchesOf(windows: readonly Window[], aggregation: AggregationKind): Window[] {
  const starts = [...new Set(windows.map(({ from }) => from))].sort((a, b) => a - b);
  const read = additive.has(aggregation) ? starts : starts.slice(0, 1);
  const end = Math.min(...windows.map(({ to }) => to));
  return read.map((from, index) => ({ from, to: read[index + 1] ?? end }));
}

export interface Balance {
  /** What the allowances come to. */
  readonly limit: string;
  /** What was taken from them; above the limit where more was used. */
  readonly usage: string;
}

/**
 * Takes use from allowances.
 * @param usages one per stretch of `stretchesOf`, in their order
 */
export function balanceOf(
  allowances: readonly Allowance[],
  stretches: readonly Window[],
  usages: readonly string[],
): Balance {
  const limit = total(allowances.map(({ quantity }) => quantity));
  let left = '0';
  stretches.forEach(({ from, to }, index) => {
    const isLast = index === stretches.length - 1;
    const begun = allowances.filter(({ window }) => window.from >= from && (isLast || window.from < to));
    left = minus(plus(excess(left, '0'), total(begun.map(({ quantity }) => quantity))), usages[index] ?? '0');
  });
  return { limit, usage: minus(limit, left) };
}

/** What comes over to the next window: what was left of the allowance and of what had come over to it, up to the maximum. */
export function rolledOver(
  ended: { readonly limit: string; readonly rolled: string; readonly usage: string },
  { maximum }: Rollover,
): string {
  const left = greater(minus(plus(ended.limit, ended.rolled), ended.usage), '0');
  return maximum === null ? left : lesser(left, maximum);
}

/** True where a forecast by elapsed time makes sense: what a maximum or a latest value will be does not follow from the time. */
export const growsWithTime = (aggregation: AggregationKind): boolean => additive.has(aggregation);

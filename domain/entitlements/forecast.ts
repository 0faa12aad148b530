/**
 * What a window's use will come to if it goes on as it did: linear by elapsed time, the plainest method that a customer can check by hand.
 * What does not grow with time (a maximum, a latest value, different values) is foreseen as it stands.
 */
import type { AggregationKind } from '../metering/aggregations';
import type { Window } from '../metering/window';
import { compareDecimals, times, wholeQuotient } from '../pricing/exact';
import type { Usage } from '../pricing/usage';
import type { Instant } from '../time';
import { growsWithTime } from './allowance';

export type ForecastMethod = 'linear' | 'as_is';

export interface Forecast {
  readonly method: ForecastMethod;
  /** From zero up. Whole where the use is whole, else rounded down to at most six places. */
  readonly quantity: string;
}

/** Finer says nothing of the future. */
const placesFactor = '1000000';
const place = '0.000001';

/** How far a window has come, as a fraction of lengths in milliseconds; null where nothing follows from it. */
interface Progress {
  readonly elapsed: number;
  readonly length: number;
}

/** Before a hundredth of the window has passed nothing can be said. */
function progressOf(aggregation: AggregationKind, window: Window, now: Instant): Progress | null {
  const length = window.to - window.from;
  const elapsed = Math.min(now, window.to) - window.from;
  return !growsWithTime(aggregation) || elapsed * 100 < length ? null : { elapsed, length };
}

function stretched(quantity: string, { elapsed, length }: Progress): string {
  const scaled = times(times(quantity, String(length)), placesFactor);
  return times(wholeQuotient(scaled, String(elapsed), 'down'), place);
}

const wholeOf = (quantity: string): string => wholeQuotient(quantity, '1', 'down');

function stretchedLike(quantity: string, progress: Progress): string {
  const exact = stretched(quantity, progress);
  return quantity.includes('.') ? exact : wholeOf(exact);
}

/** Foresees the use at the end of a window. */
export function forecastOf(aggregation: AggregationKind, usage: string, window: Window, now: Instant): Forecast {
  const progress = progressOf(aggregation, window, now);
  if (progress === null) return { method: 'as_is', quantity: usage };
  return { method: 'linear', quantity: stretchedLike(usage, progress) };
}

/**
 * The same for the usage that a price is put on. Transactions are foreseen as they stand: how large the next ones are does not follow from
 * those that were.
 */
export function forecastUsage(aggregation: AggregationKind, usage: Usage, window: Window, now: Instant): Usage {
  const progress = progressOf(aggregation, window, now);
  if (progress === null || usage.form === 'transactions') return usage;
  if (usage.form === 'quantity') return { ...usage, quantity: stretchedLike(usage.quantity, progress) };
  if (usage.form === 'groups') {
    const groups = usage.groups.map((group) => ({ ...group, quantity: stretchedLike(group.quantity, progress) }));
    return { ...usage, groups };
  }
  return { ...usage, rows: usage.rows.map((row) => ({ ...row, quantity: stretched(row.quantity, progress) })) };
}

/** When a limit will be reached if use goes on as it did; null when that is not before the end of the window, or nothing can be said. */
export function reachedAt(
  aggregation: AggregationKind,
  { usage, limit }: { readonly usage: string; readonly limit: string },
  window: Window,
  now: Instant,
): Instant | null {
  const progress = progressOf(aggregation, window, now);
  if (compareDecimals(usage, limit) >= 0) return now;
  if (progress === null || compareDecimals(usage, '0') <= 0) return null;
  const after = wholeQuotient(times(limit, String(progress.elapsed)), usage, 'up');
  const at = window.from + Number.parseInt(after, 10);
  return at < window.to ? at : null;
}

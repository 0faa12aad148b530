/**
 * What a window's use will come to if it goes on as it did: linear by elapsed time, the plainest method that a customer can check by hand.
 * What does not grow with time (a maximum, a latest value, different values) is foreseen as it stands.
 */
import type { AggregationKind } from '../metering/aggregations';
import type { Window } from '../metering/window';
import { times, wholeQuotient } from '../pricing/exact';
import type { Instant } from '../time';
import { growsWithTime } from './allowance';

export type ForecastMethod = 'linear' | 'as_is';

export interface Forecast {
  readonly method: ForecastMethod;
  /** From zero up, rounded down to at most six places. */
  readonly quantity: string;
}

/** Finer says nothing of the future. */
const placesFactor = '1000000';
const place = '0.000001';

/** Foresees the use at the end of a window. Before a hundredth of it has passed nothing can be said: it is foreseen as it stands. */
export function forecastOf(aggregation: AggregationKind, usage: string, window: Window, now: Instant): Forecast {
  const length = window.to - window.from;
  const elapsed = Math.min(now, window.to) - window.from;
  if (!growsWithTime(aggregation) || elapsed * 100 < length) return { method: 'as_is', quantity: usage };
  const scaled = times(times(usage, String(length)), placesFactor);
  return { method: 'linear', quantity: times(wholeQuotient(scaled, String(elapsed), 'down'), place) };
}

/**
 * The ways in which a meter sums events up, one line each. What an aggregation needs of the events is kept per hour as a bucket
 * (bucket.ts); its quantity is a function of the merged bucket and the window alone.
 */
import { minus, plus, times } from '../pricing/exact';
import type { BucketState } from './bucket';
import type { Window } from './window';

export type AggregationKind = 'count' | 'sum' | 'max' | 'unique' | 'latest' | 'time_weighted_sum';

export interface Aggregation {
  /** What an event must say at the meter's value property. */
  readonly reads: 'nothing' | 'decimal' | 'text';
  /** Counts values that were there before the window: `level` is their total. */
  readonly carries: boolean;
  /** The quantities of two windows that follow each other add up to that of both. */
  readonly adds: boolean;
  /** The quantity of a window, before it is converted; it may be negative. */
  readonly quantity: (state: BucketState, window: Window, level: string) => string;
}

/**
 * The area under a level that events change: the level before the window over its whole length, and each change from its instant to the
 * end. In units times seconds.
 */
function area({ total, moment }: BucketState, { from, to }: Window, level: string): string {
  const before = times(level, String(to - from));
  const within = minus(times(total, String(to)), moment);
  return times(plus(before, within), '0.001');
}

export const aggregations = {
  count: { reads: 'nothing', carries: false, adds: true, quantity: ({ events }) => events },
  sum: { reads: 'decimal', carries: false, adds: true, quantity: ({ total }) => total },
  max: { reads: 'decimal', carries: false, adds: false, quantity: ({ most }) => most ?? '0' },
  /** Values are compared as text. */
  unique: { reads: 'text', carries: false, adds: false, quantity: ({ values }) => String(values.length) },
  latest: { reads: 'decimal', carries: false, adds: false, quantity: ({ latest }) => latest?.value ?? '0' },
  /** An event's value is a change of the level: +3 when three seats are added, −1 when one goes. */
  time_weighted_sum: { reads: 'decimal', carries: true, adds: true, quantity: area },
} as const satisfies Record<AggregationKind, Aggregation>;

export const aggregationKinds = Object.keys(aggregations) as readonly AggregationKind[];

/**
 * Events rolled up. Buckets merge in any order and any grouping to the same state as the events themselves: the state of one event is the
 * unit, `mergeBuckets` is commutative and associative, and `emptyBucket` changes nothing. That is what lets the database add to them row
 * by row, in whatever order events come.
 */
import { greater, plus, times } from '../pricing/exact';
import type { Instant } from '../time';
import { type AggregationKind, aggregations } from './aggregations';

export interface BucketState {
  /** How many events. */
  readonly events: string;
  /** The sum of the values. */
  readonly total: string;
  readonly most: string | null;
  readonly latest: Latest | null;
  /** The sum of value × instant in milliseconds. */
  readonly moment: string;
  /** The different values, ascending. */
  readonly values: readonly string[];
}

export interface Latest {
  readonly at: Instant;
  /** Decides between two events of one instant. */
  readonly key: string;
  readonly value: string;
}

/** What one event gives to a meter. */
export interface Contribution {
  readonly at: Instant;
  readonly key: string;
  readonly value: string;
}

export const emptyBucket: BucketState = { events: '0', total: '0', most: null, latest: null, moment: '0', values: [] };

/** The bucket of one event: only what the aggregation reads is kept. */
export function bucketOf(aggregation: AggregationKind, { at, key, value }: Contribution): BucketState {
  const one = { ...emptyBucket, events: '1' };
  const { reads } = aggregations[aggregation];
  if (reads === 'nothing') return one;
  if (reads === 'text') return { ...one, values: [value] };
  return { ...one, total: value, most: value, latest: { at, key, value }, moment: times(value, String(at)) };
}

const isLater = (left: Latest, right: Latest): boolean =>
  left.at !== right.at ? left.at > right.at : left.key > right.key;

function laterOf(left: Latest | null, right: Latest | null): Latest | null {
  if (left === null || right === null) return left ?? right;
  return isLater(right, left) ? right : left;
}

const mostOf = (left: string | null, right: string | null): string | null =>
  left === null || right === null ? (left ?? right) : greater(left, right);

function unionOf(left: readonly string[], right: readonly string[]): readonly string[] {
  if (left.length === 0 || right.length === 0) return left.length === 0 ? right : left;
  return [...new Set([...left, ...right])].sort();
}

/** Two buckets as one. */
export function mergeBuckets(left: BucketState, right: BucketState): BucketState {
  return {
    events: plus(left.events, right.events),
    total: plus(left.total, right.total),
    most: mostOf(left.most, right.most),
    latest: laterOf(left.latest, right.latest),
    moment: plus(left.moment, right.moment),
    values: unionOf(left.values, right.values),
  };
}

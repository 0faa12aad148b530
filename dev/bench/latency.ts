/**
 * Latencies of requests at a stated concurrency.
 */

export interface Latency {
  readonly count: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const hundredths = (ms: number): number => Math.round(ms * 100) / 100;

/** The value below which the given share lies (nearest rank). */
function quantile(sorted: readonly number[], share: number): number {
  const rank = Math.max(1, Math.ceil(sorted.length * share));
  return hundredths(sorted[rank - 1] ?? Number.NaN);
}

/** Sums measurements up. */
export function latencyOf(milliseconds: readonly number[]): Latency {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  return { count: sorted.length, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), max: quantile(sorted, 1) };
}

/** Does the work for each item, so many at once. Answers the results in the order of the items. */
export async function inParallel<T, R>(
  items: readonly T[],
  concurrency: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(items[index] as T, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, lane));
  return results;
}

/** Does the work for each item, so many at once, and tells how long each took. */
export async function timed<T>(
  items: readonly T[],
  concurrency: number,
  work: (item: T, index: number) => Promise<unknown>,
): Promise<Latency> {
  const milliseconds = await inParallel(items, concurrency, async (item, index) => {
    const began = performance.now();
    await work(item, index);
    return performance.now() - began;
  });
  return latencyOf(milliseconds);
}

/** The numbers from 0 to count − 1. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

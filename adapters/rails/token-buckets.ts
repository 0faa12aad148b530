/** Tokens of one process alone: a bucket per kind of endpoint and one over all of them. */
import { BURST_SHARE, ENDPOINT_SHARE, type TokenSource } from './token-source';

/** A bucket that refills continuously; `tokens` holds at `refilledAt`. */
class Bucket {
  private tokens: number;
  private readonly capacity: number;

  constructor(
    private readonly ratePerSecond: number,
    private refilledAt: number,
  ) {
    this.capacity = Math.max(1, ratePerSecond * BURST_SHARE);
    this.tokens = this.capacity;
  }

  /** Milliseconds until one token is there; 0 when it is there now. */
  waitMs(now: number): number {
    this.tokens = Math.min(this.capacity, this.tokens + ((now - this.refilledAt) * this.ratePerSecond) / 1_000);
    this.refilledAt = now;
    return this.tokens >= 1 ? 0 : Math.ceil(((1 - this.tokens) * 1_000) / this.ratePerSecond);
  }

  spend(): void {
    this.tokens -= 1;
  }
}

/** Buckets that fill by the process's own monotonic clock, in milliseconds. */
export function createTokenBuckets(requestsPerSecondMax: number, now: () => number): TokenSource {
  const all = new Bucket(requestsPerSecondMax, now());
  const endpoints = new Map<string, Bucket>();
  const bucketOf = (endpoint: string): Bucket => {
    const bucket = endpoints.get(endpoint) ?? new Bucket(requestsPerSecondMax * ENDPOINT_SHARE, now());
    endpoints.set(endpoint, bucket);
    return bucket;
  };
  return {
    prepare: () => undefined,
    waitMs: (endpoint, at) => Math.max(bucketOf(endpoint).waitMs(at), all.waitMs(at)),
    spend: (endpoint) => {
      bucketOf(endpoint).spend();
      all.spend();
    },
  };
}

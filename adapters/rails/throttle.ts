/**
 * The local rate limit in front of a provider: a token bucket per kind of endpoint and one over all of them. It keeps one process inside the
 * provider's limits, so that a burst of renewals waits here instead of collecting 429 answers there. Calls with a customer at the screen go first.
 */
import { RailUnavailable } from './port';

/** Who waits for the answer. A present customer's call overtakes every waiting call of the background. */
export type ThrottlePriority = 'customer_present' | 'background';

export interface ThrottleOptions {
  readonly rail: string;
  /** Requests per second over all endpoints; 0 means no limit. */
  readonly requestsPerSecondMax: number;
  /** How long a call may wait for its token, in milliseconds. */
  readonly waitMsMax?: number;
  /** A monotonic clock in milliseconds. */
  readonly now?: () => number;
}

/** Answers when the call may be sent; throws `RailUnavailable('throttled')` when no token comes in time, and then nothing was sent. */
export interface Throttle {
  take(endpoint: string, priority: ThrottlePriority): Promise<void>;
}

/** Stripe allows 25 requests a second per endpoint and 100 in all: the same one to four holds for our own, lower numbers. */
const ENDPOINT_SHARE = 1 / 4;

/** Burst over rate: with 20 and 80 a second, the bucket and one second of refill together stay within Stripe's 25 and 100. */
const BURST_SHARE = 1 / 4;

/** The fast path has five seconds for the whole attempt, so a call waits a second for its token and then leaves the rest to the slow path. */
const WAIT_MS_MAX_DEFAULT = 1_000;

interface Waiting {
  readonly endpoint: string;
  readonly expiresAt: number;
  readonly grant: () => void;
  readonly refuse: (error: Error) => void;
}

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

const unlimited: Throttle = { take: () => Promise.resolve() };

/**
 * Makes the limit of one rail in one process. Each process has its own: the worker's share of the provider's limit is its configuration's
 * business.
 */
export function createThrottle(options: ThrottleOptions): Throttle {
  return options.requestsPerSecondMax === 0 ? unlimited : new BucketThrottle(options);
}

class BucketThrottle implements Throttle {
  private readonly endpoints = new Map<string, Bucket>();
  private readonly all: Bucket;
  private readonly waiting: Record<ThrottlePriority, Waiting[]> = { customer_present: [], background: [] };
  private readonly now: () => number;
  private readonly waitMsMax: number;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: ThrottleOptions) {
    this.now = options.now ?? (() => performance.now());
    this.waitMsMax = options.waitMsMax ?? WAIT_MS_MAX_DEFAULT;
    this.all = new Bucket(options.requestsPerSecondMax, this.now());
  }

  take(endpoint: string, priority: ThrottlePriority): Promise<void> {
    return new Promise((grant, refuse) => {
      this.waiting[priority].push({ endpoint, expiresAt: this.now() + this.waitMsMax, grant, refuse });
      this.serve();
    });
  }

  /** Gives out the tokens that are there, in order of priority and arrival, and comes back when the next one is due. */
  private serve(): void {
    const now = this.now();
    this.serveQueue('customer_present', now);
    this.serveQueue('background', now);
    this.comeBack(now);
  }

  private serveQueue(priority: ThrottlePriority, now: number): void {
    this.waiting[priority] = this.waiting[priority].filter((call) => !this.settle(call, now));
  }

  /** True when the call needs to wait no longer: it has its token, or its time is over. */
  private settle(call: Waiting, now: number): boolean {
    if (this.waitMsFor(call, now) === 0) {
      this.bucketOf(call.endpoint).spend();
      this.all.spend();
      call.grant();
      return true;
    }
    if (now < call.expiresAt) return false;
    call.refuse(new RailUnavailable(this.options.rail, 'throttled', this.waitMsFor(call, now)));
    return true;
  }

  private comeBack(now: number): void {
    const calls = [...this.waiting.customer_present, ...this.waiting.background];
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (calls.length === 0) return;
    const dueInMs = Math.min(...calls.map((call) => Math.min(this.waitMsFor(call, now), call.expiresAt - now)));
    this.timer = setTimeout(() => this.serve(), Math.max(1, Math.ceil(dueInMs)));
  }

  private waitMsFor(call: Waiting, now: number): number {
    return Math.max(this.bucketOf(call.endpoint).waitMs(now), this.all.waitMs(now));
  }

  private bucketOf(endpoint: string): Bucket {
    const known = this.endpoints.get(endpoint);
    if (known !== undefined) return known;
    const made = new Bucket(this.options.requestsPerSecondMax * ENDPOINT_SHARE, this.now());
    this.endpoints.set(endpoint, made);
    return made;
  }
}

/**
 * The rate limit in front of a provider: calls wait here for their token, so that a burst of renewals does not collect 429 answers there.
 * Calls with a customer at the screen go first. The tokens come from the limit that all processes share, or, where none is given, from
 * buckets of this process alone.
 */
import { createLeasedTokens, type LeaseTokens } from './leased-tokens';
import { RailUnavailable } from './port';
import { createTokenBuckets } from './token-buckets';
import type { TokenSource } from './token-source';

/** Who waits for the answer. A present customer's call overtakes every waiting call of the background. */
export type ThrottlePriority = 'customer_present' | 'background';

export interface ThrottleOptions {
  readonly rail: string;
  /** Requests per second over all endpoints, and over all processes that share the lease; 0 means no limit. */
  readonly requestsPerSecondMax: number;
  /** How the processes share the limit; left out, this one has it for itself. */
  readonly lease?: LeaseTokens;
  /** How long a call may wait for its token, in milliseconds. */
  readonly waitMsMax?: number;
  /** A monotonic clock in milliseconds. */
  readonly now?: () => number;
}

/** Answers when the call may be sent; throws `RailUnavailable('throttled')` when no token comes in time, and then nothing was sent. */
export interface Throttle {
  take(endpoint: string, priority: ThrottlePriority): Promise<void>;
}

/** The fast path has five seconds for the whole attempt, so a call waits a second for its token and then leaves the rest to the slow path. */
const WAIT_MS_MAX_DEFAULT = 1_000;

interface Waiting {
  readonly endpoint: string;
  readonly expiresAt: number;
  readonly grant: () => void;
  readonly refuse: (error: Error) => void;
}

const unlimited: Throttle = { take: () => Promise.resolve() };

/** Makes the limit of one rail in one process. */
export function createThrottle(options: ThrottleOptions): Throttle {
  return options.requestsPerSecondMax === 0 ? unlimited : new QueueThrottle(options);
}

class QueueThrottle implements Throttle {
  private readonly waiting: Record<ThrottlePriority, Waiting[]> = { customer_present: [], background: [] };
  private readonly now: () => number;
  private readonly waitMsMax: number;
  private readonly tokens: TokenSource;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: ThrottleOptions) {
    this.now = options.now ?? (() => performance.now());
    this.waitMsMax = options.waitMsMax ?? WAIT_MS_MAX_DEFAULT;
    const { rail: name, requestsPerSecondMax, lease } = options;
    const { now } = this;
    const onChange = (): void => this.serve();
    this.tokens =
      lease === undefined
        ? createTokenBuckets(requestsPerSecondMax, now)
        : createLeasedTokens({ name, requestsPerSecondMax, lease, now, onChange });
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
    this.tokens.prepare(
      this.calls().map((call) => call.endpoint),
      now,
    );
    this.comeBack(now);
  }

  private calls(): Waiting[] {
    return [...this.waiting.customer_present, ...this.waiting.background];
  }

  private serveQueue(priority: ThrottlePriority, now: number): void {
    this.waiting[priority] = this.waiting[priority].filter((call) => !this.settle(call, now));
  }

  /** True when the call needs to wait no longer: it has its token, or its time is over. */
  private settle(call: Waiting, now: number): boolean {
    const waitMs = this.tokens.waitMs(call.endpoint, now);
    if (waitMs === 0) {
      this.tokens.spend(call.endpoint);
      call.grant();
      return true;
    }
    if (now < call.expiresAt) return false;
    call.refuse(new RailUnavailable(this.options.rail, 'throttled', waitMs));
    return true;
  }

  private comeBack(now: number): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const calls = this.calls();
    if (calls.length === 0) return;
    const dueInMs = Math.min(
      ...calls.map((call) => Math.min(this.tokens.waitMs(call.endpoint, now), call.expiresAt - now)),
    );
    this.timer = setTimeout(() => this.serve(), Math.max(1, Math.ceil(dueInMs)));
  }
}

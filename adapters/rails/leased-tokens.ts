/**
 * Tokens that all processes share. Time is cut into windows by a clock that they share, too (the database's); each window has so many
 * tokens, and a process leases some of them at once, to be spent before the window ends. What is not spent is lost, so that a burst never
 * exceeds one window. A process that cannot lease sends nothing.
 */
import { BURST_SHARE, ENDPOINT_SHARE, type TokenSource } from './token-source';

/** What a process asks for in one round trip. */
export interface LeaseRequest {
  readonly windowMs: number;
  readonly limits: readonly {
    readonly name: string;
    /** Tokens of one window, possibly a fraction: windows then have one more or less, in turns. */
    readonly perWindow: number;
    readonly wanted: number;
  }[];
}

/** What it got, limit by limit. */
export interface Lease {
  readonly name: string;
  readonly granted: number;
  readonly windowEndsInMs: number;
}

/** The port to whatever the processes share. Rejects when it is out of reach. */
export type LeaseTokens = (request: LeaseRequest) => Promise<readonly Lease[]>;

export interface LeasedTokensOptions {
  /** Names the limit among all; endpoints stand behind it. */
  readonly name: string;
  readonly requestsPerSecondMax: number;
  readonly lease: LeaseTokens;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Called when something came, or when it is time to ask again. */
  readonly onChange: () => void;
}

/** A quarter of a second: any second touches at most five windows, so that a burst stays within a quarter above the rate (from 16 a second on). */
const WINDOW_MS_MIN = 1_000 * BURST_SHARE;

/** A process takes half of what a window has, unless more of its calls wait: another process then finds some. */
const BLOCK_SHARE = 1 / 2;

/** An endpoint that was called within this time is leased for along with the others: it costs no round trip of its own. */
const LIVELY_MS = 1_000;

interface Allowance {
  tokens: number;
  expiresAt: number;
  /** Before this there is no use in asking. */
  askAgainAt: number;
}

class LeasedTokens implements TokenSource {
  private readonly allowances = new Map<string, Allowance>();
  private readonly usedAt = new Map<string, number>();
  private readonly windowMs: number;
  private asking = false;

  constructor(private readonly options: LeasedTokensOptions) {
    // Long enough that each endpoint has a token in it.
    const endpointRate = options.requestsPerSecondMax * ENDPOINT_SHARE;
    this.windowMs = Math.max(WINDOW_MS_MIN, Math.ceil(1_000 / endpointRate));
  }

  prepare(waiting: readonly string[], now: number): void {
    if (this.asking || waiting.length === 0) return;
    for (const endpoint of waiting) this.usedAt.set(endpoint, now);
    const limits = this.lacking(waiting, now);
    if (limits.length > 0) void this.ask({ windowMs: this.windowMs, limits }, now);
  }

  waitMs(endpoint: string, now: number): number {
    return Math.max(this.waitMsOf(this.nameOf(endpoint), now), this.waitMsOf(this.options.name, now));
  }

  spend(endpoint: string): void {
    this.usedAt.set(endpoint, this.options.now());
    for (const name of [this.nameOf(endpoint), this.options.name]) this.allowanceOf(name).tokens -= 1;
  }

  /** While a lease is under way nobody knows how long: its answer wakes whoever waits. */
  private waitMsOf(name: string, now: number): number {
    const { tokens, expiresAt, askAgainAt } = this.allowanceOf(name);
    if (tokens >= 1 && now < expiresAt) return 0;
    return this.asking ? this.windowMs : Math.max(1, askAgainAt - now);
  }

  private lacking(waiting: readonly string[], now: number): LeaseRequest['limits'] {
    const lively = [...this.usedAt].filter(([, at]) => now - at < LIVELY_MS).map(([endpoint]) => endpoint);
    const all = this.wanted(this.options.name, this.options.requestsPerSecondMax, waiting.length, now);
    const each = lively.map((endpoint) => {
      const count = waiting.filter((name) => name === endpoint).length;
      return this.wanted(this.nameOf(endpoint), this.options.requestsPerSecondMax * ENDPOINT_SHARE, count, now);
    });
    return [all, ...each].filter((limit) => limit !== null);
  }

  private wanted(
    name: string,
    ratePerSecond: number,
    count: number,
    now: number,
  ): LeaseRequest['limits'][number] | null {
    const { tokens, expiresAt, askAgainAt } = this.allowanceOf(name);
    const left = now < expiresAt ? tokens : 0;
    if (now < askAgainAt || (left >= 1 && left >= count)) return null;
    const perWindow = (ratePerSecond * this.windowMs) / 1_000;
    return { name, perWindow, wanted: Math.max(count - left, Math.ceil(perWindow * BLOCK_SHARE)) };
  }

  /** The lease is counted from before it was asked for: the window ends no earlier than that. */
  private async ask(request: LeaseRequest, askedAt: number): Promise<void> {
    this.asking = true;
    try {
      const leases = await this.options.lease(request);
      for (const { name, wanted } of request.limits) {
        const lease = leases.find((one) => one.name === name);
        if (lease !== undefined) this.take(lease, wanted, askedAt);
      }
    } catch {
      const askAgainAt = this.options.now() + this.windowMs;
      for (const { name } of request.limits) this.allowanceOf(name).askAgainAt = askAgainAt;
    }
    this.asking = false;
    this.options.onChange();
  }

  /** A window that gave less than was wanted is used up. */
  private take({ name, granted, windowEndsInMs }: Lease, wanted: number, askedAt: number): void {
    const allowance = this.allowanceOf(name);
    const expiresAt = askedAt + windowEndsInMs;
    const left = this.options.now() < allowance.expiresAt ? allowance.tokens : 0;
    allowance.tokens = Math.max(0, left) + granted;
    allowance.expiresAt = left > 0 ? Math.min(allowance.expiresAt, expiresAt) : expiresAt;
    allowance.askAgainAt = granted < wanted ? expiresAt : 0;
  }

  private allowanceOf(name: string): Allowance {
    const allowance = this.allowances.get(name) ?? { tokens: 0, expiresAt: 0, askAgainAt: 0 };
    this.allowances.set(name, allowance);
    return allowance;
  }

  private nameOf(endpoint: string): string {
    return `${this.options.name}:${endpoint}`;
  }
}

/** Tokens leased from what all processes share. */
export function createLeasedTokens(options: LeasedTokensOptions): TokenSource {
  return new LeasedTokens(options);
}

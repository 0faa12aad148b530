/** The requests that the sandbox has seen, newest last. */
export interface SeenRequest {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey: string | null;
  readonly apiVersion: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The status of the reply, whether it arrived or not; null while there is none. */
  status: number | null;
  /** True for a reply that was kept under an idempotency key. */
  isReplay: boolean;
  /** True when a fault took the reply away. */
  isLost: boolean;
}

/** Enough for a test to look back on; a benchmark must not fill the memory. */
const COUNT_MAX = 20_000;

export interface RequestLog {
  add(request: SeenRequest): void;
  list(): readonly SeenRequest[];
  clear(): void;
}

export function createRequestLog(): RequestLog {
  let seen: SeenRequest[] = [];
  return {
    add: (request) => {
      seen.push(request);
      if (seen.length > 2 * COUNT_MAX) seen = seen.slice(-COUNT_MAX);
    },
    list: () => seen,
    clear: () => {
      seen = [];
    },
  };
}

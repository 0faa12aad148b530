/** Faults that a test orders: the requests they meet, how often, and what goes wrong. */

/** What goes wrong. The moment says whether the request had been executed by then. */
export type FaultKind =
  /** The connection is closed without a reply. */
  | 'lose_reply'
  /** 500. After the execution the 500 is what the idempotency key keeps, as it does at Stripe. */
  | 'error_500'
  /** No reply and no end: the client has to give up. */
  | 'hang'
  /** 429 `rate_limit`, never executed. */
  | 'rate_limit'
  /** 429 `lock_timeout`, never executed. */
  | 'lock_timeout'
  /** 409 `idempotency_key_in_use`, never executed. */
  | 'conflict'
  /** A gateway's page in HTML with status 502, never executed. */
  | 'bad_gateway'
  /** Slower by `delay_ms`, while the idempotency key is in use. */
  | 'latency';

export interface Fault {
  readonly method: string;
  /** A path in which `*` stands for one segment and a last `**` for any rest. */
  readonly path: string;
  readonly kind: FaultKind;
  readonly moment: 'before' | 'after';
  /** How many more requests it meets; null for all. */
  remaining: number | null;
  readonly delayMs: number;
}

export interface Faults {
  add(fault: Fault): void;
  /** The fault that this request meets, which then has one less to meet. */
  take(method: string, path: string): Fault | null;
  list(): readonly Fault[];
  clear(): void;
}

export function createFaults(): Faults {
  let faults: Fault[] = [];
  return {
    add: (fault) => faults.push(fault),
    take: (method, path) => {
      if (faults.length === 0) return null;
      const met = faults.find((fault) => meets(fault, method, path));
      if (met === undefined) return null;
      if (met.remaining !== null) met.remaining -= 1;
      if (met.remaining === 0) faults = faults.filter((fault) => fault !== met);
      return met;
    },
    list: () => faults,
    clear: () => {
      faults = [];
    },
  };
}

function meets(fault: Fault, method: string, path: string): boolean {
  if (fault.method !== '*' && fault.method !== method) return false;
  const pattern = fault.path.split('/');
  const segments = path.split('/');
  if (pattern.at(-1) === '**')
    return pattern.slice(0, -1).every((part, index) => part === '*' || part === segments[index]);
  return pattern.length === segments.length && pattern.every((part, index) => part === '*' || part === segments[index]);
}

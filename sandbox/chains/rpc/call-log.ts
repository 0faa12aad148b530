/** The calls that came in, newest last, for tests that count what a client asked. */

export interface SeenCall {
  readonly method: string;
  readonly params: unknown;
}

export interface CallLog {
  add(call: SeenCall): void;
  list(): readonly SeenCall[];
  clear(): void;
}

/** Enough for a long test, and no burden for a double that runs for days. */
const KEPT_MAX = 10_000;

/** An empty log. */
export function createCallLog(): CallLog {
  let seen: SeenCall[] = [];
  return {
    add: (call) => {
      seen.push(call);
      if (seen.length > 2 * KEPT_MAX) seen = seen.slice(-KEPT_MAX);
    },
    list: () => seen.slice(-KEPT_MAX),
    clear: () => {
      seen = [];
    },
  };
}

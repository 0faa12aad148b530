/** A client of the control surface, for tests, demos and benchmarks in other processes. */
import type { SeenCall } from './call-log';
import type { FaultKind } from './faults';

export interface FaultOrder {
  /** Every method without it. */
  readonly method?: string;
  readonly kind: FaultKind;
  /** Before the execution without it. */
  readonly moment?: 'before' | 'after';
  /** Null for every call until the faults are cleared; 1 without it. */
  readonly count?: number | null;
  /** Calls that pass first. */
  readonly skip?: number;
  readonly delay_ms?: number;
  readonly retry_after_seconds?: number;
  /** Of `unavailable`; 503 without it. */
  readonly status?: number;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
  readonly result?: unknown;
}

export interface ControlClient {
  /** An order of this double, such as `mine`. */
  order<Answer = unknown>(name: string, body?: unknown): Promise<Answer>;
  fault(order: FaultOrder): Promise<void>;
  clearFaults(): Promise<void>;
  calls(): Promise<readonly SeenCall[]>;
  clearCalls(): Promise<void>;
}

/** @throws Error with the double's sentence when it refuses an order. */
export function controlClient(url: string): ControlClient {
  const ask = async <Answer>(method: string, name: string, body?: unknown): Promise<Answer> => {
    const answer = await fetch(`${url}/_sandbox/${name}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const parsed = (await answer.json()) as { error?: { message: string } };
    if (!answer.ok) throw new Error(`The double refused ${name}: ${parsed.error?.message ?? answer.status}`);
    return parsed as Answer;
  };
  return {
    order: (name, body = {}) => ask('POST', name, body),
    fault: async (order) => void (await ask('POST', 'faults', order)),
    clearFaults: async () => void (await ask('DELETE', 'faults')),
    calls: async () => (await ask<{ data: SeenCall[] }>('GET', 'calls')).data,
    clearCalls: async () => void (await ask('DELETE', 'calls')),
  };
}

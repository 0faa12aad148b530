/** Faults that a test orders: the calls they meet, how often, and what goes wrong. */
import { RpcFailure, TransportFault } from './rpc-failure';

/** What goes wrong. The moment says whether the call had been executed by then. */
export type FaultKind =
  /** The connection is closed without an answer; after the execution this is an answer that got lost. */
  | 'cut'
  /** No answer and no end: the client has to give up. */
  | 'hang'
  /** Answers `delayMs` late. */
  | 'delay'
  /** 429 with `Retry-After`. */
  | 'rate_limit'
  /** The page of a gateway with the `status` of the order, 503 without one. */
  | 'unavailable'
  /** The error that the order gives, never executed. */
  | 'error'
  /** The result that the order gives in place of the true one, never executed. */
  | 'answer';

export interface Fault {
  /** Name of a method; `*` for every one. */
  readonly method: string;
  readonly kind: FaultKind;
  readonly moment: 'before' | 'after';
  /** How many more calls it meets; null for all. */
  remaining: number | null;
  /** How many calls it lets pass first. */
  skip: number;
  readonly delayMs: number;
  readonly retryAfterSeconds: number;
  /** Of `unavailable`; 503 without it. */
  readonly status?: number;
  readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } | null;
  readonly result: unknown;
}

export interface Faults {
  add(fault: Fault): void;
  /** The fault that this call meets, which then has one less to meet. */
  take(method: string): Fault | null;
  list(): readonly Fault[];
  clear(): void;
}

/** An empty list of faults. */
export function createFaults(): Faults {
  let faults: Fault[] = [];
  return {
    add: (fault) => faults.push(fault),
    take: (method) => {
      const met = faults.find((fault) => fault.method === '*' || fault.method === method);
      if (met === undefined) return null;
      if (met.skip > 0) {
        met.skip -= 1;
        return null;
      }
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

const UNAVAILABLE = 503;

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Executes a call with the fault that it meets, if any.
 * @throws RpcFailure the method's own, or an ordered one; TransportFault when there is to be no answer of the protocol.
 */
export async function executeWithFaults(
  faults: Faults,
  method: string,
  execute: () => unknown | Promise<unknown>,
): Promise<unknown> {
  const fault = faults.take(method);
  if (fault === null) return execute();
  if (fault.kind === 'answer') return fault.result;
  if (fault.moment === 'before') {
    await strike(fault);
    return execute();
  }
  const result = await execute();
  await strike(fault);
  return result;
}

async function strike(fault: Fault): Promise<void> {
  switch (fault.kind) {
    case 'cut':
      throw new TransportFault('cut');
    case 'hang':
      throw new TransportFault('hang');
    case 'delay':
      return later(fault.delayMs);
    case 'rate_limit':
      throw new TransportFault('status', 429, fault.retryAfterSeconds);
    case 'unavailable':
      throw new TransportFault('status', fault.status ?? UNAVAILABLE);
    case 'error':
      throw new RpcFailure(fault.error?.code ?? -32603, fault.error?.message ?? 'Internal error', fault.error?.data);
    case 'answer':
      return;
  }
}

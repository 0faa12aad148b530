/**
 * The control surface of a double: what a test may do to it that no client of the chain can. JSON under `/_sandbox`. Faults and the log of
 * calls are the same for all; each double adds its own orders (mine, reorganize, drop, …), one POST path each.
 */
import { z } from 'zod';
import type { CallLog } from './call-log';
import type { Faults } from './faults';
import { toJson } from './json-rpc';
import type { HttpAnswer, HttpRequest } from './protocol';

/** An order takes the posted JSON and answers what became of it. It throws for a wrong order. */
export type Order = (body: unknown) => unknown | Promise<unknown>;
/** By their last part of the path: `mine` is POST /_sandbox/mine. */
export type Orders = Readonly<Record<string, Order>>;

export const CONTROL_PATH = '/_sandbox/';

const faultOrder = z.strictObject({
  method: z.string().min(1).default('*'),
  kind: z.enum(['cut', 'hang', 'delay', 'rate_limit', 'unavailable', 'error', 'answer']),
  moment: z.enum(['before', 'after']).default('before'),
  /** How many calls it meets; null for all until the faults are cleared. */
  count: z.number().int().positive().nullable().default(1),
  skip: z.number().int().nonnegative().default(0),
  delay_ms: z.number().int().nonnegative().default(0),
  status: z.number().int().min(400).max(599).optional(),
  retry_after_seconds: z.number().int().nonnegative().default(1),
  error: z
    .strictObject({ code: z.number().int(), message: z.string(), data: z.unknown().optional() })
    .nullable()
    .default(null),
  result: z.unknown().optional(),
});

/** Answers a request of the control surface. */
export async function answerControl(
  request: HttpRequest,
  parts: { readonly faults: Faults; readonly calls: CallLog; readonly orders: Orders },
): Promise<HttpAnswer> {
  const name = request.path.slice(CONTROL_PATH.length);
  const order =
    shared(parts)[`${request.method} ${name}`] ?? (request.method === 'POST' ? parts.orders[name] : undefined);
  if (order === undefined)
    return answer(404, { error: { message: `No such order: ${request.method} ${request.path}` } });
  try {
    const body: unknown = request.body === '' ? {} : JSON.parse(request.body);
    return answer(200, (await order(body)) ?? { status: 'ok' });
  } catch (error) {
    return answer(400, { error: { message: error instanceof Error ? error.message : String(error) } });
  }
}

function shared({ faults, calls }: { readonly faults: Faults; readonly calls: CallLog }): Orders {
  return {
    'GET health': () => ({ status: 'ok' }),
    'GET faults': () => ({ data: faults.list() }),
    'POST faults': (body) => {
      const {
        count,
        status,
        delay_ms: delayMs,
        retry_after_seconds: retryAfterSeconds,
        ...order
      } = faultOrder.parse(body);
      faults.add({
        ...order,
        ...(status === undefined ? {} : { status }),
        result: order.result ?? null,
        remaining: count,
        delayMs,
        retryAfterSeconds,
      });
    },
    'DELETE faults': () => faults.clear(),
    'GET calls': () => ({ data: calls.list() }),
    'DELETE calls': () => calls.clear(),
  };
}

const answer = (status: number, body: unknown): HttpAnswer => ({ status, body: toJson(body) });

/** JSON-RPC 2.0 over HTTP: single calls and batches. Whole numbers beyond 2^53 go out as they are, since the clients of chains read them so. */
import type { Call, Protocol } from './protocol';
import { RpcFailure, TransportFault } from './rpc-failure';

interface Request {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
}

const METHOD_NOT_FOUND = -32601;
const INTERNAL_ERROR = -32603;
const PARSE_ERROR = -32700;

/** The protocol; `onDefect` hears of errors of the double itself, which clients see as an internal error. */
export function jsonRpc(onDefect: (error: unknown) => void = () => undefined): Protocol {
  return async ({ body }, call) => {
    const parsed = parse(body);
    if (parsed === null) return { status: 200, body: toJson(failed(null, PARSE_ERROR, 'Parse error')) };
    const answer = Array.isArray(parsed)
      ? await Promise.all(parsed.map((one) => answerOne(one as Request, call, onDefect)))
      : await answerOne(parsed as Request, call, onDefect);
    return { status: 200, body: toJson(answer) };
  };
}

/** What a method that nobody wrote is refused with. */
export const methodNotFound = (): RpcFailure => new RpcFailure(METHOD_NOT_FOUND, 'Method not found');

async function answerOne(request: Request, call: Call, onDefect: (error: unknown) => void): Promise<object> {
  try {
    const result = await call(String(request.method), request.params ?? []);
    return { jsonrpc: '2.0', id: request.id ?? null, result: result ?? null };
  } catch (error) {
    if (error instanceof TransportFault) throw error;
    if (error instanceof RpcFailure) return failed(request.id, error.code, error.message, error.data);
    onDefect(error);
    return failed(request.id, INTERNAL_ERROR, 'Internal error');
  }
}

const failed = (id: unknown, code: number, message: string, data?: unknown): object => ({
  jsonrpc: '2.0',
  id: id ?? null,
  error: { code, message, ...(data === undefined ? {} : { data }) },
});

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** Stands for a whole number in the text until it is written out; no text of a chain looks like it. */
const MARK = '\u0001integer:';

/** JSON in which a `bigint` is a plain number of any size. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, entry: unknown) =>
    typeof entry === 'bigint' ? `${MARK}${entry.toString()}` : entry,
  );
  return text.replace(/"\\u0001integer:(-?\d+)"/g, '$1');
}

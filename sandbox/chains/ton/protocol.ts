/**
 * Toncenter over HTTP: version 2 as JSON-RPC in one path or a path per method, version 3 as paths. An error's number is its HTTP status.
 */
import { toJson } from '../rpc/json-rpc';
import type { Call, HttpAnswer, HttpRequest, Protocol } from '../rpc/protocol';
import { RpcFailure, TransportFault } from '../rpc/rpc-failure';

const V2 = '/api/v2/';
const V3 = '/api/v3/';

/** The protocol; `onDefect` hears of errors of the double itself, which clients see as 500. */
export function toncenterProtocol(onDefect: (error: unknown) => void = () => undefined): Protocol {
  return async (request, call) => {
    if (request.path.startsWith(V3)) return answerV3(request, call, onDefect);
    if (request.path.startsWith(V2)) return answerV2(request, call, onDefect);
    return answer(404, { ok: false, error: 'Not Found', code: 404 });
  };
}

interface V2Request {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
}

async function answerV2(request: HttpRequest, call: Call, onDefect: (error: unknown) => void): Promise<HttpAnswer> {
  const name = request.path.slice(V2.length);
  const asked: V2Request =
    name === 'jsonRPC'
      ? parse(request.body)
      : { method: name, params: { ...queryOf(request), ...parse(request.body) } };
  const about = { jsonrpc: '2.0', id: asked.id ?? null };
  try {
    return answer(200, { ok: true, result: await call(String(asked.method), asked.params ?? {}), ...about });
  } catch (error) {
    const { code, message } = failureOf(error, onDefect);
    return answer(code, { ok: false, error: message, code, ...about });
  }
}

async function answerV3(request: HttpRequest, call: Call, onDefect: (error: unknown) => void): Promise<HttpAnswer> {
  const parameters = request.method === 'POST' ? parse(request.body) : queryOf(request);
  try {
    return answer(200, await call(`v3/${request.path.slice(V3.length)}`, parameters));
  } catch (error) {
    const { code, message } = failureOf(error, onDefect);
    return answer(code, { error: message });
  }
}

/** What is no HTTP status (a method that nobody wrote, a defect) is 404 or 500. */
function failureOf(error: unknown, onDefect: (error: unknown) => void): { code: number; message: string } {
  if (error instanceof TransportFault) throw error;
  if (!(error instanceof RpcFailure)) {
    onDefect(error);
    return { code: 500, message: 'LITE_SERVER_UNKNOWN: the double is wrong here' };
  }
  if (error.code === METHOD_NOT_FOUND) return { code: 404, message: error.message };
  return { code: error.code >= 400 && error.code < 600 ? error.code : 500, message: error.message };
}

const METHOD_NOT_FOUND = -32601;

const queryOf = (request: HttpRequest): Record<string, string> => Object.fromEntries(request.query);

function parse(body: string): Record<string, unknown> {
  if (body === '') return {};
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return {};
  }
}

const answer = (status: number, body: unknown): HttpAnswer => ({ status, body: toJson(body) });

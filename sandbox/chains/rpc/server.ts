/**
 * The HTTP server under the doubles of chains: a wire protocol on one side, the control surface under `/_sandbox` on the other, faults and the
 * log of calls in between. A double without an HTTP protocol of its own (gRPC) takes the control surface alone, and wraps its methods with
 * `call`.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCallLog, type CallLog } from './call-log';
import { answerControl, CONTROL_PATH, type Orders } from './control';
import { createFaults, executeWithFaults, type Faults } from './faults';
import { methodNotFound } from './json-rpc';
import type { Call, HttpAnswer, HttpRequest, Protocol, RpcMethods } from './protocol';
import { TransportFault } from './rpc-failure';

export interface RpcServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly hostname?: string;
  readonly methods: RpcMethods;
  /** Null: no protocol over HTTP; only the control surface is served. */
  readonly protocol: Protocol | null;
  readonly orders: Orders;
  /** Told about an error of the double itself, which the client sees as a 500. */
  readonly onDefect?: (error: unknown) => void;
}

export interface RpcServer {
  readonly url: string;
  readonly port: number;
  readonly faults: Faults;
  readonly calls: CallLog;
  readonly call: Call;
  /** Closes every connection at once, those that hang on command too. */
  close(): Promise<void>;
}

/** Starts the server. Rejects when the port is taken. */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const faults = createFaults();
  const calls = createCallLog();
  const call: Call = (method, params) => {
    calls.add({ method, params });
    return executeWithFaults(faults, method, () => {
      const execute = Object.hasOwn(options.methods, method) ? options.methods[method] : undefined;
      if (execute === undefined) throw methodNotFound();
      return execute(params);
    });
  };
  const server = http.createServer((incoming, outgoing) => {
    void serveOne(incoming, outgoing, (request) => {
      if (request.path.startsWith(CONTROL_PATH))
        return answerControl(request, { faults, calls, orders: options.orders });
      if (options.protocol === null) return Promise.resolve({ status: 404, body: '{}' });
      return options.protocol(request, call);
    }).catch((error: unknown) => {
      options.onDefect?.(error);
      outgoing.destroy();
    });
  });
  const hostname = options.hostname ?? '127.0.0.1';
  const port = await listen(server, options.port, hostname);
  return { url: `http://${hostname}:${port}`, port, faults, calls, call, close: () => close(server) };
}

type Answering = (request: HttpRequest) => Promise<HttpAnswer>;

async function serveOne(
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse,
  answer: Answering,
): Promise<void> {
  const request = await read(incoming);
  try {
    send(outgoing, await answer(request));
  } catch (error) {
    if (!(error instanceof TransportFault)) throw error;
    if (error.effect === 'cut') outgoing.destroy();
    if (error.effect === 'status') send(outgoing, gatewayAnswer(error));
  }
}

/** A gateway answers with a page, not with the protocol. */
const gatewayAnswer = (fault: TransportFault): HttpAnswer => ({
  status: fault.status,
  body: `<html><body>${fault.status}</body></html>`,
  headers: {
    'content-type': 'text/html',
    ...(fault.retryAfterSeconds === null ? {} : { 'retry-after': String(fault.retryAfterSeconds) }),
  },
});

async function read(incoming: http.IncomingMessage): Promise<HttpRequest> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  const url = new URL(incoming.url ?? '/', 'http://double');
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: Buffer.concat(pieces).toString('utf8'),
  };
}

function send(outgoing: http.ServerResponse, { status, body, headers }: HttpAnswer): void {
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
  outgoing.end(body);
}

function listen(server: http.Server, port: number, hostname: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, hostname, () => resolve((server.address() as AddressInfo).port));
  });
}

async function close(server: http.Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

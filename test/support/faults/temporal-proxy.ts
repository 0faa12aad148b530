/**
 * Stands before the real Temporal server and passes everything on, but for the calls that a test names: those are refused as by a server
 * over its rate, or executed with their answer held back. gRPC is HTTP/2, so Node's own module is all that it needs.
 */
import { once } from 'node:events';
import {
  connect,
  createServer,
  type ClientHttp2Session,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { temporalAddress } from '../temporal';

export interface TemporalProxy {
  /** host:port */
  readonly address: string;
  /** Calls of these methods, such as `StartWorkflowExecution`, are refused with RESOURCE_EXHAUSTED from now on. */
  exhaust(...methods: readonly string[]): void;
  /** Calls of these methods are executed from now on, but nobody hears the answer before `recover`. */
  hold(...methods: readonly string[]): void;
  /** Everything passes again. */
  recover(): void;
  /** How often a method was refused or held. */
  struck(method: string): number;
  close(): Promise<void>;
}

type Treatment = 'exhausted' | 'held';

interface Plan {
  readonly treatments: Map<string, Treatment>;
  readonly counts: Map<string, number>;
  /** Opens at the next recovery. */
  recovery: Promise<void>;
}

/** Status 8 (grpc/grpc doc/statuscodes.md); the words are the server's own (temporalio/temporal common/quotas). */
const exhausted = {
  ':status': 200,
  'content-type': 'application/grpc',
  'grpc-status': '8',
  'grpc-message': 'namespace rate limit exceeded',
};

const methodOf = (headers: IncomingHttpHeaders): string => headers[':path']?.split('/').at(-1) ?? '';

/** Passes one call on, and its answer back once `gate` is open. */
function pass(
  call: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  upstream: ClientHttp2Session,
  gate: Promise<void>,
): void {
  const { ':authority': _authority, ...rest } = headers;
  const onward = upstream.request(rest);
  call.pipe(onward);
  let trailers: IncomingHttpHeaders = {};
  onward.on('trailers', (received) => (trailers = received));
  onward.on('response', (received, flags) => {
    void gate.then(() => {
      if (call.destroyed) return;
      const { ':status': status, ...answer } = received;
      // A refusal comes as headers alone.
      const endStream = (flags & 1) === 1;
      call.respond({ ':status': status, ...answer }, endStream ? { endStream } : { waitForTrailers: true });
      if (endStream) return;
      call.on('wantTrailers', () => call.sendTrailers(trailers));
      onward.pipe(call);
    });
  });
  const end = () => {
    onward.close();
    call.destroy();
  };
  // Either side may hang up: the client at its deadline, the server when it stops.
  onward.on('error', end);
  call.on('error', end);
  call.on('aborted', () => onward.close());
}

function answer(call: ServerHttp2Stream, headers: IncomingHttpHeaders, plan: Plan, upstream: ClientHttp2Session): void {
  const method = methodOf(headers);
  const treatment = plan.treatments.get(method);
  if (treatment !== undefined) plan.counts.set(method, (plan.counts.get(method) ?? 0) + 1);
  if (treatment === 'exhausted') call.respond(exhausted, { endStream: true });
  else pass(call, headers, upstream, treatment === 'held' ? plan.recovery : Promise.resolve());
}

async function listen(server: Http2Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Opens a proxy of the run's server. */
export async function startTemporalProxy(): Promise<TemporalProxy> {
  const upstream = connect(`http://${temporalAddress()}`);
  // A call that breaks tells so itself.
  upstream.on('error', () => undefined);
  let open = (): void => undefined;
  const nextRecovery = (): Promise<void> => new Promise((resolve) => (open = resolve));
  const plan: Plan = { treatments: new Map(), counts: new Map(), recovery: nextRecovery() };
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (call, headers) => answer(call, headers, plan, upstream));
  const treat = (methods: readonly string[], treatment: Treatment) =>
    methods.forEach((method) => plan.treatments.set(method, treatment));
  return {
    address: await listen(server),
    exhaust: (...methods) => treat(methods, 'exhausted'),
    hold: (...methods) => treat(methods, 'held'),
    recover: () => {
      plan.treatments.clear();
      open();
      plan.recovery = nextRecovery();
    },
    struck: (method) => plan.counts.get(method) ?? 0,
    close: async () => {
      for (const session of sessions) session.destroy();
      upstream.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

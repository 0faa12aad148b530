/** The double of a Nockchain node: gRPC on one port of this machine, orders of tests under `/_sandbox` on another. */
import { loadPackageDefinition, Server, ServerCredentials, type ServiceDefinition, status } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { z } from 'zod';
import type { Orders } from '../rpc/control';
import type { Call } from '../rpc/protocol';
import { RpcFailure, TransportFault } from '../rpc/rpc-failure';
import { startRpcServer } from '../rpc/server';
import { messages } from './messages';
import { nockchainMethods } from './methods';
import { NockchainNetwork } from './network';

export interface NockchainDoubleOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Of the control surface; any free one without it. */
  readonly controlPort?: number;
  readonly hostname?: string;
  /** Where the state is kept over a restart; without it the double forgets. */
  readonly stateFile?: string;
  /** Milliseconds between blocks; without it blocks are made on command alone. The mainnet takes 150 seconds. */
  readonly blockMs?: number;
  readonly seed?: string;
  /** The clock, in epoch milliseconds. */
  readonly now?: () => number;
  /** Told about an error of the double itself. */
  readonly onDefect?: (error: unknown) => void;
}

export interface NockchainDouble {
  /** Host and port of the gRPC services. */
  readonly address: string;
  readonly port: number;
  readonly controlUrl: string;
  close(): Promise<void>;
}

const SEED_DEFAULT = 'perennial';
const SERVICES = ['NockchainService', 'NockchainBlockService'] as const;

/** Starts the double, with the state of the file when there is one. Rejects when a port is taken. */
export async function startNockchainDouble(options: NockchainDoubleOptions): Promise<NockchainDouble> {
  const hostname = options.hostname ?? '127.0.0.1';
  const network = new NockchainNetwork({
    seed: options.seed ?? SEED_DEFAULT,
    stateFile: options.stateFile ?? null,
    now: options.now ?? Date.now,
  });
  const control = await startRpcServer({
    port: options.controlPort ?? 0,
    hostname,
    protocol: null,
    methods: nockchainMethods(network),
    orders: orders(network),
  });
  const server = grpcServer(control.call, options.onDefect ?? ((): void => undefined));
  const port = await bind(server, `${hostname}:${options.port}`);
  const timer = options.blockMs === undefined ? null : setInterval(() => network.mine(1), options.blockMs);
  return {
    address: `${hostname}:${port}`,
    port,
    controlUrl: control.url,
    close: async () => {
      if (timer !== null) clearInterval(timer);
      server.forceShutdown();
      await control.close();
      network.close();
    },
  };
}

function grpcServer(call: Call, onDefect: (error: unknown) => void): Server {
  const definition = fromJSON(messages, { keepCase: true, longs: String, oneofs: true });
  const loaded = loadPackageDefinition(definition) as unknown as {
    nockchain: { public: { v2: Record<string, { service: ServiceDefinition }> } };
  };
  const server = new Server();
  for (const name of SERVICES) {
    const service = loaded.nockchain.public.v2[name]?.service;
    if (service === undefined) continue;
    const handlers = Object.keys(service).map((method) => [
      method,
      (request: { request: unknown }, reply: (error: object | null, value?: unknown) => void) => {
        call(method, request.request).then(
          (value) => reply(null, value),
          (error: unknown) => refuse(error, reply, onDefect),
        );
      },
    ]);
    server.addService(service, Object.fromEntries(handlers));
  }
  return server;
}

/** Faults that HTTP would show by a status are shown by the code that stands for it. A call that hangs is never replied to. */
function refuse(error: unknown, reply: (error: object) => void, onDefect: (error: unknown) => void): void {
  if (error instanceof RpcFailure) return reply({ code: error.code, details: error.message });
  if (!(error instanceof TransportFault)) {
    onDefect(error);
    return reply({ code: status.INTERNAL, details: 'The double is wrong here.' });
  }
  if (error.effect === 'cut') return reply({ code: status.UNAVAILABLE, details: 'Connection dropped' });
  if (error.effect === 'hang') return;
  const codes: Readonly<Record<number, number>> = { 429: status.RESOURCE_EXHAUSTED, 500: status.INTERNAL };
  reply({ code: codes[error.status] ?? status.UNAVAILABLE, details: `HTTP ${error.status}` });
}

function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}

const count = z.number().int().positive().max(100_000);

/** What a test may tell the network, each a POST under `/_sandbox`. */
function orders(network: NockchainNetwork): Orders {
  const position = (): object => ({ height: network.tip.height });
  return {
    mine: (body) => {
      const { blocks, at } = z.strictObject({ blocks: count.default(1), at: z.number().optional() }).parse(body);
      network.mine(blocks, at);
      return position();
    },
    reorg: (body) => {
      network.reorganize(z.strictObject({ depth: count }).parse(body).depth);
      return position();
    },
    drop: (body) => ({ dropped: network.drop(z.strictObject({ id: z.string() }).parse(body).id) }),
    /** The endpoint acknowledges the next transactions and forgets them. */
    swallow: (body) => {
      network.swallowing = z.strictObject({ count: count.default(1) }).parse(body).count;
    },
    /** The endpoint shows the chain as it was so many blocks ago; 0 heals it. */
    fall_behind: (body) => {
      network.behind = z.strictObject({ blocks: z.number().int().nonnegative() }).parse(body).blocks;
    },
    fund: (body) => {
      const order = z.strictObject({ to: z.string().min(40), nicks: z.string().regex(/^\d{1,19}$/) }).parse(body);
      return { id: network.mint(order.to, BigInt(order.nicks)) };
    },
  };
}

/** The EVM chain that runs here: anvil behind an endpoint with the faults and the control surface of all doubles. */
import type { Orders } from '../rpc/control';
import { jsonRpc } from '../rpc/json-rpc';
import { type RpcServer, startRpcServer } from '../rpc/server';
import { startAnvil } from './anvil';
import { evmMethods, type Mood } from './methods';
import { nodeAt } from './node';
import { evmOrders } from './orders';

export interface EvmSandboxOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly stateFile?: string;
  /** Without it blocks are made on order alone. */
  readonly blockSeconds?: number;
  /** Anvil's own, 31337, without it. */
  readonly chainId?: number;
  /** Blocks that lie behind `latest` until one is `safe`; twice as many until it is `finalized`. 3 without it. */
  readonly blocksUntilSafe?: number;
  /** Told about an error of the double itself. */
  readonly onDefect?: (error: unknown) => void;
}

export interface EvmSandbox extends RpcServer {
  /** CAIP-2. */
  readonly chainId: string;
  /** The orders of the control surface, for who is in the same process. */
  readonly orders: Orders;
}

const chainIdDefault = 31_337;
/** Mainnet's 32 would only make tests and demos long. */
const blocksUntilSafeDefault = 3;

/** Starts anvil and its endpoint. Rejects when the port is taken or anvil does not start. */
export async function startEvmSandbox(options: EvmSandboxOptions): Promise<EvmSandbox> {
  const chainId = options.chainId ?? chainIdDefault;
  const blocksUntilSafe = options.blocksUntilSafe ?? blocksUntilSafeDefault;
  const anvil = await startAnvil({
    stateFile: options.stateFile ?? null,
    blockSeconds: options.blockSeconds ?? null,
    chainId,
    blocksUntilSafe,
  });
  const ask = nodeAt(anvil.url);
  const mood: Mood = { swallows: 0, lag: 0 };
  const orders = evmOrders(ask, mood, blocksUntilSafe);
  const server = await startRpcServer({
    port: options.port,
    methods: evmMethods(ask, mood),
    protocol: jsonRpc(options.onDefect),
    orders,
    ...(options.onDefect === undefined ? {} : { onDefect: options.onDefect }),
  }).catch(async (error: unknown) => {
    await anvil.stop();
    throw error;
  });
  const close = async (): Promise<void> => {
    await server.close();
    await anvil.stop();
  };
  return { ...server, chainId: `eip155:${chainId}`, orders, close };
}

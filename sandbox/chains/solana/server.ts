/** The network of Solana on a port of this machine: JSON-RPC as a node speaks it, and orders of tests under `/_sandbox`. */
import { jsonRpc } from '../rpc/json-rpc';
import { startRpcServer } from '../rpc/server';
import { accountMethods } from './account-methods';
import { clusterMethods } from './cluster-methods';
import { createFaucet, faucetAtGenesis } from './faucet';
import { SolanaNetwork } from './network';
import { orders } from './orders';
import { transactionMethods } from './transaction-methods';

export interface SolanaSandboxOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly hostname?: string;
  /** Where the state is kept over a restart; without it the sandbox forgets. */
  readonly stateFile?: string;
  /** Milliseconds between slots; without it slots are made on command alone. The mainnet takes 400. */
  readonly slotMs?: number;
  /** Makes keys and blockhashes; two sandboxes with one seed are alike. */
  readonly seed?: string;
  /** The clock, in epoch milliseconds. */
  readonly now?: () => number;
  /** Told about an error of the sandbox itself, which the client sees as an internal error. */
  readonly onDefect?: (error: unknown) => void;
}

export interface SolanaSandbox {
  readonly url: string;
  readonly port: number;
  /** CAIP-2: what stands before the colon and the first 32 characters of the genesis hash. */
  readonly chainId: `solana:${string}`;
  /** Closes every connection and the state file. */
  close(): Promise<void>;
}

/** Enough of a genesis hash to tell chains apart (CAIP-2, namespace `solana`). */
const REFERENCE_CHARACTERS = 32;
const SEED_DEFAULT = 'perennial';

/** Starts the network, with the state of the file when there is one. Rejects when the port is taken. */
export async function startSolanaSandbox(options: SolanaSandboxOptions): Promise<SolanaSandbox> {
  const seed = options.seed ?? SEED_DEFAULT;
  const onDefect = options.onDefect ?? ((): void => undefined);
  const network = new SolanaNetwork({
    seed,
    now: options.now ?? Date.now,
    stateFile: options.stateFile ?? null,
    genesis: [await faucetAtGenesis(seed)],
  });
  const faucet = await createFaucet(network, seed);
  const market = { priorityFee: 0 };
  const server = await startRpcServer({
    port: options.port,
    ...(options.hostname === undefined ? {} : { hostname: options.hostname }),
    protocol: jsonRpc(onDefect),
    methods: {
      ...clusterMethods(network, market),
      ...accountMethods(network),
      ...transactionMethods(network, faucet),
    },
    orders: orders(network, faucet, market),
    onDefect,
  });
  const timer = options.slotMs === undefined ? null : setInterval(() => network.mine(1), options.slotMs);
  return {
    url: server.url,
    port: server.port,
    chainId: `solana:${network.genesisHash.slice(0, REFERENCE_CHARACTERS)}`,
    close: async () => {
      if (timer !== null) clearInterval(timer);
      await server.close();
      network.close();
    },
  };
}

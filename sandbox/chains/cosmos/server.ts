/**
 * The Cosmos double: CometBFT's JSON-RPC, so that unmodified cosmjs connects, signs, simulates, broadcasts and searches. Signatures are truly
 * verified; the rules of the ledger are ours, so this proves the client's side of the protocol and no more.
 */
import { jsonRpc } from '../rpc/json-rpc';
import { type RpcServer, startRpcServer } from '../rpc/server';
import { cometMethods } from './methods';
import { CosmosNetwork, type CosmosNetworkOptions } from './network';
import { cosmosOrders } from './orders';

export interface CosmosDoubleOptions extends CosmosNetworkOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly hostname?: string;
  /** Told about an error of the double itself, which the client sees as an internal error. */
  readonly onDefect?: (error: unknown) => void;
}

export interface CosmosDouble extends RpcServer {
  readonly network: CosmosNetwork;
}

/** Starts the double, with the state of the file when there is one. Rejects when the port is taken. */
export async function startCosmosDouble(options: CosmosDoubleOptions): Promise<CosmosDouble> {
  const network = new CosmosNetwork(options);
  const server = await startRpcServer({
    port: options.port,
    ...(options.hostname === undefined ? {} : { hostname: options.hostname }),
    methods: cometMethods(network),
    protocol: jsonRpc(options.onDefect),
    orders: cosmosOrders(network),
    ...(options.onDefect === undefined ? {} : { onDefect: options.onDefect }),
  });
  return {
    ...server,
    network,
    close: async () => {
      await server.close();
      network.close();
    },
  };
}

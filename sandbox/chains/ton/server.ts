/**
 * The TON double: the real virtual machine behind toncenter's API (versions 2 and 3), so that an unmodified `TonClient` works. Wallets and
 * tokens run their own code; blocks, time and what an endpoint does wrong are ours.
 */
import { type RpcServer, startRpcServer } from '../rpc/server';
import { TonNetwork, type NetworkOptions } from './network';
import { tonOrders } from './orders';
import { toncenterProtocol } from './protocol';
import { toncenterV2 } from './toncenter-v2';
import { toncenterV3 } from './toncenter-v3';

export interface TonDoubleOptions extends NetworkOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly hostname?: string;
  /** Told about an error of the double itself, which the client sees as a 500. */
  readonly onDefect?: (error: unknown) => void;
}

export interface TonDouble extends RpcServer {
  /** For `TonClient`. */
  readonly endpoint: string;
  readonly network: TonNetwork;
}

/** Starts the double, with the state of the file when there is one. Rejects when the port is taken. */
export async function startTonDouble(options: TonDoubleOptions): Promise<TonDouble> {
  const network = await TonNetwork.start(options);
  const server = await startRpcServer({
    port: options.port,
    ...(options.hostname === undefined ? {} : { hostname: options.hostname }),
    methods: { ...toncenterV2(network), ...toncenterV3(network) },
    protocol: toncenterProtocol(options.onDefect),
    orders: tonOrders(network),
    ...(options.onDefect === undefined ? {} : { onDefect: options.onDefect }),
  });
  return {
    ...server,
    endpoint: `${server.url}/api/v2/jsonRPC`,
    network,
    close: async () => {
      await server.close();
      network.close();
    },
  };
}

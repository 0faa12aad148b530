/** The endpoint: CometBFT's JSON-RPC by cosmjs. Errors come out in the port's two kinds. */
import {
  type AuthExtension,
  type BankExtension,
  QueryClient,
  setupAuthExtension,
  setupBankExtension,
  accountFromAny,
} from '@cosmjs/stargate';
import { Comet1Client, Comet38Client, type CometClient, HttpClient, Tendermint37Client } from '@cosmjs/tendermint-rpc';
import { toHex } from '@cosmjs/encoding';
import { QueryAccountRequest, QueryAccountResponse } from 'cosmjs-types/cosmos/auth/v1beta1/query';
import { ConfigRequest, ConfigResponse } from 'cosmjs-types/cosmos/base/node/v1beta1/query';
import { SimulateRequest, SimulateResponse } from 'cosmjs-types/cosmos/tx/v1beta1/service';
import type { ChainConnection } from '../connection';
import { ChainRefusedRequest, ChainUnavailable } from '../port';

export interface AccountFacts {
  readonly number: number;
  readonly sequence: number;
}

/** A transaction in a block. */
export interface IncludedTransaction {
  /** Upper-case hexadecimal. */
  readonly id: string;
  readonly height: number;
  readonly code: number;
  readonly log: string;
  readonly events: readonly {
    readonly type: string;
    readonly attributes: readonly { readonly key: string; readonly value: string }[];
  }[];
  readonly bytes: Uint8Array;
}

export interface BlockFacts {
  readonly height: number;
  readonly hash: string;
  /** Epoch milliseconds. */
  readonly time: number;
}

export type SimulationOutcome =
  | { readonly kind: 'gas'; readonly used: bigint }
  /** The chain's words. */
  | { readonly kind: 'refused'; readonly reason: string };

type Queries = QueryClient & AuthExtension & BankExtension;

export class CosmosEndpoint {
  private connected: Promise<{ readonly comet: CometClient; readonly queries: Queries }> | null = null;

  constructor(
    private readonly connection: ChainConnection,
    private readonly chainId: string,
  ) {}

  async newestBlock(): Promise<BlockFacts> {
    const { syncInfo } = await this.reach(({ comet }) => comet.status());
    if (syncInfo.catchingUp) throw new ChainUnavailable(this.connection.id, 'the node is still catching up');
    return {
      height: syncInfo.latestBlockHeight,
      hash: toHex(syncInfo.latestBlockHash).toUpperCase(),
      time: syncInfo.latestBlockTime.getTime(),
    };
  }

  async block(height: number): Promise<BlockFacts> {
    const { blockId, block } = await this.reach(({ comet }) => comet.block(height));
    return { height, hash: toHex(blockId.hash).toUpperCase(), time: block.header.time.getTime() };
  }

  async balance(address: string, denom: string): Promise<bigint> {
    return BigInt((await this.reach(({ queries }) => queries.bank.balance(address, denom))).amount);
  }

  /** As of a height, or of the newest block; null for an account that never held anything. */
  async account(address: string, height?: number): Promise<AccountFacts | null> {
    try {
      const { value } = await this.reach(({ queries }) =>
        queries.queryAbci(
          '/cosmos.auth.v1beta1.Query/Account',
          QueryAccountRequest.encode({ address }).finish(),
          height,
        ),
      );
      const { account } = QueryAccountResponse.decode(value);
      if (account === undefined) return null;
      const { accountNumber, sequence } = accountFromAny(account);
      return { number: Number(accountNumber), sequence: Number(sequence) };
    } catch (error) {
      if (/NotFound|key not found/.test(wordsOf(error))) return null;
      throw error;
    }
  }

  /** Of one unit of gas, in 10^-6 of the base unit, as the node asks; null where it does not say. */
  async gasPriceMicro(denom: string): Promise<bigint | null> {
    const { value } = await this.reach(({ queries }) =>
      queries.queryAbci('/cosmos.base.node.v1beta1.Service/Config', ConfigRequest.encode({}).finish()),
    );
    return microOf(ConfigResponse.decode(value).minimumGasPrice, denom);
  }

  /** What a transaction would use. Its signature is not looked at. */
  async simulate(bytes: Uint8Array): Promise<SimulationOutcome> {
    try {
      const { value } = await this.reach(({ queries }) =>
        queries.queryAbci(
          '/cosmos.tx.v1beta1.Service/Simulate',
          SimulateRequest.encode(SimulateRequest.fromPartial({ txBytes: bytes })).finish(),
        ),
      );
      return { kind: 'gas', used: SimulateResponse.decode(value).gasInfo?.gasUsed ?? 0n };
    } catch (error) {
      const words = wordsOf(error);
      if (words.startsWith(QUERY_FAILED)) return { kind: 'refused', reason: words };
      throw error;
    }
  }

  /** The node's checks alone. Never `signAndBroadcast`: it would hide the bytes. */
  async broadcast(
    bytes: Uint8Array,
  ): Promise<{ readonly code: number; readonly codespace: string; readonly log: string }> {
    try {
      const { code, codespace, log } = await this.reach(({ comet }) => comet.broadcastTxSync({ tx: bytes }));
      return { code, codespace: codespace ?? '', log: log ?? '' };
    } catch (error) {
      if (wordsOf(error).includes('already exists in cache')) return { code: ALREADY_KNOWN, codespace: 'sdk', log: '' };
      throw error;
    }
  }

  /** In the chain's own query language, oldest first, from all pages. */
  async search(query: string): Promise<readonly IncludedTransaction[]> {
    const { txs } = await this.reach(({ comet }) => comet.txSearchAll({ query }));
    return txs.map(({ hash, height, result, tx }) => ({
      id: toHex(hash).toUpperCase(),
      height,
      code: result.code,
      log: result.log ?? '',
      events: result.events,
      bytes: tx,
    }));
  }

  private async reach<Answer>(
    request: (clients: { readonly comet: CometClient; readonly queries: Queries }) => Promise<Answer>,
  ): Promise<Answer> {
    try {
      this.connected ??= this.connect();
      return await request(await this.connected);
    } catch (error) {
      throw this.translated(error);
    }
  }

  /** By the node's version, as cosmjs tells them apart; a node of another chain is refused. Tried again when it fails. */
  private async connect(): Promise<{ readonly comet: CometClient; readonly queries: Queries }> {
    try {
      const { url, headers, timeoutMs } = this.connection;
      const http = new HttpClient({ url, headers: { ...headers } }, timeoutMs);
      const { version, network } = (await Tendermint37Client.create(http).status()).nodeInfo;
      if (network !== this.chainId) {
        throw new ChainRefusedRequest(this.connection.id, 'wrong_chain', `The node at ${url} is of ${network}.`);
      }
      const client = version.startsWith('0.38.')
        ? Comet38Client
        : version.startsWith('1.')
          ? Comet1Client
          : Tendermint37Client;
      const comet = client.create(http);
      return { comet, queries: QueryClient.withExtensions(comet, setupAuthExtension, setupBankExtension) };
    } catch (error) {
      this.connected = null;
      throw error;
    }
  }

  /** cosmjs throws plain errors: `Bad status on response: 503`, the JSON of an RPC error, `Query failed with (6): …`, or those of `fetch`. */
  private translated(error: unknown): Error {
    if (error instanceof ChainRefusedRequest || error instanceof ChainUnavailable) return error;
    const words = wordsOf(error);
    const { status } = ((error as Error).cause ?? {}) as { readonly status?: number };
    if (status !== undefined && status !== 408 && status !== 429 && status < 500) {
      return new ChainRefusedRequest(this.connection.id, `http_${status}`, words, { cause: error });
    }
    return new ChainUnavailable(this.connection.id, words, null, { cause: error });
  }
}

/** The SDK's code for a transaction that waits in the node's mempool. */
export const ALREADY_KNOWN = 19;

const QUERY_FAILED = 'Query failed with';

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** `0.005000000000000000uatom,0.1ibc/…`: the price in this denomination, rounded up. */
export function microOf(prices: string, denom: string): bigint | null {
  for (const price of prices.split(',')) {
    const [, whole, fraction = '', unit] = /^(\d+)(?:\.(\d+))?(.+)$/.exec(price.trim()) ?? [];
    if (whole === undefined || unit !== denom) continue;
    const places = fraction.padEnd(18, '0');
    const rest = /[1-9]/.test(places.slice(6)) ? 1n : 0n;
    return BigInt(whole) * 1_000_000n + BigInt(places.slice(0, 6)) + rest;
  }
  return null;
}

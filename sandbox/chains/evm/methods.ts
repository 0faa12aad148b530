/**
 * What the endpoint serves: the methods of a node, answered by anvil. On order it takes a transaction and forgets it, or shows the chain as it
 * was some blocks ago, as an endpoint that lags does.
 */
import { keccak256, numberToHex } from 'viem';
import type { RpcMethods } from '../rpc/protocol';
import { RpcFailure } from '../rpc/rpc-failure';
import type { Ask } from './node';

/** What a public endpoint serves of a node: nothing that moves the chain. */
const forwarded = [
  'eth_blockNumber',
  'eth_call',
  'eth_chainId',
  'eth_estimateGas',
  'eth_feeHistory',
  'eth_gasPrice',
  'eth_getBalance',
  'eth_getBlockByHash',
  'eth_getBlockByNumber',
  'eth_getBlockReceipts',
  'eth_getCode',
  'eth_getLogs',
  'eth_getStorageAt',
  'eth_getTransactionByHash',
  'eth_getTransactionCount',
  'eth_getTransactionReceipt',
  'eth_maxPriorityFeePerGas',
  'eth_sendRawTransaction',
  'eth_syncing',
  'net_version',
  'trace_filter',
  'trace_transaction',
  'web3_clientVersion',
] as const;

/** What a test ordered of the endpoint. */
export interface Mood {
  /** How many transactions it takes and forgets. */
  swallows: number;
  /** How many blocks it lags behind. */
  lag: number;
}

type Hex = `0x${string}`;

interface Placed {
  readonly blockNumber: Hex | null;
}

const hexOf = (value: number): Hex => numberToHex(Math.max(value, 0));

/** The answers of a node that has not seen the newest blocks. */
class LaggingView {
  constructor(
    private readonly ask: Ask,
    private readonly mood: Mood,
  ) {}

  private async heightOf(tag: string): Promise<number> {
    const block = await this.ask<{ number: Hex }>('eth_getBlockByNumber', [tag, false]);
    return parseInt(block.number, 16) - this.mood.lag;
  }

  /** A tag as the number that it means here; a number above the head stays, and has no block. */
  private async numberOf(tag: unknown): Promise<unknown> {
    const named = typeof tag === 'string' && !tag.startsWith('0x') && tag !== 'earliest';
    return named ? hexOf(await this.heightOf(tag)) : tag;
  }

  private async isVisible(number: Hex | null | undefined): Promise<boolean> {
    return number == null || parseInt(number, 16) <= (await this.heightOf('latest'));
  }

  /** Answers with a method whose parameter at this place names a block. */
  async atBlock(method: string, params: readonly unknown[], place: number): Promise<unknown> {
    const number = await this.numberOf(params[place] ?? 'latest');
    if (!(await this.isVisible(number as Hex))) return null;
    return this.ask(method, Object.assign([...params], { [place]: number }));
  }

  async placed(method: string, params: unknown): Promise<unknown> {
    const answer = await this.ask<Placed | null>(method, params);
    return answer !== null && (await this.isVisible(answer.blockNumber)) ? answer : null;
  }

  /** Logs or traces of a range. */
  async range(method: string, [filter]: readonly [{ toBlock?: string; fromBlock?: string }]): Promise<unknown> {
    const head = await this.heightOf('latest');
    const to = await this.numberOf(filter.toBlock ?? 'latest');
    const last = Math.min(head, parseInt(String(to), 16));
    const from = await this.numberOf(filter.fromBlock ?? 'latest');
    // Nodes answer a range beyond their head with what they have, and do not say so.
    return last < parseInt(String(from), 16)
      ? []
      : this.ask(method, [{ ...filter, fromBlock: from, toBlock: hexOf(last) }]);
  }

  async height(): Promise<Hex> {
    return hexOf(await this.heightOf('latest'));
  }
}

/** Takes a transaction. One that is to be forgotten is answered with its id, as if it had gone in. */
function take(ask: Ask, mood: Mood, params: readonly [Hex]): unknown {
  if (mood.swallows === 0) return ask('eth_sendRawTransaction', params);
  mood.swallows -= 1;
  return keccak256(params[0]);
}

/** The methods of the endpoint, over a node. */
export function evmMethods(ask: Ask, mood: Mood): RpcMethods {
  const view = new LaggingView(ask, mood);
  const lagging: RpcMethods = {
    eth_blockNumber: () => view.height(),
    eth_getBlockByNumber: (params) => view.atBlock('eth_getBlockByNumber', params as unknown[], 0),
    eth_getBalance: (params) => view.atBlock('eth_getBalance', params as unknown[], 1),
    eth_getTransactionCount: (params) => view.atBlock('eth_getTransactionCount', params as unknown[], 1),
    eth_getTransactionReceipt: (params) => view.placed('eth_getTransactionReceipt', params),
    eth_getTransactionByHash: (params) => view.placed('eth_getTransactionByHash', params),
    eth_getLogs: (params) => view.range('eth_getLogs', params as [object]),
    trace_filter: (params) => view.range('trace_filter', params as [object]),
  };
  const plain: RpcMethods = {
    ...Object.fromEntries(forwarded.map((method) => [method, (params: unknown) => ask(method, params)])),
    eth_sendRawTransaction: (params) => take(ask, mood, params as [Hex]),
    eth_sendTransaction: () => {
      throw new RpcFailure(-32601, 'The endpoint holds no keys: sign, and send raw bytes.');
    },
  };
  return Object.fromEntries(
    Object.entries(plain).map(([method, execute]) => [
      method,
      (params: unknown) => (mood.lag > 0 ? (lagging[method] ?? execute)(params) : execute(params)),
    ]),
  );
}

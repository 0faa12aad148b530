/** Blocks and heads. Finality is the tag `finalized`, never a number of blocks: block times change (Base went from 2 s to 0.2 s). */
import { type Hex, numberToHex } from 'viem';
import type { ChainHead } from '../port';
import { ChainUnavailable } from '../port';
import type { EvmNetwork } from './network';

export interface EvmBlock {
  readonly height: number;
  readonly hash: Hex;
  /** Epoch milliseconds. */
  readonly time: number;
}

interface RpcBlock {
  readonly number: Hex | null;
  readonly hash: Hex | null;
  readonly timestamp: Hex;
}

export function blockOf(block: RpcBlock | null): EvmBlock | null {
  if (block === null || block.number === null || block.hash === null) return null;
  return { height: Number(block.number), hash: block.hash, time: Number(block.timestamp) * 1000 };
}

/** A block of the chain as it is now, or null when it is not so high. */
export async function readBlock({ request }: EvmNetwork, at: number | 'latest' | 'finalized') {
  const tag = typeof at === 'number' ? numberToHex(at) : at;
  return blockOf(await request({ method: 'eth_getBlockByNumber', params: [tag, false] }));
}

/** @throws ChainUnavailable when the endpoint does not show a head. */
export async function readHead(network: EvmNetwork): Promise<ChainHead> {
  // In this order: what is final is never above a head that was read after it.
  const finalized = await readBlock(network, 'finalized');
  const latest = await readBlock(network, 'latest');
  if (latest === null) throw new ChainUnavailable(network.id, 'The endpoint shows no newest block.');
  const finalHeight = Math.min(finalized?.height ?? 0, latest.height);
  return { height: latest.height, hash: latest.hash, finalHeight, time: latest.time };
}

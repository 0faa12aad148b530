/** Blocks and the head. A slot is a time at which a block may be made; heights count the blocks that were. The port speaks of heights. */
import { ChainUnavailable, type ChainHead } from '../port';
import type { SolanaEndpoint } from './network';

export interface BlockFacts {
  readonly height: number;
  readonly hash: string;
  /** Epoch milliseconds. */
  readonly time: number;
}

/** A confirmed block by its slot. @throws ChainUnavailable while the endpoint does not show it. */
export async function readBlock(endpoint: SolanaEndpoint, slot: bigint): Promise<BlockFacts> {
  const block = await endpoint.ask((rpc) =>
    rpc.getBlock(slot, {
      commitment: 'confirmed',
      transactionDetails: 'none',
      rewards: false,
      maxSupportedTransactionVersion: 0,
    }),
  );
  if (block === null) throw new ChainUnavailable(endpoint.chain, `The endpoint does not show slot ${slot} any more.`);
  return { height: Number(block.blockHeight), hash: block.blockhash, time: Number(block.blockTime) * 1_000 };
}

/** The newest confirmed block, and the newest final slot with its height. */
export async function readHead(
  endpoint: SolanaEndpoint,
): Promise<{ readonly head: ChainHead; readonly finalSlot: bigint }> {
  const [final, newest] = await Promise.all([
    endpoint.ask((rpc) => rpc.getEpochInfo({ commitment: 'finalized' })),
    endpoint.ask((rpc) => rpc.getEpochInfo({ commitment: 'confirmed' })),
  ]);
  const block = await readBlock(endpoint, newest.absoluteSlot);
  const head = { ...block, finalHeight: Math.min(Number(final.blockHeight), block.height) };
  return { head, finalSlot: final.absoluteSlot };
}

/** Blocks and what they hold. The explorer's cache keeps blocks that were withdrawn, so a block counts only when it stands at its height. */
import { type ChainHead, ChainUnavailable } from '../port';
import { createMemory } from '../memory';
import type { NockchainEndpoint } from './endpoint';
import { DEPTH_MIN } from './finality';

export interface BlockFacts {
  readonly id: string;
  readonly height: number;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly transactionIds: readonly string[];
}

export interface TransactionFacts {
  readonly id: string;
  readonly fee: bigint;
  /** Names of the notes that it spends, as `first last`. */
  readonly inputs: readonly string[];
  readonly outputs: readonly { readonly first: string; readonly nicks: bigint }[];
}

interface BlockAnswer {
  readonly block_id: { readonly value: string };
  readonly height: string;
  readonly timestamp: string;
  readonly tx_ids?: readonly { readonly value: string }[];
}

export interface BlockReader {
  tip(): Promise<BlockFacts>;
  /** From a height to the tip, oldest first; one unbroken chain. */
  since(height: number): Promise<readonly BlockFacts[]>;
  /** The block of a transaction; `waiting` in the pool; null when it is nowhere, or in a block that was withdrawn. */
  blockOf(transactionId: string): Promise<BlockFacts | 'waiting' | null>;
  transaction(id: string, block: BlockFacts): Promise<TransactionFacts | null>;
}

/** Blocks in one page. */
const PAGE = 100;
/** Transactions that a process remembers: a search begins some hundred blocks before the tip. */
const REMEMBERED_MAX = 20_000;

/** Reads blocks of one chain. */
export function createBlockReader(endpoint: NockchainEndpoint): BlockReader {
  const remembered = createMemory<TransactionFacts>(REMEMBERED_MAX);
  return {
    tip: async () => {
      const [newest] = (await page(endpoint, 1, '')).blocks;
      if (newest === undefined) throw new ChainUnavailable(endpoint.chain, 'The node shows no block.');
      return newest;
    },
    since: (height) => since(endpoint, height),
    blockOf: (transactionId) => blockOf(endpoint, transactionId),
    transaction: async (id, block) => {
      const key = `${block.id}/${id}`;
      const known = remembered.get(key) ?? (await readTransaction(endpoint, id));
      if (known !== null) remembered.set(key, known);
      return known;
    },
  };
}

export const headOf = (tip: BlockFacts): ChainHead => ({
  height: tip.height,
  hash: tip.id,
  finalHeight: Math.max(0, tip.height - DEPTH_MIN),
  time: tip.time,
});

async function page(
  endpoint: NockchainEndpoint,
  limit: number,
  token: string,
): Promise<{ readonly blocks: readonly BlockFacts[]; readonly next: string }> {
  const answer = await endpoint.call<{
    readonly blocks: { readonly blocks: readonly BlockAnswer[]; readonly page: { readonly next_token: string } | null };
  }>('GetBlocks', { page: { limit, token } });
  return { blocks: (answer?.blocks.blocks ?? []).map(factsOf), next: answer?.blocks.page?.next_token ?? '' };
}

const factsOf = (block: BlockAnswer): BlockFacts => ({
  id: block.block_id.value,
  height: Number(block.height),
  time: Number(block.timestamp) * 1_000,
  transactionIds: (block.tx_ids ?? []).map(({ value }) => value),
});

/** Pages count from the tip: a block that comes between two of them shifts the second, so each height is kept once. */
async function since(endpoint: NockchainEndpoint, height: number): Promise<readonly BlockFacts[]> {
  const found = new Map<number, BlockFacts>();
  for (let token = ''; ;) {
    const { blocks, next } = await page(endpoint, PAGE, token);
    for (const block of blocks) if (block.height >= height && !found.has(block.height)) found.set(block.height, block);
    const isEnd = next === '' || blocks.some((block) => block.height <= height);
    if (isEnd) return [...found.values()].sort((left, right) => left.height - right.height);
    token = next;
  }
}

async function blockOf(endpoint: NockchainEndpoint, id: string): Promise<BlockFacts | 'waiting' | null> {
  const answer = await endpoint.call<{ readonly block?: BlockAnswer | null; readonly pending?: object | null }>(
    'GetTransactionBlock',
    { tx_id: { value: id } },
  );
  if (answer?.pending != null) return 'waiting';
  if (answer?.block == null) return null;
  const said = factsOf(answer.block);
  const standing = await endpoint.call<{ readonly details: BlockAnswer }>('GetBlockDetails', {
    height: said.height.toString(),
  });
  return standing !== null && standing.details.block_id.value === said.id ? said : null;
}

async function readTransaction(endpoint: NockchainEndpoint, id: string): Promise<TransactionFacts | null> {
  const answer = await endpoint.call<{
    readonly details?: {
      readonly fee: { readonly value: string } | null;
      readonly inputs?: readonly { readonly note_name_b58: string }[];
      readonly outputs?: readonly {
        readonly note_name_b58: string;
        readonly amount: { readonly value: string } | null;
      }[];
    } | null;
  }>('GetTransactionDetails', { tx_id: { value: id } });
  const details = answer?.details;
  if (details == null) return null;
  return {
    id,
    fee: BigInt(details.fee?.value ?? 0),
    inputs: (details.inputs ?? []).map((input) => wordsOf(input.note_name_b58).join(' ')),
    outputs: (details.outputs ?? []).map((output) => ({
      first: wordsOf(output.note_name_b58)[0] ?? '',
      nicks: BigInt(output.amount?.value ?? 0),
    })),
  };
}

/** The hashes in a note's name, whatever stands between them. */
const wordsOf = (name: string): readonly string[] => name.match(/[1-9A-HJ-NP-Za-km-z]{40,60}/g) ?? [];

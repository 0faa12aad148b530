/** Deposits: credits of the shared address in transactions whose memo ties them. */
import { z } from 'zod';
import type { ChainHead, DepositSearch, DepositsFound, SeenDeposit } from '../port';
import type { BlockFacts, IncludedTransaction } from './endpoint';
import { readWatch } from './instruction';
import type { CosmosNetwork } from './network';
import { denomOf } from './networks';
import { memoOf, transfersOf } from './transfers';

/** A node indexes a block shortly after it has it: the newest ones are searched again. */
const OVERLAP_BLOCKS = 5;

/** The height from which the next search begins. */
const cursorShape = z.object({ from: z.number().int() });

export async function headOf({ endpoint }: CosmosNetwork): Promise<ChainHead> {
  const { height, hash, time } = await endpoint.newestBlock();
  return { height, hash, finalHeight: height, time };
}

export async function findDeposits(network: CosmosNetwork, search: DepositSearch): Promise<DepositsFound> {
  const head = await headOf(network);
  const from = search.cursor === null ? head.height : cursorShape.parse(JSON.parse(search.cursor)).from;
  const deposits: SeenDeposit[] = [];
  const blockAt = rememberBlocks(network);
  for (const address of new Set(search.watched.map(({ watch }) => readWatch(watch).address))) {
    const found = await network.endpoint.search(`transfer.recipient='${address}' AND tx.height>=${from}`);
    for (const transaction of found) {
      deposits.push(...(await depositsIn(network, { transaction, address, watched: search.watched, blockAt })));
    }
  }
  return { deposits, head, cursor: JSON.stringify({ from: Math.max(from, head.height - OVERLAP_BLOCKS) }) };
}

type BlockAt = (height: number) => Promise<BlockFacts>;

/** Deposits of one block share one look at it. */
function rememberBlocks({ endpoint }: CosmosNetwork): BlockAt {
  const blocks = new Map<number, Promise<BlockFacts>>();
  return (height) => {
    const known = blocks.get(height) ?? endpoint.block(height);
    blocks.set(height, known);
    return known;
  };
}

interface Look {
  readonly transaction: IncludedTransaction;
  readonly address: string;
  readonly watched: readonly { readonly watch: string; readonly asset: string }[];
  readonly blockAt: BlockAt;
}

async function depositsIn({ facts }: CosmosNetwork, look: Look): Promise<SeenDeposit[]> {
  const { transaction, address, watched } = look;
  const memo = memoOf(transaction)?.trim();
  if (transaction.code !== 0 || memo === undefined) return [];
  const watch = `${address}/${memo}`;
  const wanted = new Map(
    watched.filter((one) => one.watch === watch).map(({ asset }) => [denomOf(facts, asset), asset]),
  );
  const credits = transfersOf(transaction).filter(({ recipient, denom }) => recipient === address && wanted.has(denom));
  if (credits.length === 0) return [];
  const block = await look.blockAt(transaction.height);
  return credits.map(({ denom, amount, sender, index }) => ({
    transactionId: transaction.id,
    index,
    watch,
    asset: wanted.get(denom) ?? denom,
    amount: amount.toString(),
    sender,
    height: block.height,
    blockHash: block.hash,
    seenAt: block.time,
    isFinal: true,
  }));
}

export async function readDeposit(network: CosmosNetwork, deposit: SeenDeposit): Promise<SeenDeposit | null> {
  const { endpoint } = network;
  const [transaction] = await endpoint.search(`tx.hash='${deposit.transactionId}'`);
  if (transaction === undefined) return null;
  const { address } = readWatch(deposit.watch);
  const look = { transaction, address, watched: [deposit], blockAt: rememberBlocks(network) };
  return (await depositsIn(network, look)).find(({ index }) => index === deposit.index) ?? null;
}

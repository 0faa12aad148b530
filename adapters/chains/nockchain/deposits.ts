/**
 * Finds deposits in blocks, by the first names of the addresses that are watched. A balance would not do: a note that was spent is gone from it.
 * Every search goes over the blocks that are not final at any value, so what was withdrawn and included again is met again.
 */
import type { DepositSearch, DepositsFound, SeenDeposit } from '../port';
import { type BlockFacts, type BlockReader, headOf, type TransactionFacts } from './blocks';
import { DEPTH_MAX, depthOf } from './finality';
import { firstNameOf } from './keys';

interface Watched {
  readonly watch: string;
  readonly asset: string;
}

/** Deposits since the cursor, which is a height. */
export async function findDeposits(blocks: BlockReader, search: DepositSearch): Promise<DepositsFound> {
  const tip = await blocks.tip();
  const settled = Math.max(0, tip.height - DEPTH_MAX);
  const from = search.cursor === null ? settled : Math.min(Number(search.cursor), settled);
  const watched = new Map(search.watched.map((one) => [firstNameOf(one.watch), one]));
  const deposits: SeenDeposit[] = [];
  for (const block of await blocks.since(from)) {
    for (const id of block.transactionIds) {
      const transaction = await blocks.transaction(id, block);
      if (transaction !== null) deposits.push(...depositsIn(transaction, block, tip, watched));
    }
  }
  return { deposits, cursor: settled.toString(), head: headOf(tip) };
}

function depositsIn(
  transaction: TransactionFacts,
  block: BlockFacts,
  tip: BlockFacts,
  watched: ReadonlyMap<string, Watched>,
): SeenDeposit[] {
  return transaction.outputs.flatMap(({ first, nicks }, index) => {
    const owner = watched.get(first);
    if (owner === undefined || nicks <= 0n) return [];
    return [
      {
        transactionId: transaction.id,
        index,
        watch: owner.watch,
        asset: owner.asset,
        amount: nicks.toString(),
        // An input names a lock, and a lock is no address: several keys may open it.
        sender: null,
        height: block.height,
        blockHash: block.id,
        seenAt: block.time,
        isFinal: tip.height - block.height >= depthOf(nicks),
      },
    ];
  });
}

/** The deposit as the chain shows it now, or null. */
export async function readDeposit(blocks: BlockReader, deposit: SeenDeposit): Promise<SeenDeposit | null> {
  const [tip, block] = [await blocks.tip(), await blocks.blockOf(deposit.transactionId)];
  if (block === null || block === 'waiting') return null;
  const transaction = await blocks.transaction(deposit.transactionId, block);
  if (transaction === null) return null;
  const watched = new Map([[firstNameOf(deposit.watch), { watch: deposit.watch, asset: deposit.asset }]]);
  return depositsIn(transaction, block, tip, watched).find(({ index }) => index === deposit.index) ?? null;
}

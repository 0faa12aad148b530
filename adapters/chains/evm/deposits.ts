/**
 * Deposits from a cursor on. Tokens by their Transfer logs, the coin by reading whole blocks. The cursor remembers the newest block that was
 * searched, and the newest that was final then: a block that was withdrawn shows by its hash, and the search goes on after the final one.
 */
import { type Address, getAddress, type Hex, numberToHex, pad } from 'viem';
import type { ChainHead, DepositSearch, DepositsFound, SeenDeposit } from '../port';
import type { Contract } from './assets';
import { contractOf } from './assets';
import { type EvmBlock, readBlock, readHead } from './blocks';
import { findInnerPayments, innerCredits, innerIndexMin } from './inner-payments';
import type { EvmNetwork } from './network';
import { creditsOf, readReceipt, readTransaction, type Receipt, transferTopic } from './receipts';

interface Cursor {
  readonly height: number;
  readonly hash: Hex;
  readonly finalHeight: number;
}

/** Logs are indexed some moments after a block is shown; nodes that are not there yet answer as if there were none. */
const overlapBlocks = 12;
/** Endpoints refuse wider ranges of logs (often 1,000), and a search is to end within seconds. */
const logBlocksMax = 1_000;
/** Whole blocks weigh some hundred kilobytes each. */
const wholeBlocksMax = 60;
/** Topics in one filter: endpoints refuse thousands. */
const addressesMax = 500;

/** Where a payment in one asset is looked for. */
interface Watch {
  readonly address: Address;
  readonly asset: string;
  readonly contract: Contract;
}

/** A transaction that pays one of the watched addresses, by the chain's index; what it really paid is in its receipt. */
interface Hit {
  readonly id: Hex;
  readonly contract: Contract;
  /** The coin was sent by a contract on the way. */
  readonly isInner: boolean;
}

const inPieces = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));

async function tokenHits(network: EvmNetwork, watched: readonly Watch[], from: number, to: number): Promise<Hit[]> {
  const contracts = [...new Set(watched.flatMap(({ contract }) => contract ?? []))];
  if (contracts.length === 0) return [];
  const addresses = [...new Set(watched.map(({ address }) => address))];
  const found = await Promise.all(
    inPieces(addresses, addressesMax).map((some) =>
      network.request({
        method: 'eth_getLogs',
        params: [
          {
            address: contracts,
            topics: [transferTopic, null, some.map((address) => pad(address))],
            fromBlock: numberToHex(from),
            toBlock: numberToHex(to),
          },
        ],
      }),
    ),
  );
  return found.flat().flatMap((log) => {
    if (log.transactionHash === null) return [];
    return [{ id: log.transactionHash, contract: getAddress(log.address), isInner: false }];
  });
}

async function coinHits(network: EvmNetwork, watched: readonly Watch[], from: number, to: number): Promise<Hit[]> {
  const addresses = new Set(watched.flatMap(({ address, contract }) => (contract === null ? [address] : [])));
  if (addresses.size === 0) return [];
  const hits: Hit[] = [];
  for (let height = from; height <= to; height += 1) {
    const block = await network.request({ method: 'eth_getBlockByNumber', params: [numberToHex(height), true] });
    for (const transaction of block?.transactions ?? []) {
      if (typeof transaction === 'string' || transaction.to == null) continue;
      if (addresses.has(getAddress(transaction.to)))
        hits.push({ id: transaction.hash, contract: null, isInner: false });
    }
  }
  for (const some of inPieces([...addresses], addressesMax)) {
    const inner = await findInnerPayments(network, some, from, to);
    hits.push(...inner.map((id) => ({ id, contract: null, isInner: true })));
  }
  return hits;
}

/** What a transaction credited, to anybody, in the way of the hit. */
async function creditsIn(network: EvmNetwork, receipt: Receipt, { id, contract, isInner }: Hit) {
  if (isInner) return receipt.status === '0x1' ? innerCredits(network, id) : [];
  const transaction = contract === null ? await readTransaction(network, id) : null;
  const { to, from } = receipt;
  return creditsOf(receipt, { to, from, value: BigInt(transaction?.value ?? 0) }, contract);
}

/** The deposits of a transaction among what is watched; none when it is not on the chain (any more). */
async function depositsOf(
  network: EvmNetwork,
  { id, contract, isInner }: Hit,
  watched: readonly Watch[],
  head: ChainHead,
): Promise<SeenDeposit[]> {
  const receipt = await readReceipt(network, id);
  if (receipt === null) return [];
  const block = await readBlock(network, Number(receipt.blockNumber));
  // Between two answers the chain may have moved; the next search sees it as it is.
  if (block === null || block.hash !== receipt.blockHash) return [];
  const credits = await creditsIn(network, receipt, { id, contract, isInner });
  return credits.flatMap(({ index, to: receiver, sender, amount }) => {
    const address = getAddress(receiver);
    const watch = watched.find((one) => one.address === address && one.contract === contract);
    if (watch === undefined) return [];
    return [
      {
        transactionId: id,
        index,
        watch: watch.address,
        asset: watch.asset,
        amount: amount.toString(),
        sender: getAddress(sender),
        height: block.height,
        blockHash: block.hash,
        seenAt: block.time,
        isFinal: block.height <= head.finalHeight,
      },
    ];
  });
}

/** The block to go on from, or null when the endpoint has not even seen what was final at the last search. */
async function searchFrom(network: EvmNetwork, cursor: Cursor | null, head: ChainHead): Promise<number | null> {
  if (cursor === null) return head.finalHeight + 1;
  if (head.finalHeight < cursor.finalHeight) return null;
  const searched = cursor.height <= head.height ? await readBlock(network, cursor.height) : null;
  const stands = searched?.hash === cursor.hash;
  return Math.max(0, (stands ? cursor.height : cursor.finalHeight) + 1 - overlapBlocks);
}

const write = (block: EvmBlock, finalHeight: number): string =>
  JSON.stringify({
    height: block.height,
    hash: block.hash,
    finalHeight: Math.min(finalHeight, block.height),
  } satisfies Cursor);

/**
 * @throws ChainUnavailable, ChainRefusedRequest.
 */
export async function findEvmDeposits(network: EvmNetwork, search: DepositSearch): Promise<DepositsFound> {
  const watched = search.watched.map(({ watch, asset }) => ({
    address: getAddress(watch),
    asset,
    contract: contractOf(network.id, asset),
  }));
  const cursor = search.cursor === null ? null : (JSON.parse(search.cursor) as Cursor);
  const head = await readHead(network);
  const from = await searchFrom(network, cursor, head);
  if (from === null) return { deposits: [], cursor: search.cursor ?? '', head };
  const wide = watched.some(({ contract }) => contract === null) ? wholeBlocksMax : logBlocksMax;
  const last = Math.max(cursor?.height ?? 0, from) + wide;
  // Its hash is read before the logs: when the chain moves in between, the next search sees that this block is gone.
  const to = await readBlock(network, Math.min(last, head.height));
  if (to === null) return { deposits: [], cursor: search.cursor ?? (await beginning(network, head)), head };
  const hits = [
    ...(await tokenHits(network, watched, from, to.height)),
    ...(await coinHits(network, watched, from, to.height)),
  ];
  const distinct = [...new Map(hits.map((hit) => [`${hit.id}${hit.contract}${hit.isInner}`, hit])).values()];
  const deposits: SeenDeposit[] = [];
  for (const hit of distinct) deposits.push(...(await depositsOf(network, hit, watched, head)));
  return { deposits, cursor: write(to, head.finalHeight), head };
}

async function beginning(network: EvmNetwork, head: ChainHead): Promise<string> {
  const block = await readBlock(network, head.finalHeight);
  return block === null ? '' : write(block, head.finalHeight);
}

/** The deposit as the chain shows it now, or null. */
export async function readEvmDeposit(network: EvmNetwork, deposit: SeenDeposit): Promise<SeenDeposit | null> {
  const { transactionId, watch, asset, index } = deposit;
  const contract = contractOf(network.id, asset);
  const head = await readHead(network);
  const watched = [{ address: getAddress(watch), asset, contract }];
  const hit = { id: transactionId as Hex, contract, isInner: index >= innerIndexMin };
  const found = await depositsOf(network, hit, watched, head);
  return found.find((one) => one.index === index) ?? null;
}

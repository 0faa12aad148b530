/**
 * Deposits. A payment of the coin is a message that our wallet took in; a payment of a jetton is an `internal_transfer` that our jetton wallet
 * took in without failing, for that contract alone checks who may credit it. What a stranger's message claims counts for nothing.
 */
import { Address, Cell } from '@ton/core';
import { z } from 'zod';
import type { ChainHead, DepositSearch, DepositsFound, SeenDeposit } from '../port';
import { spell } from './addresses';
import { assetOn } from './assets';
import { operationOf, readComment, readJettonCredit } from './bodies';
import type { IndexedMessage, IndexedTransaction } from './index-answers';
import { readWatch } from './instruction';
import { sameAccount, type TonNetwork } from './network';

/**
 * The index shows blocks of all shards and may be late with some of them. Nothing is ever withdrawn; the overlap is for what arrives late.
 */
const OVERLAP_SECONDS = 60;

const TRANSFER_NOTIFICATION = 0x7362d09c;

/** Epoch seconds from which the next search begins. */
const cursorShape = z.object({ since: z.number().int() });

export async function headOf({ endpoint }: TonNetwork): Promise<ChainHead> {
  const { seqno, hash, time } = await endpoint.masterchain();
  return { height: seqno, hash, finalHeight: seqno, time: time * 1000 };
}

/** Searches every watched address once, whatever number of instructions share it. */
export async function findDeposits(network: TonNetwork, search: DepositSearch): Promise<DepositsFound> {
  // The head comes first: what is included while we search belongs to the next search.
  const head = await headOf(network);
  const headTime = head.time / 1000;
  const since = search.cursor === null ? headTime : cursorShape.parse(JSON.parse(search.cursor)).since;
  const deposits: SeenDeposit[] = [];
  for (const [address, watched] of byAddress(search.watched)) {
    deposits.push(...(await depositsAt(network, { address, since, watched })));
  }
  return { deposits, head, cursor: JSON.stringify({ since: Math.max(since, headTime - OVERLAP_SECONDS) }) };
}

interface Watched {
  readonly watch: string;
  readonly asset: string;
}

function byAddress(watched: readonly Watched[]): Map<string, Watched[]> {
  const groups = new Map<string, Watched[]>();
  for (const one of watched) {
    const { address } = readWatch(one.watch);
    groups.set(address, [...(groups.get(address) ?? []), one]);
  }
  return groups;
}

interface AddressSearch {
  readonly address: string;
  readonly since: number;
  readonly watched: readonly Watched[];
}

async function depositsAt(network: TonNetwork, search: AddressSearch): Promise<SeenDeposit[]> {
  const owner = Address.parse(search.address);
  const own = await network.endpoint.transactionsSince({ account: owner, since: search.since });
  const found: SeenDeposit[] = [];
  for (const asset of new Set(search.watched.map((one) => one.asset))) {
    const kind = assetOn(network.chain, asset);
    const watches = new Set(search.watched.filter((one) => one.asset === asset).map((one) => one.watch));
    const source = { network, address: search.address, asset };
    if (kind.kind === 'coin') {
      found.push(...own.flatMap((transaction) => coinDeposit(source, transaction) ?? []).filter(isIn(watches)));
    } else {
      const wallet = await network.jettonWallet(kind.master, owner);
      const credits = await network.endpoint.transactionsSince({ account: wallet, since: search.since });
      const receipts = new Map(own.map((receipt) => [receipt.in_msg?.hash ?? '', receipt]));
      const noticed = credits.flatMap((credit) => {
        const notice = notificationIn(credit);
        return jettonDeposit(source, credit, receipts.get(notice?.hash ?? '-') ?? null) ?? [];
      });
      found.push(...noticed.filter(isIn(watches)));
    }
  }
  return found;
}

const isIn =
  (watches: ReadonlySet<string>) =>
  ({ watch }: SeenDeposit): boolean =>
    watches.has(watch);

/** Looks at one deposit again. */
export async function readDeposit(network: TonNetwork, deposit: SeenDeposit): Promise<SeenDeposit | null> {
  const transaction = await network.endpoint.transaction(Buffer.from(deposit.transactionId, 'hex').toString('base64'));
  if (transaction === null) return null;
  const { address } = readWatch(deposit.watch);
  const source = { network, address, asset: deposit.asset };
  const kind = assetOn(network.chain, deposit.asset);
  const owner = Address.parse(address);
  if (kind.kind === 'coin') {
    return sameAccount(transaction.account, owner) ? coinDeposit(source, transaction) : null;
  }
  if (!sameAccount(transaction.account, await network.jettonWallet(kind.master, owner))) return null;
  const notice = notificationIn(transaction);
  return jettonDeposit(source, transaction, notice === null ? null : await network.endpoint.receiptOf(notice.hash));
}

interface Source {
  readonly network: TonNetwork;
  readonly address: string;
  readonly asset: string;
}

function coinDeposit(source: Source, transaction: IndexedTransaction): SeenDeposit | null {
  const message = transaction.in_msg;
  if (message?.source == null || message.value === null || message.bounced === true) return null;
  // What our wallet sent back was not credited.
  if (transaction.description.bounce?.type === 'ok') return null;
  const tag = readComment(bodyOf(message));
  if (tag === null) return null;
  return {
    ...place(source, transaction, tag),
    amount: message.value,
    sender: spell(source.network.chain, Address.parse(message.source)),
    receiptCost: transaction.total_fees,
  };
}

/** @param receipt what our wallet did with the notification; it costs gas and may bring coins along. */
function jettonDeposit(
  source: Source,
  transaction: IndexedTransaction,
  receipt: IndexedTransaction | null,
): SeenDeposit | null {
  const message = transaction.in_msg;
  if (message == null || message.bounced === true || transaction.description.aborted === true) return null;
  const credit = readJettonCredit(bodyOf(message));
  if (credit === null || credit.comment === null) return null;
  const cost = receipt === null ? 0n : BigInt(receipt.total_fees) - BigInt(receipt.in_msg?.value ?? '0');
  return {
    ...place(source, transaction, credit.comment),
    amount: credit.amount.toString(),
    sender: credit.sender === null ? null : spell(source.network.chain, credit.sender),
    receiptCost: cost.toString(),
  };
}

function place({ address, asset }: Source, transaction: IndexedTransaction, tag: string) {
  const { workchain, shard, seqno } = transaction.block_ref;
  return {
    transactionId: Buffer.from(transaction.hash, 'base64').toString('hex'),
    index: 0,
    watch: `${address}/${tag.trim()}`,
    asset,
    height: transaction.mc_block_seqno ?? seqno,
    blockHash: `${workchain}:${shard}:${seqno}`,
    seenAt: transaction.now * 1000,
    isFinal: transaction.mc_block_seqno != null,
  };
}

/** The message with which a jetton wallet tells its owner. */
const notificationIn = (transaction: IndexedTransaction): IndexedMessage | null =>
  transaction.out_msgs.find((message) => operationOf(bodyOf(message)) === TRANSFER_NOTIFICATION) ?? null;

const bodyOf = (message: IndexedMessage): Cell =>
  message.message_content === null ? Cell.EMPTY : Cell.fromBase64(message.message_content.body);

/**
 * What became of signed bytes. Sent is not paid: with too little coin the wallet's transaction succeeds and sends nothing. So each payout is
 * followed to its credit at the destination, through the transactions that came of the message.
 */
import { type Address, Cell, type MessageRelaxed } from '@ton/core';
import type { SignedTransaction, TransactionStanding } from '../port';
import { accountOf } from './addresses';
import { assetOn } from './assets';
import { INTERNAL_TRANSFER, operationOf } from './bodies';
import type { IndexedMessage, IndexedTransaction } from './index-answers';
import { sameAccount, type TonNetwork } from './network';
import { preparedSince } from './prepare';
import { readTransfer, seqnoIn } from './wallet';

/** Blocks of shards are made side by side: one may come later with a time a little earlier. */
const CLOCK_SLACK_SECONDS = 30;

export async function standingOf(network: TonNetwork, signed: SignedTransaction): Promise<TransactionStanding> {
  const receipt = await network.endpoint.receiptOf(Buffer.from(signed.id, 'hex').toString('base64'));
  return receipt === null ? standingOfMissing(network, signed) : landed(network, signed, receipt);
}

/**
 * Not shown by the index. The wallet's own state proves the rest: it takes each number once, and nothing after its end, so of a block beyond
 * either its number or its end, bytes that the account did not take in are dead. Node and index must agree.
 */
async function standingOfMissing(network: TonNetwork, signed: SignedTransaction): Promise<TransactionStanding> {
  const { seqno, validUntil } = readTransfer(Cell.fromBase64(signed.prepared.unsigned));
  const account = accountOf(signed.prepared.from);
  const state = await network.endpoint.account(account);
  const isUsed = seqnoIn(state.data) > seqno;
  const isOver = state.time >= validUntil + CLOCK_SLACK_SECONDS;
  if (!isUsed && !isOver) return { kind: 'unknown' };
  const { time } = await network.endpoint.masterchain();
  if (time < state.time) return { kind: 'unknown' };
  const since = preparedSince(validUntil) - CLOCK_SLACK_SECONDS;
  if (await network.endpoint.hasTaken(account, signed.id, since)) return { kind: 'waiting' };
  return { kind: 'dead', reason: isUsed ? 'Its number was used by other bytes.' : 'It ran out.' };
}

/** What became of one payout: paid, or why not; null while that is open. */
interface Credit {
  readonly isPaid: boolean;
  readonly failure: string | null;
  /** The transactions on the way to it. */
  readonly path: readonly IndexedTransaction[];
}

async function landed(
  network: TonNetwork,
  signed: SignedTransaction,
  receipt: IndexedTransaction,
): Promise<TransactionStanding> {
  const byMessage = new Map<string, IndexedTransaction>();
  for (const one of await network.endpoint.traceOf(receipt.hash)) byMessage.set(one.in_msg?.hash ?? '', one);
  const { messages } = readTransfer(Cell.fromBase64(signed.prepared.unsigned));
  const sent = matchSent(messages, receipt.out_msgs);
  const credits = signed.prepared.payouts.map((payout, index) => {
    const isCoin = assetOn(network.chain, payout.asset).kind === 'coin';
    return creditOf(sent[index] ?? null, isCoin, byMessage);
  });
  const owner = accountOf(signed.prepared.from);
  const change = changeOf(owner, receipt, credits, byMessage);
  return {
    kind: 'landed',
    height: receipt.mc_block_seqno ?? receipt.block_ref.seqno,
    blockHash: blockName(receipt),
    isFinal: receipt.mc_block_seqno != null && change !== null && credits.every((credit) => credit !== null),
    paid: credits.map((credit) => credit?.isPaid ?? false),
    fee: feeOf(network, signed, { owner, receipt, credits, change: change ?? [] }).toString(),
    failure: credits.find((credit) => credit?.failure != null)?.failure ?? null,
  };
}

const blockName = ({ block_ref: { workchain, shard, seqno } }: IndexedTransaction): string =>
  `${workchain}:${shard}:${seqno}`;

/** The messages that left, in the order of those that were to leave; null for one that was left out. */
function matchSent(wanted: readonly MessageRelaxed[], left: readonly IndexedMessage[]): (IndexedMessage | null)[] {
  let next = 0;
  return wanted.map((message) => {
    const candidate = left[next];
    if (candidate === undefined || !isSame(message, candidate)) return null;
    next += 1;
    return candidate;
  });
}

function isSame({ info, body }: MessageRelaxed, candidate: IndexedMessage): boolean {
  if (info.type !== 'internal' || !sameAccount(candidate.destination, info.dest)) return false;
  return candidate.value === info.value.coins.toString() && bodyOf(candidate).hash().equals(body.hash());
}

function creditOf(
  message: IndexedMessage | null,
  isCoin: boolean,
  byMessage: ReadonlyMap<string, IndexedTransaction>,
): Credit | null {
  if (message === null) return { isPaid: false, failure: 'The wallet had too little to send it.', path: [] };
  const arrival = byMessage.get(message.hash);
  if (arrival === undefined) return null;
  // Our messages do not bounce: what arrives is credited, whatever the account does with it.
  if (isCoin) return { isPaid: true, failure: null, path: [] };
  if (failed(arrival)) return { isPaid: false, failure: 'Our jetton wallet refused the transfer.', path: [arrival] };
  const onward = arrival.out_msgs.find((one) => operationOf(bodyOf(one)) === INTERNAL_TRANSFER);
  if (onward === undefined) return { isPaid: false, failure: 'Our jetton wallet sent nothing.', path: [arrival] };
  const credit = byMessage.get(onward.hash);
  if (credit === undefined) return null;
  const isPaid = !failed(credit);
  return { isPaid, failure: isPaid ? null : 'The jetton wallet of the receiver refused.', path: [arrival, credit] };
}

const failed = ({ description }: IndexedTransaction): boolean =>
  description.aborted === true || (description.compute_ph?.exit_code ?? 0) > 1;

/** What came back to our wallet on the ways of jettons: the rest of the attached coins. Null while something is on its way to it. */
function changeOf(
  owner: Address,
  receipt: IndexedTransaction,
  credits: readonly (Credit | null)[],
  byMessage: ReadonlyMap<string, IndexedTransaction>,
): readonly IndexedTransaction[] | null {
  const ways = credits.flatMap((credit) => credit?.path ?? []).filter((one) => one.hash !== receipt.hash);
  const back = ways.flatMap((one) => one.out_msgs).filter((message) => sameAccount(message.destination, owner));
  const arrived = back.map((message) => byMessage.get(message.hash));
  return arrived.every((one) => one !== undefined) ? arrived : null;
}

/** Exactly what the sender's balance lost beyond the payouts of the coin. */
function feeOf(
  network: TonNetwork,
  signed: SignedTransaction,
  facts: {
    readonly owner: Address;
    readonly receipt: IndexedTransaction;
    readonly credits: readonly (Credit | null)[];
    readonly change: readonly IndexedTransaction[];
  },
): bigint {
  const spent =
    spentBy(facts.receipt) + sum(facts.change.map((one) => spentBy(one) - BigInt(one.in_msg?.value ?? '0')));
  const paid = signed.prepared.payouts
    .filter(
      ({ asset }, index) => facts.credits[index]?.isPaid === true && assetOn(network.chain, asset).kind === 'coin',
    )
    .map(({ amount }) => BigInt(amount));
  return spent - sum(paid);
}

/** Fees, and what its messages carried off with what their way costs. */
const spentBy = (transaction: IndexedTransaction): bigint =>
  BigInt(transaction.total_fees) +
  sum(transaction.out_msgs.map((message) => BigInt(message.value ?? '0') + BigInt(message.fwd_fee ?? '0')));

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);

const bodyOf = (message: IndexedMessage): Cell =>
  message.message_content === null ? Cell.EMPTY : Cell.fromBase64(message.message_content.body);

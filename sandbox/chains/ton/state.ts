/**
 * The state of the network: accounts with their past, transactions, what waits. One block each second, so that a height is a time: this
 * is ours, as all that concerns blocks; what happens inside a transaction is the machine's.
 */
import { createHash } from 'node:crypto';
import { Cell, loadTransaction, type Transaction } from '@ton/core';
import type { NetworkEvent, StoredTransaction } from './events';
import { type MessageCells, messageCellsOf, normalizedHashOf } from './messages';

/** The second of the first block; any moment before all that is played here. */
export const GENESIS_TIME = 1_700_000_000;

/** A transaction with what it is looked up by. */
export interface TransactionRecord {
  readonly account: string;
  /** Epoch seconds of its block. */
  readonly time: number;
  readonly transaction: Transaction;
  /** Base64 of the transaction's cell. */
  readonly boc: string;
  /** Base64, as all hashes here. */
  readonly hash: string;
  readonly messages: MessageCells;
  readonly messageHash: string | null;
  /** Of an external message: the hash that does not depend on how it was wrapped (TEP-467). */
  readonly normalizedHash: string | null;
}

interface AccountMoment {
  readonly time: number;
  readonly cell: string;
}

export class NetworkState {
  /** Epoch seconds of the newest block. */
  time = GENESIS_TIME;
  waiting: readonly string[] = [];
  inFlight: readonly string[] = [];
  lastLt = 0n;
  private accounts = new Map<string, AccountMoment[]>();
  private byAccount = new Map<string, TransactionRecord[]>();
  private byMessage = new Map<string, TransactionRecord[]>();
  private byHash = new Map<string, TransactionRecord[]>();
  private readonly forks: { readonly from: number; readonly name: string }[] = [];

  apply(event: NetworkEvent): void {
    if (event.kind === 'clock') this.time = event.time;
    if (event.kind === 'waiting') this.waiting = event.messages;
    if (event.kind === 'reorg') this.withdraw(event.depth);
    if (event.kind !== 'block') return;
    this.time = event.time;
    this.inFlight = event.inFlight;
    for (const stored of event.transactions) this.add(stored, event.time);
  }

  /** The account's cell as it stood at this time, or null when it had none. */
  accountAt(address: string, time: number): string | null {
    return this.accounts.get(address)?.findLast((moment) => moment.time <= time)?.cell ?? null;
  }

  /** Of one account, oldest first, up to this time. */
  transactionsOf(address: string, time: number): readonly TransactionRecord[] {
    return (this.byAccount.get(address) ?? []).filter((record) => record.time <= time);
  }

  /** Those that took in a message with this hash, plain or normalized. */
  transactionsByMessage(hash: string, time: number): readonly TransactionRecord[] {
    return (this.byMessage.get(hash) ?? []).filter((record) => record.time <= time);
  }

  findTransaction(hash: string, time: number): TransactionRecord | null {
    const found = this.byHash.get(hash)?.[0];
    return found !== undefined && found.time <= time ? found : null;
  }

  heightAt = (time: number): number => time - GENESIS_TIME + 1;

  /** A block that took a withdrawn one's place has another hash. */
  blockHash(height: number): Buffer {
    const fork = this.forks.findLast(({ from }) => from <= height)?.name ?? '';
    return createHash('sha256').update(`${fork}:${height}`).digest();
  }

  private add(stored: StoredTransaction, time: number): void {
    const cell = Cell.fromBase64(stored.boc);
    const transaction = loadTransaction(cell.beginParse());
    const message = transaction.inMessage ?? null;
    const messages = messageCellsOf(cell);
    const record: TransactionRecord = {
      account: stored.account,
      time,
      transaction,
      boc: stored.boc,
      hash: cell.hash().toString('base64'),
      messages,
      messageHash: messages.incoming?.hash().toString('base64') ?? null,
      normalizedHash: message?.info.type === 'external-in' ? normalizedHashOf(message).toString('base64') : null,
    };
    pushTo(this.byAccount, stored.account, record);
    pushTo(this.byHash, record.hash, record);
    for (const hash of new Set([record.messageHash, record.normalizedHash])) {
      if (hash !== null) pushTo(this.byMessage, hash, record);
    }
    pushTo(this.accounts, stored.account, { time, cell: stored.after });
    if (transaction.lt > this.lastLt) this.lastLt = transaction.lt;
  }

  private withdraw(depth: number): void {
    const last = this.time - depth;
    const stands = ({ time }: { readonly time: number }): boolean => time <= last;
    this.accounts = kept(this.accounts, stands);
    this.byAccount = kept(this.byAccount, stands);
    this.byMessage = kept(this.byMessage, stands);
    this.byHash = kept(this.byHash, stands);
    this.inFlight = [];
    this.forks.push({ from: this.heightAt(last) + 1, name: String(this.forks.length + 1) });
  }
}

function pushTo<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}

const kept = <Value>(map: Map<string, Value[]>, stands: (value: Value) => boolean): Map<string, Value[]> =>
  new Map([...map].map(([key, values]) => [key, values.filter(stands)]));

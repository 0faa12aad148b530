/**
 * The network around the machine: slots, blockhashes with their window, the pool of what waits, what landed and can be looked up, commitments,
 * and reorganizations. The rules here are ours; what a transaction does is the machine's.
 */
import { createHash } from 'node:crypto';
import { type Address, getBase58Decoder } from '@solana/kit';
import { openJournal, type Journal } from '../state/journal';
import type { TransactionErrorJson } from './error-names';
import { createMachine, type Machine, SYSTEM_PROGRAM, type Run, type StoredAccount } from './machine';
import { isWritable, lookUp, readWire, type WireTransaction } from './message';

export type Commitment = 'processed' | 'confirmed' | 'finalized';

export interface NetworkOptions {
  /** Where the state is kept over a restart; null: the network forgets. */
  readonly stateFile: string | null;
  /** Makes blockhashes, the genesis hash and the faucet's key. */
  readonly seed: string;
  /** Accounts that are there from the first slot. */
  readonly genesis: readonly { readonly address: Address; readonly lamports: bigint }[];
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A transaction in a block, with all that a look-up shows of it. */
export interface Landed {
  readonly message: WireTransaction;
  readonly slot: number;
  readonly run: Run;
  /** Static accounts, then those of lookup tables: writable, read-only. */
  readonly accounts: readonly Address[];
  readonly loaded: { readonly writable: readonly Address[]; readonly readonly: readonly Address[] };
  readonly before: readonly (StoredAccount | null)[];
  readonly after: readonly (StoredAccount | null)[];
}

type Event =
  | { readonly kind: 'slots'; readonly count: number; readonly at: number }
  | { readonly kind: 'taken'; readonly wire: string }
  | { readonly kind: 'dropped'; readonly id: string }
  | { readonly kind: 'reorg'; readonly depth: number; readonly at: number };

/** How many slots a blockhash is good for (the documents of Solana). */
export const BLOCKHASH_SLOTS = 150;
/** Slots upon a transaction until it is final. On the mainnet it takes about as many. */
export const FINAL_AFTER = 32;
/** Slots upon a transaction until it is confirmed. */
const CONFIRMED_AFTER = 1;
/** Skipped slots: on a real chain the number of a slot runs ahead of the height of its block, and a client must not mix the two. */
export const SLOTS_AHEAD_OF_HEIGHT = 1_000;

export class SolanaNetwork {
  readonly machine: Machine = createMachine();
  readonly landed = new Map<string, Landed>();
  private readonly byAddress = new Map<Address, Landed[]>();
  private readonly order: Landed[] = [];
  private readonly pool = new Map<string, WireTransaction>();
  /** Of each slot, from the first: its time in epoch milliseconds and the number of the fork that made it. */
  private readonly slots: { readonly at: number; readonly fork: number }[] = [];
  private forks = 0;
  private readonly journal: Journal<Event>;
  /** Slots without transactions that are not written yet: a network at rest does not fill its file. */
  private idle: { count: number; at: number } | null = null;
  /** How many slots the endpoint shows less than there are. */
  behind = 0;
  /** How many more transactions the endpoint takes and forgets. */
  swallowing = 0;

  constructor(private readonly options: NetworkOptions) {
    this.slots.push({ at: 0, fork: 0 });
    for (const { address, lamports } of options.genesis) {
      this.machine.setAccount(address, { lamports, owner: SYSTEM_PROGRAM, data: new Uint8Array(), executable: false });
    }
    this.journal = openJournal<Event>(options.stateFile, (event) => this.fold(event));
  }

  /** The newest slot. */
  get tip(): number {
    return SLOTS_AHEAD_OF_HEIGHT + this.slots.length - 1;
  }

  get genesisHash(): string {
    return hash(`${this.options.seed}|genesis`);
  }

  /** The newest slot that the endpoint shows at this commitment. */
  slotAt(commitment: Commitment): number {
    const depth = { processed: 0, confirmed: CONFIRMED_AFTER, finalized: FINAL_AFTER }[commitment];
    return Math.max(SLOTS_AHEAD_OF_HEIGHT, this.tip - this.behind - depth);
  }

  /** The commitment of a transaction, or null while the endpoint does not show it. */
  commitmentOf({ slot }: Landed): Commitment | null {
    const levels = ['finalized', 'confirmed', 'processed'] as const;
    return levels.find((level) => slot <= this.slotAt(level)) ?? null;
  }

  heightOf = (slot: number): number => slot - SLOTS_AHEAD_OF_HEIGHT;

  /** Null for a slot that is not there (yet). */
  blockhashOf(slot: number): string | null {
    const made = this.slots[slot - SLOTS_AHEAD_OF_HEIGHT];
    return made === undefined ? null : hash(`${this.options.seed}|${slot}|${made.fork}`);
  }

  /** Epoch milliseconds. */
  timeOf = (slot: number): number => this.slots[slot - SLOTS_AHEAD_OF_HEIGHT]?.at ?? 0;

  /** True while a transaction with this blockhash may go into the slot after `slot`. */
  isFresh(blockhash: string, slot: number): boolean {
    for (let old = slot; old >= Math.max(SLOTS_AHEAD_OF_HEIGHT, slot - BLOCKHASH_SLOTS); old -= 1) {
      if (this.blockhashOf(old) === blockhash) return true;
    }
    return false;
  }

  isWaiting = (signature: string): boolean => this.pool.has(signature);

  /** Takes a transaction into the pool; the next slot includes it. */
  take(message: WireTransaction): void {
    this.record({ kind: 'taken', wire: message.wire });
  }

  /** Forgets a transaction that waits. */
  drop(id: string): boolean {
    if (!this.pool.has(id)) return false;
    this.record({ kind: 'dropped', id });
    return true;
  }

  /** Makes slots; the first includes what waits. Time never goes back. */
  mine(count: number, at = this.options.now()): void {
    this.record({ kind: 'slots', count, at: Math.max(at, this.timeOf(this.tip)) });
  }

  /** Replaces the newest slots by empty ones. What they held is gone, and the same bytes may land again. */
  reorganize(depth: number): void {
    this.record({ kind: 'reorg', depth: Math.min(depth, this.slots.length - 1), at: this.options.now() });
  }

  /** Newest first, as far as the endpoint shows them at this commitment. */
  historyOf(address: Address, commitment: Commitment): Landed[] {
    const top = this.slotAt(commitment);
    return (this.byAddress.get(address) ?? []).filter(({ slot }) => slot <= top).reverse();
  }

  /** In the order of the block. */
  inSlot = (slot: number): readonly Landed[] => this.order.filter((one) => one.slot === slot);

  /** An account as the endpoint shows it at this commitment: what later transactions changed is taken back. */
  accountAt(address: Address, commitment: Commitment): StoredAccount | null {
    const top = this.slotAt(commitment);
    const later = (this.byAddress.get(address) ?? []).find(({ slot }) => slot > top);
    if (later === undefined) return this.machine.account(address);
    return later.before[later.accounts.indexOf(address)] ?? null;
  }

  close(): void {
    this.writeIdle();
    this.journal.close();
  }

  private record(event: Event): void {
    const isIdle = event.kind === 'slots' && this.pool.size === 0;
    if (isIdle) this.idle = { count: (this.idle?.count ?? 0) + event.count, at: event.at };
    else {
      this.writeIdle();
      this.journal.append(event);
    }
    this.fold(event);
  }

  private writeIdle(): void {
    if (this.idle !== null) this.journal.append({ kind: 'slots', ...this.idle });
    this.idle = null;
  }

  private fold(event: Event): void {
    switch (event.kind) {
      case 'slots':
        return this.foldSlots(event.count, event.at);
      case 'taken': {
        const message = readWire(event.wire);
        this.pool.set(message.signature, message);
        return;
      }
      case 'dropped':
        this.pool.delete(event.id);
        return;
      case 'reorg':
        return this.foldReorg(event.depth, event.at);
    }
  }

  private foldSlots(count: number, at: number): void {
    this.makeSlots(count, at);
    if (this.pool.size === 0 || count === 0) return;
    const waiting = [...this.pool.values()];
    this.pool.clear();
    for (const message of waiting) this.include(message, this.tip - count + 1);
  }

  private makeSlots(count: number, at: number): void {
    for (let made = 0; made < count; made += 1) this.slots.push({ at, fork: this.forks });
  }

  private include(message: WireTransaction, slot: number): void {
    if (this.landed.has(message.signature) || !this.isFresh(message.blockhash, slot - 1)) return;
    const loaded = this.loadedBy(message);
    const accounts = [...message.accounts, ...loaded.writable, ...loaded.readonly];
    const read = (): (StoredAccount | null)[] => accounts.map((address) => this.machine.account(address));
    const before = read();
    this.machine.setTime(slot, Math.floor(this.timeOf(slot) / 1_000));
    const run = this.machine.execute(message.transaction);
    const after = read();
    const paid = before[0]?.lamports !== after[0]?.lamports;
    if (run.error !== null && !paid) return;
    const landed: Landed = { message, slot, run, accounts, loaded, before, after };
    this.landed.set(message.signature, landed);
    this.order.push(landed);
    for (const address of new Set(accounts)) {
      const history = this.byAddress.get(address);
      if (history === undefined) this.byAddress.set(address, [landed]);
      else history.push(landed);
    }
  }

  private loadedBy({ tables }: WireTransaction): Landed['loaded'] {
    const read = (pick: 'writableIndexes' | 'readonlyIndexes'): Address[] =>
      tables.flatMap((table) => {
        const data = this.machine.account(table.lookupTableAddress)?.data;
        return data === undefined ? [] : lookUp(data, table[pick]);
      });
    return { writable: read('writableIndexes'), readonly: read('readonlyIndexes') };
  }

  private foldReorg(depth: number, at: number): void {
    const kept = this.tip - depth;
    for (let last = this.order.at(-1); last !== undefined && last.slot > kept; last = this.order.at(-1)) {
      this.order.pop();
      this.undo(last);
    }
    this.slots.splice(this.slots.length - depth, depth);
    this.forks += 1;
    this.makeSlots(depth, Math.max(at, this.timeOf(this.tip)));
  }

  private undo({ message, accounts, loaded, before }: Landed): void {
    for (const [index, address] of accounts.entries()) {
      const isStatic = index < message.accounts.length;
      const written = isStatic ? isWritable(message, index) : loaded.writable.includes(address);
      if (written) this.machine.setAccount(address, before[index] ?? null);
    }
    this.landed.delete(message.signature);
    for (const address of new Set(accounts)) this.byAddress.get(address)?.pop();
  }
}

const hash = (text: string): string => getBase58Decoder().decode(createHash('sha256').update(text).digest());

/** The error of a simulation at the tip, or null: what a node finds before it takes a transaction. */
export function preflight(
  network: SolanaNetwork,
  message: WireTransaction,
  commitment: Commitment,
  verifies = true,
): Run {
  const refused = (error: TransactionErrorJson): Run => ({
    error,
    logs: [],
    units: 0,
    inner: [],
    returnData: { program: new Uint8Array(32), data: new Uint8Array() },
  });
  // A node looks at the blockhash first: after its window even a transaction that landed is "not found".
  if (!network.isFresh(message.blockhash, network.slotAt(commitment))) return refused('BlockhashNotFound');
  const landed = network.landed.get(message.signature);
  if (landed !== undefined && landed.slot <= network.slotAt(commitment)) return refused('AlreadyProcessed');
  return network.machine.simulate(message.transaction, verifies);
}

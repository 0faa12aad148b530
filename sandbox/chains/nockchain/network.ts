/**
 * A ledger of notes with blocks, a pool and reorganizations. All rules here are ours: this is a simulator, no node. Keys, transaction ids and the
 * names of notes are the real ones of the project's wasm.
 */
import { createHash } from 'node:crypto';
import { type Journal, openJournal } from '../state/journal';
import { firstNameOf, loadRose, type NewNote, type NoteName, readTransaction } from './transaction';

export interface NetworkOptions {
  /** Where the state is kept over a restart; null: the network forgets. */
  readonly stateFile: string | null;
  readonly seed: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface Block {
  readonly id: string;
  readonly parent: string;
  readonly height: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly transactions: readonly Included[];
}

/** A transaction, or (without inputs) the coins of a block's miner. */
export interface Included {
  readonly id: string;
  readonly inputs: readonly NoteName[];
  readonly outputs: readonly NewNote[];
  readonly fee: bigint;
}

export interface HeldNote extends NewNote {
  readonly height: number;
}

type Event =
  | { readonly kind: 'blocks'; readonly count: number; readonly at: number }
  | { readonly kind: 'taken'; readonly jam: string }
  | { readonly kind: 'dropped'; readonly id: string }
  | { readonly kind: 'minted'; readonly id: string; readonly address: string; readonly nicks: string }
  | { readonly kind: 'reorg'; readonly depth: number; readonly at: number };

export const nameText = ({ first, last }: NoteName): string => `[${first} ${last}]`;

export class NockchainNetwork {
  private readonly blocks: Block[] = [];
  private readonly pool = new Map<string, Included>();
  private readonly coinbases: Included[] = [];
  private readonly journal: Journal<Event>;
  private forks = 0;
  private minted = 0;
  /** How many blocks the endpoint shows less than there are. */
  behind = 0;
  /** How many more transactions the endpoint acknowledges and forgets. */
  swallowing = 0;

  constructor(private readonly options: NetworkOptions) {
    this.makeBlock([], 0);
    this.journal = openJournal<Event>(options.stateFile, (event) => this.fold(event));
  }

  /** What the endpoint shows, oldest first. */
  get chain(): readonly Block[] {
    return this.behind === 0 ? this.blocks : this.blocks.slice(0, Math.max(1, this.blocks.length - this.behind));
  }

  get tip(): Block {
    return this.chain.at(-1) ?? this.blockAt(0);
  }

  blockAt(height: number): Block {
    const block = this.chain[height];
    if (block === undefined) throw new Error(`There is no block ${height}.`);
    return block;
  }

  find(id: string): { readonly block: Block; readonly transaction: Included } | null {
    for (const block of this.chain) {
      const transaction = block.transactions.find((one) => one.id === id);
      if (transaction !== undefined) return { block, transaction };
    }
    return null;
  }

  isWaiting = (id: string): boolean => this.pool.has(id);

  /** Unspent notes of a first name, in the order of their blocks. */
  notesOf(first: string): HeldNote[] {
    return [...this.unspent(this.chain).values()].filter(({ name }) => name.first === first);
  }

  /**
   * Acknowledges, whatever the transaction is worth: only one that could be mined goes into the pool.
   * @throws Error for bytes that are no transaction.
   */
  acknowledge(jam: Uint8Array): void {
    const { id, inputs, isSigned } = readTransaction(jam);
    if (this.swallowing > 0) {
      this.swallowing -= 1;
      return;
    }
    const unspent = this.unspent(this.blocks);
    const isMinable = isSigned && inputs.length > 0 && inputs.every((name) => unspent.has(nameText(name)));
    if (isMinable && !this.pool.has(id)) this.record({ kind: 'taken', jam: Buffer.from(jam).toString('base64') });
  }

  /** Gives coins to a key's hash with the next block. */
  mint(address: string, nicks: bigint): string {
    this.minted += 1;
    const id = loadRose().hashU64(BigInt(`0x${digest(`${this.options.seed}|mint|${this.minted}`).slice(0, 15)}`));
    this.record({ kind: 'minted', id, address, nicks: nicks.toString() });
    return id;
  }

  mine(count: number, at = this.options.now()): void {
    this.record({ kind: 'blocks', count, at });
  }

  drop(id: string): boolean {
    if (!this.pool.has(id)) return false;
    this.record({ kind: 'dropped', id });
    return true;
  }

  /** Replaces the newest blocks by empty ones; what they held is gone and does not wait again. */
  reorganize(depth: number): void {
    this.record({ kind: 'reorg', depth: Math.min(depth, this.blocks.length - 1), at: this.options.now() });
  }

  close(): void {
    this.journal.close();
  }

  private unspent(chain: readonly Block[]): Map<string, HeldNote> {
    const notes = new Map<string, HeldNote>();
    for (const { height, transactions } of chain) {
      for (const { inputs, outputs } of transactions) {
        for (const name of inputs) notes.delete(nameText(name));
        for (const output of outputs) notes.set(nameText(output.name), { ...output, height });
      }
    }
    return notes;
  }

  private record(event: Event): void {
    this.journal.append(event);
    this.fold(event);
  }

  private fold(event: Event): void {
    switch (event.kind) {
      case 'blocks':
        return this.foldBlocks(event.count, event.at);
      case 'taken': {
        const { id, inputs, outputs, fee } = readTransaction(Buffer.from(event.jam, 'base64'));
        this.pool.set(id, { id, inputs, outputs, fee });
        return;
      }
      case 'dropped':
        this.pool.delete(event.id);
        return;
      case 'minted': {
        const name = { first: firstNameOf(event.address), last: event.id };
        const output = { name, assets: BigInt(event.nicks), data: [] };
        this.coinbases.push({ id: event.id, inputs: [], outputs: [output], fee: 0n });
        return;
      }
      case 'reorg':
        this.blocks.splice(this.blocks.length - event.depth, event.depth);
        this.forks += 1;
        for (let made = 0; made < event.depth; made += 1) this.makeBlock([], event.at);
    }
  }

  private foldBlocks(count: number, at: number): void {
    for (let made = 0; made < count; made += 1) this.makeBlock(made === 0 ? this.choose() : [], at);
  }

  /** A miner takes what pays most; what spends a note that is spent by then is forgotten. */
  private choose(): Included[] {
    const unspent = this.unspent(this.blocks);
    const chosen = [...this.coinbases.splice(0)];
    const waiting = [...this.pool.values()].sort((left, right) => (left.fee > right.fee ? -1 : 1));
    this.pool.clear();
    for (const one of waiting) {
      if (!one.inputs.every((name) => unspent.has(nameText(name)))) continue;
      for (const name of one.inputs) unspent.delete(nameText(name));
      chosen.push(one);
    }
    return chosen;
  }

  private makeBlock(transactions: readonly Included[], at: number): void {
    const height = this.blocks.length;
    const parent = this.blocks.at(-1);
    const id = loadRose().hashU64(BigInt(`0x${digest(`${this.options.seed}|${height}|${this.forks}`).slice(0, 15)}`));
    this.blocks.push({ id, parent: parent?.id ?? id, height, at: Math.max(at, parent?.at ?? 0), transactions });
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

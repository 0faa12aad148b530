/** The chain as a node runs it: blocks, the mempool, the price of gas, and what an endpoint does wrong. */
import { fromBase64, toBase64 } from '@cosmjs/encoding';
import { RpcFailure } from '../rpc/rpc-failure';
import { type Journal, openJournal } from '../state/journal';
import { checkTransaction, type Refusal } from './check';
import { decodeTransaction, type DecodedTransaction, idOf } from './decode';
import type { CosmosEvent } from './events';
import { type ChainRules, CosmosState } from './state';

export interface CosmosNetworkOptions extends Partial<ChainRules> {
  /** Where the state is kept over a restart; without it the chain forgets. */
  readonly stateFile?: string;
  /** Epoch milliseconds. With it blocks come by this clock; without it only on command, or with a transaction. */
  readonly now?: () => number;
}

export const BLOCK_MS = 6_000;
/** The hub's floor: 0.005 uatom for a unit of gas. */
const GAS_PRICE_MICRO = 5_000n;

const rulesDefault: ChainRules = { chainId: 'cosmoshub-4', prefix: 'cosmos', denom: 'uatom', blocked: new Set() };

export class CosmosNetwork {
  /** `auto`: a transaction is included when it arrives. `manual`: it waits for `mine`. */
  mining: 'auto' | 'manual' = 'auto';
  gasPriceMicro = GAS_PRICE_MICRO;
  /** Blocks that readers do not see yet. */
  lag = 0;
  /** So many of the next transactions are taken and forgotten. */
  swallowing = 0;
  readonly state: CosmosState;
  private readonly journal: Journal<CosmosEvent>;
  private readonly now: (() => number) | null;
  private readonly ahead: number;
  private last: Promise<unknown> = Promise.resolve();

  constructor(options: CosmosNetworkOptions = {}) {
    const { chainId, prefix, denom, blocked } = { ...rulesDefault, ...options };
    this.state = new CosmosState({ chainId, prefix, denom, blocked });
    this.journal = openJournal<CosmosEvent>(options.stateFile ?? null, (event) => this.state.apply(event));
    this.now = options.now ?? null;
    this.ahead = this.now === null ? 0 : this.state.time - this.now();
  }

  /** The newest block that readers see. */
  get readHeight(): number {
    this.tick();
    return Math.max(1, this.state.height - this.lag);
  }

  /** Takes bytes as a node does. Answers null, or why the node's checks refuse. @throws RpcFailure for bytes that it has already. */
  submit(bytes: Uint8Array): Promise<Refusal | null> {
    return this.inOrder(async () => {
      this.tick();
      const encoded = toBase64(bytes);
      if (this.state.transactions.has(idOf(bytes)) || this.state.waiting.includes(encoded)) {
        throw new RpcFailure(-32603, 'Internal error', 'tx already exists in cache');
      }
      const transaction = this.decode(bytes);
      const pending = this.state.waiting.filter(
        (one) => this.decode(fromBase64(one)).signer === transaction.signer,
      ).length;
      const refusal = await checkTransaction(this.state, transaction, { pending, gasPriceMicro: this.gasPriceMicro });
      if (refusal !== null) return refusal;
      if (this.swallowing > 0) {
        this.swallowing -= 1;
        return null;
      }
      this.record({ kind: 'waiting', transactions: [...this.state.waiting, encoded] });
      if (this.mining === 'auto') this.makeBlocks(1);
      return null;
    });
  }

  /** Includes what waits, and makes so many blocks. */
  mine(blocks = 1): Promise<void> {
    return this.inOrder(async () => this.makeBlocks(blocks));
  }

  /** Coins out of nowhere. */
  fund(address: string, denom: string, amount: bigint): Promise<void> {
    return this.inOrder(async () => {
      this.tick();
      this.record({ kind: 'fund', ...this.nextBlock(1), address, denom, amount: amount.toString() });
    });
  }

  /** Forgets a waiting transaction by its id. False when it does not wait. */
  drop(id: string): Promise<boolean> {
    return this.inOrder(async () => {
      const transactions = this.state.waiting.filter((one) => idOf(fromBase64(one)) !== id);
      const isFound = transactions.length < this.state.waiting.length;
      if (isFound) this.record({ kind: 'waiting', transactions });
      return isFound;
    });
  }

  decode = (bytes: Uint8Array): DecodedTransaction => decodeTransaction(bytes, this.state.rules.prefix);

  close(): void {
    this.journal.close();
  }

  private makeBlocks(blocks: number): void {
    this.tick();
    const transactions = this.includable();
    if (this.state.waiting.length > 0) this.record({ kind: 'waiting', transactions: [] });
    if (transactions.length > 0) this.record({ kind: 'block', ...this.nextBlock(1), transactions });
    const empty = blocks - (transactions.length > 0 ? 1 : 0);
    if (empty > 0) this.record({ kind: 'empty', ...this.nextBlock(empty) });
  }

  /** What still passes when its turn has come; the rest is forgotten, as a node does when it checks its mempool again. */
  private includable(): string[] {
    const sequences = new Map<string, number>();
    return this.state.waiting.filter((encoded) => {
      const { signer, sequence, timeoutHeight } = this.decode(fromBase64(encoded));
      const expected = sequences.get(signer) ?? this.state.accountAt(signer, this.state.height)?.sequence;
      const isInTime = timeoutHeight === 0n || timeoutHeight > BigInt(this.state.height);
      if (expected !== sequence || !isInTime) return false;
      sequences.set(signer, sequence + 1);
      return true;
    });
  }

  private nextBlock(count: number): { height: number; time: number } {
    const { height, time } = this.state;
    return { height: height + count, time: this.now === null ? time + count * BLOCK_MS : Math.max(time, this.clock()) };
  }

  private clock = (): number => (this.now?.() ?? 0) + Math.max(0, this.ahead);

  /** Blocks that came by the clock since. Not written to the journal: the clock goes on by itself. */
  private tick(): void {
    if (this.now === null) return;
    const due = Math.floor((this.clock() - this.state.time) / BLOCK_MS);
    if (due > 0)
      this.state.apply({ kind: 'empty', height: this.state.height + due, time: this.state.time + due * BLOCK_MS });
  }

  private record(event: CosmosEvent): void {
    this.journal.append(event);
    this.state.apply(event);
  }

  private inOrder<Result>(step: () => Promise<Result>): Promise<Result> {
    const done = this.last.then(step);
    this.last = done.catch(() => undefined);
    return done;
  }
}

/**
 * The network around the machine: time, blocks, messages that wait and messages on their way. Time stands still but for blocks, or follows
 * a clock.
 */
import {
  Address,
  beginCell,
  Cell,
  internal,
  loadMessage,
  loadTransaction,
  type Message,
  storeMessage,
} from '@ton/core';
import { RpcFailure } from '../rpc/rpc-failure';
import { openJournal, type Journal } from '../state/journal';
import type { NetworkEvent, StoredTransaction } from './events';
import { type Execution, type GetMethodAnswer, TonMachine } from './machine';
import { destinationOf, messageCellsOf, normalizedHashOf } from './messages';
import { NetworkState } from './state';

export interface NetworkOptions {
  /** Where the state is kept over a restart; without it the network forgets. */
  readonly stateFile?: string;
  /**
   * Epoch milliseconds. With it the network's time is this clock's, plus what was mined ahead; without it time stands still between blocks.
   */
  readonly now?: () => number;
}

type Stack = Parameters<TonMachine['runGetMethod']>[2];

/** Logical times of transactions lie this far apart, as in the real network's blocks. */
const LT_STEP = 1_000_000n;
/** Coins that come from nowhere come from here. */
const FAUCET = new Address(0, Buffer.alloc(32, 0xfa));

export class TonNetwork {
  /** `auto`: a message is included when it arrives. `manual`: it waits for `mine`. */
  mining: 'auto' | 'manual' = 'auto';
  /** `at_once`: messages between accounts arrive in the block that they leave in; `next_block`: in the next one. */
  delivery: 'at_once' | 'next_block' = 'at_once';
  /** Blocks that readers do not see yet. */
  lag = 0;
  /** So many of the next external messages are taken and forgotten. */
  swallowing = 0;
  /** Seconds that the time is ahead of the clock. */
  private ahead: number;
  /** Executions come one after the other, whoever asks. */
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly state: NetworkState,
    private readonly machine: TonMachine,
    private readonly journal: Journal<NetworkEvent>,
    private readonly now: (() => number) | null,
  ) {
    this.ahead = now === null ? 0 : Math.max(0, state.time - seconds(now()));
    this.tick();
  }

  static async start(options: NetworkOptions = {}): Promise<TonNetwork> {
    const machine = await TonMachine.start();
    const state = new NetworkState();
    const journal = openJournal<NetworkEvent>(options.stateFile ?? null, (event) => state.apply(event));
    return new TonNetwork(state, machine, journal, options.now ?? null);
  }

  /** Epoch seconds of the newest block that readers see. */
  get readTime(): number {
    this.tick();
    return this.state.time - this.lag;
  }

  /** An account as readers see it. */
  accountOf(address: string): { readonly address: string; readonly cell: string | null; readonly time: number } {
    const time = this.readTime;
    return { address, cell: this.state.accountAt(address, time), time };
  }

  runGetMethod(address: string, method: string | number, stack: Stack): Promise<GetMethodAnswer> {
    return this.inOrder(() => this.machine.runGetMethod(this.accountOf(address), method, stack));
  }

  /** Takes an external message. @throws RpcFailure 500 when its account does not accept it now. */
  submit(boc: string): Promise<void> {
    return this.inOrder(async () => {
      const message = parseExternal(boc);
      await this.check(message, false);
      if (this.swallowing > 0) {
        this.swallowing -= 1;
        return;
      }
      const hash = normalizedHashOf(message).toString('hex');
      const others = this.state.waiting.filter((waiting) => hashOfWaiting(waiting) !== hash);
      this.record({ kind: 'waiting', messages: [...others, boc] });
      if (this.mining === 'auto') await this.makeBlocks(this.blocksOfItsOwn());
    });
  }

  /** Includes what waits and what is on its way, and makes so many blocks; each takes a second. */
  mine(blocks = 1): Promise<void> {
    return this.inOrder(() => this.makeBlocks(blocks));
  }

  /** Coins out of nowhere. */
  grant(to: Address, nano: bigint): Promise<void> {
    return this.deliver(internal({ to, value: nano, bounce: false }) as Message, FAUCET);
  }

  /** Delivers an internal message that nobody paid for, with all that follows from it. */
  deliver(message: Message, from: Address = FAUCET): Promise<void> {
    const { info } = message;
    if (info.type !== 'internal') throw new Error('Only internal messages are delivered.');
    return this.inOrder(async () => {
      const createdLt = this.nextLt();
      const sent: Message = { ...message, info: { ...info, src: from, createdLt, createdAt: this.state.time } };
      await this.makeBlocks(this.blocksOfItsOwn(), [beginCell().store(storeMessage(sent)).endCell()]);
    });
  }

  /** Withdraws the newest blocks: their transactions vanish and do not wait again. */
  reorganize(depth: number): Promise<void> {
    return this.inOrder(async () => this.record({ kind: 'reorg', depth }));
  }

  /** Forgets a waiting message by its normalized hash (hexadecimal). False when it does not wait. */
  drop(hash: string): Promise<boolean> {
    return this.inOrder(async () => {
      const messages = this.state.waiting.filter((boc) => hashOfWaiting(boc) !== hash);
      const isFound = messages.length < this.state.waiting.length;
      if (isFound) this.record({ kind: 'waiting', messages });
      return isFound;
    });
  }

  /** The transaction that an external message would make now, of which nothing stays. @throws RpcFailure 500. */
  simulate(message: Message, ignoresSignature: boolean): Promise<ReturnType<typeof loadTransaction>> {
    return this.inOrder(async () => {
      const { boc } = await this.check(message, ignoresSignature);
      return loadTransaction(Cell.fromBase64(boc).beginParse());
    });
  }

  close(): void {
    this.journal.close();
  }

  private check(message: Message, ignoresSignature: boolean): Promise<Execution> {
    this.tick();
    const { time } = this.state;
    const account = destinationOf(message);
    const before = this.state.accountAt(account, time);
    if (before === null) throw new RpcFailure(500, `${NOT_APPLIED}Failed to unpack account state`);
    const cell = beginCell().store(storeMessage(message)).endCell();
    return this.machine.execute({ account, before, message: cell, time, lt: this.nextLt(), ignoresSignature });
  }

  /** Without a clock each message gets a block, so that blocks can be told apart; with one, a block holds what came in its second. */
  private blocksOfItsOwn = (): number => (this.now === null ? 1 : 0);

  /** The first of the blocks holds what was on its way, what waits, and what is handed in; with 0 blocks the newest one does. */
  private async makeBlocks(blocks: number, handedIn: readonly Cell[] = []): Promise<void> {
    this.tick();
    const { state } = this;
    const begin = state.time;
    const carried = [...state.inFlight, ...state.waiting].map((boc) => Cell.fromBase64(boc));
    const messages = [...carried, ...handedIn];
    if (state.waiting.length > 0) this.record({ kind: 'waiting', messages: [] });
    if (messages.length > 0) await this.include(messages, begin + Math.min(blocks, 1));
    this.moveTo(begin + blocks);
  }

  private async include(messages: readonly Cell[], time: number): Promise<void> {
    const queue = [...messages];
    const transactions: StoredTransaction[] = [];
    const inFlight: string[] = [];
    const accounts = new Map<string, string>();
    let lt = this.state.lastLt;
    for (let message = queue.shift(); message !== undefined; message = queue.shift()) {
      lt += LT_STEP;
      const account = destinationOf(loadMessage(message.beginParse()));
      const before = accounts.get(account) ?? this.state.accountAt(account, time);
      const done = await this.machine.execute({ account, before, message, time, lt }).catch(refusedAtInclusion);
      if (done === null) continue;
      accounts.set(account, done.after);
      transactions.push({ account, ...done });
      const sent = betweenAccounts(Cell.fromBase64(done.boc));
      if (this.delivery === 'at_once') queue.push(...sent);
      else inFlight.push(...sent.map((cell) => cell.toBoc().toString('base64')));
    }
    if (this.now !== null) this.ahead = Math.max(this.ahead, time - seconds(this.now()));
    this.record({ kind: 'block', time, transactions, inFlight });
  }

  private nextLt = (): bigint => this.state.lastLt + LT_STEP;

  private moveTo(time: number): void {
    if (time <= this.state.time) return;
    if (this.now !== null) this.ahead = time - seconds(this.now());
    this.record({ kind: 'clock', time });
  }

  /** Follows the clock. Not written to the journal: the clock goes on by itself. */
  private tick(): void {
    if (this.now === null) return;
    const time = seconds(this.now()) + this.ahead;
    if (time > this.state.time) this.state.apply({ kind: 'clock', time });
  }

  private record(event: NetworkEvent): void {
    this.journal.append(event);
    this.state.apply(event);
  }

  private inOrder<Result>(step: () => Promise<Result>): Promise<Result> {
    const done = this.last.then(step);
    this.last = done.catch(() => undefined);
    return done;
  }
}

const NOT_APPLIED = 'LITE_SERVER_UNKNOWN: cannot apply external message to current state : ';

const seconds = (ms: number): number => Math.floor(ms / 1000);

function parseExternal(boc: string): Message {
  try {
    const message = loadMessage(Cell.fromBase64(boc).beginParse());
    if (message.info.type === 'external-in') return message;
  } catch {
    // Answered below, as everything that is no external message.
  }
  throw new RpcFailure(422, 'LITE_SERVER_UNKNOWN: cannot parse the bag of cells as an external message');
}

const hashOfWaiting = (boc: string): string => normalizedHashOf(parseExternal(boc)).toString('hex');

/** A message that its account takes no more when its turn has come is forgotten, as a validator does. */
function refusedAtInclusion(error: unknown): null {
  if (error instanceof RpcFailure) return null;
  throw error;
}

const betweenAccounts = (transaction: Cell): Cell[] =>
  messageCellsOf(transaction).outgoing.filter((cell) => loadMessage(cell.beginParse()).info.type === 'internal');

/**
 * The chain's state, with its past: balances, accounts, blocks, transactions. The rules are those of the SDK as far as they matter to a payer,
 * written by us; only signatures are judged by real cryptography (`check.ts`).
 */
import { createHash } from 'node:crypto';
import { fromBase64 } from '@cosmjs/encoding';
import type { CosmosEvent } from './events';
import { type CoinAmount, decodeTransaction, type DecodedTransaction, idOf, type Movement } from './decode';
import { type TxEvent, feeEvents, movementEvents } from './tx-events';

export interface ChainRules {
  readonly chainId: string;
  readonly prefix: string;
  /** Of the coin in which fees are paid. */
  readonly denom: string;
  /** Addresses that the bank module pays nothing to, such as those of other modules. */
  readonly blocked: ReadonlySet<string>;
}

export interface TransactionResult {
  readonly code: number;
  readonly codespace: string;
  readonly log: string;
  readonly events: readonly TxEvent[];
  readonly gasWanted: bigint;
  readonly gasUsed: bigint;
}

export interface IncludedTransaction {
  readonly hash: string;
  readonly bytes: string;
  readonly height: number;
  readonly index: number;
  readonly result: TransactionResult;
}

/** A value that changed at these heights. */
type Past<Value> = { readonly height: number; readonly value: Value }[];

export interface AccountFacts {
  readonly number: number;
  readonly sequence: number;
}

export const GENESIS_TIME_MS = 1_700_000_000_000;
/** Where fees go. */
const FEE_COLLECTOR = 'fee_collector';

export class CosmosState {
  height = 1;
  time = GENESIS_TIME_MS;
  waiting: readonly string[] = [];
  readonly transactions = new Map<string, IncludedTransaction>();
  private readonly balances = new Map<string, Past<bigint>>();
  private readonly accounts = new Map<string, Past<AccountFacts>>();
  /** Blocks whose time is not simply that of the one before. */
  private readonly times: { readonly height: number; readonly time: number }[] = [{ height: 1, time: GENESIS_TIME_MS }];

  constructor(readonly rules: ChainRules) {}

  apply(event: CosmosEvent): void {
    if (event.kind === 'waiting') {
      this.waiting = event.transactions;
      return;
    }
    this.height = event.height;
    this.time = event.time;
    this.times.push({ height: event.height, time: event.time });
    if (event.kind === 'fund') this.credit(event.address, { denom: event.denom, amount: BigInt(event.amount) });
    if (event.kind === 'block') {
      for (const [index, bytes] of event.transactions.entries()) this.include(bytes, index);
    }
  }

  balanceAt(address: string, denom: string, height: number): bigint {
    return valueAt(this.balances.get(`${address}|${denom}`), height) ?? 0n;
  }

  accountAt(address: string, height: number): AccountFacts | null {
    return valueAt(this.accounts.get(address), height);
  }

  timeAt(height: number): number {
    return this.times.findLast((mark) => mark.height <= height)?.time ?? GENESIS_TIME_MS;
  }

  blockHash = (height: number): string =>
    createHash('sha256').update(`${this.rules.chainId}:${height}`).digest('hex').toUpperCase();

  transactionsAt(height: number): readonly IncludedTransaction[] {
    return [...this.transactions.values()].filter((one) => one.height === height);
  }

  /** What the messages would meet now; null when they pass. The error's code and log are those of the SDK. */
  refusalOf(transaction: DecodedTransaction): { readonly code: number; readonly log: string } | null {
    const held = new Map<string, bigint>();
    for (const message of transaction.messages) {
      if (message.movements === null)
        return { code: 6, log: `unknown message type ${message.typeUrl}: unknown request` };
      for (const movement of message.movements) {
        const refusal = this.refusalOfMovement(movement, transaction.signer, held);
        if (refusal !== null) return refusal;
      }
    }
    return null;
  }

  private refusalOfMovement(movement: Movement, signer: string, held: Map<string, bigint>) {
    if (movement.from !== signer) return { code: 4, log: `${movement.from} did not sign: unauthorized` };
    if (this.rules.blocked.has(movement.to)) {
      return { code: 4, log: `${movement.to} is not allowed to receive funds: unauthorized` };
    }
    for (const { denom, amount } of movement.coins) {
      const key = `${movement.from}|${denom}`;
      const left = (held.get(key) ?? this.balanceAt(movement.from, denom, this.height)) - amount;
      if (left < 0n) {
        return {
          code: 5,
          log: `spendable balance ${left + amount}${denom} is smaller than ${amount}${denom}: insufficient funds`,
        };
      }
      held.set(key, left);
    }
    return null;
  }

  /** Fee and sequence are consumed even when a message fails; then none of the messages counts. */
  private include(bytes: string, index: number): void {
    const transaction = decodeTransaction(fromBase64(bytes), this.rules.prefix);
    const { signer, sequence, fee, gasLimit } = transaction;
    for (const coin of fee) this.move({ from: signer, to: FEE_COLLECTOR, coins: [coin] });
    this.setAccount(signer, sequence + 1);
    const gasUsed = gasOf(transaction);
    const outOfGas = gasUsed > gasLimit ? { code: 11, log: 'out of gas in location: WritePerByte: out of gas' } : null;
    const refusal = outOfGas ?? this.refusalOf(transaction);
    const movements = transaction.messages.map(({ typeUrl, movements: asked }) => ({
      typeUrl,
      movements: asked ?? [],
    }));
    if (refusal === null) for (const one of movements) for (const movement of one.movements) this.move(movement);
    const hash = idOf(fromBase64(bytes));
    const result: TransactionResult = {
      code: refusal?.code ?? 0,
      codespace: refusal === null ? '' : 'sdk',
      log: refusal === null ? '' : `failed to execute message; message index: 0: ${refusal.log}`,
      events: [
        ...feeEvents(signer, sequence, fee, FEE_COLLECTOR),
        ...(refusal === null ? movements.flatMap(movementEvents) : []),
      ],
      gasWanted: gasLimit,
      gasUsed: gasUsed > gasLimit ? gasLimit : gasUsed,
    };
    this.transactions.set(hash, { hash, bytes, height: this.height, index, result });
  }

  private move({ from, to, coins }: Movement): void {
    for (const { denom, amount } of coins) {
      this.credit(from, { denom, amount: -amount });
      this.credit(to, { denom, amount });
    }
  }

  private credit(address: string, { denom, amount }: CoinAmount): void {
    const next = this.balanceAt(address, denom, this.height) + amount;
    remember(this.balances, `${address}|${denom}`, { height: this.height, value: next });
    if (this.accountAt(address, this.height) === null) this.setAccount(address, 0);
  }

  private setAccount(address: string, sequence: number): void {
    const number = this.accountAt(address, this.height)?.number ?? this.accounts.size + 1;
    remember(this.accounts, address, { height: this.height, value: { number, sequence } });
  }
}

const GAS_BASE = 60_000n;
const GAS_PER_MOVEMENT = 25_000n;
const GAS_PER_MEMO_BYTE = 10n;

/** What a transaction uses: grows with its messages and its memo. */
export function gasOf({ messages, memo }: DecodedTransaction): bigint {
  const movements = messages.reduce((count, one) => count + (one.movements?.length ?? 1), 0);
  return GAS_BASE + GAS_PER_MOVEMENT * BigInt(movements) + GAS_PER_MEMO_BYTE * BigInt(Buffer.byteLength(memo));
}

const valueAt = <Value>(past: Past<Value> | undefined, height: number): Value | null =>
  past?.findLast((one) => one.height <= height)?.value ?? null;

function remember<Value>(map: Map<string, Past<Value>>, key: string, entry: Past<Value>[number]): void {
  const past = map.get(key);
  if (past === undefined) map.set(key, [entry]);
  else if (past.at(-1)?.height === entry.height) past[past.length - 1] = entry;
  else past.push(entry);
}

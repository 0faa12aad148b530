/**
 * The port behind which every chain stands. Amounts are whole base units as decimal strings (they travel as JSON); assets and chains are
 * named by CAIP ids. An adapter holds no state: what must survive (nonces, cursors, signed bytes) is handed in and given back.
 *
 * What a chain says "no" to is a value. An exception is an outage or an answer that cannot be trusted (`ChainUnavailable`: retry, after a
 * look-up by id where bytes may have left us) or a bug (`ChainRefusedRequest`: never retried).
 */
import type { ChainId } from '../../domain/chain/asset';
import type { Signer } from '../signers/port';

/** Whole base units as a decimal string, such as "1000000". */
export type BaseUnits = string;

/** What a chain can do and how it behaves, as data: the conformance suite checks that the declaration is honest. */
export interface ChainCapabilities {
  readonly family: 'evm' | 'solana' | 'ton' | 'cosmos' | 'nockchain';
  /**
   * What the adapter was proven against: the chain's real machine, or only a double of ours that speaks its protocol. `double` means
   * "unverified against a live node".
   */
  readonly provenAgainst: 'machine' | 'double';
  /** What ties a payment to a settlement. */
  readonly tie: 'address' | 'reference' | 'comment' | 'memo';
  /** When an included transaction counts as final. `depth` is asked by value: more value, more blocks. */
  readonly finality: 'tag' | 'commitment' | 'inclusion' | 'depth';
  /** Whether blocks may be withdrawn before they are final. */
  readonly reorgs: boolean;
  /**
   * What orders the transactions of a sender and must be allocated under a lock: a running number, one transaction at a time by number,
   * unspent inputs, or nothing.
   */
  readonly ordering: 'counter' | 'one_at_a_time' | 'inputs' | 'none';
  /** Whether signed bytes run out by themselves. */
  readonly expires: boolean;
  /** How a stuck transaction is got out of the way: the same number with a higher fee, waiting for its end, or spending its input. */
  readonly replacement: 'same_number' | 'after_expiry' | 'spend_input';
  /** How many payouts fit into one transaction; 1: no batches. */
  readonly payoutsMax: number;
}

/** How far the chain is, as the endpoint sees it. */
export interface ChainHead {
  readonly height: number;
  readonly hash: string;
  /** The highest height that cannot be withdrawn any more; for chains whose finality is by value, of the lowest tier. */
  readonly finalHeight: number;
  /** Of the newest block, epoch milliseconds. */
  readonly time: number;
}

export type AddressCheck =
  | { readonly kind: 'valid'; /** The one spelling that the engine stores and compares. */ readonly address: string }
  | { readonly kind: 'invalid'; readonly reason: string };

/** What somebody is asked to pay. */
export interface DepositRequest {
  /** Unique for ever; the settlement's or the quote's id. All that ties the payment follows from it, so asking twice gives the same. */
  readonly reference: string;
  /** Numbers addresses of a signer where the chain ties by address; unique per chain and signer. */
  readonly index: number;
  readonly asset: string;
  readonly amount: BaseUnits;
  /** What the payer's wallet shows. */
  readonly label: string;
}

/** How to pay: what a page shows, a wallet opens and the watcher looks for. */
export interface DepositInstruction {
  readonly asset: string;
  readonly amount: BaseUnits;
  /** Where to; for people. */
  readonly address: string;
  /** Memo, comment or reference key that must go with the payment; null where the address alone ties it. */
  readonly tag: string | null;
  /** EIP-681, Solana Pay, ton:// …; null where no standard exists. The same text goes into the QR code. */
  readonly uri: string | null;
  /** What the watcher looks for: an address, a reference key, or address and tag; opaque to the engine but for equality. */
  readonly watch: string;
  /** Where the chain ties by address: the signer's child key that holds what is paid, and that collects it (`PrepareRequest.child`). */
  readonly child?: number;
}

/** One credit that the chain shows. Identity: chain, transaction and index. */
export interface SeenDeposit {
  readonly transactionId: string;
  /** Number of the log, message, output or instruction in its transaction. */
  readonly index: number;
  /** The `watch` of the instruction that it belongs to. */
  readonly watch: string;
  readonly asset: string;
  /** What was really credited, whatever the sender wrote. */
  readonly amount: BaseUnits;
  readonly sender: string | null;
  readonly height: number;
  readonly blockHash: string;
  /** Time of the block, epoch milliseconds: when a payment counts as made. */
  readonly seenAt: number;
  readonly isFinal: boolean;
  /**
   * What taking it in cost the receiver, base units of the chain's own coin; below zero where more coin came along than it cost. Only chains
   * where a receiver pays (TON) say it: a network fee of ours, beside `amount`.
   */
  readonly receiptCost?: BaseUnits;
}

export interface DepositSearch {
  /** The instructions to look for: `watch` and the asset that is expected there. */
  readonly watched: readonly { readonly watch: string; readonly asset: string }[];
  /** Where the last search ended; null: begin at the newest final block. Opaque, JSON, belongs to the adapter. */
  readonly cursor: string | null;
}

export interface DepositsFound {
  /** May repeat what earlier searches found: the window overlaps. */
  readonly deposits: readonly SeenDeposit[];
  readonly cursor: string;
  readonly head: ChainHead;
}

/** One payment out. */
export interface Payout {
  readonly to: string;
  readonly asset: string;
  readonly amount: BaseUnits;
  /** Comment or memo for the receiver, where the chain carries one; null: none. */
  readonly tag: string | null;
}

/** What orders the next transaction of a sender, as the chain shows it. */
export interface OrderingFacts {
  /** The next number by the chain; null where there is none. */
  readonly next: number | null;
  /** Unspent inputs; empty where the chain has none. */
  readonly inputs: readonly { readonly id: string; readonly amount: BaseUnits }[];
}

/** What the caller allocated for one transaction under its lock. */
export interface AllocatedOrder {
  readonly number: number | null;
  readonly inputIds: readonly string[];
}

export interface PrepareRequest {
  /** The sender's address, which the signer controls. */
  readonly from: string;
  /** Of the sender, where the chain needs it to build the transaction; hexadecimal. */
  readonly publicKey: string;
  /** Which of the signer's keys the sender is: the `child` of a deposit instruction collects what was paid to it. Left out: the main key. */
  readonly child?: number;
  /** All of one transaction; at most `payoutsMax`. */
  readonly payouts: readonly Payout[];
  readonly order: AllocatedOrder;
  /** Base units of the chain's own coin that the network fee may reach. */
  readonly feeMax: BaseUnits;
  /** The transaction that this one gets out of the way, with its fee: the new one must pay more by the chain's own rule. */
  readonly replaces: PreparedTransaction | null;
}

/** A transaction that only waits for its signature. JSON; everything that the signature covers is in `unsigned`. */
export interface PreparedTransaction {
  readonly chain: ChainId;
  readonly from: string;
  /** As requested. */
  readonly child?: number;
  readonly unsigned: string;
  readonly order: AllocatedOrder;
  /** The most that the network may take, base units of the chain's own coin. */
  readonly fee: BaseUnits;
  readonly payouts: readonly Payout[];
}

export type Preparation =
  | { readonly kind: 'prepared'; readonly transaction: PreparedTransaction }
  /** The network asks for more than allowed: wait, or let an operator decide. */
  | { readonly kind: 'fee_above_cap'; readonly fee: BaseUnits }
  | {
      readonly kind: 'insufficient_funds';
      readonly asset: string;
      readonly needed: BaseUnits;
      readonly held: BaseUnits;
    }
  /** The receiver cannot take it: a bad address, below the chain's minimum, a token account that is closed. */
  | { readonly kind: 'destination_refuses'; readonly payout: number; readonly reason: string };

/** Signed bytes with their id, which is known before anybody else sees them. JSON. Store it before the broadcast. */
export interface SignedTransaction {
  readonly chain: ChainId;
  readonly id: string;
  /** The wire bytes, base64. Every broadcast sends exactly these. */
  readonly bytes: string;
  /** Until when the chain takes it: a height or a time by `unit`; null: for ever. */
  readonly expires: { readonly unit: 'height' | 'epoch_seconds'; readonly value: number } | null;
  readonly prepared: PreparedTransaction;
}

export type BroadcastOutcome =
  /** Taken, or known already: look it up by id from now on. */
  | { readonly kind: 'accepted' }
  /** These bytes cannot go in any more (number used, blockhash old): ask `standingOf` before anything is prepared anew. */
  | { readonly kind: 'stale'; readonly reason: string }
  /** The chain will never take these bytes. */
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * What became of signed bytes. `landed` says what the chain shows by now; only `final` ones are done. `paid` is judged by the credit at each
 * destination, not by the sending. `dead` is proven: an id can never land any more, so new bytes cannot pay twice.
 */
export type TransactionStanding =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'waiting' }
  | {
      readonly kind: 'landed';
      readonly height: number;
      readonly blockHash: string;
      readonly isFinal: boolean;
      /** One for each payout, in their order. */
      readonly paid: readonly boolean[];
      /** What the network took, base units of the chain's own coin. */
      readonly fee: BaseUnits;
      /** Why it failed, where a payout was not paid. */
      readonly failure: string | null;
    }
  | { readonly kind: 'dead'; readonly reason: string };

/** One chain. Every method may throw `ChainUnavailable` or `ChainRefusedRequest`. */
export interface Chain {
  /** CAIP-2. */
  readonly id: ChainId;
  /** The chain's own coin, CAIP-19 as the books know it: network fees are paid in it. */
  readonly coin: string;
  readonly capabilities: ChainCapabilities;
  /** Pure. Brings an address into the one spelling, or says what is wrong with it. */
  checkAddress(text: string): AddressCheck;
  /** Where the signer is paid: its main address, which pays out as well. */
  addressOf(signer: Signer): Promise<string>;
  /** The same request gives the same instruction. */
  depositInstruction(request: DepositRequest, signer: Signer): Promise<DepositInstruction>;
  head(): Promise<ChainHead>;
  /** Deposits since the cursor, with an overlap, so that nothing is missed when blocks are withdrawn. */
  findDeposits(search: DepositSearch): Promise<DepositsFound>;
  /** Looks again at a deposit that was seen: null when the chain does not show it any more. */
  readDeposit(deposit: SeenDeposit): Promise<SeenDeposit | null>;
  balanceOf(address: string, asset: string): Promise<BaseUnits>;
  /** What orders the sender's next transaction. An endpoint may lag or lie: a caller never lowers its own number because of it. */
  readOrdering(address: string): Promise<OrderingFacts>;
  /** Builds a transaction with its fee. Nothing leaves the process but reads. */
  prepare(request: PrepareRequest): Promise<Preparation>;
  /** Signs what was prepared. Signing the same preparation again gives bytes that cannot both be included. */
  sign(prepared: PreparedTransaction, signer: Signer): Promise<SignedTransaction>;
  /** Sends bytes, any number of times. */
  broadcast(signed: SignedTransaction): Promise<BroadcastOutcome>;
  standingOf(signed: SignedTransaction): Promise<TransactionStanding>;
}

/** A timeout, a closed socket, 429, 5xx, an endpoint that lags or contradicts itself. What was sent may have arrived. */
export class ChainUnavailable extends Error {
  override readonly name = 'ChainUnavailable';
  constructor(
    readonly chain: ChainId,
    message: string,
    readonly retryAfterMs: number | null = null,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The request itself is wrong (an unknown asset, a wrong chain id, a bad signature): a bug or a configuration error. */
export class ChainRefusedRequest extends Error {
  override readonly name = 'ChainRefusedRequest';
  constructor(
    readonly chain: ChainId,
    readonly code: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

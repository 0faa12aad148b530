/**
 * What the conformance suite of the chains stands on: a chain that runs here and can be told what to do, and payers from outside that use
 * the standard client of that chain and nothing of ours. A family of chains joins by writing one `ChainMachine`.
 */
import type {
  BaseUnits,
  Chain,
  ChainCapabilities,
  DepositInstruction,
  DepositRequest,
} from '../../../adapters/chains/port';
import type { Signer } from '../../../adapters/signers/port';

/**
 * What a machine cannot be told to do is left out, and the tests that need it are skipped by name. Declared before the machine starts, so
 * that the tests are known.
 *
 * - `look_alike`: has a second asset with the symbol of the first
 * - `reorg`: withdraws blocks. Needed where `capabilities.reorgs`.
 * - `swallow`: takes a transaction and never includes it
 * - `expire`: lets the time pass after which signed bytes run out. Needed where `capabilities.expires`.
 * - `refuse`: has a destination that cannot take a payment
 * - `network`: loses answers, fails and falls behind at the endpoint
 */
export type MachineFeature = 'look_alike' | 'reorg' | 'swallow' | 'expire' | 'refuse' | 'network';

export interface ChainMachine {
  /** Of the family, such as `evm`. */
  readonly name: string;
  readonly capabilities: ChainCapabilities;
  readonly features: readonly MachineFeature[];
  /** Starts the machine; the tests of one suite share it, each with signers of its own. */
  start(): Promise<ChainHarness>;
}

export interface HarnessAsset {
  /** CAIP-19 as the books know it. */
  readonly id: string;
  /** An amount that makes sense on the chain: above its minimum for a new account, small against `funds`. */
  readonly sample: BaseUnits;
  /** Enough for some thirty payments of `sample`, and for their fees where it is the coin. */
  readonly funds: BaseUnits;
}

/** A payment that somebody outside sent. */
export interface OutsidePayment {
  /** Of the transaction, as the chain names it. */
  readonly id: string;
  /** Sends the same bytes again, such as after a reorg. Does nothing when they are included or wait already. */
  resend(): Promise<void>;
}

export interface ChainHarness {
  readonly chain: Chain;
  /** The coin first; then a token, where the chain has tokens. */
  readonly assets: readonly HarnessAsset[];
  /** Generous: a fee of one plain transaction is never above it on this machine. */
  readonly feeMax: BaseUnits;
  readonly addresses: {
    /** As people write them, with the one spelling that the engine keeps. */
    readonly valid: readonly { readonly written: string; readonly kept: string }[];
    /** Wrong checksum, other chain's, cut short, empty. */
    readonly invalid: readonly string[];
  };

  /** A signer with a key that was never used, so that tests do not see each other. */
  newSigner(): Signer;
  /** The address of a stranger, which can be paid in every asset of `assets`. */
  newDestination(): Promise<string>;
  /** A destination that the chain or its rules refuse for this asset. Only with `refuse`. */
  refusingDestination(): Promise<{ readonly to: string; readonly asset: string }>;
  /** Puts base units at an address; final when it returns. Several times add up. */
  fund(address: string, asset: string, amount: BaseUnits): Promise<void>;

  /** Pays as a wallet does that was handed the instruction (its URI where it has one): sent, and included by the next `mine` at the latest. */
  pay(instruction: DepositInstruction, amount?: BaseUnits): Promise<OutsidePayment>;
  /** Pays the instruction with the look-alike asset. Only with `look_alike`. */
  payLookAlike(instruction: DepositInstruction): Promise<OutsidePayment>;
  /** Pays asset and amount to the same signer with nothing that ties the payment to the instruction. */
  payUntied(instruction: DepositInstruction, request: DepositRequest, signer: Signer): Promise<OutsidePayment>;

  /** Includes all that waits and was not swallowed, and makes so many blocks (1). */
  mine(blocks?: number): Promise<void>;
  /** Makes blocks, or lets the time pass, until everything included is final, whatever its value. */
  finalize(): Promise<void>;
  /** Withdraws the newest blocks. Their transactions do not wait again. Never reaches what is final. Only with `reorg`. */
  reorg(depth: number): Promise<void>;
  /** The endpoint takes the next transaction, and it is never included. Only with `swallow`. */
  swallowNext(): Promise<void>;
  /** Lets go by what makes all bytes signed until now run out, at finality. Only with `expire`. */
  expire(): Promise<void>;
  /** Only with `network`. */
  readonly network: {
    /** The endpoint takes the next transaction and the answer is lost. */
    loseNextAnswer(): Promise<void>;
    /** The next requests are answered with this HTTP status (or its like in the chain's protocol). */
    failNext(requests: number, status: 429 | 500 | 503): Promise<void>;
    /** The endpoint shows the chain as it was so many blocks ago, until `heal`. */
    fallBehind(blocks: number): Promise<void>;
    heal(): Promise<void>;
  };
  stop(): Promise<void>;
}

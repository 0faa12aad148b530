/**
 * The real virtual machine of Solana (litesvm): programs, fees, rent and signatures are its own. It knows no blocks, so it is told the slot, and
 * asked neither for blockhashes nor for signatures seen before: both windows belong to the network around it.
 */
import { type Address, type Lamports, lamports, type Transaction } from '@solana/kit';
import { FailedTransactionMetadata, LiteSVM, type TransactionMetadata } from 'litesvm';
import { errorJson, type TransactionErrorJson } from './error-names';

export interface StoredAccount {
  readonly lamports: bigint;
  readonly owner: Address;
  readonly data: Uint8Array;
  readonly executable: boolean;
}

export interface InnerInstruction {
  readonly programIndex: number;
  readonly accounts: readonly number[];
  readonly data: Uint8Array;
  readonly stackHeight: number;
}

export interface Run {
  readonly error: TransactionErrorJson | null;
  readonly logs: readonly string[];
  readonly units: number;
  /** By the index of the instruction that called them. */
  readonly inner: readonly (readonly InnerInstruction[])[];
  readonly returnData: { readonly program: Uint8Array; readonly data: Uint8Array };
}

export interface Machine {
  account(address: Address): StoredAccount | null;
  /** Null removes it. */
  setAccount(address: Address, account: StoredAccount | null): void;
  /** Every account that a program owns. */
  accountsOf(program: Address): readonly { readonly address: Address; readonly account: StoredAccount }[];
  minimumBalance(bytes: number): bigint;
  setTime(slot: number, epochSeconds: number): void;
  /** Runs without effect; signatures are looked at unless told otherwise. */
  simulate(transaction: Transaction, verifies?: boolean): Run;
  /** Runs and keeps the effects. A failed run that pays its fee is kept too. */
  execute(transaction: Transaction): Run;
}

/** A fresh machine with the programs of the mainnet. */
export function createMachine(): Machine {
  const svm = new LiteSVM().withTransactionHistory(0n).withBlockhashCheck(false);
  return {
    account: (address) => {
      const found = svm.getAccount(address);
      return found.exists ? stored(found) : null;
    },
    setAccount: (address, account) => svm.setAccount(encoded(address, account)),
    accountsOf: (program) =>
      svm.getProgramAccounts(program).map((found) => ({ address: found.address, account: stored(found) })),
    minimumBalance: (bytes) => svm.minimumBalanceForRentExemption(BigInt(bytes)),
    setTime: (slot, epochSeconds) => {
      const clock = svm.getClock();
      clock.slot = BigInt(slot);
      clock.unixTimestamp = BigInt(epochSeconds);
      svm.setClock(clock);
    },
    simulate: (transaction, verifies = true) => {
      svm.withSigverify(verifies);
      const result = svm.simulateTransaction(transaction);
      svm.withSigverify(true);
      return result instanceof FailedTransactionMetadata ? failedRun(result) : runOf(result.meta(), null);
    },
    execute: (transaction) => {
      const result = svm.sendTransaction(transaction);
      return result instanceof FailedTransactionMetadata ? failedRun(result) : runOf(result, null);
    },
  };
}

const stored = (found: {
  readonly lamports: Lamports;
  readonly programAddress: Address;
  readonly data: ArrayLike<number>;
  readonly executable: boolean;
}): StoredAccount => ({
  lamports: found.lamports,
  owner: found.programAddress,
  data: Uint8Array.from(found.data),
  executable: found.executable,
});

export const SYSTEM_PROGRAM = '11111111111111111111111111111111' as Address;

/** An account without lamports is no account. */
const encoded = (address: Address, account: StoredAccount | null) => ({
  address,
  lamports: lamports(account?.lamports ?? 0n),
  programAddress: account?.owner ?? SYSTEM_PROGRAM,
  data: account?.data ?? new Uint8Array(),
  executable: account?.executable ?? false,
  space: BigInt(account?.data.length ?? 0),
});

const failedRun = (failed: FailedTransactionMetadata): Run => runOf(failed.meta(), errorJson(failed.err()));

function runOf(meta: TransactionMetadata, error: TransactionErrorJson | null): Run {
  return {
    error,
    logs: meta.logs(),
    units: Number(meta.computeUnitsConsumed()),
    inner: meta.innerInstructions().map((group) =>
      group.map((one) => ({
        programIndex: one.instruction().programIdIndex(),
        accounts: [...one.instruction().accounts()],
        data: one.instruction().data(),
        stackHeight: one.stackHeight(),
      })),
    ),
    returnData: { program: meta.returnData().programId(), data: meta.returnData().data() },
  };
}

/** A transaction as it came over the wire, taken apart as far as the facade needs it. */
import {
  type Address,
  getBase58Decoder,
  getBase64Decoder,
  getBase64Encoder,
  getCompiledTransactionMessageDecoder,
  getTransactionDecoder,
  type Transaction,
} from '@solana/kit';
import { RpcFailure } from '../rpc/rpc-failure';

export interface LookupTable {
  readonly lookupTableAddress: Address;
  readonly writableIndexes: readonly number[];
  readonly readonlyIndexes: readonly number[];
}

export interface MessageInstruction {
  readonly programIndex: number;
  readonly accounts: readonly number[];
  readonly data: Uint8Array;
}

export interface WireTransaction {
  readonly wire: string;
  readonly signature: string;
  readonly signatures: readonly string[];
  readonly transaction: Transaction;
  readonly version: 'legacy' | 0;
  readonly header: { readonly numSigners: number; readonly numReadonlySigners: number; readonly numReadonly: number };
  readonly accounts: readonly Address[];
  readonly blockhash: string;
  readonly instructions: readonly MessageInstruction[];
  readonly tables: readonly LookupTable[];
}

/** JSON-RPC "invalid params". */
const INVALID_PARAMS = -32602;
const SIGNATURE_FAILURE = -32003;

/** @throws RpcFailure for bytes that are no transaction, or (unless it is only to be simulated) without the payer's signature. */
export function readWire(wire: string, needsSignature = true): WireTransaction {
  const transaction = decode(wire);
  const message = getCompiledTransactionMessageDecoder().decode(transaction.messageBytes);
  if (message.version === 1) throw new RpcFailure(INVALID_PARAMS, 'invalid transaction: unsupported version');
  const signatures = Object.values(transaction.signatures).map((bytes) =>
    bytes === null ? '1'.repeat(64) : getBase58Decoder().decode(bytes),
  );
  const [signature] = signatures;
  if (signature === undefined || (needsSignature && /^1+$/.test(signature))) {
    throw new RpcFailure(SIGNATURE_FAILURE, 'Transaction signature verification failure');
  }
  return {
    wire,
    signature,
    signatures,
    transaction,
    version: message.version,
    header: {
      numSigners: message.header.numSignerAccounts,
      numReadonlySigners: message.header.numReadonlySignerAccounts,
      numReadonly: message.header.numReadonlyNonSignerAccounts,
    },
    accounts: message.staticAccounts,
    blockhash: message.lifetimeToken,
    instructions: message.instructions.map((one) => ({
      programIndex: one.programAddressIndex,
      accounts: one.accountIndices ?? [],
      data: new Uint8Array(one.data ?? []),
    })),
    tables: 'addressTableLookups' in message ? ((message.addressTableLookups as readonly LookupTable[]) ?? []) : [],
  };
}

function decode(wire: string): Transaction {
  try {
    return getTransactionDecoder().decode(getBase64Encoder().encode(wire));
  } catch (error) {
    throw new RpcFailure(
      INVALID_PARAMS,
      `invalid transaction: ${error instanceof Error ? error.message : 'unreadable'}`,
    );
  }
}

/** The bytes in the one text form that the facade keeps. */
export const toBase64 = (bytes: Uint8Array): string => getBase64Decoder().decode(bytes);

/** True for the static account at this index, by the counts in the header. */
export function isWritable({ header, accounts }: WireTransaction, index: number): boolean {
  if (index < header.numSigners) return index < header.numSigners - header.numReadonlySigners;
  return index < accounts.length - header.numReadonly;
}

/** Reads a list of addresses out of the data of a lookup table: a header of 56 bytes, then 32 bytes each. */
export function lookUp(data: Uint8Array, indexes: readonly number[]): Address[] {
  return indexes.map((index) => getBase58Decoder().decode(data.subarray(56 + 32 * index, 88 + 32 * index)) as Address);
}

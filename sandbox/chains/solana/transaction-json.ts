/** A landed transaction as `getTransaction` shows it, with the balances before and after of every account. */
import { type Address, getBase58Decoder } from '@solana/kit';
import type { StoredAccount } from './machine';
import type { Landed, SolanaNetwork } from './network';
import type { InnerInstruction } from './machine';
import type { MessageInstruction } from './message';
import { readMintDecimals, readTokenAccount, uiAmount } from './token-account';

/** What was taken from all accounts together and given to none is the fee. */
export function feeOf({ before, after }: Landed): bigint {
  const sum = (accounts: readonly (StoredAccount | null)[]): bigint =>
    accounts.reduce((total, account) => total + (account?.lamports ?? 0n), 0n);
  return sum(before) - sum(after);
}

/** In the encoding `json`, or `base64` with the same `meta`. */
export function transactionJson(network: SolanaNetwork, landed: Landed, encoding: 'json' | 'base64' = 'json'): object {
  const { message } = landed;
  return {
    transaction:
      encoding === 'base64'
        ? [message.wire, 'base64']
        : { signatures: message.signatures, message: messageJson(landed) },
    meta: metaJson(network, landed),
    version: message.version,
  };
}

function messageJson({ message }: Landed): object {
  return {
    accountKeys: message.accounts,
    header: {
      numRequiredSignatures: message.header.numSigners,
      numReadonlySignedAccounts: message.header.numReadonlySigners,
      numReadonlyUnsignedAccounts: message.header.numReadonly,
    },
    recentBlockhash: message.blockhash,
    instructions: message.instructions.map((one) => instructionJson(one, 1)),
    ...(message.version === 'legacy'
      ? {}
      : {
          addressTableLookups: message.tables.map((table) => ({
            accountKey: table.lookupTableAddress,
            writableIndexes: table.writableIndexes,
            readonlyIndexes: table.readonlyIndexes,
          })),
        }),
  };
}

function metaJson(network: SolanaNetwork, landed: Landed): object {
  const { run, before, after, loaded } = landed;
  const lamports = (accounts: readonly (StoredAccount | null)[]): bigint[] =>
    accounts.map((account) => account?.lamports ?? 0n);
  return {
    err: run.error,
    status: run.error === null ? { Ok: null } : { Err: run.error },
    fee: feeOf(landed),
    preBalances: lamports(before),
    postBalances: lamports(after),
    preTokenBalances: tokenBalances(network, before),
    postTokenBalances: tokenBalances(network, after),
    innerInstructions: run.inner.flatMap((group, index) =>
      group.length === 0
        ? []
        : [{ index, instructions: group.map((one: InnerInstruction) => instructionJson(one, one.stackHeight)) }],
    ),
    logMessages: run.logs,
    computeUnitsConsumed: run.units,
    loadedAddresses: loaded,
    rewards: [],
  };
}

const instructionJson = (one: MessageInstruction, stackHeight: number): object => ({
  programIdIndex: one.programIndex,
  accounts: one.accounts,
  data: getBase58Decoder().decode(one.data),
  stackHeight,
});

function tokenBalances(network: SolanaNetwork, accounts: readonly (StoredAccount | null)[]): object[] {
  return accounts.flatMap((account, accountIndex) => {
    const token = readTokenAccount(account);
    if (token === null) return [];
    const { mint, owner, program: programId, amount } = token;
    return [{ accountIndex, mint, owner, programId, uiTokenAmount: uiAmount(amount, decimalsOf(network, mint)) }];
  });
}

const decimalsOf = (network: SolanaNetwork, mint: Address): number =>
  readMintDecimals(network.machine.account(mint)) ?? 0;

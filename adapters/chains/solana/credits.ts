/**
 * What a transaction really did, judged by the balances before and after it. The text of instructions proves nothing: a transfer may fail, be
 * taken back in the same transaction, or lose a fee of its token on the way.
 */
import { type Address, getBase58Encoder, type Signature } from '@solana/kit';
import { ChainUnavailable } from '../port';
import type { SolanaAsset } from './assets';
import type { SolanaEndpoint } from './network';

export interface TokenBalance {
  readonly accountIndex: number;
  readonly mint: string;
  readonly owner: string;
  readonly amount: bigint;
}

/** A landed transaction, as far as the adapter looks at it. */
export interface SeenTransaction {
  readonly id: string;
  readonly slot: bigint;
  /** Static accounts, then those of lookup tables, in the order of the balances. */
  readonly accounts: readonly string[];
  readonly memos: readonly string[];
  readonly failure: string | null;
  readonly fee: bigint;
  readonly before: readonly bigint[];
  readonly after: readonly bigint[];
  readonly tokensBefore: readonly TokenBalance[];
  readonly tokensAfter: readonly TokenBalance[];
}

/** Memos were written with three program ids over the years; all are read. */
const memoPrograms: ReadonlySet<string> = new Set([
  'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo',
  'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr',
  'Memo4c2pN8afCj432Lb7RMVKi9PbQnnW7ewFFaV3oAH',
]);

/** What goes from the answer of `getTransaction` into `SeenTransaction`; null while the endpoint does not show it. */
export async function readTransaction(endpoint: SolanaEndpoint, id: string): Promise<SeenTransaction | null> {
  const found = await endpoint.ask((rpc) =>
    rpc.getTransaction(id as Signature, {
      commitment: 'confirmed',
      encoding: 'json',
      maxSupportedTransactionVersion: 0,
    }),
  );
  if (found === null) return null;
  const { meta, transaction } = found;
  if (meta === null) throw new ChainUnavailable(endpoint.chain, `The endpoint keeps no balances of ${id}.`);
  const { accountKeys, instructions } = transaction.message;
  return {
    id,
    slot: found.slot,
    accounts: [...accountKeys, ...(meta.loadedAddresses?.writable ?? []), ...(meta.loadedAddresses?.readonly ?? [])],
    memos: instructions
      .filter((one) => memoPrograms.has(accountKeys[one.programIdIndex] ?? ''))
      .map((one) => Buffer.from(Uint8Array.from(getBase58Encoder().encode(one.data))).toString('utf8')),
    failure: meta.err === null ? null : failureText(meta.err),
    fee: meta.fee,
    before: meta.preBalances,
    after: meta.postBalances,
    tokensBefore: (meta.preTokenBalances ?? []).map(tokenBalance),
    tokensAfter: (meta.postTokenBalances ?? []).map(tokenBalance),
  };
}

/** The error of a transaction as a text: names and numbers of the chain. */
export const failureText = (error: unknown): string =>
  typeof error === 'string'
    ? error
    : JSON.stringify(error, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));

const tokenBalance = (balance: {
  readonly accountIndex: number;
  readonly mint: string;
  readonly owner?: string | undefined;
  readonly uiTokenAmount: { readonly amount: string };
}): TokenBalance => ({
  accountIndex: balance.accountIndex,
  mint: balance.mint,
  owner: balance.owner ?? '',
  amount: BigInt(balance.uiTokenAmount.amount),
});

export interface Credit {
  readonly amount: bigint;
  /** Place of the credited account in the transaction: one and the same money has one place, whoever asks for it. */
  readonly index: number;
}

/** What an owner gained in an asset, over all accounts of it; zero or less when nothing was gained. */
export function creditOf(transaction: SeenTransaction, owner: Address, asset: SolanaAsset): Credit {
  return asset.kind === 'coin' ? coinCredit(transaction, owner) : tokenCredit(transaction, owner, asset.mint);
}

function coinCredit({ accounts, before, after }: SeenTransaction, owner: Address): Credit {
  const index = accounts.indexOf(owner);
  return { amount: (after[index] ?? 0n) - (before[index] ?? 0n), index };
}

function tokenCredit({ tokensBefore, tokensAfter }: SeenTransaction, owner: Address, mint: Address): Credit {
  const isOurs = (balance: TokenBalance): boolean => balance.owner === owner && balance.mint === mint;
  const sum = (balances: readonly TokenBalance[]): bigint =>
    balances.filter(isOurs).reduce((total, { amount }) => total + amount, 0n);
  const amountBefore = (index: number): bigint =>
    tokensBefore.find(({ accountIndex }) => accountIndex === index)?.amount ?? 0n;
  const grown = tokensAfter.filter(isOurs).filter(({ accountIndex, amount }) => amount > amountBefore(accountIndex));
  const index = grown.reduce((least, { accountIndex }) => Math.min(least, accountIndex), Infinity);
  return { amount: sum(tokensAfter) - sum(tokensBefore), index: index === Infinity ? -1 : index };
}

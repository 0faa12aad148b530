/** Whom a transaction pays, with all that the chain says about them: read once, before anything is built. */
import type { Address } from '@solana/kit';
import { findAssociatedTokenPda, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import type { Payout } from '../port';
import { readAsset, type SolanaAsset } from './assets';
import type { SolanaEndpoint } from './network';
import {
  type AccountFacts,
  isTokenProgram,
  readTokenAccount,
  type TokenAccountFacts,
  tokenAccountsOf,
} from './token-accounts';

export interface Payee {
  readonly payout: Payout;
  readonly asset: SolanaAsset;
  readonly amount: bigint;
  readonly wallet: Address;
  /** Of the wallet; null while it is not there. */
  readonly account: AccountFacts | null;
  /** For tokens: where it goes. */
  readonly token: TokenTarget | null;
}

export interface TokenTarget {
  readonly program: Address;
  readonly associated: Address;
  /** Null while the account is not there: the payment makes it. */
  readonly account: TokenAccountFacts | null;
  /** Something else stands at the associated address. */
  readonly isBlocked: boolean;
}

export interface Holdings {
  readonly lamports: bigint;
  /** By mint, the fullest account first. */
  readonly tokens: ReadonlyMap<string, readonly TokenAccountFacts[]>;
}

/** Reads the payees of a transaction, in the order of its payouts. */
export async function readPayees(endpoint: SolanaEndpoint, payouts: readonly Payout[]): Promise<readonly Payee[]> {
  const assets = payouts.map(({ asset }) => readAsset(endpoint.chain, asset));
  const mints = [...new Set(assets.flatMap((asset) => (asset.kind === 'token' ? [asset.mint] : [])))];
  const mintAccounts = await readAccounts(endpoint, mints);
  const programOf = (mint: Address): Address => {
    const owner = mintAccounts.get(mint)?.owner;
    return owner !== undefined && isTokenProgram(owner) ? owner : TOKEN_PROGRAM_ADDRESS;
  };
  const associated = await Promise.all(
    payouts.map((payout, index) => associatedOf(payout.to as Address, assets[index] ?? null, programOf)),
  );
  const wallets = payouts.map(({ to }) => to as Address);
  const accounts = await readAccounts(endpoint, [...wallets, ...associated.filter((address) => address !== null)]);
  return payouts.map((payout, index) => {
    const asset = assets[index] ?? readAsset(endpoint.chain, payout.asset);
    const at = associated[index] ?? null;
    return {
      payout,
      asset,
      amount: BigInt(payout.amount),
      wallet: payout.to as Address,
      account: accounts.get(payout.to) ?? null,
      token:
        asset.kind === 'coin' || at === null ? null : targetOf(at, programOf(asset.mint), accounts.get(at) ?? null),
    };
  });
}

async function associatedOf(
  owner: Address,
  asset: SolanaAsset | null,
  programOf: (mint: Address) => Address,
): Promise<Address | null> {
  if (asset === null || asset.kind === 'coin') return null;
  const [address] = await findAssociatedTokenPda({ owner, mint: asset.mint, tokenProgram: programOf(asset.mint) });
  return address;
}

function targetOf(associated: Address, program: Address, facts: AccountFacts | null): TokenTarget {
  const account = readTokenAccount(associated, facts);
  // Somebody may have sent coins to the address before the account was made: that does not stand in the way.
  const isBlocked = facts !== null && account === null && isTokenProgram(facts.owner);
  return { program, associated, account, isBlocked };
}

/** Accounts by address; what is not there is null. */
async function readAccounts(
  endpoint: SolanaEndpoint,
  addresses: readonly Address[],
): Promise<ReadonlyMap<string, AccountFacts | null>> {
  const distinct = [...new Set(addresses)];
  if (distinct.length === 0) return new Map();
  const { value } = await endpoint.ask((rpc) =>
    rpc.getMultipleAccounts(distinct, { commitment: 'confirmed', encoding: 'base64' }),
  );
  return new Map(distinct.map((address, index) => [address, (value[index] as unknown as AccountFacts | null) ?? null]));
}

/** What a sender holds in the coin and in every token that is to be paid. */
export async function readHoldings(
  endpoint: SolanaEndpoint,
  from: Address,
  payees: readonly Payee[],
): Promise<Holdings> {
  const mints = [...new Set(payees.flatMap(({ asset }) => (asset.kind === 'token' ? [asset.mint] : [])))];
  const [{ value }, ...held] = await Promise.all([
    endpoint.ask((rpc) => rpc.getBalance(from, { commitment: 'confirmed' })),
    ...mints.map((mint) => tokenAccountsOf(endpoint, from, mint, 'confirmed')),
  ]);
  return { lamports: value, tokens: new Map(mints.map((mint, index) => [mint, held[index] ?? []])) };
}

/** Token accounts and mints, read from their bytes (the layout of the SPL token program, which Token-2022 extends). */
import { type Address, getBase64Encoder } from '@solana/kit';
import { getTokenDecoder, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import type { SolanaEndpoint } from './network';

const TOKEN_2022_PROGRAM = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb' as Address;

/** Bytes of a token account without extensions; its rent is what a new one costs. */
export const TOKEN_ACCOUNT_BYTES = 165;

/** An account as `getMultipleAccounts` and `getTokenAccountsByOwner` give it in base64. */
export interface AccountFacts {
  readonly lamports: bigint;
  readonly owner: Address;
  readonly executable: boolean;
  readonly data: readonly [string, 'base64'];
}

export const isTokenProgram = (program: string): boolean =>
  program === TOKEN_PROGRAM_ADDRESS || program === TOKEN_2022_PROGRAM;

export interface TokenAccountFacts {
  readonly address: Address;
  readonly amount: bigint;
  readonly isFrozen: boolean;
}

/** The state number of a frozen account. */
const FROZEN = 2;

/** The token account in these bytes, or null when they are none. */
export function readTokenAccount(address: Address, account: AccountFacts | null): TokenAccountFacts | null {
  if (account === null || !isTokenProgram(account.owner)) return null;
  const bytes = getBase64Encoder().encode(account.data[0]);
  if (bytes.length < TOKEN_ACCOUNT_BYTES) return null;
  const token = getTokenDecoder().decode(bytes.slice(0, TOKEN_ACCOUNT_BYTES));
  return { address, amount: token.amount, isFrozen: Number(token.state) === FROZEN };
}

/** The token accounts of an owner for a mint, the fullest first. */
export async function tokenAccountsOf(
  endpoint: SolanaEndpoint,
  owner: Address,
  mint: Address,
  commitment: 'confirmed' | 'finalized',
): Promise<readonly TokenAccountFacts[]> {
  const { value } = await endpoint.ask((rpc) =>
    rpc.getTokenAccountsByOwner(owner, { mint }, { commitment, encoding: 'base64' }),
  );
  return value
    .map(({ pubkey, account }) => readTokenAccount(pubkey, account as unknown as AccountFacts))
    .filter((token) => token !== null)
    .sort((left, right) => (left.amount > right.amount ? -1 : 1));
}

/** Which of the two token programs a mint belongs to; the older one for a mint that is not there. */
export async function tokenProgramOf(endpoint: SolanaEndpoint, mint: Address): Promise<Address> {
  const { value } = await endpoint.ask((rpc) =>
    rpc.getAccountInfo(mint, { commitment: 'confirmed', encoding: 'base64' }),
  );
  return value !== null && isTokenProgram(value.owner) ? value.owner : TOKEN_PROGRAM_ADDRESS;
}

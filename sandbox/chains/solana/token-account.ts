/** Accounts of the SPL token programs, read from their bytes. Both programs share the first 165 bytes of an account and 82 of a mint. */
import { type Address, getBase58Decoder } from '@solana/kit';
import type { StoredAccount } from './machine';

export const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA' as Address;
export const TOKEN_2022_PROGRAM = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb' as Address;

export interface TokenAccount {
  readonly mint: Address;
  readonly owner: Address;
  readonly amount: bigint;
  readonly program: Address;
  /** 1 initialized, 2 frozen. */
  readonly state: number;
}

const ACCOUNT_BYTES = 165;
const MINT_BYTES = 82;
const DECIMALS_AT = 44;
const AMOUNT_AT = 64;
const STATE_AT = 108;

const isTokenProgram = (owner: string): boolean => owner === TOKEN_PROGRAM || owner === TOKEN_2022_PROGRAM;

/** The token account in these bytes, or null when they are none. */
export function readTokenAccount(account: StoredAccount | null): TokenAccount | null {
  if (account === null || !isTokenProgram(account.owner) || account.data.length < ACCOUNT_BYTES) return null;
  const state = account.data[STATE_AT] ?? 0;
  if (state === 0) return null;
  const addressAt = (at: number): Address => getBase58Decoder().decode(account.data.subarray(at, at + 32)) as Address;
  const view = new DataView(account.data.buffer, account.data.byteOffset);
  const amount = view.getBigUint64(AMOUNT_AT, true);
  return { mint: addressAt(0), owner: addressAt(32), amount, program: account.owner, state };
}

/** The decimals of a mint, or null when these bytes are none. */
export function readMintDecimals(account: StoredAccount | null): number | null {
  if (account === null || !isTokenProgram(account.owner) || account.data.length < MINT_BYTES) return null;
  if (account.data.length > MINT_BYTES && account.data.length <= ACCOUNT_BYTES) return null;
  return account.data[DECIMALS_AT] ?? null;
}

/** An amount in the four spellings of the JSON-RPC. */
export function uiAmount(amount: bigint, decimals: number): object {
  const digits = amount.toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const part = digits.slice(digits.length - decimals).replace(/0+$/, '');
  const text = part === '' ? whole : `${whole}.${part}`;
  return { amount: amount.toString(), decimals, uiAmount: Number(text), uiAmountString: text };
}

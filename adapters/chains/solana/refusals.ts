/** What cannot be paid, said before anything is built. */
import type { Preparation } from '../port';
import type { Address } from '@solana/kit';
import type { Holdings, Payee } from './payees';
import { isTokenProgram } from './token-accounts';

export type Refusal = Exclude<Preparation, { kind: 'prepared' }>;

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

/** The first payee that cannot take its payment, or null. `rent` is the least that a new account must hold. */
export function refusingPayee(payees: readonly Payee[], from: Address, rent: bigint): Refusal | null {
  for (const [index, payee] of payees.entries()) {
    const reason = reasonAgainst(payee, payees, from, rent);
    if (reason !== null) return { kind: 'destination_refuses', payout: index, reason };
  }
  return null;
}

function reasonAgainst(payee: Payee, payees: readonly Payee[], from: Address, rent: bigint): string | null {
  const { account, wallet, token, amount } = payee;
  if (amount <= 0n) return 'nothing would be paid';
  if (wallet === from) return 'it is the sender itself';
  if (account !== null && account.executable) return 'it is a program';
  if (account !== null && isTokenProgram(account.owner)) return 'it is a token account or a mint, not a wallet';
  if (token !== null) return reasonAgainstToken(token);
  const together = sum(payees.filter((one) => one.wallet === wallet && one.token === null).map((one) => one.amount));
  if (account === null && together < rent) return `a new account takes ${rent} lamports or more`;
  return null;
}

function reasonAgainstToken({ account, isBlocked }: NonNullable<Payee['token']>): string | null {
  if (isBlocked) return 'its token account is something else';
  return account?.isFrozen === true ? 'its token account is frozen' : null;
}

/** The first token of which the sender holds too little, or null. Frozen accounts hold nothing that can be spent. */
export function missingTokens(payees: readonly Payee[], { tokens }: Holdings): Refusal | null {
  for (const { asset } of payees) {
    if (asset.kind === 'coin') continue;
    const needed = sum(payees.filter((payee) => payee.asset.id === asset.id).map(({ amount }) => amount));
    const spendable = (tokens.get(asset.mint) ?? []).filter(({ isFrozen }) => !isFrozen);
    const held = sum(spendable.map(({ amount }) => amount));
    if (held < needed) {
      return { kind: 'insufficient_funds', asset: asset.id, needed: needed.toString(), held: held.toString() };
    }
  }
  return null;
}

/**
 * Whether the sender's coins reach for the payouts and the fee, or null when they do. What remains must be nothing or the least that an account
 * holds: the chain refuses anything between.
 */
export function missingCoins(
  payees: readonly Payee[],
  holdings: Holdings,
  fee: bigint,
  rent: bigint,
  coin: string,
): Refusal | null {
  const spent = sum(payees.filter(({ asset }) => asset.kind === 'coin').map(({ amount }) => amount)) + fee;
  const remainder = holdings.lamports - spent;
  if (remainder === 0n || remainder >= rent) return null;
  const needed = remainder < 0n ? spent : spent + rent;
  return {
    kind: 'insufficient_funds',
    asset: coin,
    needed: needed.toString(),
    held: holdings.lamports.toString(),
  };
}

/**
 * What a customer's wallet pays of an invoice: after its total, before the customer's balance and the rail. Pure: the caller writes the
 * draws together with the invoice, and only if the wallet is still as it was read.
 */
import { isPositive, min, money, type Money, zero } from '../money';
import type { Instant } from '../time';
import { type BurnDown, drawDown } from './draw';
import { balanceOf, type Grant } from './grant';

/** A grant with the id of its row. */
export interface HeldGrant extends Grant {
  readonly id: string;
}

/** A wallet of a currency as it was read. */
export interface HeldWallet {
  readonly id: string;
  /** Counts its changes; another one by the time of writing undoes the writing. */
  readonly version: number;
  readonly grants: readonly HeldGrant[];
}

/** What the wallet can pay at an instant, in its currency; zero without a wallet. */
export function walletFunds(wallet: HeldWallet | null, currency: string, now: Instant): Money {
  return wallet === null ? zero(currency) : money(balanceOf(wallet.grants, now).total, currency);
}

/** What the wallet pays of what is asked for: all of it, or what it holds. Nothing of what is not above zero. */
export const paidByWallet = (funds: Money, asked: Money): Money =>
  isPositive(asked) ? min(funds, asked) : zero(asked.currency);

/**
 * The draws that pay an amount, which the wallet holds.
 * @throws PerennialError `invalid_amount` when the amount is no plain decimal.
 */
export function payFromWallet(wallet: HeldWallet, amount: Money, now: Instant): BurnDown {
  const denomination = { kind: 'currency', currency: amount.currency } as const;
  return drawDown({ grants: wallet.grants, denomination, amount: amount.amount, now });
}

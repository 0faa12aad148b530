import type { Posting } from '../domain/ledger';
import { paymentPostingsOfCredits, walletStreams } from '../domain/credits/postings';
import { payFromWallet, type HeldWallet } from '../domain/credits/wallet-payment';
import { isZero, type Money } from '../domain/money';
import type { Instant } from '../domain/time';
import { drawMovements, type WalletChange } from '../db/transactions/record-credits';

/** What an invoice takes out of a wallet, and how it is booked. */
export interface WalletDraw {
  readonly wallet: WalletChange;
  readonly postings: readonly Posting[];
}

/** The draws that pay an amount of an invoice, to be written with it; null when the wallet pays nothing of it. */
export function drawFromWallet(
  wallet: HeldWallet | null,
  amount: Money,
  invoiceId: string,
  now: Instant,
): WalletDraw | null {
  if (wallet === null || isZero(amount)) return null;
  const burnDown = payFromWallet(wallet, amount, now);
  const movements = drawMovements(wallet, burnDown, { kind: 'drawn', invoiceId, reason: null });
  return {
    wallet: { walletId: wallet.id, expected: wallet.version, grants: [], movements },
    postings: paymentPostingsOfCredits(walletStreams, burnDown, amount.currency),
  };
}

/**
 * What wallets do to the books. Paid credits are a liability of their own (`wallet_credits`) until they are used or expire: what they will
 * be earned by is not known before. Granted credits are no money until they pay something, and lower income then, in a stream of their own.
 */
import type { Posting } from '../ledger';
import { add, isZero, type Money, money, negate, sum } from '../money';
import type { BurnDown } from './draw';
import type { GrantExpiry } from './expire';

export interface WalletStreams {
  /** Which takes what granted credits pay. */
  readonly granted: string;
  /** Which earns what expires unused. */
  readonly breakage: string;
}

/** Of every tenant. */
export const walletStreams: WalletStreams = { granted: 'granted_credits', breakage: 'breakage' };

/** Where paid credits wait. */
const held = 'wallet_credits';

const nonZero = (postings: readonly Posting[]): Posting[] => postings.filter(({ amount }) => !isZero(amount));

/** A top-up was billed. */
export function topUpPostings(price: Money): Posting[] {
  return nonZero([
    { account: 'receivable', amount: price },
    { account: held, amount: negate(price) },
  ]);
}

/** What was paid for what was drawn. */
const paidOf = ({ draws }: BurnDown, currency: string): Money =>
  sum(
    draws.flatMap(({ paid }) => (paid === null ? [] : [paid])),
    currency,
  );

/** Credits of a currency paid an invoice: the invoice asks for that much less. */
export function paymentPostingsOfCredits({ granted }: WalletStreams, burnDown: BurnDown, currency: string): Posting[] {
  const paid = paidOf(burnDown, currency);
  const free = sum(
    burnDown.draws.filter(({ origin }) => origin === 'granted').map(({ amount }) => money(amount, currency)),
    currency,
  );
  return nonZero([
    { account: held, amount: paid },
    { account: `revenue:${granted}`, amount: free },
    { account: 'receivable', amount: negate(add(paid, free)) },
  ]);
}

/** Units were used: what was paid for them is earned. Granted units earn nothing. */
export function unitsUsedPostings(burnDown: BurnDown, stream: string, currency: string): Posting[] {
  const earned = paidOf(burnDown, currency);
  return nonZero([
    { account: held, amount: earned },
    { account: `revenue:${stream}`, amount: negate(earned) },
  ]);
}

/** Credits expired: what was paid for them is earned. */
export function expiryPostings({ breakage }: WalletStreams, { paid }: Pick<GrantExpiry, 'paid'>): Posting[] {
  if (paid === null) return [];
  return nonZero([
    { account: held, amount: paid },
    { account: `revenue:${breakage}`, amount: negate(paid) },
  ]);
}

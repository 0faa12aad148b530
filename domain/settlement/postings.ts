/**
 * What a settlement moves in the ledger: once in units of the asset, and once more in the book currency at the rate of the quote, so that each
 * account shows both. Debits are positive, credits negative; every set sums to zero per currency.
 */
import type { Posting } from '../ledger';
import { add, isZero, type Money, negate, roundRatio, subtract, sum } from '../money';
import type { LegKind } from './state';

/** What one major unit of the asset is worth in the books; null: nobody said, and only the asset is booked. */
export interface BookRate {
  readonly currency: string;
  readonly rate: string;
}

const collection = (asset: string): string => `collection:${asset}`;

const nonZero = (postings: readonly Posting[]): Posting[] => postings.filter(({ amount }) => !isZero(amount));

const bookValue = (amount: Money, { currency, rate }: BookRate): Money =>
  roundRatio(amount.amount, currency, rate, '1', 'half_even');

/** What is missing to zero goes to the dust: single postings were rounded, their sum was not. */
function dusted(postings: readonly Posting[], currency: string): Posting[] {
  const rest = sum(
    postings.map(({ amount }) => amount),
    currency,
  );
  return isZero(rest) ? [...postings] : [...postings, { account: 'rounding_dust', amount: negate(rest) }];
}

/** A set in one asset, and the same set in the book currency. */
function withBook(postings: readonly Posting[], book: BookRate | null): Posting[] {
  const own = nonZero(postings);
  if (book === null) return own;
  const mirrored = own.map(({ account, amount }) => ({ account, amount: bookValue(amount, book) }));
  return [...own, ...nonZero(dusted(mirrored, book.currency))];
}

/** A deposit that is final. */
export function depositPostings(amount: Money, book: BookRate | null): Posting[] {
  return withBook(
    [
      { account: collection(amount.currency), amount },
      { account: 'settlement_clearing', amount: negate(amount) },
    ],
    book,
  );
}

export interface AcceptedPayment {
  readonly stream: string;
  /** All that came in. */
  readonly received: Money;
  /** What is paid back as too much: it stays where it is until then. */
  readonly refunded: Money;
  /** What is too much and kept for the payer. */
  readonly credited: Money;
  /** Shares of others, in the asset that was collected. */
  readonly shares: readonly { readonly party: string; readonly amount: Money }[];
}

/** A payment that is taken: others' shares are owed, the rest is income. */
export function acceptPostings(payment: AcceptedPayment, book: BookRate | null): Posting[] {
  const { stream, received, refunded, credited, shares } = payment;
  const applied = subtract(received, refunded);
  const owed = shares.map(({ party, amount }) => ({ account: `partner_payable:${party}`, amount: negate(amount) }));
  const income = shares.reduce((rest, { amount }) => subtract(rest, amount), subtract(applied, credited));
  return withBook(
    [
      { account: 'settlement_clearing', amount: applied },
      ...owed,
      { account: 'payer_credit', amount: negate(credited) },
      { account: `fee_income:${stream}`, amount: negate(income) },
    ],
    book,
  );
}

/** A payment that is not taken and kept for the payer. */
export function creditPostings(amount: Money, book: BookRate | null): Posting[] {
  return withBook(
    [
      { account: 'settlement_clearing', amount },
      { account: 'payer_credit', amount: negate(amount) },
    ],
    book,
  );
}

export interface PaidLeg {
  readonly kind: LegKind;
  readonly party: string;
  /** What was paid, in the leg's own asset. */
  readonly amount: Money;
  /** What that is of the asset that was collected. */
  readonly source: Money;
}

const accountOfLeg = ({ kind, party, amount }: PaidLeg): string => {
  if (kind === 'treasury') return `treasury:${amount.currency}`;
  return kind === 'refund' ? 'settlement_clearing' : `partner_payable:${party}`;
};

/** Another asset than was collected: the debt goes in one, the money in the other, and the rates decide who gained. */
function convertedPostings(leg: PaidLeg, book: BookRate | null, ownRate: string | null): Posting[] {
  const { amount, source } = leg;
  const account = accountOfLeg(leg);
  const units = [
    { account, amount: source },
    { account: 'conversion', amount: negate(source) },
    { account: 'conversion', amount },
    { account: collection(amount.currency), amount: negate(amount) },
  ];
  if (book === null) return nonZero(units);
  const debt = bookValue(source, book);
  const paid = ownRate === null ? debt : bookValue(amount, { ...book, rate: ownRate });
  return nonZero([
    ...units,
    { account, amount: debt },
    { account: collection(amount.currency), amount: negate(paid) },
    { account: 'fx_gain_loss', amount: add(paid, negate(debt)) },
  ]);
}

/**
 * A payout that is final.
 * @param book the rate of the asset that was collected
 * @param ownRate of the leg's own asset in the same currency; null: as much as its source
 */
export function legPostings(leg: PaidLeg, book: BookRate | null, ownRate: string | null = null): Posting[] {
  const { amount, source, kind } = leg;
  const isOwn = amount.currency === source.currency;
  // The treasury is our own: nothing is exchanged, another asset of ours moves.
  if (!isOwn && kind !== 'treasury') return convertedPostings(leg, book, ownRate);
  const rate = isOwn ? book : book !== null && ownRate !== null ? { ...book, rate: ownRate } : null;
  return withBook(
    [
      { account: accountOfLeg(leg), amount },
      { account: collection(amount.currency), amount: negate(amount) },
    ],
    rate,
  );
}

/** What the network took for a transaction, in the chain's own coin. */
export function networkFeePostings(chain: string, fee: Money): Posting[] {
  return nonZero([
    { account: `network_fees:${chain}`, amount: fee },
    { account: collection(fee.currency), amount: negate(fee) },
  ]);
}

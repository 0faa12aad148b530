import type { Posting } from '../ledger';
import { add, isZero, type Money, negate } from '../money';

export interface NotePostings {
  /** Income that is taken back, line by line: `ahead` where the service lies ahead, so that it stands deferred. */
  readonly lines: readonly { readonly stream: string; readonly net: Money; readonly ahead: boolean }[];
  /** No longer owed to the tax offices of countries and regions. */
  readonly taxes: readonly { readonly place: string; readonly amount: Money }[];
  readonly reduced: Money;
  readonly refunded: Money;
  readonly toBalance: Money;
}

/**
 * A credit note: income and tax are taken back, what is deferred apart from what is revenue (the monthly closes see to what was recognized
 * of it meanwhile); the customer owes less, is owed a refund, or has it on the balance. The refund itself books `refunds` against cash:
 * what a note refunds stands there as nothing.
 */
export function creditNotePostings({ lines, taxes, reduced, refunded, toBalance }: NotePostings): Posting[] {
  const totals = new Map<string, Money>();
  const post = (account: string, amount: Money): void => {
    const before = totals.get(account);
    totals.set(account, before === undefined ? amount : add(before, amount));
  };
  for (const { stream, net, ahead } of lines) post(`${ahead ? 'deferred' : 'revenue'}:${stream}`, net);
  for (const { place, amount } of taxes) post(`tax:${place}`, amount);
  post('receivable', negate(reduced));
  post('refunds', negate(refunded));
  post('customer_balance', negate(toBalance));
  return [...totals].map(([account, amount]) => ({ account, amount })).filter(({ amount }) => !isZero(amount));
}

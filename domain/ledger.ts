/**
 * Which accounts a movement of money touches. Debits are positive, credits negative; every set sums to zero per currency.
 * Accounts: receivable, cash:{rail}, revenue:{stream}, deferred:{stream}, tax:{country or region}, provider_fees:{rail}, customer_balance, refunds, disputes, bad_debt.
 * Of settlements (domain/settlement/postings.ts): collection:{asset}, treasury:{asset}, partner_payable:{party}, payer_credit, fee_income:{stream}, network_fees:{chain},
 * settlement_clearing, conversion, fx_gain_loss, rounding_dust.
 */
import { fail } from './errors';
import { add, isZero, negate, subtract, sum, zero, type Money } from './money';

export interface Posting {
  readonly account: string;
  readonly amount: Money;
}

export type AccountKind = 'asset' | 'liability' | 'income' | 'expense';

/** The standing accounts of every tenant; accounts per rail and stream are added when a rail or stream is first used. */
export const standingAccounts: Readonly<Record<string, { readonly kind: AccountKind; readonly name: string }>> = {
  receivable: { kind: 'asset', name: 'Receivable from customers' },
  customer_balance: { kind: 'liability', name: 'Balances held for customers' },
  wallet_credits: { kind: 'liability', name: 'Credits that customers bought and did not use yet' },
  refunds: { kind: 'expense', name: 'Refunds to customers' },
  disputes: { kind: 'expense', name: 'Taken back by payers in disputes' },
  bad_debt: { kind: 'expense', name: 'Invoices given up' },
  settlement_clearing: { kind: 'liability', name: 'Received on chains and not yet applied' },
  payer_credit: { kind: 'liability', name: 'Held for payers of settlements' },
  conversion: { kind: 'asset', name: 'Between assets that were exchanged' },
  fx_gain_loss: { kind: 'expense', name: 'Loss (gain) by exchange rates' },
  rounding_dust: { kind: 'expense', name: 'Differences of rounding' },
};

const families: Readonly<Record<string, { readonly kind: AccountKind; readonly name: string }>> = {
  cash: { kind: 'asset', name: 'Cash at' },
  revenue: { kind: 'income', name: 'Revenue from' },
  deferred: { kind: 'liability', name: 'Billed ahead for' },
  tax: { kind: 'liability', name: 'Tax owed in' },
  provider_fees: { kind: 'expense', name: 'Fees of' },
  collection: { kind: 'asset', name: 'On the engine’s addresses in' },
  treasury: { kind: 'asset', name: 'In the treasury in' },
  partner_payable: { kind: 'liability', name: 'Owed to' },
  fee_income: { kind: 'income', name: 'Fees of chains from' },
  network_fees: { kind: 'expense', name: 'Network fees of' },
};

/** Kind and name of an account code such as `cash:stripe`; null for a code that no family knows. */
export function describeAccount(code: string): { kind: AccountKind; name: string } | null {
  const standing = Object.hasOwn(standingAccounts, code) ? standingAccounts[code] : undefined;
  if (standing !== undefined) return standing;
  const [family = '', member = ''] = code.split(/:(.*)/s);
  const known = Object.hasOwn(families, family) ? families[family] : undefined;
  return known === undefined || member === '' ? null : { kind: known.kind, name: `${known.name} ${member}` };
}

const nonZero = (postings: readonly Posting[]): Posting[] => postings.filter((posting) => !isZero(posting.amount));

/** A line's share of income, without discount and tax: `ahead` while its period is still to be served. */
export interface IncomeLine {
  readonly stream: string;
  readonly amount: Money;
  readonly ahead: boolean;
}

export interface InvoicePostings {
  readonly currency: string;
  readonly lines: readonly IncomeLine[];
  /** Owed to the tax offices of countries and regions. */
  readonly taxes?: readonly { readonly place: string; readonly amount: Money }[];
  /** From the customer's balance (positive) or into it (negative). */
  readonly balanceApplied: Money;
  readonly carriedOver: Money;
}

function byAccount(lines: readonly IncomeLine[]): Posting[] {
  const totals = new Map<string, Money>();
  for (const line of lines) {
    const account = `${line.ahead ? 'deferred' : 'revenue'}:${line.stream}`;
    totals.set(account, add(totals.get(account) ?? zero(line.amount.currency), line.amount));
  }
  return [...totals].map(([account, amount]) => ({ account, amount: negate(amount) }));
}

/**
 * An invoice: the total becomes receivable against deferred income (time still to come) or revenue, and the tax that is owed; the balance and what is too small to
 * charge move between receivable and the customer's balance. Nothing that was deferred is earned by it: the monthly closes do that.
 */
export function invoicePostings(invoice: InvoicePostings): Posting[] {
  const taxes = (invoice.taxes ?? []).map(({ place, amount }) => ({ account: `tax:${place}`, amount: negate(amount) }));
  const earned = byAccount(invoice.lines);
  const total = negate(
    sum(
      [...earned, ...taxes].map(({ amount }) => amount),
      invoice.currency,
    ),
  );
  const moved = add(invoice.balanceApplied, invoice.carriedOver);
  return nonZero([
    { account: 'receivable', amount: total },
    ...earned,
    ...taxes,
    { account: 'receivable', amount: negate(moved) },
    { account: 'customer_balance', amount: moved },
  ]);
}

/** What the provider moves less what it keeps; a provider that settles in another currency takes its fee from the cash of that one. */
function cashPostings(rail: string, gross: Money, fee: Money): Posting[] {
  const account = `cash:${rail}`;
  const cash =
    gross.currency === fee.currency
      ? [{ account, amount: subtract(gross, fee) }]
      : [
          { account, amount: gross },
          { account, amount: negate(fee) },
        ];
  return [...cash, { account: `provider_fees:${rail}`, amount: fee }];
}

/** A payment that succeeded: gross out of receivable; what the provider pays out into cash, and what it keeps as its fee. */
export function paymentPostings(rail: string, gross: Money, fee: Money): Posting[] {
  return nonZero([...cashPostings(rail, gross, fee), { account: 'receivable', amount: negate(gross) }]);
}

/** A refund the provider accepted. A refund that fails later is booked as the reversal of this. */
export function refundPostings(rail: string, amount: Money): Posting[] {
  return nonZero([
    { account: 'refunds', amount },
    { account: `cash:${rail}`, amount: negate(amount) },
  ]);
}

/** A refund that a credit note promised and that the rail could not pay: the customer has it on their balance. */
export function refundToBalancePostings(amount: Money): Posting[] {
  return nonZero([
    { account: 'refunds', amount },
    { account: 'customer_balance', amount: negate(amount) },
  ]);
}

/** Money that a dispute moved: `gross` is below zero when it was taken, above when it came back. The fee is the provider's, and apart. */
export function disputePostings(rail: string, gross: Money, fee: Money): Posting[] {
  return nonZero([...cashPostings(rail, gross, fee), { account: 'disputes', amount: negate(gross) }]);
}

/**
 * An open invoice that is given up. What was credited of it although it was never paid is taken back from the customer's balance: only the
 * rest is lost.
 */
export function badDebtPostings(unpaid: Money, takenBack: Money = zero(unpaid.currency)): Posting[] {
  return nonZero([
    { account: 'bad_debt', amount: subtract(unpaid, takenBack) },
    { account: 'customer_balance', amount: takenBack },
    { account: 'receivable', amount: negate(unpaid) },
  ]);
}

/** What a credit left of an open invoice, too small to charge: the customer owes it on their balance. */
export function carryOverPostings(amount: Money): Posting[] {
  return nonZero([
    { account: 'customer_balance', amount },
    { account: 'receivable', amount: negate(amount) },
  ]);
}

/** The reversal of a set: the same accounts, the other side. */
export function reversal(postings: readonly Posting[]): Posting[] {
  return postings.map(({ account, amount }) => ({ account, amount: negate(amount) }));
}

/**
 * Refuses a set that does not sum to zero in each of its currencies. The database checks the same at commit.
 * @throws PerennialError `ledger_unbalanced`.
 */
export function assertBalanced(postings: readonly Posting[]): void {
  for (const currency of new Set(postings.map((posting) => posting.amount.currency))) {
    const amounts = postings.map((posting) => posting.amount).filter((amount) => amount.currency === currency);
    const total = sum(amounts, currency);
    if (!isZero(total)) fail('ledger_unbalanced', { currency, sum: total.amount });
  }
}

/**
 * What an invoice asks for: the sum of its lines, less the customer's balance, unless what is left is too small to charge.
 * The order is fixed: balance first, then payment.
 */
import { add, compare, isNegative, isPositive, isZero, min, money, subtract, sum, zero, type Money } from '../money';
import type { InvoiceLine } from './line';
import type { Reduction } from './reductions';

export interface InvoiceTotals {
  readonly total: Money;
  /** What the credit lines took off older open invoices: it does not count here a second time. */
  readonly creditGiven: Money;
  /** Taken from the customer's balance; negative when the invoice adds to it, or when it collects what the customer owes. */
  readonly balanceApplied: Money;
  /** Left on the customer's balance as a debt, because the rail cannot charge so little. */
  readonly carriedOver: Money;
  readonly amountDue: Money;
}

/** What reductions leave as a debt on the customer's balance. */
const debtOf = (reductions: readonly Reduction[], currency: string): Money =>
  sum(
    reductions.map(({ carriedOver }) => carriedOver),
    currency,
  );

/** How what is asked for is met. */
function met(asked: Money, balance: Money, minimum: string | null): Omit<InvoiceTotals, 'total' | 'creditGiven'> {
  const none = zero(asked.currency);
  if (isNegative(asked)) return { balanceApplied: asked, carriedOver: none, amountDue: none };
  if (isZero(asked)) return { balanceApplied: none, carriedOver: none, amountDue: none };
  const balanceApplied = isPositive(balance) ? min(balance, asked) : balance;
  const rest = subtract(asked, balanceApplied);
  const chargeable = minimum === null || isZero(rest) || compare(rest, money(minimum, asked.currency)) >= 0;
  return chargeable
    ? { balanceApplied, carriedOver: none, amountDue: rest }
    : { balanceApplied, carriedOver: rest, amountDue: none };
}

/**
 * @param balance what is held for the customer; negative is what they owe from carried-over amounts
 * @param minimum the least that the rail can charge in this currency, in major units; null: any amount
 * @param reductions what the credits among the lines take off older open invoices
 */
export function invoiceTotals(
  lines: readonly InvoiceLine[],
  balance: Money,
  minimum: string | null,
  reductions: readonly Reduction[] = [],
): InvoiceTotals {
  const { currency } = balance;
  const total = sum(
    lines.map((line) => line.amount),
    currency,
  );
  const creditGiven = sum(
    reductions.map(({ credit }) => credit),
    currency,
  );
  const available = subtract(balance, debtOf(reductions, currency));
  return { total, creditGiven, ...met(add(total, creditGiven), available, minimum) };
}

/** How much the customer's balance changes by these totals, and by what the reductions leave as a debt. */
export function balanceChange(totals: InvoiceTotals, reductions: readonly Reduction[] = []): Money {
  const { currency } = totals.total;
  const taken = sum([totals.balanceApplied, totals.carriedOver, debtOf(reductions, currency)], currency);
  return subtract(zero(currency), taken);
}

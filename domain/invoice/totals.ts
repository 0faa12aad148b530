/**
 * What an invoice asks for: the sum of its lines, less the customer's balance, unless what is left is too small to charge.
 * The order is fixed: balance first, then payment.
 */
import { compare, isNegative, isPositive, isZero, min, money, subtract, sum, zero, type Money } from '../money';
import type { InvoiceLine } from './line';

export interface InvoiceTotals {
  readonly total: Money;
  /** Taken from the customer's balance; negative when the invoice adds to it, or when it collects what the customer owes. */
  readonly balanceApplied: Money;
  /** Left on the customer's balance as a debt, because the rail cannot charge so little. */
  readonly carriedOver: Money;
  readonly amountDue: Money;
}

/**
 * @param balance what is held for the customer; negative is what they owe from carried-over amounts
 * @param minimum the least that the rail can charge in this currency, in major units; null: any amount
 */
export function invoiceTotals(lines: readonly InvoiceLine[], balance: Money, minimum: string | null): InvoiceTotals {
  const { currency } = balance;
  const none = zero(currency);
  const total = sum(
    lines.map((line) => line.amount),
    currency,
  );
  if (isNegative(total)) return { total, balanceApplied: total, carriedOver: none, amountDue: none };
  if (isZero(total)) return { total, balanceApplied: none, carriedOver: none, amountDue: none };
  const balanceApplied = isPositive(balance) ? min(balance, total) : balance;
  const rest = subtract(total, balanceApplied);
  const chargeable = minimum === null || isZero(rest) || compare(rest, money(minimum, currency)) >= 0;
  return chargeable
    ? { total, balanceApplied, carriedOver: none, amountDue: rest }
    : { total, balanceApplied, carriedOver: rest, amountDue: none };
}

/** How much the customer's balance changes by these totals. */
export function balanceChange(totals: InvoiceTotals): Money {
  return subtract(subtract(zero(totals.total.currency), totals.balanceApplied), totals.carriedOver);
}

/**
 * What an invoice asks for: its total, less what the customer's wallet pays, less their balance, less what the rail cannot charge
 * of it. The order is fixed: wallet, balance, payment.
 */
import { add, isNegative, isPositive, isZero, min, subtract, sum, zero, type Money } from '../money';
import { paidByWallet } from '../credits/wallet-payment';
import { chargeable, type ChargeLimits } from './chargeable';
import type { Reduction } from './reductions';

export interface InvoiceTotals {
  readonly total: Money;
  /** What the credit lines took off older open invoices: it does not count here a second time. */
  readonly creditGiven: Money;
  /** Paid by the credits in the customer's wallet. */
  readonly walletApplied: Money;
  /** Taken from the customer's balance; negative when the invoice adds to it, or when it collects what the customer owes. */
  readonly balanceApplied: Money;
  /** Left on the customer's balance as a debt, because the rail cannot charge so little or so exactly. */
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
function met(
  asked: Money,
  balance: Money,
  limits: ChargeLimits,
): Pick<InvoiceTotals, 'balanceApplied' | 'carriedOver' | 'amountDue'> {
  const none = zero(asked.currency);
  if (isNegative(asked)) return { balanceApplied: asked, carriedOver: none, amountDue: none };
  if (isZero(asked)) return { balanceApplied: none, carriedOver: none, amountDue: none };
  const balanceApplied = isPositive(balance) ? min(balance, asked) : balance;
  return { balanceApplied, ...chargeable(subtract(asked, balanceApplied), limits) };
}

/**
 * @param total of the assembled invoice
 * @param balance what is held for the customer; negative is what they owe from carried-over amounts
 * @param limits what the rail can charge in this currency
 * @param reductions what the credits among the lines take off older open invoices
 * @param funds what the customer's wallet holds in this currency
 */
export function invoiceTotals(
  total: Money,
  balance: Money,
  limits: ChargeLimits,
  reductions: readonly Reduction[] = [],
  funds: Money = zero(balance.currency),
): InvoiceTotals {
  const { currency } = balance;
  const creditGiven = sum(
    reductions.map(({ credit }) => credit),
    currency,
  );
  const available = subtract(balance, debtOf(reductions, currency));
  const asked = add(total, creditGiven);
  const walletApplied = paidByWallet(funds, asked);
  return { total, creditGiven, walletApplied, ...met(subtract(asked, walletApplied), available, limits) };
}

/** How much the customer's balance changes by these totals, and by what the reductions leave as a debt. */
export function balanceChange(totals: InvoiceTotals, reductions: readonly Reduction[] = []): Money {
  const { currency } = totals.total;
  const taken = sum([totals.balanceApplied, totals.carriedOver, debtOf(reductions, currency)], currency);
  return subtract(zero(currency), taken);
}

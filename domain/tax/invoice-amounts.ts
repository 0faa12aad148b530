/** What an invoice comes to: subtotal − discounts + tax added = total, and net + all tax = the same total. */
import { type Money, add, subtract, sum } from '../money';

/** A line with what was taken off it and what is taxed of it. Credits are negative in all of it. */
export interface ReducedAmounts {
  /** As it is priced: rounded, before discounts, with tax where the price includes it. */
  readonly amount: Money;
  readonly discount: Money;
  readonly tax: Money;
  readonly isTaxIncluded: boolean;
}

export interface InvoiceAmounts {
  /** The lines as they are priced, with tax where their prices include it. */
  readonly subtotal: Money;
  readonly discounts: Money;
  /** Comes on top of what is left. */
  readonly taxAdded: Money;
  /** Is within the subtotal already. */
  readonly taxIncluded: Money;
  readonly total: Money;
}

/** What is left of a line without any tax: what the seller earns. */
export function netOf({ amount, discount, tax, isTaxIncluded }: ReducedAmounts): Money {
  const left = subtract(amount, discount);
  return isTaxIncluded ? subtract(left, tax) : left;
}

/**
 * The amounts of an invoice from its lines.
 * @param currency of the invoice, whose lines may be none
 * @throws PerennialError `currency_mismatch` when a line is in another currency.
 */
export function invoiceAmounts(lines: readonly ReducedAmounts[], currency: string): InvoiceAmounts {
  const total = (of: (line: ReducedAmounts) => Money, among = lines): Money => sum(among.map(of), currency);
  const taxOf = (included: boolean): Money =>
    total(
      ({ tax }) => tax,
      lines.filter(({ isTaxIncluded }) => isTaxIncluded === included),
    );
  const subtotal = total(({ amount }) => amount);
  const discounts = total(({ discount }) => discount);
  const taxAdded = taxOf(false);
  const taxIncluded = taxOf(true);
  return { subtotal, discounts, taxAdded, taxIncluded, total: add(subtract(subtotal, discounts), taxAdded) };
}

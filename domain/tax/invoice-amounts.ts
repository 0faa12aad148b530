/** What an invoice comes to: subtotal − discounts + tax added = total, and net + all tax = the same total. */
import type { Discounts } from '../discount/discount-lines';
import { type Money, add, subtract, sum } from '../money';
import type { Taxes } from './tax-lines';

export interface InvoiceAmounts {
  /** The lines as they are priced, with tax where their prices include it. */
  readonly subtotal: Money;
  readonly discounts: Money;
  /** Comes on top of what is left. */
  readonly taxAdded: Money;
  /** Is within the subtotal already. */
  readonly taxIncluded: Money;
  readonly tax: Money;
  /** Without any tax. */
  readonly net: Money;
  readonly total: Money;
}

/**
 * The amounts of an invoice from its discounts and from the taxes on what these left.
 * @param currency of the invoice, whose lines may be none
 */
export function invoiceAmounts(discounts: Discounts, taxes: Taxes, currency: string): InvoiceAmounts {
  const subtotal = sum(
    discounts.lines.map(({ amount }) => amount),
    currency,
  );
  const total = add(subtract(subtotal, discounts.total), taxes.added);
  return {
    subtotal,
    discounts: discounts.total,
    taxAdded: taxes.added,
    taxIncluded: taxes.included,
    tax: taxes.tax,
    net: subtract(total, taxes.tax),
    total,
  };
}

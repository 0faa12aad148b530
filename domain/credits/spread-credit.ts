/** A credit of an invoice as a whole: an amount spread over its lines in proportion to what remains of each. */
import { type Refusal, refusal } from '../errors';
import { add, allocate, compare, formatMoney, isPositive, type Money } from '../money';
import { type CreditableInvoice, type CreditRequest, remainingOfInvoice, remainingOfLine } from './credit-note';

/**
 * The request of a credit note over an amount with tax, or the refusal `credit_exceeds_remaining`.
 * @param amount the whole of what remains when left out
 */
export function spreadCredit(
  invoice: CreditableInvoice,
  rest: CreditRequest['rest'],
  amount?: Money,
): CreditRequest | Refusal<'credit_exceeds_remaining'> {
  const remaining = remainingOfInvoice(invoice);
  const wanted = amount ?? remaining;
  if (!isPositive(wanted) || compare(wanted, remaining) > 0) {
    const what = `the invoice ${invoice.id}`;
    return refusal('credit_exceeds_remaining', {
      requested: formatMoney(wanted),
      remaining: formatMoney(remaining),
      what,
    });
  }
  const weights = invoice.lines.map(remainingOfLine).map(({ net, tax }) => add(net, tax).amount);
  const lines = allocate(wanted, weights).flatMap((share, index) => {
    const line = invoice.lines[index];
    return line !== undefined && isPositive(share) ? [{ line_id: line.id, amount: share.amount }] : [];
  });
  return { lines, basis: 'gross', rest };
}

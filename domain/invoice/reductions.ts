/**
 * A credit gives back what was paid, never what was only asked for: what it credits of an invoice that is still open comes off that
 * invoice first. Only the rest reduces the new invoice or goes to the customer's balance.
 */
import { add, compare, isZero, min, money, negate, subtract, sum, zero, type Money } from '../money';
import type { BilledLine, InvoiceLine } from './line';

/** What the credit lines of a new invoice take off an open one. */
export interface Reduction {
  readonly invoiceId: string;
  /** What the invoice asked for; when it asks for something else by now, the reduction is computed anew. */
  readonly expected: Money;
  readonly credit: Money;
  /** What is left and too small to charge: it becomes a debt on the customer's balance. */
  readonly carriedOver: Money;
  /** What the invoice asks for from then on. */
  readonly amountDue: Money;
}

function reductionOf(invoiceId: string, expected: Money, credited: Money, minimum: string | null): Reduction {
  const none = zero(expected.currency);
  const credit = min(credited, expected);
  const rest = subtract(expected, credit);
  const isSmall = minimum !== null && compare(rest, money(minimum, rest.currency)) < 0;
  return { invoiceId, expected, credit, carriedOver: isSmall ? rest : none, amountDue: isSmall ? none : rest };
}

/**
 * The open invoices that credit lines reduce, in the order in which they were billed.
 * @param billed the charges that the lines credit; @param minimum the least that the rail can charge, in major units; null: any amount
 */
export function reductionsOf(
  lines: readonly InvoiceLine[],
  billed: readonly BilledLine[],
  minimum: string | null,
): Reduction[] {
  const found = new Map<string, { readonly expected: Money; readonly credited: Money }>();
  for (const { openInvoice, id } of billed) {
    if (openInvoice === undefined) continue;
    const own = lines.filter((line) => line.creditsLineId === id).map((line) => negate(line.amount));
    const { amountDue } = openInvoice;
    const before = found.get(openInvoice.id)?.credited ?? zero(amountDue.currency);
    found.set(openInvoice.id, { expected: amountDue, credited: add(before, sum(own, amountDue.currency)) });
  }
  return [...found]
    .filter(([, { expected, credited }]) => !isZero(expected) && !isZero(credited))
    .map(([invoiceId, { expected, credited }]) => reductionOf(invoiceId, expected, credited, minimum));
}

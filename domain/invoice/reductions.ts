/**
 * A credit gives back what was paid, never what was only asked for: what it credits of an invoice that is still open comes off that
 * invoice first. Only the rest reduces the new invoice or goes to the customer's balance.
 */
import { add, isZero, min, negate, subtract, sum, zero, type Money } from '../money';
import { chargeable, type ChargeLimits } from './chargeable';
import type { BilledLine } from './line';

/** What the credit lines of a new invoice take off an open one. */
export interface Reduction {
  readonly invoiceId: string;
  /** What the invoice asked for; when it asks for something else by now, the reduction is computed anew. */
  readonly expected: Money;
  readonly credit: Money;
  /** What is left and cannot be charged, being too small or too exact: it becomes a debt on the customer's balance. */
  readonly carriedOver: Money;
  /** What the invoice asks for from then on. */
  readonly amountDue: Money;
}

/** What a credit line gives back in all: net of discount, with tax. */
export interface GivenBack {
  readonly creditsLineId: string | null;
  /** Zero or below. */
  readonly amount: Money;
}

function reductionOf(invoiceId: string, expected: Money, credited: Money, limits: ChargeLimits): Reduction {
  const credit = min(credited, expected);
  return { invoiceId, expected, credit, ...chargeable(subtract(expected, credit), limits) };
}

/**
 * The open invoices that credit lines reduce, in the order in which they were billed.
 * @param billed the charges that the lines credit; @param limits what the rail can charge
 */
export function reductionsOf(
  lines: readonly GivenBack[],
  billed: readonly BilledLine[],
  limits: ChargeLimits,
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
    .map(([invoiceId, { expected, credited }]) => reductionOf(invoiceId, expected, credited, limits));
}

/**
 * Seats that change within a period: what each change adds for the rest of the period, or gives back. The opening quantity was billed
 * ahead. Each change is one line: (price of the new quantity − price of the old) × the rest of the period, rounded once.
 */
import { type Money, add, isNegative, isZero, max, negate, zero } from '../money';
import type { PlanPrice } from '../plan';
import { priceOf } from '../pricing';
import { compareDecimals, minus } from '../pricing/exact';
import type { Instant } from '../time';
import { type PlanLine, type StretchRequest, amountOfShare, shareOfStretch, textOfShare } from './stretch';

export interface SeatRules {
  /** When added seats are invoiced: at once, or with the invoice that closes the period. */
  readonly added: 'at_once' | 'next_invoice';
  /** `credit`: removed seats are given back for the rest of the period. `keep`: they stay paid, and filling them again costs nothing. */
  readonly removed: 'credit' | 'keep';
}

export interface SeatChange {
  readonly at: Instant;
  readonly quantity: string;
}

export interface SeatRequest extends Pick<StretchRequest, 'policy' | 'timeZone' | 'full'> {
  readonly price: PlanPrice;
  readonly rules: SeatRules;
  readonly currency: string;
  /** What was billed ahead, and from when in the period. */
  readonly opening: SeatChange;
  /** In the order of time; each takes effect at its instant. */
  readonly changes: readonly SeatChange[];
}

export interface SeatLine extends PlanLine {
  readonly invoice: SeatRules['added'];
}

const exactOf = ({ price, currency }: SeatRequest, quantity: string): string =>
  priceOf(price.model, price.parameters, quantity, currency).exact;

const shareFrom = ({ full, policy, timeZone }: SeatRequest, at: Instant) =>
  shareOfStretch({ full, policy, timeZone, from: Math.max(at, full.start), to: full.end });

function textOfChange({ price, currency }: SeatRequest, before: string, after: string): string {
  const [old, next] = [before, after].map(
    (quantity) => priceOf(price.model, price.parameters, quantity, currency).explanation.text,
  );
  return `from ${before} to ${after}: (${next}) − (${old})`;
}

function lineOfChange(
  request: SeatRequest,
  { at, quantity }: SeatChange,
  paid: string,
  billed: Money,
): SeatLine | null {
  const { currency, full, price, rules } = request;
  const exact = minus(exactOf(request, quantity), exactOf(request, paid));
  const share = shareFrom(request, at);
  // Rounded parts may exceed the rounded whole by a minor unit: never more comes back than was billed.
  const amount = max(amountOfShare(exact, currency, share), negate(billed));
  if (isZero(amount)) return null;
  const isCredit = isNegative(amount);
  if (isCredit && rules.removed === 'keep') return null;
  return {
    kind: isCredit ? 'seats_removed' : 'seats_added',
    description: `${price.description}: ${paid} to ${quantity}`,
    amount,
    periodStart: Math.max(at, full.start),
    periodEnd: full.end,
    invoice: rules.added,
    explanation: {
      exact,
      pricing: { before: paid, after: quantity, exact },
      ratio: share,
      rounding: 'half_up',
      text: textOfShare(textOfChange(request, paid, quantity), share),
    },
  };
}

/** The quantity that is paid for after a change. */
function paidAfter({ rules }: SeatRequest, paid: string, quantity: string): string {
  if (rules.removed === 'credit') return quantity;
  return compareDecimals(quantity, paid) > 0 ? quantity : paid;
}

/**
 * The lines of all changes of a period, in the order of time. Their sum with what the opening billed is never below zero, and with seats
 * that are credited it is, to within the rounding of each line, the price of each quantity for its time.
 * @throws PerennialError `quantity_invalid`, `currency_not_priced`, `invalid_time_zone`.
 */
export function seatLines(request: SeatRequest): SeatLine[] {
  const { currency, opening } = request;
  // As for a change of plan: without proration the new quantity counts from the next period on.
  if (request.policy === 'none') return [];
  let paid = opening.quantity;
  let billed = amountOfShare(exactOf(request, paid), currency, shareFrom(request, opening.at));
  return request.changes.flatMap((change) => {
    const line = lineOfChange(request, change, paid, billed);
    paid = paidAfter(request, paid, change.quantity);
    billed = add(billed, line?.amount ?? zero(currency));
    return line === null ? [] : [line];
  });
}

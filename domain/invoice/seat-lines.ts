/**
 * Seats that changed within a stretch and were not billed at once: each change is one line, the difference of the price for the time from
 * it to the end of the stretch. The opening quantity was billed ahead.
 */
import { isNegative, isZero } from '../money';
import type { PlanPrice, VersionTerms } from '../plan';
import type { SeatChange, SeatRules } from '../plan/seats';
import { amountOfShare, shareOfStretch, textOfShare } from '../plan/stretch';
import { isBilledAhead } from '../plan/timing';
import { type PricedAmount, priceOf } from '../pricing';
import { compareDecimals, minus } from '../pricing/exact';
import type { ProrationPolicy } from '../proration';
import type { Instant } from '../time';
import type { InvoiceLine } from './line';
import type { Span } from './period-lines';

export interface SeatStretch {
  readonly plan: VersionTerms;
  readonly rules: SeatRules;
  readonly currency: string;
  readonly full: Span;
  /** The end of the stretch; nothing is billed for the time after it. */
  readonly to: Instant;
  readonly policy: ProrationPolicy;
  readonly timeZone: string;
  readonly opening: string;
  /** In the order of time. */
  readonly changes: readonly SeatChange[];
}

interface PaidChange extends SeatChange {
  readonly paid: string;
}

/** What is paid for when each change comes: seats that are kept stay paid, and filling them again costs nothing. */
function withPaid({ opening, changes, rules }: SeatStretch): PaidChange[] {
  let paid = opening;
  return changes.map((change) => {
    const before = paid;
    const isLess = compareDecimals(change.quantity, before) < 0;
    paid = isLess && rules.removed === 'keep' ? before : change.quantity;
    return { ...change, quantity: paid, paid: before };
  });
}

function lineOf(price: PlanPrice, { at, paid, quantity }: PaidChange, stretch: SeatStretch): InvoiceLine | null {
  const { currency, full, plan, policy, timeZone, to } = stretch;
  const of = (count: string): PricedAmount => priceOf(price.model, price.parameters, count, currency);
  const [before, after] = [of(paid), of(quantity)];
  const exact = minus(after.exact, before.exact);
  const from = Math.max(at, full.start);
  const share = shareOfStretch({ full, from, to, policy, timeZone });
  const amount = amountOfShare(exact, currency, share);
  if (isZero(amount)) return null;
  const text = `from ${paid} to ${quantity}: (${after.explanation.text}) − (${before.explanation.text})`;
  return {
    kind: isNegative(amount) ? 'seats_removed' : 'seats_added',
    description: `${price.description}: ${paid} to ${quantity}`,
    priceId: price.id,
    planId: plan.planId,
    productId: price.productId ?? null,
    meterId: null,
    stream: price.stream,
    quantity: minus(quantity, paid).replace('-', ''),
    amount,
    periodStart: from,
    periodEnd: to,
    creditsLineId: null,
    explanation: {
      exact,
      pricing: { before: paid, after: quantity, exact },
      ratio: share,
      rounding: 'half_up',
      text: textOfShare(text, share),
    },
  };
}

/** The lines of all changes for each price that is billed ahead. Without proration the new quantity counts from the next period on. */
export function lateSeatLines(stretch: SeatStretch): InvoiceLine[] {
  if (stretch.policy === 'none') return [];
  const changes = withPaid(stretch);
  return stretch.plan.definition.prices
    .filter(isBilledAhead)
    .flatMap((price) => changes.flatMap((change) => lineOf(price, change, stretch) ?? []));
}

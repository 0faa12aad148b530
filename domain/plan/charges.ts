/** Charges beside the plan: add-ons, which recur for as long as they are booked, and one-off charges, which are due once. */
import { isZero } from '../money';
import type { PlanPrice } from '../plan';
import { priceOf } from '../pricing';
import type { Instant } from '../time';
import { type PlanLine, type StretchRequest, amountOfShare, shareOfStretch, textOfShare } from './stretch';

/** A price that is billed each period beside the plan, in `[from, to)`. */
export interface AddOn {
  readonly price: PlanPrice;
  readonly quantity: string;
  readonly from: Instant;
  /** Null as long as it is booked. */
  readonly to: Instant | null;
}

/** A price that is billed once, with the period that holds its instant. */
export interface OneOff {
  readonly price: PlanPrice;
  readonly quantity: string;
  readonly at: Instant;
}

export interface ChargeRequest extends Pick<StretchRequest, 'full' | 'policy' | 'timeZone'> {
  readonly currency: string;
  /** The stretch that is billed, within the full period. */
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * An add-on for the part of the stretch in which it is booked; null where that is nothing or costs nothing. Without proration it is
 * charged whole when the full period begins with it, else not.
 * @throws PerennialError `quantity_invalid`, `currency_not_priced`, `invalid_time_zone`.
 */
export function addOnLine({ price, quantity, ...booked }: AddOn, request: ChargeRequest): PlanLine | null {
  const { currency, full, policy, timeZone } = request;
  const from = Math.max(booked.from, request.from);
  const bookedTo = Math.min(booked.to ?? request.to, request.to);
  if (bookedTo <= from) return null;
  const to = policy === 'none' ? request.to : bookedTo;
  const share = shareOfStretch({ full, policy, timeZone, from, to });
  const { exact, explanation } = priceOf(price.model, price.parameters, quantity, currency);
  const amount = amountOfShare(exact, currency, share);
  if (isZero(amount)) return null;
  const text = textOfShare(explanation.text, share);
  return {
    kind: 'add_on',
    description: price.description,
    amount,
    periodStart: from,
    periodEnd: to,
    explanation: { exact, pricing: explanation, ratio: share, rounding: 'half_up', text },
  };
}

/**
 * A one-off charge in full, if its instant lies in the stretch (half-open); else null. It has no length.
 * @throws PerennialError `quantity_invalid`, `currency_not_priced`.
 */
export function oneOffLine({ price, quantity, at }: OneOff, request: ChargeRequest): PlanLine | null {
  if (at < request.from || at >= request.to) return null;
  const { exact, explanation } = priceOf(price.model, price.parameters, quantity, request.currency);
  const { text } = explanation;
  return {
    kind: 'one_off',
    description: price.description,
    amount: amountOfShare(exact, request.currency, null),
    periodStart: at,
    periodEnd: at,
    explanation: { exact, pricing: explanation, ratio: null, rounding: 'half_up', text },
  };
}

/** The lines of all add-ons and one-off charges of a stretch, in their order. */
export function chargeLines(addOns: readonly AddOn[], oneOffs: readonly OneOff[], request: ChargeRequest): PlanLine[] {
  return [
    ...addOns.map((addOn) => addOnLine(addOn, request)),
    ...oneOffs.map((oneOff) => oneOffLine(oneOff, request)),
  ].filter((line) => line !== null);
}

/** A stretch within a full period: what an add-on, added seats or a commitment of a shorter time are charged for. */
import type { LineExplanation } from '../invoice/line';
import type { Span } from '../invoice/period-lines';
import { type Money, roundRatio } from '../money';
import { prorationRatioBetween, prorationUnits, type ProrationMoment, type ProrationPolicy } from '../proration';
import { type Instant, toIso } from '../time';

export interface StretchRequest {
  /** The full calendar period that the price is for. */
  readonly full: Span;
  readonly from: Instant;
  readonly to: Instant;
  readonly policy: ProrationPolicy;
  readonly timeZone: string;
  /** Why the stretch ends, where it ends before the period does: a change unless given. */
  readonly moment?: ProrationMoment;
}

/** As an invoice line shows its share, with the end of the stretch. */
export type StretchShare = NonNullable<LineExplanation['ratio']> & { readonly to: string };

/** The part of a full period that a stretch is; null when it is the whole. @throws PerennialError `invalid_period`, `invalid_time_zone`. */
export function shareOfStretch({ full, from, to, ...rules }: StretchRequest): StretchShare | null {
  if (from <= full.start && to >= full.end && full.end > full.start) return null;
  const { numerator, denominator } = prorationRatioBetween(rules.policy, { ...rules, ...full, from, to });
  return {
    policy: rules.policy,
    numerator: numerator.toString(),
    denominator: denominator.toString(),
    fullStart: toIso(full.start),
    fullEnd: toIso(full.end),
    from: toIso(from),
    to: toIso(to),
  };
}

/** An unrounded amount for a full period times a share, rounded once, half away from zero. */
export function amountOfShare(exact: string, currency: string, share: StretchShare | null): Money {
  return roundRatio(exact, currency, share?.numerator ?? '1', share?.denominator ?? '1', 'half_up');
}

/** "12.00 USD, for 14 of 30 days". */
export function textOfShare(text: string, share: StretchShare | null): string {
  if (share === null) return text;
  return `${text}, for ${share.numerator} of ${share.denominator} ${prorationUnits[share.policy]}`;
}

/** What a rule of a plan adds to an invoice. Who makes the invoice gives it an id, a stream and a place. */
export interface PlanLine {
  readonly kind: 'minimum' | 'cap' | 'seats_added' | 'seats_removed' | 'add_on' | 'one_off';
  readonly description: string;
  readonly amount: Money;
  readonly periodStart: Instant;
  readonly periodEnd: Instant;
  readonly explanation: LineExplanation;
}

/**
 * What part of a period a change leaves. A ratio is exact (two integers) and is never rounded; only the product with a price is, once.
 * Periods are half-open `[start, end)`; the instant and the day of a change belong to the new plan.
 */
import { fail } from './errors';
import { type Money, type Rounding, multiplyByRatio, roundRatio } from './money';
import { type Instant, calendarDaysBetween, toIso } from './time';

/** An exact fraction from 0/1 to 1/1; the denominator is above zero. */
export interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export interface ProrationSpan {
  readonly start: Instant;
  readonly end: Instant;
  /** From here on the new terms hold; outside of the period it is moved to the nearer end. */
  readonly from: Instant;
  /** The customer's zone; only policies that count days look at it. */
  readonly timeZone: string;
}

export type ProrationPolicy = 'seconds' | 'day' | 'none';

const nothing: Ratio = { numerator: 0n, denominator: 1n };
const millisecondsPerSecond = 1000;

type Measure = (start: Instant, end: Instant, timeZone: string) => number;

/** A measure is additive: the parts of a period measure together what the whole does. */
const ratioBy =
  (measure: Measure) =>
  ({ start, end, from, timeZone }: ProrationSpan): Ratio => {
    const whole = measure(start, end, timeZone);
    if (whole <= 0) return nothing;
    return { numerator: BigInt(measure(from, end, timeZone)), denominator: BigInt(whole) };
  };

/** Whole seconds between two instants, each cut to its second, so that parts add up. */
const wholeSeconds: Measure = (start, end) =>
  Math.floor(end / millisecondsPerSecond) - Math.floor(start / millisecondsPerSecond);

/**
 * `seconds`: elapsed time, as Stripe does; a day with a change of daylight saving has 23 or 25 hours.
 * `day`: calendar days in the customer's zone, half-open, as Kill Bill does.
 * `none`: a change in the period moves no money; the new price starts with the next period.
 */
export const prorationPolicies = {
  seconds: ratioBy(wholeSeconds),
  day: ratioBy(calendarDaysBetween),
  none: () => nothing,
} as const satisfies Record<ProrationPolicy, (span: ProrationSpan) => Ratio>;

/** True for the name of a policy. */
export function isProrationPolicy(value: unknown): value is ProrationPolicy {
  return typeof value === 'string' && Object.hasOwn(prorationPolicies, value);
}

/**
 * The fraction of `[start, end)` that lies in `[from, end)`. A period without length gives 0/1: it bills nothing.
 * @throws PerennialError `invalid_period` when the end is before the start, `invalid_time_zone`.
 */
export function prorationRatio(policy: ProrationPolicy, span: ProrationSpan): Ratio {
  const { start, end, from } = span;
  if (end < start) fail('invalid_period', { start: toIso(start), end: toIso(end) });
  return prorationPolicies[policy]({ ...span, from: Math.min(Math.max(from, start), end) });
}

/** Money times a ratio, rounded once (half away from zero unless told otherwise). */
export function prorate(value: Money, ratio: Ratio, rounding: Rounding = 'half_up'): Money {
  return multiplyByRatio(value, ratio.numerator, ratio.denominator, rounding);
}

/** An unrounded price in major units times a ratio, rounded once to the currency: for prices finer than the currency. */
export function prorateExact(exact: string, currency: string, ratio: Ratio, rounding: Rounding = 'half_up'): Money {
  return roundRatio(exact, currency, ratio.numerator, ratio.denominator, rounding);
}

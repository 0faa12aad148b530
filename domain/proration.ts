/**
 * What part of a period a change leaves. A ratio is exact (two integers) and is never rounded; only the product with a price is, once.
 * Periods are half-open `[start, end)`; the instant and the day of a change belong to the new plan.
 */
import { fail } from './errors';
import { type Money, type Rounding, multiplyByRatio, roundRatio } from './money';
import { type Instant, calendarDaysBetween, localDateOf, toIso } from './time';

/** An exact fraction from 0/1 to 1/1; the denominator is above zero. */
export interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Why the terms end: others follow, or nothing does. Only `day_inclusive` tells them apart. */
export type ProrationMoment = 'change' | 'termination';

export interface ProrationSpan {
  readonly start: Instant;
  readonly end: Instant;
  /** From here on the new terms hold; outside of the period it is moved to the nearer end. */
  readonly from: Instant;
  /** The customer's zone; only policies that count days look at it. */
  readonly timeZone: string;
  /** A change unless given. */
  readonly moment?: ProrationMoment;
}

export type ProrationPolicy = 'seconds' | 'day' | 'day_inclusive' | 'fixed_30' | 'none';

const nothing: Ratio = { numerator: 0n, denominator: 1n };
const millisecondsPerSecond = 1000;
/** Each month of 30/360. */
const daysPerFixedMonth = 30;
const monthsPerYear = 12;

type Measure = (start: Instant, end: Instant, timeZone: string) => number;

/** What of the whole is left from an instant on. */
type Rest = (span: ProrationSpan, left: number) => number;

/**
 * A measure is additive: the parts of a period measure together what the whole does. A rest is kept within the whole, for the zones that
 * set their clocks back across midnight, where a date comes twice.
 */
const ratioBy =
  (measure: Measure, restOf: Rest = (_span, left) => left) =>
  (span: ProrationSpan): Ratio => {
    const { start, end, from, timeZone } = span;
    const whole = measure(start, end, timeZone);
    if (whole <= 0) return nothing;
    const rest = restOf(span, measure(from, end, timeZone));
    return { numerator: BigInt(Math.min(Math.max(rest, 0), whole)), denominator: BigInt(whole) };
  };

/** Whole seconds between two instants, each cut to its second, so that parts add up. */
const wholeSeconds: Measure = (start, end) =>
  Math.floor(end / millisecondsPerSecond) - Math.floor(start / millisecondsPerSecond);

/** The day on which service ends is paid for, unless there was no service at all. */
const afterLastDay: Rest = ({ start, from, moment }, left) =>
  moment === 'termination' && from > start ? left - 1 : left;

/** The number of a date when every month has 30 days; the 31st is the 30th (ISDA 2006 §4.16(g), 30E/360). */
function fixedDayNumber(instant: Instant, timeZone: string): number {
  const { year, month, day } = localDateOf(instant, timeZone);
  return daysPerFixedMonth * (monthsPerYear * year + month) + Math.min(day, daysPerFixedMonth);
}

const fixedDays: Measure = (start, end, timeZone) => fixedDayNumber(end, timeZone) - fixedDayNumber(start, timeZone);

/**
 * `seconds`: elapsed time, as Stripe does; a day with a change of daylight saving has 23 or 25 hours.
 * `day`: calendar days in the customer's zone, half-open, as Kill Bill does; the day of a change or an end is not the old plan's.
 * `day_inclusive`: the same, but the day on which a subscription ends is still billed, as Lago does.
 * `fixed_30`: calendar days of months of 30 days. The whole is measured as its parts are, so that they add up to it: 30 a month, but for
 * periods that begin or end on a day that February does not have.
 * `none`: a change in the period moves no money; the new price starts with the next period.
 */
export const prorationPolicies = {
  seconds: ratioBy(wholeSeconds),
  day: ratioBy(calendarDaysBetween),
  day_inclusive: ratioBy(calendarDaysBetween, afterLastDay),
  fixed_30: ratioBy(fixedDays),
  none: () => nothing,
} as const satisfies Record<ProrationPolicy, (span: ProrationSpan) => Ratio>;

/** What the two numbers of a ratio count. */
export const prorationUnits = {
  seconds: 'seconds',
  day: 'days',
  day_inclusive: 'days',
  fixed_30: 'days of 30 a month',
  none: 'periods',
} as const satisfies Record<ProrationPolicy, string>;

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

/**
 * The fraction of `[start, end)` that lies in `[from, to)`: what an add-on that ends before the period does is charged. The fractions of
 * stretches that follow each other add up to that of the whole stretch.
 * @throws PerennialError `invalid_period`, `invalid_time_zone`.
 */
export function prorationRatioBetween(policy: ProrationPolicy, span: ProrationSpan & { readonly to: Instant }): Ratio {
  const { from, to, moment = 'change', ...period } = span;
  if (to < from) fail('invalid_period', { start: toIso(from), end: toIso(to) });
  const { numerator, denominator } = prorationRatio(policy, { ...period, from });
  const after = prorationRatio(policy, { ...period, from: to, moment: to > from ? moment : 'change' });
  const between = numerator - after.numerator;
  return { numerator: between > 0n ? between : 0n, denominator };
}

/** Money times a ratio, rounded once (half away from zero unless told otherwise). */
export function prorate(value: Money, ratio: Ratio, rounding: Rounding = 'half_up'): Money {
  return multiplyByRatio(value, ratio.numerator, ratio.denominator, rounding);
}

/** An unrounded price in major units times a ratio, rounded once to the currency: for prices finer than the currency. */
export function prorateExact(exact: string, currency: string, ratio: Ratio, rounding: Rounding = 'half_up'): Money {
  return roundRatio(exact, currency, ratio.numerator, ratio.denominator, rounding);
}

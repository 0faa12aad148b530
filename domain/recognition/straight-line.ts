import { multiplyByRatio, type Money } from '../money';
import { dayMs, type Instant } from '../time';

/** Days in UTC since 1970-01-01: a service from its first day to before its last; there is one day at least. */
export interface ServiceDays {
  readonly firstDay: number;
  readonly endDay: number;
}

/** The UTC day that an instant lies in, counted from 1970-01-01. */
export const dayOf = (at: Instant): number => Math.floor(at / dayMs);

/**
 * The days over which a period `[start, end)` is recognized: from the day in which it starts to before the day in which it ends, so that
 * periods that follow one another share no day. A period inside of one day counts as that day.
 */
export function serviceDays(start: Instant, end: Instant): ServiceDays {
  const firstDay = dayOf(start);
  return { firstDay, endDay: Math.max(firstDay + 1, dayOf(end)) };
}

/**
 * What of an amount is recognized before a day (not counting it): the same for each day, cut toward zero to the currency, and on the last
 * day all the rest, so that the days add up to the amount exactly. An amount below zero (a credit) goes the same way with the other sign.
 * The rule is straight-line recognition over the time of service (IFRS 15.B18, ASC 606-10-55-20).
 */
export function recognizedBefore(amount: Money, { firstDay, endDay }: ServiceDays, day: number): Money {
  if (day >= endDay) return amount;
  const daily = multiplyByRatio(amount, '1', String(endDay - firstDay), 'down');
  return multiplyByRatio(daily, String(Math.max(0, day - firstDay)), '1');
}

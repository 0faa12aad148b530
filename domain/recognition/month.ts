/**
 * Calendar months in UTC, in which revenue is closed: `2026-01`.
 */
import { addDays, fromIso, isIso, toIso, type Instant } from '../time';

/** Year and month, such as `2026-01`. */
export type Month = string;

/** True for a month of the years 0000 to 9998 (its end must be an instant, too). */
export function isMonth(value: unknown): value is Month {
  return typeof value === 'string' && /^\d{4}-\d{2}$/.test(value) && value < '9999' && isIso(`${value}-01T00:00:00Z`);
}

/** The month that holds an instant, in UTC. */
export const monthOf = (at: Instant): Month => toIso(at).slice(0, 7);

/** Its first instant. @throws PerennialError `invalid_instant`. */
export const monthStart = (month: Month): Instant => fromIso(`${month}-01T00:00:00Z`);

/** The month after it: the 32nd day from its first lies in it, however long the month is. */
export const nextMonth = (month: Month): Month => monthOf(addDays(monthStart(month), 31));

/** The first instant that no longer belongs to it. */
export const monthEnd = (month: Month): Instant => monthStart(nextMonth(month));

/** All months from one to another, both included; none when the second is the earlier one. */
export function monthsBetween(first: Month, last: Month): Month[] {
  const months: Month[] = [];
  for (let month = first; month <= last; month = nextMonth(month)) months.push(month);
  return months;
}

/** The last month that is over at an instant: the one before the month that holds it. */
export const lastMonthOver = (at: Instant): Month => monthOf(monthStart(monthOf(at)) - 1);

/** When an allowance begins anew: the window of time that an instant lies in. */
import type { Window } from '../metering/window';
import {
  firstFixedDayOnOrAfter,
  fromIso,
  hourMs,
  type Instant,
  type Interval,
  periodBoundary,
  periodIndexAt,
} from '../time';
import type { ResetPeriod } from './entitlement';

/** What the windows of a grant follow from. */
export interface Calendar {
  /** Since when it is granted; what was used before does not count. */
  readonly startAt: Instant;
  /** The customer's zone, for days, weeks, months and years. */
  readonly timeZone: string;
  /** Null for a grant that belongs to no subscription. */
  readonly billing: Billing | null;
}

export interface Billing {
  /** The period in the books, `[from, to)`. */
  readonly period: Window;
  readonly anchor: { readonly at: Instant; readonly day: number | null };
  readonly interval: Interval;
  /** The zone in which the periods are counted. */
  readonly timeZone: string;
}

/** No window of an allowance that never begins anew ends before it. */
export const endOfTime: Instant = fromIso('2100-01-01T00:00:00Z');

/** The first midnight of 2001 was that of a Monday, a month and a year: one anchor for all units. */
const beforeAnchor = fromIso('2000-12-15T00:00:00Z');
const localAnchor = (timeZone: string): Instant => firstFixedDayOnOrAfter(beforeAnchor, 1, timeZone).boundary;

function boundsAt(
  anchor: Instant,
  interval: Interval,
  timeZone: string,
  now: Instant,
  day: number | null = null,
): Window {
  const index = periodIndexAt(anchor, interval, timeZone, now, day);
  return {
    from: periodBoundary(anchor, interval, index, timeZone, day),
    to: periodBoundary(anchor, interval, index + 1, timeZone, day),
  };
}

/** The renewal is recorded a little after its boundary: until then the next period follows from the anchor. */
function billingWindow({ period, anchor, interval, timeZone }: Billing, now: Instant): Window {
  if (now < period.to) return period;
  const { from, to } = boundsAt(anchor.at, interval, timeZone, now, anchor.day);
  return { from: Math.max(from, period.to), to };
}

function calendarWindow(unit: 'hour' | 'day' | 'week' | 'month' | 'year', timeZone: string, now: Instant): Window {
  if (unit === 'hour') {
    const from = Math.floor(now / hourMs) * hourMs;
    return { from, to: from + hourMs };
  }
  return boundsAt(localAnchor(timeZone), { unit, count: 1 }, timeZone, now);
}

/** The window that holds `now`. A grant without a subscription follows the months of the calendar where a plan would follow its period. */
export function windowAt(reset: ResetPeriod, { startAt, timeZone, billing }: Calendar, now: Instant): Window {
  if (reset === 'never') return { from: startAt, to: endOfTime };
  if (reset === 'billing_period' && billing !== null) return billingWindow(billing, now);
  const { from, to } = calendarWindow(reset === 'billing_period' ? 'month' : reset, timeZone, now);
  return { from: from <= now ? Math.max(from, Math.min(startAt, now)) : from, to };
}

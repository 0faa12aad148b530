/** Calendar days, by which tax law counts: `2026-06-17`. Of two days the later is the greater text. */
import { checked } from '../pricing/fields';
import { type Instant, isIso, localDateOf } from '../time';

export type CalendarDate = string;

/** True for a day that exists, as `YYYY-MM-DD`. */
export function isCalendarDate(value: unknown): value is CalendarDate {
  return typeof value === 'string' && value.length === 10 && isIso(`${value}T00:00:00Z`);
}

/** A field that holds a day. */
export const calendarDate = checked(isCalendarDate, 'must be a day as YYYY-MM-DD');

const digits = (value: number, length: number): string => String(value).padStart(length, '0');

/** The day of an instant in a time zone. @throws PerennialError `invalid_time_zone`. */
export function dateOf(instant: Instant, timeZone: string): CalendarDate {
  const { year, month, day } = localDateOf(instant, timeZone);
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
}

/** Days from `from` and before `to`; null: without end. */
export interface Validity {
  readonly from: CalendarDate;
  readonly to: CalendarDate | null;
}

/** True on the first day and until the day before the end: half-open, as all periods here. */
export function isValidOn({ from, to }: Validity, date: CalendarDate): boolean {
  return date >= from && (to === null || date < to);
}

/** What is wrong with days of validity, by field. */
export function validityErrors({ from, to }: Validity, path: string) {
  return to === null || to > from ? [] : [{ path: path === '' ? 'to' : `${path}.to`, message: 'must be after from' }];
}

export interface SuppliedSpan {
  readonly periodStart: Instant;
  readonly periodEnd: Instant;
  /** True for what is billed before it is served. */
  readonly isAhead: boolean;
}

/**
 * The day of supply of an invoice line: the first day of a period billed ahead, whose payment makes the tax due (Directive 2006/112,
 * Art. 65), and the last day of a period billed in arrears, with which a continuous supply is completed (Art. 64). Never the day on which
 * the invoice is printed.
 * @param timeZone of the place of supply. @throws PerennialError `invalid_time_zone`.
 */
export function supplyDateOf({ periodStart, periodEnd, isAhead }: SuppliedSpan, timeZone: string): CalendarDate {
  return dateOf(isAhead ? periodStart : Math.max(periodStart, periodEnd - 1), timeZone);
}

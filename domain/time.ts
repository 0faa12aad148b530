/**
 * Instants, time zones and billing periods. An instant is a whole number of milliseconds since 1970-01-01T00:00Z; nothing here reads a clock.
 *
 * Local times and daylight saving: a boundary keeps the local wall time of its anchor. Where that wall time does not exist (a gap) the
 * boundary is the first instant after the gap; where it occurs twice it is the earlier one. This is RFC 5545's rule for the double and
 * java.time's `Gap → transition` for the gap.
 *
 * Everything with a `timeZone` asks Intl, whose data depend on the Node build: activities and the api call it, workflow code never does.
 */
import { fail } from './errors';

/** Milliseconds since the epoch, UTC, a whole number. */
export type Instant = number;

export const secondMs = 1000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
/** 24 hours; a local day may have 23 or 25. */
export const dayMs = 24 * hourMs;

export type IntervalUnit = 'second' | 'day' | 'week' | 'month' | 'year';

export interface Interval {
  readonly unit: IntervalUnit;
  /** A whole number from 1. */
  readonly count: number;
}

/** A local date and the time of its day; `month` from 1. */
interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly timeOfDayMs: number;
}

// ---- Calendar: days since 1970-01-01 and back (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").

const daysPerEra = 146_097;
const daysToEpoch = 719_468;

function dayNumber(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * daysPerEra + dayOfEra - daysToEpoch;
}

/** The civil date and time of milliseconds that are read as if they were UTC. */
function localTimeOf(milliseconds: number): LocalTime {
  const days = Math.floor(milliseconds / dayMs);
  const shifted = days + daysToEpoch;
  const era = Math.floor(shifted / daysPerEra);
  const dayOfEra = shifted - era * daysPerEra;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
    timeOfDayMs: milliseconds - days * dayMs,
  };
}

/** Days of a month; `month` from 1. */
export function daysInMonth(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
}

// ---- ISO 8601

/** ISO 8601 writes four digits of a year without agreement between the parties. */
const instantMin = dayNumber(0, 1, 1) * dayMs;
const instantMax = dayNumber(10_000, 1, 1) * dayMs - 1;

/** True for a whole number of milliseconds within the years 0000 to 9999. */
export function isInstant(value: unknown): value is Instant {
  return Number.isInteger(value) && (value as number) >= instantMin && (value as number) <= instantMax;
}

/** @throws PerennialError `invalid_instant`. */
export function assertIsInstant(value: unknown): asserts value is Instant {
  if (!isInstant(value)) fail('invalid_instant', { value: String(value) });
}

const digits = (value: number, length: number): string => String(value).padStart(length, '0');

/**
 * `2026-06-17T09:30:00.000Z`.
 * @throws PerennialError `invalid_instant` outside of the years 0000 to 9999 or when it is not a whole number.
 */
export function toIso(instant: Instant): string {
  assertIsInstant(instant);
  const { year, month, day, timeOfDayMs } = localTimeOf(instant);
  const hour = Math.floor(timeOfDayMs / hourMs);
  const minute = Math.floor(timeOfDayMs / minuteMs) % 60;
  const second = Math.floor(timeOfDayMs / secondMs) % 60;
  return (
    `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}` +
    `T${digits(hour, 2)}:${digits(minute, 2)}:${digits(second, 2)}.${digits(timeOfDayMs % secondMs, 3)}Z`
  );
}

/** A part that the pattern found to be digits; one that is absent counts as zero. */
const wholeNumber = (digitsOnly = '0'): number => parseInt(digitsOnly, 10);

const isoPattern =
  /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,3}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** The instant of a strict ISO 8601 text, or null. */
function parseIso(text: string): Instant | null {
  const match = isoPattern.exec(text);
  if (match === null) return null;
  const [, years, months, dates, hours, minutes, seconds, fraction = '', sign, offsetHours, offsetMinutes] = match;
  const year = wholeNumber(years);
  const month = wholeNumber(months);
  const day = wholeNumber(dates);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  const timeOfDayMs =
    wholeNumber(hours) * hourMs +
    wholeNumber(minutes) * minuteMs +
    wholeNumber(seconds) * secondMs +
    wholeNumber(fraction.padEnd(3, '0'));
  const offsetSize = sign === undefined ? 0 : wholeNumber(offsetHours) * hourMs + wholeNumber(offsetMinutes) * minuteMs;
  const instant = dayNumber(year, month, day) * dayMs + timeOfDayMs - (sign === '-' ? -offsetSize : offsetSize);
  return isInstant(instant) ? instant : null;
}

/** True for an ISO 8601 date and time with `Z` or an offset, at most milliseconds, on a day that exists. */
export function isIso(value: unknown): value is string {
  return typeof value === 'string' && parseIso(value) !== null;
}

/**
 * The instant of an ISO 8601 date and time. A missing zone, a leap second, 24:00 and 30 February are refused.
 * @throws PerennialError `invalid_instant`.
 */
export function fromIso(text: string): Instant {
  return parseIso(text) ?? fail('invalid_instant', { value: text.slice(0, 100) });
}

// ---- Elapsed time

/** Adds seconds of elapsed time. */
export function addSeconds(instant: Instant, seconds: number): Instant {
  return instant + seconds * secondMs;
}

/** Adds hours of elapsed time. */
export function addHours(instant: Instant, hours: number): Instant {
  return instant + hours * hourMs;
}

/** Adds days of exactly 24 hours; for calendar days use `periodBoundary`. */
export function addDays(instant: Instant, days: number): Instant {
  return instant + days * dayMs;
}

// ---- Time zones

/** A zone's offsets by UTC day, for days at whose ends the offset is the same; asking Intl costs a hundred times as much. */
interface Zone {
  readonly formatter: Intl.DateTimeFormat;
  readonly offsetByDay: Map<number, number>;
}

/** There are about 600 names; the bounds only stop a stream of spellings ("europe/BERLIN") from filling the memory. */
const zonesMax = 1000;
const cachedDaysMax = 20_000;
const zones = new Map<string, Zone>();

function openZone(timeZone: string): Zone | null {
  const known = zones.get(timeZone);
  if (known !== undefined) return known;
  // An offset such as "+01:00" is no IANA name, though newer engines take it.
  if (typeof timeZone !== 'string' || !/^[A-Za-z]/.test(timeZone)) return null;
  try {
    const formatter = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    if (zones.size >= zonesMax) zones.clear();
    const zone: Zone = { formatter, offsetByDay: new Map() };
    zones.set(timeZone, zone);
    return zone;
  } catch {
    return null;
  }
}

function zoneOf(timeZone: string): Zone {
  return openZone(timeZone) ?? fail('invalid_time_zone', { timeZone: String(timeZone).slice(0, 100) });
}

/** True for an IANA time zone name that this Node build knows. */
export function isTimeZone(value: unknown): value is string {
  return typeof value === 'string' && openZone(value) !== null;
}

/** @throws PerennialError `invalid_time_zone`. */
export function assertIsTimeZone(value: unknown): asserts value is string {
  if (!isTimeZone(value)) fail('invalid_time_zone', { timeZone: String(value).slice(0, 100) });
}

/** How Intl ends a date: "GMT", "GMT+05:30" or, for local mean times, "GMT-00:44:30". The date before it is of no use: it is Julian until 1582. */
const offsetPattern = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

function askOffset(zone: Zone, instant: Instant): number {
  const [, sign, hours, minutes, seconds] = offsetPattern.exec(zone.formatter.format(instant)) ?? [];
  const size = wholeNumber(hours) * hourMs + wholeNumber(minutes) * minuteMs + wholeNumber(seconds) * secondMs;
  return sign === '-' ? -size : size;
}

/** Local time minus UTC, milliseconds. No zone changes its offset twice within one UTC day. */
function offsetAt(zone: Zone, instant: Instant): number {
  const day = Math.floor(instant / dayMs);
  const cached = zone.offsetByDay.get(day);
  if (cached !== undefined) return cached;
  const atStart = askOffset(zone, day * dayMs);
  if (atStart !== askOffset(zone, (day + 1) * dayMs)) return askOffset(zone, instant);
  if (zone.offsetByDay.size >= cachedDaysMax) zone.offsetByDay.clear();
  zone.offsetByDay.set(day, atStart);
  return atStart;
}

/** Beyond every offset in the tz database (the greatest, of local mean time, is 15:58), so that it looks past both ends of a gap. */
const beyondOffsetsMs = 16 * hourMs;

/** The instant at which a wall time (milliseconds as if UTC) holds: the earlier of two; after a gap, its end. */
function instantOfWallTime(zone: Zone, wallMs: number): Instant {
  const before = offsetAt(zone, wallMs - beyondOffsetsMs);
  const early = wallMs - before;
  if (offsetAt(zone, early) === before) return early;
  const after = offsetAt(zone, wallMs + beyondOffsetsMs);
  const late = wallMs - after;
  if (offsetAt(zone, late) === after) return late;
  return firstInstantWithOffset(zone, after, late, early);
}

/** Bisects for the change of offset in `(low, high]`. */
function firstInstantWithOffset(zone: Zone, offset: number, low: Instant, high: Instant): Instant {
  let lower = low;
  let upper = high;
  while (upper - lower > 1) {
    const middle = Math.floor((lower + upper) / 2);
    if (offsetAt(zone, middle) === offset) upper = middle;
    else lower = middle;
  }
  return upper;
}

/**
 * The wall time that an anchor stands for. The first instant of a local day stands for midnight, even where daylight saving skipped
 * midnight itself: the boundaries of later months are at midnight then.
 */
function wallTimeOfAnchor(zone: Zone, anchor: Instant): LocalTime {
  const local = localTimeOf(anchor + offsetAt(zone, anchor));
  if (local.timeOfDayMs === 0) return local;
  const midnight = dayNumber(local.year, local.month, local.day) * dayMs;
  return instantOfWallTime(zone, midnight) === anchor ? { ...local, timeOfDayMs: 0 } : local;
}

// ---- Periods

function assertIsInterval({ unit, count }: Interval): void {
  if (!Number.isSafeInteger(count) || count < 1) fail('invalid_interval', { unit, count });
}

const monthsPerUnit = { month: 1, year: 12 } as const;
const daysPerUnit = { day: 1, week: 7 } as const;

/** The wall time, as if UTC, of the anchor moved by `n` intervals; `day` is the day of month to come back to. */
function movedWallTime(anchor: LocalTime, day: number, unit: Exclude<IntervalUnit, 'second'>, steps: number): number {
  if (unit === 'day' || unit === 'week') {
    return (dayNumber(anchor.year, anchor.month, anchor.day) + steps * daysPerUnit[unit]) * dayMs + anchor.timeOfDayMs;
  }
  const months = anchor.year * 12 + anchor.month - 1 + steps * monthsPerUnit[unit];
  const year = Math.floor(months / 12);
  const month = months - year * 12 + 1;
  return dayNumber(year, month, Math.min(day, daysInMonth(year, month))) * dayMs + anchor.timeOfDayMs;
}

/**
 * The n-th boundary: anchor + n × interval in the local calendar, always computed from the anchor, so 31 Jan, 28 Feb, 31 Mar, and 29 Feb
 * every year falls on 28 Feb in common years. `n` may be negative. `anchorDay` (1 to 31; months and years only) is the day of month that
 * the boundaries come back to, when the anchor itself lies in a month too short for it. Seconds are plain arithmetic.
 * Boundaries never go back; two are the same instant only where a zone skipped a whole day (Samoa, 30 December 2011).
 * @throws PerennialError `invalid_interval`, `invalid_time_zone`.
 */
export function periodBoundary(
  anchor: Instant,
  interval: Interval,
  n: number,
  timeZone: string,
  anchorDay?: number | null,
): Instant {
  assertIsInterval(interval);
  if (interval.unit === 'second') return anchor + n * interval.count * secondMs;
  const zone = zoneOf(timeZone);
  const local = wallTimeOfAnchor(zone, anchor);
  const wallMs = movedWallTime(local, anchorDay ?? local.day, interval.unit, n * interval.count);
  const isAnchorItself = n === 0 && wallMs === movedWallTime(local, local.day, interval.unit, 0);
  return isAnchorItself ? anchor : instantOfWallTime(zone, wallMs);
}

/** A first guess at the period that holds an instant: off by one at most, the day of month and the time of day not being looked at. */
function roughIndex(anchor: LocalTime, at: LocalTime, interval: Interval): number {
  const { unit, count } = interval;
  if (unit === 'month' || unit === 'year') {
    const months = (at.year - anchor.year) * 12 + at.month - anchor.month;
    return Math.floor(months / (monthsPerUnit[unit] * count));
  }
  const days = dayNumber(at.year, at.month, at.day) - dayNumber(anchor.year, anchor.month, anchor.day);
  return Math.floor(days / (unit === 'week' ? count * daysPerUnit.week : count));
}

/**
 * The index n of the period that holds the instant: boundary(n) ≤ instant < boundary(n + 1). The cost does not grow with the distance.
 * @throws PerennialError `invalid_interval`, `invalid_time_zone`.
 */
export function periodIndexAt(
  anchor: Instant,
  interval: Interval,
  timeZone: string,
  instant: Instant,
  anchorDay?: number | null,
): number {
  assertIsInterval(interval);
  if (interval.unit === 'second') return Math.floor((instant - anchor) / (interval.count * secondMs));
  const zone = zoneOf(timeZone);
  const boundary = (n: number): Instant => periodBoundary(anchor, interval, n, timeZone, anchorDay);
  const localAnchor = localTimeOf(anchor + offsetAt(zone, anchor));
  let index = roughIndex(localAnchor, localTimeOf(instant + offsetAt(zone, instant)), interval);
  while (boundary(index) > instant) index -= 1;
  while (boundary(index + 1) <= instant) index += 1;
  return index;
}

export interface CalendarAnchor {
  /** The first boundary. It is the anchor of all later ones, together with the day. */
  readonly boundary: Instant;
  readonly anchor: Instant;
  readonly anchorDay: number;
}

/**
 * The first local midnight of a fixed day of month (the month's last day, where it is shorter) at or after `start`. Give `anchor` and
 * `anchorDay` to `periodBoundary`: from 10 February, day 31, the boundaries are 28 Feb, 31 Mar, 30 Apr.
 * @throws PerennialError `invalid_interval` when the day is not 1 to 31, `invalid_time_zone`.
 */
export function firstFixedDayOnOrAfter(start: Instant, dayOfMonth: number, timeZone: string): CalendarAnchor {
  if (!Number.isInteger(dayOfMonth) || dayOfMonth < 1 || dayOfMonth > 31) {
    fail('invalid_interval', { unit: 'day of month', count: dayOfMonth });
  }
  const zone = zoneOf(timeZone);
  const firstOfMonth = { ...localTimeOf(start + offsetAt(zone, start)), day: 1, timeOfDayMs: 0 };
  const inMonth = (months: number): Instant =>
    instantOfWallTime(zone, movedWallTime(firstOfMonth, dayOfMonth, 'month', months));
  const thisMonth = inMonth(0);
  const boundary = thisMonth >= start ? thisMonth : inMonth(1);
  return { boundary, anchor: boundary, anchorDay: dayOfMonth };
}

/** A local date; `month` from 1. */
export type LocalDate = Readonly<Pick<LocalTime, 'year' | 'month' | 'day'>>;

/** The local date of an instant. @throws PerennialError `invalid_time_zone`. */
export function localDateOf(instant: Instant, timeZone: string): LocalDate {
  const { year, month, day } = localTimeOf(instant + offsetAt(zoneOf(timeZone), instant));
  return { year, month, day };
}

/**
 * Local dates from one instant to another; negative when `to` is earlier. Two instants of one local day are 0 days apart.
 * @throws PerennialError `invalid_time_zone`.
 */
export function calendarDaysBetween(from: Instant, to: Instant, timeZone: string): number {
  const zone = zoneOf(timeZone);
  return Math.floor((to + offsetAt(zone, to)) / dayMs) - Math.floor((from + offsetAt(zone, from)) / dayMs);
}

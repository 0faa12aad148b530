import fc from 'fast-check';
import {
  type Instant,
  addDays,
  addHours,
  addSeconds,
  assertIsInstant,
  assertIsTimeZone,
  calendarDaysBetween,
  dayMs,
  fromIso,
  hourMs,
  isInstant,
  isIso,
  isTimeZone,
  minuteMs,
  periodBoundary,
  secondMs,
  toIso,
} from '../../domain/time';
import { instant, local, temperamental, zone } from './time-arbitraries';

const refusal = (code: string) => expect.objectContaining({ name: 'PerennialError', code });

describe('an instant in ISO 8601', () => {
  test('is what the platform writes, and is read back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(0, 0, 1) - 1900 * 365.2425 * dayMs, max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) }),
        (at) => {
          expect(toIso(at)).toBe(new Date(at).toISOString());
          expect(fromIso(toIso(at))).toBe(at);
          expect(isIso(toIso(at))).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
    expect(toIso(fromIso('0000-02-29T00:00:00Z'))).toBe('0000-02-29T00:00:00.000Z');
  });

  test.each([
    ['2026-06-17T09:30:00Z', '2026-06-17T09:30:00.000Z'],
    ['2026-06-17T09:30:00.5Z', '2026-06-17T09:30:00.500Z'],
    ['2026-06-17T09:30:00.05Z', '2026-06-17T09:30:00.050Z'],
    ['2026-06-17T09:30:00+03:00', '2026-06-17T06:30:00.000Z'],
    ['2026-06-17T23:30:00-05:45', '2026-06-18T05:15:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('%s is read as %s', (text, canonical) => {
    expect(toIso(fromIso(text))).toBe(canonical);
  });

  test.each([
    '',
    '2026-06-17',
    '2026-06-17T09:30:00',
    '2026-06-17 09:30:00Z',
    '2026-06-17T09:30Z',
    '2026-06-17T24:00:00Z',
    '2026-06-17T09:60:00Z',
    '2026-06-17T09:30:60Z',
    '2026-02-29T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-06-17T09:30:00.0001Z',
    '2026-06-17T09:30:00.Z',
    '2026-06-17T09:30:00z',
    '2026-06-17T09:30:00+0300',
    '2026-06-17T09:30:00+24:00',
    '+002026-06-17T09:30:00Z',
    '2026-06-17T09:30:00Z\n',
    '0000-01-01T00:00:00+01:00',
  ])('%j is refused', (text) => {
    expect(isIso(text)).toBe(false);
    expect(() => fromIso(text)).toThrow(refusal('invalid_instant'));
  });

  test('is a whole number of milliseconds with four digits of a year', () => {
    for (const bad of [0.5, NaN, Infinity, Date.UTC(10000, 0, 1), '0', null]) {
      expect(isInstant(bad)).toBe(false);
      expect(() => assertIsInstant(bad)).toThrow(refusal('invalid_instant'));
    }
    expect(() => toIso(1.5)).toThrow(refusal('invalid_instant'));
  });

  test('moves by elapsed time', () => {
    const at = fromIso('2026-03-28T12:00:00Z');
    expect([addSeconds(at, 90), addHours(at, 1), addDays(at, 1)].map((it) => it - at)).toEqual([
      90 * secondMs,
      60 * minuteMs,
      24 * hourMs,
    ]);
  });
});

describe('a time zone', () => {
  test.each(['UTC', 'Europe/Berlin', 'Africa/Nairobi', 'Asia/Kolkata', 'Asia/Calcutta', 'America/Argentina/San_Luis'])(
    '%s is one',
    (name) => {
      expect(isTimeZone(name)).toBe(true);
    },
  );

  test.each(['', 'Mars/Olympus', '+01:00', 'EAT ', 'Europe', undefined, null, 3])('%j is none', (name) => {
    expect(isTimeZone(name)).toBe(false);
    expect(() => assertIsTimeZone(name)).toThrow(refusal('invalid_time_zone'));
    expect(() => periodBoundary(0, { unit: 'month', count: 1 }, 1, name as string)).toThrow(
      refusal('invalid_time_zone'),
    );
  });
});

describe('calendar days', () => {
  test('are counted in the zone: a millisecond over midnight is a day', () => {
    const midnight = fromIso('2027-03-27T23:00:00Z');
    expect(calendarDaysBetween(midnight - 1, midnight, 'Europe/Berlin')).toBe(1);
    expect(calendarDaysBetween(midnight - 1, midnight, 'UTC')).toBe(0);
    // The day of the change to summer time has 23 hours and is one day.
    expect(calendarDaysBetween(midnight, midnight + 23 * hourMs, 'Europe/Berlin')).toBe(1);
  });

  test('are the difference of the dates that Intl writes, and add up', () => {
    fc.assert(
      fc.property(instant, instant, instant, zone, (a, b, c, timeZone) => {
        const date = (at: Instant): number => Date.parse(local(at, timeZone).slice(0, 10)) / dayMs;
        expect(calendarDaysBetween(a, b, timeZone)).toBe(date(b) - date(a));
        expect(calendarDaysBetween(a, b, timeZone) + calendarDaysBetween(b, c, timeZone)).toBe(
          calendarDaysBetween(a, c, timeZone),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('are right at every change of offset of every zone, in either order of asking', () => {
    for (const timeZone of temperamental) {
      for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2028, 0, 1); at += 6 * hourMs + 17 * minuteMs) {
        const date = Date.parse(local(at, timeZone).slice(0, 10)) / dayMs;
        expect(calendarDaysBetween(at, 0, timeZone)).toBe(Date.parse(local(0, timeZone).slice(0, 10)) / dayMs - date);
      }
    }
  });
});

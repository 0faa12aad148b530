import fc from 'fast-check';
import {
  type Instant,
  type Interval,
  calendarDaysBetween,
  dayMs,
  daysInMonth,
  firstFixedDayOnOrAfter,
  fromIso,
  periodBoundary,
  periodIndexAt,
  toIso,
} from '../../domain/time';
import { anchorDay, calendarInterval, instant, interval, local, zone } from './time-arbitraries';

const refusal = (code: string) => expect.objectContaining({ name: 'PerennialError', code });
const month: Interval = { unit: 'month', count: 1 };
const year: Interval = { unit: 'year', count: 1 };
const day: Interval = { unit: 'day', count: 1 };

const boundaries = (
  anchor: string,
  of: Interval,
  ns: readonly number[],
  timeZone: string,
  dayOfMonth?: number,
): string[] => ns.map((n) => toIso(periodBoundary(fromIso(anchor), of, n, timeZone, dayOfMonth)));

describe('month ends come from the original anchor', () => {
  test('31 January is followed by 28 February and 31 March', () => {
    expect(boundaries('2027-01-31T09:00:00Z', month, [0, 1, 2, 3, -1, -2], 'UTC')).toEqual([
      '2027-01-31T09:00:00.000Z',
      '2027-02-28T09:00:00.000Z',
      '2027-03-31T09:00:00.000Z',
      '2027-04-30T09:00:00.000Z',
      '2026-12-31T09:00:00.000Z',
      '2026-11-30T09:00:00.000Z',
    ]);
  });

  test('29 February of each year is 28 February in common years, and comes back', () => {
    expect(boundaries('2024-02-29T00:00:00Z', year, [1, 2, 3, 4, 76, 80], 'UTC').map((it) => it.slice(0, 10))).toEqual([
      '2025-02-28',
      '2026-02-28',
      '2027-02-28',
      '2028-02-29',
      '2100-02-28',
      '2104-02-29',
    ]);
  });

  test("the day to come back to may be greater than the anchor's own", () => {
    expect(
      boundaries('2027-02-28T00:00:00Z', month, [0, 1, 2, 12, -1], 'UTC', 31).map((it) => it.slice(0, 10)),
    ).toEqual(['2027-02-28', '2027-03-31', '2027-04-30', '2028-02-29', '2027-01-31']);
  });

  test('the local day counts: 31 January in Berlin is 30 January in UTC', () => {
    expect(boundaries('2027-01-30T23:00:00Z', month, [1, 2], 'Europe/Berlin')).toEqual([
      '2027-02-27T23:00:00.000Z',
      '2027-03-30T22:00:00.000Z',
    ]);
  });

  test("every boundary lies on the anchor's day or on the last day of a shorter month", () => {
    fc.assert(
      fc.property(
        instant,
        fc.integer({ min: 1, max: 24 }),
        fc.integer({ min: -60, max: 300 }),
        zone,
        (anchor, count, n, timeZone) => {
          const boundary = periodBoundary(anchor, { unit: 'month', count }, n, timeZone);
          const [anchorYear, anchorMonth, dayOfMonth] = local(anchor, timeZone).slice(0, 10).split('-').map(Number) as [
            number,
            number,
            number,
          ];
          const months = anchorYear * 12 + anchorMonth - 1 + n * count;
          const expected = [Math.floor(months / 12), (months % 12) + 1] as const;
          const date = [...expected, Math.min(dayOfMonth, daysInMonth(...expected))]
            .map((it) => String(it).padStart(2, '0'))
            .join('-');
          const skipped =
            local(boundary - 1, timeZone).slice(0, 10) < date && local(boundary, timeZone).slice(0, 10) > date;
          if (!skipped) expect(local(boundary, timeZone).slice(0, 10)).toBe(date);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('daylight saving', () => {
  test('the wall time stays while the offset changes', () => {
    expect(boundaries('2027-01-15T08:00:00Z', month, [2, 3, 9, 10], 'Europe/Berlin')).toEqual([
      '2027-03-15T08:00:00.000Z',
      '2027-04-15T07:00:00.000Z',
      '2027-10-15T07:00:00.000Z',
      '2027-11-15T08:00:00.000Z',
    ]);
  });

  test('a wall time that does not exist becomes the first instant after the gap', () => {
    // Berlin, 28 March 2027: 02:00 becomes 03:00. A gap is not shifted by its length: 02:30 is 03:00, not 03:30.
    expect(boundaries('2027-03-27T01:30:00Z', day, [1, 2], 'Europe/Berlin')).toEqual([
      '2027-03-28T01:00:00.000Z',
      '2027-03-29T00:30:00.000Z',
    ]);
  });

  test('a wall time that occurs twice is the earlier one', () => {
    // Berlin, 31 October 2027: 03:00 becomes 02:00, so 02:30 occurs at 00:30Z and 01:30Z.
    expect(boundaries('2027-10-30T00:30:00Z', day, [1, 2], 'Europe/Berlin')).toEqual([
      '2027-10-31T00:30:00.000Z',
      '2027-11-01T01:30:00.000Z',
    ]);
  });

  test('an anchor at the later of two equal wall times stays where it is', () => {
    expect(boundaries('2027-10-31T01:30:00Z', day, [0, 1], 'Europe/Berlin')).toEqual([
      '2027-10-31T01:30:00.000Z',
      '2027-11-01T01:30:00.000Z',
    ]);
  });

  test('a half-hour change counts as half an hour', () => {
    // Lord Howe Island, 3 October 2027: 02:00 (+10:30) becomes 02:30 (+11).
    expect(boundaries('2027-10-01T15:45:00Z', day, [1, 2], 'Australia/Lord_Howe')).toEqual([
      '2027-10-02T15:30:00.000Z',
      '2027-10-03T15:15:00.000Z',
    ]);
  });

  test('an anchor on a day whose midnight was skipped stands for midnight', () => {
    // Cairo, 30 April 2027 begins at 01:00; its first instant is 22:00Z of the day before.
    const anchor = firstFixedDayOnOrAfter(fromIso('2027-04-10T00:00:00Z'), 30, 'Africa/Cairo');
    expect(local(anchor.boundary, 'Africa/Cairo')).toBe('2027-04-30 01:00:00');
    const next = [1, 7].map((n) => local(periodBoundary(anchor.anchor, month, n, 'Africa/Cairo', 30), 'Africa/Cairo'));
    expect(next).toEqual(['2027-05-30 00:00:00', '2027-11-30 00:00:00']);
  });

  test('a day that a zone skipped gives a period without length, and the boundaries go on', () => {
    // Samoa had no 30 December 2011.
    const anchor = '2011-12-28T20:00:00Z';
    const [first, second, third] = boundaries(anchor, day, [1, 2, 3], 'Pacific/Apia').map(fromIso) as [
      Instant,
      Instant,
      Instant,
    ];
    expect([first, second, third].map((at) => local(at, 'Pacific/Apia'))).toEqual([
      '2011-12-29 10:00:00',
      '2011-12-31 00:00:00',
      '2011-12-31 10:00:00',
    ]);
  });

  test("a boundary has the anchor's wall time, or ends a gap that holds it", () => {
    fc.assert(
      fc.property(instant, calendarInterval, fc.integer({ min: -30, max: 30 }), zone, (anchor, of, n, timeZone) => {
        const boundary = periodBoundary(anchor, of, n, timeZone);
        const time = local(anchor, timeZone).slice(11);
        if (local(boundary, timeZone).slice(11) === time) return;
        const startsItsDay = local(anchor - 1, timeZone).slice(0, 10) < local(anchor, timeZone).slice(0, 10);
        const wall = (at: Instant): number => Date.parse(`${local(at, timeZone).replace(' ', 'T')}Z`);
        const endsGap = wall(boundary) - wall(boundary - 1000) > 1000;
        expect(endsGap || (startsItsDay && local(boundary, timeZone).endsWith('00:00:00'))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('boundaries', () => {
  test('ascend, the zeroth being the anchor', () => {
    fc.assert(
      fc.property(
        instant,
        interval,
        zone,
        fc.integer({ min: -200, max: 200 }),
        anchorDay,
        (anchor, of, timeZone, n, dayOfMonth) => {
          const here = periodBoundary(anchor, of, n, timeZone, dayOfMonth);
          expect(periodBoundary(anchor, of, n + 1, timeZone, dayOfMonth)).toBeGreaterThanOrEqual(here);
          expect(Number.isInteger(here)).toBe(true);
          if (dayOfMonth === undefined) expect(periodBoundary(anchor, of, 0, timeZone)).toBe(anchor);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('of seconds are plain arithmetic in every zone', () => {
    fc.assert(
      fc.property(
        instant,
        fc.integer({ min: 1, max: 10 ** 6 }),
        fc.integer({ min: -1000, max: 1000 }),
        zone,
        (anchor, count, n, timeZone) => {
          expect(periodBoundary(anchor, { unit: 'second', count }, n, timeZone)).toBe(anchor + n * count * 1000);
        },
      ),
    );
  });

  test('of a week are those of seven days, and of a year those of twelve months', () => {
    fc.assert(
      fc.property(
        instant,
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: -30, max: 30 }),
        zone,
        (anchor, count, n, timeZone) => {
          const at = (unit: Interval['unit'], times: number): Instant =>
            periodBoundary(anchor, { unit, count: count * times }, n, timeZone);
          expect(at('week', 1)).toBe(at('day', 7));
          expect(at('year', 1)).toBe(at('month', 12));
        },
      ),
    );
  });

  test('follow the Gregorian calendar in years before it was made, as ISO 8601 does', () => {
    expect(boundaries('0000-01-31T00:00:00Z', month, [1, 2], 'UTC')).toEqual([
      '0000-02-29T00:00:00.000Z',
      '0000-03-31T00:00:00.000Z',
    ]);
    const [from, to] = [fromIso('0000-06-01T12:00:00Z'), fromIso('0001-06-01T12:00:00Z')];
    expect(calendarDaysBetween(from, to, 'America/New_York')).toBe(365);
  });

  test.each([0, -1, 1.5, NaN, Infinity])('refuse an interval of %p', (count) => {
    expect(() => periodBoundary(0, { unit: 'month', count }, 1, 'UTC')).toThrow(refusal('invalid_interval'));
    expect(() => periodIndexAt(0, { unit: 'second', count }, 'UTC', 0)).toThrow(refusal('invalid_interval'));
  });
});

describe('the index of a period', () => {
  test('is the one whose half-open span holds the instant', () => {
    fc.assert(
      fc.property(instant, interval, zone, instant, anchorDay, (anchor, of, timeZone, at, dayOfMonth) => {
        const n = periodIndexAt(anchor, of, timeZone, at, dayOfMonth);
        expect(periodBoundary(anchor, of, n, timeZone, dayOfMonth)).toBeLessThanOrEqual(at);
        expect(periodBoundary(anchor, of, n + 1, timeZone, dayOfMonth)).toBeGreaterThan(at);
      }),
      { numRuns: 1000 },
    );
  });

  test('changes exactly at the boundary', () => {
    fc.assert(
      fc.property(instant, interval, zone, fc.integer({ min: -50, max: 50 }), (anchor, of, timeZone, n) => {
        const boundary = periodBoundary(anchor, of, n, timeZone);
        if (boundary === periodBoundary(anchor, of, n + 1, timeZone)) return;
        expect(periodIndexAt(anchor, of, timeZone, boundary)).toBe(n);
        expect(periodIndexAt(anchor, of, timeZone, boundary - 1)).toBeLessThan(n);
      }),
    );
  });

  test('is right where the clock goes back over midnight: the boundary of the next date has passed on a date that is not over', () => {
    // St. John's, 29 October 2006: 00:01 (-02:30) became 23:01 of the 28th (-03:30).
    const anchor = fromIso('2006-10-20T02:30:00Z');
    const at = fromIso('2006-10-29T03:00:00Z');
    expect(local(at, 'America/St_Johns')).toBe('2006-10-28 23:30:00');
    expect(periodIndexAt(anchor, day, 'America/St_Johns', at)).toBe(9);
  });

  test('costs the same for a distant instant as for a near one', () => {
    const anchor = fromIso('0001-01-31T00:00:00Z');
    const started = process.hrtime.bigint();
    expect(periodIndexAt(anchor, day, 'UTC', fromIso('9998-01-01T00:00:00Z'))).toBe(3_651_299);
    expect(process.hrtime.bigint() - started).toBeLessThan(200_000_000n);
  });
});

describe('a fixed day of month', () => {
  test('31 from 10 February is 28 February, then 31 March and 30 April', () => {
    const first = firstFixedDayOnOrAfter(fromIso('2027-02-10T15:00:00Z'), 31, 'Africa/Nairobi');
    expect(first.anchorDay).toBe(31);
    expect(
      [0, 1, 2].map((n) =>
        local(periodBoundary(first.anchor, month, n, 'Africa/Nairobi', first.anchorDay), 'Africa/Nairobi'),
      ),
    ).toEqual(['2027-02-28 00:00:00', '2027-03-31 00:00:00', '2027-04-30 00:00:00']);
  });

  test('on the day itself counts at midnight and is over a millisecond later', () => {
    const midnight = fromIso('2027-05-31T22:00:00Z'); // 1 June in Berlin
    expect(firstFixedDayOnOrAfter(midnight, 1, 'Europe/Berlin').boundary).toBe(midnight);
    expect(toIso(firstFixedDayOnOrAfter(midnight + 1, 1, 'Europe/Berlin').boundary)).toBe('2027-06-30T22:00:00.000Z');
  });

  test("is the first such local midnight, and the boundaries from it go on at every month's midnight", () => {
    fc.assert(
      fc.property(
        instant,
        fc.integer({ min: 1, max: 31 }),
        zone,
        fc.integer({ min: 1, max: 40 }),
        (start, dayOfMonth, timeZone, n) => {
          const first = firstFixedDayOnOrAfter(start, dayOfMonth, timeZone);
          expect(first.boundary).toBeGreaterThanOrEqual(start);
          expect(first.boundary - start).toBeLessThan(33 * dayMs);
          expect(periodBoundary(first.anchor, month, 0, timeZone, dayOfMonth)).toBe(first.boundary);
          expect(periodBoundary(first.anchor, month, -1, timeZone, dayOfMonth)).toBeLessThan(start);
          const later = periodBoundary(first.anchor, month, n, timeZone, dayOfMonth);
          expect(firstFixedDayOnOrAfter(later, dayOfMonth, timeZone).boundary).toBe(later);
          expect(local(later - 1, timeZone).slice(0, 10) < local(later, timeZone).slice(0, 10)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each([0, 32, 1.5, NaN])('%p is no day of a month', (dayOfMonth) => {
    expect(() => firstFixedDayOnOrAfter(0, dayOfMonth, 'UTC')).toThrow(refusal('invalid_interval'));
  });
});

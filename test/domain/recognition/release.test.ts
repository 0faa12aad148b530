import fc from 'fast-check';
import { isMonth, lastMonthOver, monthEnd, monthOf, monthsBetween, nextMonth } from '../../../domain/recognition/month';
import {
  closeMonthOf,
  recognitionPostings,
  releaseSchedule,
  totalsOf,
  type LineGroup,
  type StreamAmount,
} from '../../../domain/recognition/release';
import { dayOf, serviceDays } from '../../../domain/recognition/straight-line';
import { assertBalanced } from '../../../domain/ledger';
import { fromMinorUnits, money, multiply } from '../../../domain/money';
import { dayMs, fromIso } from '../../../domain/time';

const day = (text: string) => fromIso(`${text}T00:00:00Z`);
const group = (amount: string, start: string, end: string, more: Partial<LineGroup> = {}): LineGroup => ({
  stream: 'subscriptions',
  amount: money(amount, 'USD'),
  count: '1',
  days: serviceDays(day(start), day(end)),
  ...more,
});
const posted = (groups: readonly LineGroup[], recognized: readonly StreamAmount[], month: string) =>
  closeMonthOf(groups, recognized, month).map(({ stream, amount }) => `${stream} ${amount.amount}`);
const recognized = (amount: string): StreamAmount[] => [{ stream: 'subscriptions', amount: money(amount, 'USD') }];

describe('the close of a month posts', () => {
  test('the days of that month: a year of 365.00 is 31.00 in January and 28.00 in February', () => {
    const year = group('365.00', '2026-01-01', '2027-01-01');
    expect(posted([year], [], '2026-01')).toEqual(['subscriptions 31.00']);
    expect(posted([year], recognized('31.00'), '2026-02')).toEqual(['subscriptions 28.00']);
  });

  test('alike lines as often as there are of them, each cut by itself', () => {
    // 10.00 over 30 days is 0.33 a day: 1000 lines are 330.00, where one of 10000.00 would be 333.33.
    const many = group('10.00', '2026-01-31', '2026-03-02', { count: '1000' });
    expect(posted([many], [], '2026-01')).toEqual(['subscriptions 330.00']);
  });

  test('what was taken back since as an amount below zero, also when no line is left', () => {
    expect(posted([], recognized('31.00'), '2026-02')).toEqual(['subscriptions -31.00']);
  });

  test('streams and currencies apart, in balance, and nothing where nothing moved', () => {
    const lines = [
      group('30.00', '2026-06-01', '2026-07-01'),
      group('12.00', '2026-06-01', '2026-07-01', { stream: 'seats' }),
      { ...group('0', '2026-06-01', '2026-07-01'), amount: money('600', 'JPY') },
      group('99.00', '2026-08-01', '2026-09-01', { stream: 'later' }),
    ];
    const closed = closeMonthOf(lines, [], '2026-06');
    expect(closed.map(({ stream, amount }) => `${stream} ${amount.amount} ${amount.currency}`)).toEqual([
      'later 0.00 USD',
      'seats 12.00 USD',
      'subscriptions 600 JPY',
      'subscriptions 30.00 USD',
    ]);
    const postings = recognitionPostings(closed);
    expect(postings).toHaveLength(6);
    expect(() => assertBalanced(postings)).not.toThrow();
    expect(postings[0]).toEqual({ account: 'deferred:seats', amount: money('12.00', 'USD') });
  });
});

const anyGroup = fc
  .record({
    stream: fc.constantFrom('subscriptions', 'seats'),
    units: fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }),
    currency: fc.constantFrom('USD', 'JPY', 'KWD'),
    start: fc.integer({ min: day('2025-01-01'), max: day('2026-06-01') }),
    length: fc.integer({ min: 1, max: 400 * dayMs }),
    count: fc.integer({ min: 1, max: 50 }),
  })
  .map(({ stream, units, currency, start, length, count }) => ({
    stream,
    amount: fromMinorUnits(units, currency),
    count: String(count),
    days: serviceDays(start, start + length),
    from: monthOf(start),
  }));

test('the closes of all months add up to the lines, whatever they are, and the schedule foretells each', () => {
  fc.assert(
    fc.property(fc.array(anyGroup, { maxLength: 6 }), (groups) => {
      const schedule = releaseSchedule(groups, [], '2025-01');
      let before: StreamAmount[] = [];
      for (const month of monthsBetween('2025-01', '2027-08')) {
        const streams = closeMonthOf(groups, before, month);
        const foretold = schedule.filter((release) => release.month === month).map(({ amount }) => amount);
        expect(foretold).toEqual(streams.map(({ amount }) => amount).filter(({ amount }) => !/^-?[0.]+$/.test(amount)));
        before = streams.map(({ stream, recognizedToDate }) => ({ stream, amount: recognizedToDate }));
        expect(closeMonthOf(groups, before, month).every(({ amount }) => /^[0.]+$/.test(amount.amount))).toBe(true);
      }
      const billed = groups.map(({ stream, amount, count }) => ({ stream, amount: multiply(amount, count) }));
      expect(before).toEqual(totalsOf(billed));
    }),
    { numRuns: 60 },
  );
});

test('the schedule counts a line from the month in which it was billed, and what has ended at once', () => {
  const late = { ...group('62.00', '2026-01-01', '2026-03-04'), from: '2026-02' };
  const ended = { ...group('50.00', '2026-01-01', '2027-01-01'), days: null, from: '2026-01' };
  const shown = releaseSchedule([late, ended], [], '2026-01').map(({ month, amount }) => `${month} ${amount.amount}`);
  expect(shown).toEqual(['2026-01 50.00', '2026-02 59.00', '2026-03 3.00']);
  expect(dayOf(monthEnd('2026-02'))).toBe(dayOf(day('2026-03-01')));
});

describe('a month', () => {
  test('is a year and a month of the calendar', () => {
    expect(['2026-01', '0001-12'].every(isMonth)).toBe(true);
    expect(['2026-13', '2026-1', '2026', '2026-01-01', '9999-01', 202601, null].some(isMonth)).toBe(false);
  });

  test('is followed by the next one and ends where that begins', () => {
    expect(['2026-01', '2026-12', '2028-02'].map(nextMonth)).toEqual(['2026-02', '2027-01', '2028-03']);
    expect(monthEnd('2026-12')).toBe(day('2027-01-01'));
    expect(lastMonthOver(day('2026-01-01'))).toBe('2025-12');
    expect(lastMonthOver(day('2026-01-01') - 1)).toBe('2025-11');
    expect(monthsBetween('2026-03', '2026-01')).toEqual([]);
  });
});

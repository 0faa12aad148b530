/** When allowances begin anew: windows hold their instant, follow each other without a gap, and keep to the customer's calendar. */
import fc from 'fast-check';
import { type ResetPeriod, resetPeriods } from '../../../domain/entitlements/entitlement';
import { type Calendar, endOfTime, windowAt } from '../../../domain/entitlements/window';
import { fromIso, toIso } from '../../../domain/time';
import '../../support/seed';

const iso = ({ from, to }: { from: number; to: number }) => [toIso(from), toIso(to)];
const at = fromIso;

const calendar = (over: Partial<Calendar> = {}): Calendar => ({
  startAt: at('2020-01-31T00:00:00Z'),
  timeZone: 'UTC',
  billing: {
    period: { from: at('2026-02-28T00:00:00Z'), to: at('2026-03-31T00:00:00Z') },
    anchor: { at: at('2020-01-31T00:00:00Z'), day: null },
    interval: { unit: 'month', count: 1 },
    timeZone: 'UTC',
  },
  ...over,
});

const zone = fc.constantFrom('UTC', 'Africa/Nairobi', 'America/New_York', 'Pacific/Apia', 'Asia/Kathmandu');
const instant = fc.integer({ min: at('2021-01-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z') });
const reset = fc.constantFrom<ResetPeriod>(...resetPeriods);

test('a window holds its instant, and is the window of every instant in it', () => {
  fc.assert(
    fc.property(reset, zone, instant, fc.double({ min: 0, max: 1, noNaN: true }), (kind, timeZone, now, share) => {
      const own = calendar({ timeZone, billing: null });
      const window = windowAt(kind, own, now);
      expect(window.from <= now && now < window.to).toBe(true);
      const other = Math.min(window.to - 1, window.from + Math.floor(share * (window.to - window.from)));
      expect(windowAt(kind, own, other)).toEqual(window);
    }),
  );
});

test('the next window begins where one ends', () => {
  const kinds = fc.constantFrom<ResetPeriod>('hour', 'day', 'week', 'month', 'year', 'billing_period');
  fc.assert(
    fc.property(kinds, zone, instant, (kind, timeZone, now) => {
      const own = calendar({ timeZone, billing: null });
      const { to } = windowAt(kind, own, now);
      expect(windowAt(kind, own, to).from).toBe(to);
    }),
  );
});

test.each([
  ['hour', ['2026-03-10T10:00:00.000Z', '2026-03-10T11:00:00.000Z']],
  ['day', ['2026-03-09T21:00:00.000Z', '2026-03-10T21:00:00.000Z']],
  ['week', ['2026-03-08T21:00:00.000Z', '2026-03-15T21:00:00.000Z']],
  ['month', ['2026-02-28T21:00:00.000Z', '2026-03-31T21:00:00.000Z']],
  ['year', ['2025-12-31T21:00:00.000Z', '2026-12-31T21:00:00.000Z']],
  ['billing_period', ['2026-02-28T00:00:00.000Z', '2026-03-31T00:00:00.000Z']],
] as const)('%s: in Nairobi on Tuesday 10 March 2026, 13:15', (kind, bounds) => {
  const own = calendar({ timeZone: 'Africa/Nairobi' });
  expect(iso(windowAt(kind, own, at('2026-03-10T10:15:00Z')))).toEqual(bounds);
});

test('a renewal that is not in the books yet is foreseen from the anchor, month ends included', () => {
  expect(iso(windowAt('billing_period', calendar(), at('2026-03-31T00:00:00Z')))).toEqual([
    '2026-03-31T00:00:00.000Z',
    '2026-04-30T00:00:00.000Z',
  ]);
});

test('what was used before the grant began does not count', () => {
  const own = calendar({ startAt: at('2026-03-09T12:00:00Z') });
  expect(iso(windowAt('month', own, at('2026-03-10T00:00:00Z')))[0]).toBe('2026-03-09T12:00:00.000Z');
});

test('what never begins anew counts from the beginning of the grant', () => {
  expect(windowAt('never', calendar(), at('2026-03-10T00:00:00Z'))).toEqual({
    from: at('2020-01-31T00:00:00Z'),
    to: endOfTime,
  });
});

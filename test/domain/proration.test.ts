import fc from 'fast-check';
import { type Money, add, compare, money, subtract, sum, toMinorUnits } from '../../domain/money';
import {
  type ProrationPolicy,
  isProrationPolicy,
  prorate,
  prorateExact,
  prorationPolicies,
  prorationRatio,
} from '../../domain/proration';
import { addDays, dayMs, fromIso, hourMs, periodBoundary } from '../../domain/time';

const usd = (amount: string): Money => money(amount, 'USD');
const span = (start: string, end: string, from: string, timeZone = 'UTC') => ({
  start: fromIso(start),
  end: fromIso(end),
  from: fromIso(from),
  timeZone,
});
const june = span('2026-06-01T00:00:00Z', '2026-07-01T00:00:00Z', '2026-06-17T09:30:00Z');
const july = span('2026-07-01T00:00:00Z', '2026-08-01T00:00:00Z', '2026-07-17T09:30:00Z');

const policy = fc.constantFrom(...(Object.keys(prorationPolicies) as ProrationPolicy[]));
const zone = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'Asia/Kathmandu',
);
const start = fc.integer({ min: fromIso('2000-01-01T00:00:00Z'), max: fromIso('2060-01-01T00:00:00Z') });
const length = fc.integer({ min: 0, max: 400 * dayMs });
const fraction = fc.double({ min: -0.2, max: 1.2, noNaN: true });
const anySpan = fc.record({ start, length, fraction, timeZone: zone }).map((it) => ({
  start: it.start,
  end: it.start + it.length,
  from: it.start + Math.round(it.length * it.fraction),
  timeZone: it.timeZone,
}));
const price = fc
  .bigInt({ min: 0n, max: 10n ** 9n })
  .map((cents) => money(`${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`, 'USD'));

describe('a change from 49.00 to 199.00 on 17 June at 09:30', () => {
  test('by seconds credits 22.22 and charges 90.24', () => {
    const ratio = prorationRatio('seconds', june);
    expect(ratio).toEqual({ numerator: 1_175_400n, denominator: 2_592_000n });
    expect([prorate(usd('49.00'), ratio), prorate(usd('199.00'), ratio)]).toEqual([usd('22.22'), usd('90.24')]);
  });

  test("by days credits 22.87 and charges 92.87: 14 days of 30, the day of the change being the new plan's", () => {
    const ratio = prorationRatio('day', june);
    expect(ratio).toEqual({ numerator: 14n, denominator: 30n });
    expect([prorate(usd('49.00'), ratio), prorate(usd('199.00'), ratio)]).toEqual([usd('22.87'), usd('92.87')]);
  });

  test('in July by days credits 23.71: 15 days of 31', () => {
    expect(prorationRatio('day', july)).toEqual({ numerator: 15n, denominator: 31n });
    expect(prorate(usd('49.00'), prorationRatio('day', july))).toEqual(usd('23.71'));
  });

  test('without proration moves no money', () => {
    expect(prorate(usd('199.00'), prorationRatio('none', june))).toEqual(usd('0.00'));
  });
});

describe('a ratio', () => {
  test('lies between nothing and the whole, with a denominator above zero', () => {
    fc.assert(
      fc.property(policy, anySpan, (name, it) => {
        const { numerator, denominator } = prorationRatio(name, it);
        expect(denominator > 0n && numerator >= 0n && numerator <= denominator).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('is the whole for a change at or before the start and nothing for one at or after the end', () => {
    const whole = { numerator: 1n, denominator: 1n };
    for (const name of ['seconds', 'day'] as const) {
      for (const from of [june.start, june.start - dayMs]) {
        const { numerator, denominator } = prorationRatio(name, { ...june, from });
        expect({ numerator: numerator / denominator, denominator: 1n }).toEqual(whole);
        expect(numerator).toBe(denominator);
      }
      for (const from of [june.end, june.end + dayMs])
        expect(prorationRatio(name, { ...june, from }).numerator).toBe(0n);
    }
  });

  test('of a period without length is nothing', () => {
    for (const name of ['seconds', 'day', 'none'] as const) {
      const ratio = prorationRatio(name, { ...june, end: june.start, from: june.start });
      expect(ratio).toEqual({ numerator: 0n, denominator: 1n });
      expect(prorate(usd('49.00'), ratio)).toEqual(usd('0.00'));
    }
  });

  test('of a period that ends before it starts is refused', () => {
    const backwards = { ...june, start: june.end, end: june.start };
    expect(() => prorationRatio('seconds', backwards)).toThrow(expect.objectContaining({ code: 'invalid_period' }));
  });

  test('never grows with a later change', () => {
    fc.assert(
      fc.property(policy, anySpan, length, (name, it, delay) => {
        const early = prorationRatio(name, it);
        const late = prorationRatio(name, { ...it, from: it.from + delay });
        expect(late.numerator * early.denominator <= early.numerator * late.denominator).toBe(true);
      }),
    );
  });

  test('by seconds counts whole seconds, so that the parts of a period add up to it', () => {
    const third = { ...june, end: june.start + 3000, from: june.start + 1999 };
    expect(prorationRatio('seconds', third)).toEqual({ numerator: 2n, denominator: 3n });
    fc.assert(
      fc.property(anySpan, fraction, (it, at) => {
        const clamp = (instant: number): number => Math.min(Math.max(instant, it.start), it.end);
        const [first, second] = [clamp(it.from), clamp(it.start + Math.round((it.end - it.start) * at))].sort(
          (a, b) => a - b,
        ) as [number, number];
        const left = (from: number): bigint => prorationRatio('seconds', { ...it, from }).numerator;
        const pieces = [left(it.start) - left(first), left(first) - left(second), left(second)];
        expect(pieces.reduce((a, b) => a + b)).toBe(left(it.start));
        expect(pieces.every((piece) => piece >= 0n)).toBe(true);
      }),
    );
  });

  test('by days ignores the length of a day: the day of a clock change counts as one', () => {
    const berlin = span('2027-02-28T23:00:00Z', '2027-03-31T22:00:00Z', '2027-03-28T00:00:00Z', 'Europe/Berlin');
    expect(prorationRatio('day', berlin)).toEqual({ numerator: 4n, denominator: 31n });
    expect(prorationRatio('seconds', berlin).denominator).toBe(BigInt((31 * 24 - 1) * 3600));
  });

  test("by days depends on the customer's zone", () => {
    const late = { ...june, from: fromIso('2026-06-17T22:30:00Z') };
    expect(prorationRatio('day', late).numerator).toBe(14n);
    expect(prorationRatio('day', { ...late, timeZone: 'Africa/Nairobi' }).numerator).toBe(13n);
  });

  test('by days of a period within one local day is nothing', () => {
    const hour = { ...june, end: june.start + hourMs, from: june.start };
    expect(prorationRatio('day', hour)).toEqual({ numerator: 0n, denominator: 1n });
  });
});

describe('a prorated amount', () => {
  test('is between zero and the price', () => {
    fc.assert(
      fc.property(policy, anySpan, price, (name, it, whole) => {
        const part = prorate(whole, prorationRatio(name, it));
        expect(compare(part, usd('0.00'))).not.toBe(-1);
        expect(compare(part, whole)).not.toBe(1);
      }),
    );
  });

  test('and its rest equal the whole to within one minor unit', () => {
    fc.assert(
      fc.property(anySpan, price, (it, whole) => {
        const ratio = prorationRatio('seconds', it);
        if (ratio.denominator === 1n && it.start === it.end) return;
        const rest = { numerator: ratio.denominator - ratio.numerator, denominator: ratio.denominator };
        const difference = toMinorUnits(subtract(add(prorate(whole, ratio), prorate(whole, rest)), whole));
        expect(difference >= 0n && difference <= 1n).toBe(true);
      }),
    );
  });

  test('over several changes in a period never exceeds what the period costs, to within a minor unit a change', () => {
    fc.assert(
      fc.property(price, fc.array(fraction, { maxLength: 6 }), (whole, at) => {
        const cuts = [
          june.start,
          ...at.map((it) => june.start + Math.round(Math.min(Math.max(it, 0), 1) * (june.end - june.start))),
          june.end,
        ].sort((a, b) => a - b);
        const parts = cuts.slice(1).map((end, index) => {
          const [from, to] = [
            prorationRatio('seconds', { ...june, from: cuts[index]! }),
            prorationRatio('seconds', { ...june, from: end }),
          ];
          return prorate(whole, { numerator: from.numerator - to.numerator, denominator: from.denominator });
        });
        const error = toMinorUnits(subtract(sum(parts, 'USD'), whole));
        expect(error <= BigInt(parts.length) && error >= -BigInt(parts.length)).toBe(true);
      }),
    );
  });

  test('of a price finer than the currency is rounded once, at the end', () => {
    const half = { numerator: 1n, denominator: 2n };
    // 0.125 rounded first would be 0.13 and its half 0.07.
    expect(prorateExact('0.125', 'USD', half)).toEqual(usd('0.06'));
    expect(prorateExact('5001', 'JPY', half)).toEqual(money('2501', 'JPY'));
    expect(prorate(money('5001', 'JPY'), half, 'down')).toEqual(money('2500', 'JPY'));
    expect(() => prorate(usd('0.01'), half, 'exact')).toThrow(expect.objectContaining({ code: 'inexact_amount' }));
  });
});

test('only the names of the registry are policies', () => {
  for (const name of Object.keys(prorationPolicies)) expect(isProrationPolicy(name)).toBe(true);
  for (const name of ['toString', 'hours', '', null]) expect(isProrationPolicy(name)).toBe(false);
});

test('a first period cut short by a calendar anchor is the rest of the full period that ends there', () => {
  const anchor = fromIso('2026-07-01T00:00:00Z');
  const full = { start: periodBoundary(anchor, { unit: 'month', count: 1 }, -1, 'UTC'), end: anchor, timeZone: 'UTC' };
  expect(prorationRatio('day', { ...full, from: addDays(full.start, 20) })).toEqual({
    numerator: 10n,
    denominator: 30n,
  });
});

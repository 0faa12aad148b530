/** Each way to prorate: the documented values, and what holds over any calendar, zone, leap day and series of cuts. */
import fc from 'fast-check';
import { money, sum, toMinorUnits } from '../../domain/money';
import {
  type ProrationPolicy,
  type ProrationSpan,
  type Ratio,
  prorate,
  prorationPolicies,
  prorationRatio,
  prorationRatioBetween,
} from '../../domain/proration';
import { commandRules } from '../../domain/subscription/commands';
import { addSeconds, dayMs, fromIso, localDateOf, periodBoundary } from '../../domain/time';
import { anchorDay, calendarInterval, local, zone } from './time-arbitraries';

const usd = (amount: string) => money(amount, 'USD');
const span = (start: string, end: string, from: string, timeZone = 'UTC'): ProrationSpan => ({
  start: fromIso(start),
  end: fromIso(end),
  from: fromIso(from),
  timeZone,
});
const june = span('2026-06-01T00:00:00Z', '2026-07-01T00:00:00Z', '2026-06-17T09:30:00Z');
const july = span('2026-07-01T00:00:00Z', '2026-08-01T00:00:00Z', '2026-07-17T09:30:00Z');
const shown = ({ numerator, denominator }: Ratio): string => `${numerator}/${denominator}`;
const ended = { moment: 'termination' } as const;
const old = usd('49.00');

test.each<[ProrationPolicy, string, string, string, string]>([
  ['seconds', '1175400/2592000', '22.22', '1261800/2678400', '23.08'],
  ['day', '14/30', '22.87', '15/31', '23.71'],
  ['day_inclusive', '14/30', '22.87', '15/31', '23.71'],
  ['fixed_30', '14/30', '22.87', '14/30', '22.87'],
  ['none', '0/1', '0.00', '0/1', '0.00'],
])('a change on the 17th is %s %s, %s of 49.00 in June, and %s, %s in July', (policy, ...expected) => {
  const inJune = prorationRatio(policy, june);
  const inJuly = prorationRatio(policy, july);
  expect([shown(inJune), prorate(old, inJune).amount, shown(inJuly), prorate(old, inJuly).amount]).toEqual(expected);
});

describe('an end on 17 June', () => {
  test('by days bills 16 of 30, by inclusive days 17 of 30', () => {
    expect(shown(prorationRatio('day', { ...june, ...ended }))).toBe('14/30');
    expect(shown(prorationRatio('day_inclusive', { ...june, ...ended }))).toBe('13/30');
  });

  test('at midnight is still on the 17th, by inclusive days', () => {
    const midnight = { ...june, from: fromIso('2026-06-17T00:00:00Z'), ...ended };
    expect(shown(prorationRatio('day_inclusive', midnight))).toBe('13/30');
  });

  test('is on the day of the customer, not of London', () => {
    const late = { ...june, from: fromIso('2026-06-16T22:30:00Z'), timeZone: 'Africa/Nairobi', ...ended };
    expect(shown(prorationRatio('day_inclusive', late))).toBe('13/30');
  });
});

test('an end at the very start bills nothing, and one on the last day nothing less than all, by inclusive days', () => {
  expect(shown(prorationRatio('day_inclusive', { ...june, from: june.start, ...ended }))).toBe('30/30');
  const last = { ...june, from: fromIso('2026-06-30T12:00:00Z'), ...ended };
  expect(shown(prorationRatio('day_inclusive', last))).toBe('0/30');
  expect(shown(prorationRatio('day_inclusive', { ...last, from: june.end }))).toBe('0/30');
});

describe('months of 30 days', () => {
  test.each([
    ['a February', '2027-02-01', '2027-03-01', '2027-02-15', '16/30'],
    ['a leap February', '2028-02-01', '2028-03-01', '2028-02-29', '2/30'],
    ['the 31st, which is the 30th', '2026-07-01', '2026-08-01', '2026-07-31', '1/30'],
    ['a quarter', '2026-01-01', '2026-04-01', '2026-02-16', '45/90'],
    ['a year', '2026-01-01', '2027-01-01', '2026-12-31', '1/360'],
    ['an anniversary in mid-month', '2026-01-15', '2026-02-15', '2026-01-31', '15/30'],
    ['a period that February cuts short', '2027-01-31', '2027-02-28', '2027-02-15', '13/28'],
  ])('in %s', (_what, start, end, from, expected) => {
    const at = (date: string): string => `${date}T00:00:00Z`;
    expect(shown(prorationRatio('fixed_30', span(at(start), at(end), at(from))))).toBe(expected);
  });

  test('make every month whose first and last day exist the same', () => {
    const day = fc.integer({ min: 1, max: 28 });
    fc.assert(
      fc.property(
        fc.integer({ min: -300, max: 600 }),
        day,
        fc.integer({ min: 1, max: 36 }),
        zone,
        (n, on, count, timeZone) => {
          const anchor = periodBoundary(fromIso('2026-01-01T12:00:00Z'), { unit: 'month', count: 1 }, n, timeZone, on);
          const end = periodBoundary(anchor, { unit: 'month', count }, 1, timeZone, on);
          const dates = [anchor, end].map((at) => localDateOf(at, timeZone).day);
          fc.pre(dates.every((date) => date === on));
          const ratio = prorationRatio('fixed_30', { start: anchor, end, from: anchor, timeZone });
          expect(shown(ratio)).toBe(`${30 * count}/${30 * count}`);
        },
      ),
    );
  });
});

const policy = fc.constantFrom(...(Object.keys(prorationPolicies) as ProrationPolicy[]));
const moment = fc.constantFrom('change', 'termination') as fc.Arbitrary<'change' | 'termination'>;
/**
 * Newfoundland and Labrador set their clocks back at 00:01 until 2011, so that a date came twice, which no count of days can tell apart.
 * From 2012 on dates never go back anywhere.
 */
const anchor = fc.integer({ min: Date.UTC(2012, 0, 1), max: Date.UTC(2099, 0, 1) });

/** A period of any calendar, with the places in it where something happens. */
const period = fc
  .record({
    anchor,
    interval: calendarInterval,
    n: fc.integer({ min: 0, max: 30 }),
    timeZone: zone,
    day: anchorDay,
    cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
  })
  .map(({ anchor: at, interval, n, timeZone, day, cuts }) => {
    const [start, end] = [n, n + 1].map((index) => periodBoundary(at, interval, index, timeZone, day)) as [
      number,
      number,
    ];
    const places = cuts.map((cut) => start + Math.round(cut * (end - start))).sort((a, b) => a - b);
    return { start, end, timeZone, places: [start, ...places, end] };
  })
  .filter(({ end, start }) => end > start);

describe('whatever the calendar, the zone and the policy', () => {
  test('a ratio lies between nothing and the whole', () => {
    fc.assert(
      fc.property(policy, moment, period, (name, why, { places, ...it }) => {
        for (const from of [...places, it.start - dayMs, it.end + dayMs]) {
          const { numerator, denominator } = prorationRatio(name, { ...it, from, moment: why });
          expect(denominator > 0n && numerator >= 0n && numerator <= denominator).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('the parts of a period are never negative and add up to the whole', () => {
    fc.assert(
      fc.property(policy, period, (name, { places, ...it }) => {
        const parts = places
          .slice(1)
          .map((to, index) => prorationRatioBetween(name, { ...it, from: places[index] ?? to, to }));
        const whole = prorationRatio(name, { ...it, from: it.start });
        expect(parts.every(({ numerator }) => numerator >= 0n)).toBe(true);
        expect(parts.reduce((left, { numerator }) => left + numerator, 0n)).toBe(whole.numerator);
        expect(parts.every(({ denominator }) => denominator === whole.denominator)).toBe(true);
        expect(whole.numerator).toBe(name === 'none' || whole.numerator === 0n ? 0n : whole.denominator);
      }),
      { numRuns: 300 },
    );
  });

  test('the prices of the parts add up to the price to within half a minor unit a part', () => {
    const cents = fc
      .bigInt({ min: 0n, max: 10n ** 9n })
      .map((it) => `${it / 100n}.${String(it % 100n).padStart(2, '0')}`);
    fc.assert(
      fc.property(policy, period, cents, (name, { places, ...it }, amount) => {
        const whole = prorate(usd(amount), prorationRatio(name, { ...it, from: it.start }));
        const parts = places
          .slice(1)
          .map((to, index) =>
            prorate(usd(amount), prorationRatioBetween(name, { ...it, from: places[index] ?? to, to })),
          );
        const error = 2n * (toMinorUnits(sum(parts, 'USD')) - toMinorUnits(whole));
        expect(error <= BigInt(parts.length) && error >= -BigInt(parts.length)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('a later change leaves less', () => {
    fc.assert(
      fc.property(policy, period, (name, { places, ...it }) => {
        const left = places.map((from) => prorationRatio(name, { ...it, from }).numerator);
        expect(left.every((rest, index) => index === 0 || rest <= (left[index - 1] ?? rest))).toBe(true);
      }),
    );
  });

  test('an end bills at least what a change at the same instant does, and at most a day more', () => {
    fc.assert(
      fc.property(policy, period, (name, { places, ...it }) => {
        for (const from of places) {
          const change = prorationRatio(name, { ...it, from }).numerator;
          const end = prorationRatio(name, { ...it, from, ...ended }).numerator;
          const more = change - end;
          expect(more === 0n || (name === 'day_inclusive' && more === 1n)).toBe(true);
        }
      }),
    );
  });

  test('by days each local date is one day, also one of 23 or 25 hours', () => {
    fc.assert(
      fc.property(period, ({ timeZone, start }) => {
        const end = addSeconds(start, 40 * 86_400);
        const dates = new Set<string>();
        for (let at = start; at < end; at += dayMs / 4) dates.add(local(at, timeZone).slice(0, 10));
        dates.add(local(end, timeZone).slice(0, 10));
        const { denominator } = prorationRatio('day', { start, end, from: start, timeZone });
        expect(Number(denominator)).toBe(dates.size - 1);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a stretch within a period', () => {
  test('is measured from its start to its end', () => {
    const stretch = { ...june, from: fromIso('2026-06-10T00:00:00Z'), to: fromIso('2026-06-17T12:00:00Z') };
    expect(shown(prorationRatioBetween('day', stretch))).toBe('7/30');
    expect(shown(prorationRatioBetween('day_inclusive', stretch))).toBe('7/30');
    expect(shown(prorationRatioBetween('day_inclusive', { ...stretch, ...ended }))).toBe('8/30');
    expect(shown(prorationRatioBetween('seconds', stretch))).toBe('648000/2592000');
    expect(shown(prorationRatioBetween('day_inclusive', { ...stretch, to: stretch.from, ...ended }))).toBe('0/30');
  });

  test('cannot end before it starts', () => {
    const backwards = { ...june, to: june.start };
    expect(() => prorationRatioBetween('day', backwards)).toThrow(expect.objectContaining({ code: 'invalid_period' }));
  });
});

test('commands take every policy by name', () => {
  const rules = [commandRules.changePlan, commandRules.changeQuantity].map(({ fields }) => fields['proration']);
  for (const rule of rules) expect(rule).toMatchObject({ oneOf: Object.keys(prorationPolicies) });
});

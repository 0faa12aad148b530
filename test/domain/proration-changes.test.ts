/** Several changes in one period, and its end: nobody gets back more than was billed, whatever the policy, the zone and the prices. */
import fc from 'fast-check';
import { changeLines, creditLines } from '../../domain/invoice/change-lines';
import type { BilledLine, InvoiceLine } from '../../domain/invoice/line';
import { periodLines } from '../../domain/invoice/period-lines';
import { add, compare, isNegative, money, negate, sum, zero } from '../../domain/money';
import { type ProrationPolicy, prorationPolicies } from '../../domain/proration';
import { fromIso, periodBoundary } from '../../domain/time';
import { booked, definition, flat, seats } from './invoice/plans';
import { anchorDay, calendarInterval, zone } from './time-arbitraries';

const policy = fc.constantFrom(...(Object.keys(prorationPolicies) as ProrationPolicy[]));
const cents = fc.nat({ max: 1_000_000 }).map((it) => `${Math.floor(it / 100)}.${String(it % 100).padStart(2, '0')}`);

interface Book {
  /** Charges that may still be credited. */
  readonly billed: readonly BilledLine[];
  /** All charges that ever were. */
  readonly charges: readonly BilledLine[];
  readonly lines: readonly InvoiceLine[];
}

/** Books the lines of an invoice: a charge that was credited is not credited again. */
function book({ billed, charges, lines }: Book, issued: readonly InvoiceLine[]): Book {
  const credited = new Set(issued.map(({ creditsLineId }) => creditsLineId));
  const added = booked(issued, lines.length + 1);
  return {
    billed: [...billed.filter(({ id }) => !credited.has(id)), ...added],
    charges: [...charges, ...added],
    lines: [...lines, ...issued],
  };
}

const nothingYet: Book = { billed: [], charges: [], lines: [] };

const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  fee: cents,
  seat: cents,
  quantity: fc.nat({ max: 20 }),
});
const story = fc.record({
  anchor: fc.integer({ min: Date.UTC(2012, 0, 1), max: Date.UTC(2099, 0, 1) }),
  interval: calendarInterval,
  n: fc.integer({ min: 0, max: 20 }),
  timeZone: zone,
  day: anchorDay,
  policy,
  changes: fc.array(change, { minLength: 1, maxLength: 6 }),
});
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

function play({ anchor, interval, n, timeZone, day, policy: name, changes }: Story) {
  const [start, end] = [n, n + 1].map((index) => periodBoundary(anchor, interval, index, timeZone, day)) as [
    number,
    number,
  ];
  const full = { start, end };
  const plans = changes.map(({ fee, seat }, index) =>
    definition([flat(2 * index + 1, fee), seats(2 * index + 2, seat)]),
  );
  const common = { planId: 'plan_1', currency: 'USD', full, policy: name, timeZone };
  const [first] = plans;
  if (first === undefined) throw new Error('no plan');
  const opening = periodLines({
    ...common,
    definition: first,
    quantity: changes[0]?.quantity ?? 0,
    from: start,
    withOneOff: true,
  });
  const cuts = changes.slice(1).map(({ at, quantity }, index) => ({
    at: start + Math.round(at * (end - start)),
    quantity,
    definition: plans[index + 1] ?? first,
  }));
  const before = book(nothingYet, opening);
  const after = [...cuts]
    .sort((a, b) => a.at - b.at)
    .reduce((books, cut) => book(books, changeLines({ ...common, ...cut, billed: books.billed })), before);
  return { full, common, after };
}

describe('over any number of changes in a period', () => {
  test('a credit is never above the line that it gives back from, and what was billed in all is never below zero', () => {
    fc.assert(
      fc.property(story, (it) => {
        const { after } = play(it);
        for (const credit of after.lines.filter(({ creditsLineId }) => creditsLineId !== null)) {
          const charge = after.charges.find(({ id }) => id === credit.creditsLineId);
          expect(isNegative(credit.amount)).toBe(true);
          expect(compare(negate(credit.amount), charge?.amount ?? zero('USD'))).not.toBe(1);
        }
        expect(
          isNegative(
            sum(
              after.lines.map(({ amount }) => amount),
              'USD',
            ),
          ),
        ).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  test('and its end, all credits together are at most all charges', () => {
    fc.assert(
      fc.property(story, fc.double({ min: 0, max: 1, noNaN: true }), (it, endsAt) => {
        const { full, common, after } = play(it);
        const latest = Math.max(...after.lines.map(({ periodStart }) => periodStart));
        const at = latest + Math.round(endsAt * (full.end - latest));
        const credits = creditLines(after.billed, { ...common, at, moment: 'termination' });
        for (const credit of credits) {
          const charge = after.billed.find(({ id }) => id === credit.creditsLineId);
          expect(compare(negate(credit.amount), charge?.amount ?? zero('USD'))).not.toBe(1);
        }
        const total = sum(
          [...after.lines, ...credits].map(({ amount }) => amount),
          'USD',
        );
        expect(isNegative(total)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});

test('each change credits what the last one billed: 49.00, 199.00 on the 11th, 99.00 on the 21st of June, by days', () => {
  const full = { start: fromIso('2026-06-01T00:00:00Z'), end: fromIso('2026-07-01T00:00:00Z') };
  const common = { planId: 'plan_1', currency: 'USD', full, policy: 'day', timeZone: 'UTC', quantity: 1 } as const;
  const plan = (n: number, amount: string) => definition([flat(n, amount)]);
  const opening = periodLines({ ...common, definition: plan(1, '49.00'), from: full.start, withOneOff: true });
  const start = book(nothingYet, opening);
  const second = book(
    start,
    changeLines({
      ...common,
      definition: plan(2, '199.00'),
      at: fromIso('2026-06-11T15:00:00Z'),
      billed: start.billed,
    }),
  );
  const third = book(
    second,
    changeLines({
      ...common,
      definition: plan(3, '99.00'),
      at: fromIso('2026-06-21T01:00:00Z'),
      billed: second.billed,
    }),
  );
  expect(third.lines.map(({ amount }) => amount.amount)).toEqual(['49.00', '-32.67', '132.67', '-66.33', '33.00']);
  // 10 days of each: 16.33 + 66.34 + 33.00.
  expect(third.lines.map(({ amount }) => amount).reduce(add)).toEqual(money('115.67', 'USD'));
});

test('an end by inclusive days gives back one day less than a change does', () => {
  const full = { start: fromIso('2026-06-01T00:00:00Z'), end: fromIso('2026-07-01T00:00:00Z') };
  const common = {
    currency: 'USD',
    full,
    policy: 'day_inclusive',
    timeZone: 'UTC',
    quantity: 1,
    planId: 'plan_1',
  } as const;
  const opening = periodLines({
    ...common,
    definition: definition([flat(1, '49.00')]),
    from: full.start,
    withOneOff: true,
  });
  const { billed } = book(nothingYet, opening);
  const at = fromIso('2026-06-17T09:30:00Z');
  const [onChange] = creditLines(billed, { ...common, at });
  const [onEnd] = creditLines(billed, { ...common, at, moment: 'termination' });
  expect([onChange?.amount.amount, onEnd?.amount.amount]).toEqual(['-22.87', '-21.23']);
  expect(onEnd?.explanation.text).toContain('for 13 of 30 days');

  // What begins and ends at one instant has had no day.
  const second = changeLines({ ...common, definition: definition([flat(2, '199.00')]), at, billed });
  const [back] = creditLines(booked(second, 7), { ...common, at, moment: 'termination' });
  expect(back?.amount).toEqual(negate(second[1]?.amount ?? zero('USD')));
});

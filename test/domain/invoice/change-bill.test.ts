import fc from 'fast-check';
import { billChange, type ChangeInput } from '../../../domain/invoice/change-bill';
import type { BilledLine, InvoiceLine } from '../../../domain/invoice/line';
import { billPeriod } from '../../../domain/invoice/period-bill';
import { add, compare, isNegative, money, negate, sum, zero } from '../../../domain/money';
import type { VersionTerms } from '../../../domain/plan';
import { initialState } from '../../../domain/subscription/initial';
import { nextDueAt } from '../../../domain/subscription/decide';
import type { SubscriptionState } from '../../../domain/subscription/state';
import { toIso } from '../../../domain/time';
import { zone } from '../time-arbitraries';
import { activeState, at, june, pendingState } from '../subscription/example';
import { booked, definition, flat, plan, seats, setup, shown, yearly } from './plans';

const basic = plan(1, definition([flat(1, '49.00')]));
const pro = plan(2, definition([flat(2, '199.00')]));
const proYearly = plan(3, definition([flat(3, '1990.00'), setup(7, '99.00')], yearly));
const twin = plan(5, definition([flat(8, '49.00')]));
const team = plan(4, definition([flat(4, '20.00'), seats(5, '12.00'), setup(6, '99.00')]));
const changeAt = at('2026-06-17T09:30:00Z');

const billedFor = (version: VersionTerms, quantity = 1, state = activeState()): BilledLine[] =>
  booked(
    billPeriod(
      { ...pendingState(), terms: { ...state.terms, quantity }, timeZone: state.timeZone },
      version,
      'seconds',
      'start',
      june.start,
    ).lines,
  );

const input = (change: Partial<ChangeInput>): ChangeInput => {
  const target = change.target ?? pro;
  return {
    current: basic,
    target,
    billed: billedFor(change.current ?? basic),
    terms: { planId: target.planId, planVersion: 1, quantity: 1 },
    policy: 'seconds',
    at: changeAt,
    ...change,
  };
};
const linesOf = (change: Partial<ChangeInput>, state = activeState()) => billChange(state, input(change)).lines;

describe('from 49.00 to 199.00 on 17 June at 09:30', () => {
  test('credits 22.22 and charges 90.24 by seconds', () => {
    expect(shown(linesOf({}))).toEqual(['proration_credit -22.22', 'proration_charge 90.24']);
  });

  test('credits 22.87 and charges 92.87 by days', () => {
    expect(shown(linesOf({ policy: 'day' }))).toEqual(['proration_credit -22.87', 'proration_charge 92.87']);
  });

  test('moves no money without proration', () => {
    expect(linesOf({ policy: 'none' })).toEqual([]);
  });

  test('says of each line for what time it is, which line it credits, and how it was computed', () => {
    const [credit, charge] = linesOf({});
    expect(credit).toMatchObject({
      description: 'Unused time on Base fee',
      creditsLineId: billedFor(basic)[0]?.id,
      periodStart: changeAt,
      periodEnd: june.end,
      explanation: {
        exact: '49.00',
        ratio: { numerator: '1175400', denominator: '2592000', policy: 'seconds', from: toIso(changeAt) },
        text: 'credit of 49.00, for 1175400 of 2592000 seconds, at most the 49.00 that was billed',
      },
    });
    expect(charge).toMatchObject({
      description: 'Remaining time on Base fee',
      creditsLineId: null,
      explanation: { text: '199.00 USD flat, for 1175400 of 2592000 seconds' },
    });
  });

  test('to another price of the same amount credits the one and charges the other', () => {
    expect(shown(linesOf({ target: twin }))).toEqual(['proration_credit -22.22', 'proration_charge 22.22']);
  });

  test('never credits more than was billed, also by another policy than it was billed by', () => {
    const billed = billedFor(basic).map((line) => ({ ...line, amount: money('20.00', 'USD') }));
    expect(shown(linesOf({ billed }))).toEqual(['proration_credit -20.00', 'proration_charge 90.24']);
  });

  test('keeps the calendar', () => {
    expect(billChange(activeState(), input({}))).toMatchObject({
      calendar: null,
      span: { start: changeAt, end: june.end },
    });
  });
});

describe('at the edges of the period', () => {
  test('a change at its start credits and charges all of it', () => {
    expect(shown(linesOf({ at: june.start }))).toEqual(['proration_credit -49.00', 'proration_charge 199.00']);
  });

  test('a change at its end, or later because the renewal is late, moves no money', () => {
    expect(linesOf({ at: june.end })).toEqual([]);
    expect(linesOf({ at: june.end + 600_000 })).toEqual([]);
  });

  test('a change in a trial moves no money: nothing was billed for it', () => {
    expect(billChange(activeState({ status: 'trialing' }), input({}))).toMatchObject({ lines: [], calendar: null });
  });

  test('a change in a short first period credits at most what was billed for it', () => {
    const stub = billPeriod(pendingState({ anchorDay: 1, startAt: changeAt }), basic, 'seconds', 'start', changeAt);
    const state = activeState({ period: stub.stretch.period, anchor: stub.stretch.anchor });
    const billed = booked(stub.lines);
    expect(shown(stub.lines)).toEqual(['recurring 22.22']);
    expect(shown(billChange(state, input({ billed })).lines)).toEqual([
      'proration_credit -22.22',
      'proration_charge 90.24',
    ]);
    const later = at('2026-06-24');
    expect(shown(billChange(state, input({ billed, at: later })).lines)).toEqual([
      'proration_credit -11.43',
      'proration_charge 46.43',
    ]);
  });
});

describe('a change of quantity', () => {
  const change = (from: number, to: number) => ({
    current: team,
    target: team,
    billed: billedFor(team, from),
    terms: { planId: team.planId, planVersion: 1, quantity: to },
    at: at('2026-06-16'),
  });

  test('touches the seats alone, not the flat fee, and charges no one-off price again', () => {
    expect(shown(linesOf(change(3, 5)))).toEqual(['proration_credit -18.00', 'proration_charge 30.00']);
    expect(linesOf(change(3, 5)).map((line) => line.stream)).toEqual(['seats', 'seats']);
  });

  test('to no seats credits them and charges nothing', () => {
    expect(shown(linesOf(change(3, 0)))).toEqual(['proration_credit -18.00']);
  });

  test('from no seats charges them and credits nothing', () => {
    expect(shown(linesOf(change(0, 2)))).toEqual(['proration_charge 12.00']);
  });
});

describe('to another interval', () => {
  test('credits the unused time and begins a whole new period at the change, without its one-off prices', () => {
    const bill = billChange(activeState(), input({ target: proYearly }));
    expect(shown(bill.lines)).toEqual(['proration_credit -22.22', 'recurring 1990.00']);
    expect(bill.calendar).toEqual({
      period: { index: 0, start: changeAt, end: at('2027-06-17T09:30:00Z') },
      anchor: { at: changeAt, day: null },
    });
  });

  test('without proration begins the new period and gives nothing back', () => {
    expect(shown(linesOf({ target: proYearly, policy: 'none' }))).toEqual(['recurring 1990.00']);
  });

  test('while a renewal is late begins where the old period ended: no time goes unbilled', () => {
    const bill = billChange(activeState(), input({ target: proYearly, at: june.end + 600_000 }));
    expect(bill.calendar?.period.start).toBe(june.end);
    expect(shown(bill.lines)).toEqual(['recurring 1990.00']);
  });
});

describe('several changes in one period', () => {
  test('each credit only what the last one billed', () => {
    const first = billChange(activeState(), input({ at: at('2026-06-11') })).lines;
    const second = billChange(
      activeState(),
      input({ current: pro, target: basic, billed: booked(first, 10), at: at('2026-06-21') }),
    ).lines;
    expect(shown(first)).toEqual(['proration_credit -32.67', 'proration_charge 132.67']);
    expect(shown(second)).toEqual(['proration_credit -66.33', 'proration_charge 16.33']);
  });

  test('a change for an instant before the last one takes effect with it: no time is charged twice', () => {
    const first = billChange(activeState(), input({ at: at('2026-06-11') })).lines;
    const back = input({ current: pro, target: basic, billed: booked(first, 10), at: at('2026-06-03') });
    expect(billChange(activeState(), back).span.start).toBe(at('2026-06-11'));
    expect(shown(billChange(activeState(), back).lines)).toEqual([
      'proration_credit -132.67',
      'proration_charge 32.67',
    ]);
  });
});

/** A month in any zone with a fixed day or an anniversary, and changes of plan and seats at any instants of it. */
const story = fc.record({
  start: fc.integer({ min: at('2020-01-01'), max: at('2030-01-01') }),
  anchorDay: fc.option(fc.integer({ min: 1, max: 31 }), { nil: null }),
  timeZone: zone,
  policy: fc.constantFrom('seconds' as const, 'day' as const, 'none' as const),
  changes: fc.array(
    fc.record({
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      plan: fc.constantFrom(basic, pro, team),
      quantity: fc.integer({ min: 0, max: 50 }),
    }),
    { maxLength: 6 },
  ),
});

interface Books {
  state: SubscriptionState;
  current: VersionTerms;
  billed: BilledLine[];
  all: InvoiceLine[];
}

function begin({
  start,
  anchorDay,
  timeZone,
  policy,
}: {
  start: number;
  anchorDay: number | null;
  timeZone: string;
  policy: 'seconds' | 'day' | 'none';
}): Books {
  const pending = initialState({ ...pendingInput, startAt: start, anchorDay, timeZone });
  const bill = billPeriod(pending, basic, policy, 'start', start);
  const { period, anchor } = bill.stretch;
  const state = { ...pending, status: 'active' as const, period, anchor };
  return { state, current: basic, billed: booked(bill.lines), all: [...bill.lines] };
}
const pendingInput = {
  tenantId: 't',
  subscriptionId: 's',
  customerId: 'c',
  customerName: 'Acme',
  planName: 'Basic',
  planId: basic.planId,
  planVersion: 1,
  quantity: 1,
  currency: 'USD',
  clock: null,
  jitterMs: 0,
  openInvoicesMax: 12,
};

function change(
  books: Books,
  target: VersionTerms,
  quantity: number,
  instant: number,
  policy: 'seconds' | 'day' | 'none',
): void {
  const billed = books.billed.filter((line) => line.periodEnd > instant);
  const terms = { planId: target.planId, planVersion: 1, quantity };
  const { lines } = billChange(books.state, { current: books.current, target, billed, terms, policy, at: instant });
  const credited = new Set(lines.map((line) => line.creditsLineId));
  books.billed = [
    ...books.billed.filter((line) => !credited.has(line.id)),
    ...booked(lines, 1000 * books.all.length + 1000),
  ];
  books.all.push(...lines);
  books.current = target;
}

test('however often a period is changed, no line is credited above what it billed, and the period is never paid back in full', () => {
  fc.assert(
    fc.property(story, ({ changes, policy, ...beginning }) => {
      const books = begin({ ...beginning, policy });
      const first = books.all.map((line) => line.amount);
      const { period } = books.state;
      if (period === null) throw new Error('no period');
      const length = period.end - period.start;
      const sorted = [...changes].sort((a, b) => a.share - b.share);
      for (const { share, plan: target, quantity } of sorted) {
        const instant = period.start + Math.floor(length * share);
        const billed = books.billed;
        const before = books.all.length;
        change(books, target, quantity, instant, policy);
        for (const line of books.all.slice(before).filter(({ kind }) => kind === 'proration_credit')) {
          const source = billed.find(({ id }) => id === line.creditsLineId);
          expect(isNegative(line.amount)).toBe(true);
          expect(compare(negate(line.amount), source?.amount ?? zero('USD'))).toBeLessThanOrEqual(0);
          expect(line.periodStart).toBeGreaterThanOrEqual(source?.periodStart ?? Infinity);
        }
      }
      const total = sum(
        books.all.map((line) => line.amount),
        'USD',
      );
      expect(compare(total, zero('USD'))).toBeGreaterThanOrEqual(0);
      if (changes.length === 0 || policy === 'none') expect(total).toEqual(sum(first, 'USD'));
    }),
  );
});

test('there and back again at one instant costs nothing', () => {
  fc.assert(
    fc.property(story, ({ changes, policy, ...beginning }) => {
      const books = begin({ ...beginning, policy });
      const before = sum(
        books.all.map((line) => line.amount),
        'USD',
      );
      const { period } = books.state;
      const share = changes[0]?.share ?? 0.5;
      const instant = (period?.start ?? 0) + Math.floor(((period?.end ?? 0) - (period?.start ?? 0)) * share);
      change(books, pro, 1, instant, policy);
      change(books, basic, 1, instant, policy);
      const after = sum(
        books.all.map((line) => line.amount),
        'USD',
      );
      // Two roundings (the credit, the charge again) of the same time may differ by a cent from none.
      const difference = compare(after, before) >= 0 ? add(after, negate(before)) : add(before, negate(after));
      expect(compare(difference, money('0.01', 'USD'))).toBeLessThanOrEqual(0);
    }),
  );
});

test('the next boundary after a change of calendar is the end of the new period', () => {
  const bill = billChange(activeState(), input({ target: proYearly }));
  if (bill.calendar === null) throw new Error('a calendar was expected');
  expect(nextDueAt({ ...activeState(), ...bill.calendar })).toBe(at('2027-06-17T09:30:00Z'));
});

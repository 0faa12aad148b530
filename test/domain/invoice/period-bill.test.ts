import fc from 'fast-check';
import { shiftedCalendar } from '../../../domain/invoice/resume-bill';
import { fullPeriod } from '../../../domain/invoice/change-bill';
import { billPeriod, calendarPeriod, firstStretch, resumedStretch } from '../../../domain/invoice/period-bill';
import { periodLines } from '../../../domain/invoice/period-lines';
import { sum, zero, compare } from '../../../domain/money';
import type { PlanVersion } from '../../../domain/plan';
import type { PauseMode, SubscriptionState } from '../../../domain/subscription/state';
import { dayMs, toIso, type Instant } from '../../../domain/time';
import { instant, interval, local, zone } from '../time-arbitraries';
import { activeState, at, june, pendingState } from '../subscription/example';
import { definition, flat, plan, seats, setup, shown, yearly } from './plans';

const basic = plan(1, definition([flat(1, '30.00')]));
const annual = plan(2, definition([flat(2, '365.00')], yearly));
const iso = (value: Instant): string => toIso(value).slice(0, 16);

/** The state after its first bill. */
function started(state: SubscriptionState, version: PlanVersion): SubscriptionState {
  const { stretch } = billPeriod(state, version, 'seconds', 'start', state.startAt);
  return { ...state, status: 'active', period: stretch.period, anchor: stretch.anchor };
}

function renewed(state: SubscriptionState, version: PlanVersion): SubscriptionState {
  const { stretch } = billPeriod(state, version, 'seconds', 'renewal', state.period?.end ?? 0);
  return { ...state, period: stretch.period, anchor: stretch.anchor };
}

/** The ends of the first periods. */
function ends(state: SubscriptionState, version: PlanVersion, count: number): string[] {
  const found: string[] = [];
  for (let current = started(state, version); found.length < count; current = renewed(current, version))
    found.push(iso(current.period?.end ?? 0));
  return found;
}

describe('the calendar of a subscription', () => {
  test('from 31 January ends on 28 February, 31 March, 30 April', () => {
    const state = pendingState({ startAt: at('2026-01-31T10:00:00Z') });
    expect(ends(state, basic, 4)).toEqual([
      '2026-02-28T10:00',
      '2026-03-31T10:00',
      '2026-04-30T10:00',
      '2026-05-31T10:00',
    ]);
  });

  test('from 29 February, yearly, falls on the 28th in common years and comes back to the 29th', () => {
    expect(ends(pendingState({ startAt: at('2024-02-29') }), annual, 4)).toEqual([
      '2025-02-28T00:00',
      '2026-02-28T00:00',
      '2027-02-28T00:00',
      '2028-02-29T00:00',
    ]);
  });

  test('keeps local midnight in Berlin over the change of daylight saving', () => {
    const state = pendingState({ startAt: at('2026-02-28T23:00:00Z'), timeZone: 'Europe/Berlin' });
    expect(ends(state, basic, 3)).toEqual(['2026-03-31T22:00', '2026-04-30T22:00', '2026-05-31T22:00']);
  });

  test('with a fixed day bills a short first period by its share, then whole ones', () => {
    const state = pendingState({ startAt: at('2026-06-16'), anchorDay: 1 });
    const first = billPeriod(state, basic, 'seconds', 'start', state.startAt);
    expect(first.stretch.period).toEqual({ index: -1, start: at('2026-06-16'), end: at('2026-07-01') });
    expect(shown(first.lines)).toEqual(['recurring 15.00']);
    const second = billPeriod(started(state, basic), basic, 'seconds', 'renewal', at('2026-07-01'));
    expect(second.stretch.period).toEqual({ index: 0, start: at('2026-07-01'), end: at('2026-08-01') });
    expect(shown(second.lines)).toEqual(['recurring 30.00']);
    expect(second.lines[0]?.explanation.ratio).toBeNull();
  });

  test('with the 31st as fixed day uses the last day of shorter months', () => {
    const state = pendingState({ startAt: at('2026-02-10'), anchorDay: 31 });
    expect(ends(state, basic, 4)).toEqual([
      '2026-02-28T00:00',
      '2026-03-31T00:00',
      '2026-04-30T00:00',
      '2026-05-31T00:00',
    ]);
  });

  test('with a fixed day that is today has no short first period', () => {
    const state = pendingState({ startAt: at('2026-06-01'), anchorDay: 1 });
    expect(billPeriod(state, basic, 'seconds', 'start', state.startAt).stretch.period).toEqual(june);
  });

  test('of weeks takes no notice of a fixed day of the month', () => {
    const weekly = plan(5, definition([flat(5, '7.00')], { unit: 'week', count: 1 }));
    expect(ends(pendingState({ anchorDay: 15 }), weekly, 2)).toEqual(['2026-06-08T00:00', '2026-06-15T00:00']);
  });

  test('follows itself without a gap or an overlap, in every zone, from every instant, with every interval', () => {
    const beginning = fc.record({
      startAt: instant,
      timeZone: zone,
      anchorDay: fc.option(fc.integer({ min: 1, max: 31 }), { nil: null }),
      interval,
    });
    fc.assert(
      fc.property(beginning, ({ interval: length, ...input }) => {
        const version = plan(6, definition([flat(6, '9.00')], length));
        let state = started(pendingState(input), version);
        expect(state.period?.start).toBe(input.startAt);
        for (let count = 0; count < 14; count++) {
          const next = renewed(state, version);
          expect(next.period?.start).toBe(state.period?.end);
          expect(next.period?.end).toBeGreaterThanOrEqual(next.period?.start ?? Infinity);
          expect(next.anchor).toEqual(state.anchor);
          state = next;
        }
      }),
    );
  });

  test('of months keeps the day of its start wherever the month has it, and the time of day', () => {
    const months = fc.record({ startAt: instant, timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu') });
    fc.assert(
      fc.property(months, fc.integer({ min: 1, max: 40 }), ({ startAt, timeZone }, n) => {
        const state = started(pendingState({ startAt, timeZone }), basic);
        const start = local(startAt, timeZone);
        const boundary = local(calendarPeriod(basic.definition, state.anchor, n, timeZone).start, timeZone);
        const lastDay = new Date(Date.UTC(+boundary.slice(0, 4), +boundary.slice(5, 7), 0)).getUTCDate();
        expect(+boundary.slice(8, 10)).toBe(Math.min(+start.slice(8, 10), lastDay));
        if (timeZone === 'UTC') expect(boundary.slice(11)).toBe(start.slice(11));
      }),
    );
  });
});

describe('a boundary', () => {
  const priced = plan(7, definition([flat(1, '20.00'), seats(2, '5.00'), setup(3, '99.00')]));
  const lines = (reason: 'start' | 'trial_end' | 'renewal') =>
    shown(billPeriod(reason === 'start' ? pendingState() : activeState(), priced, 'seconds', reason, june.end).lines);

  test('bills one-off prices with the first invoice, after a trial too, and never again', () => {
    expect(lines('start')).toEqual(['recurring 20.00', 'recurring 15.00', 'one_off 99.00']);
    expect(lines('trial_end')).toEqual(['recurring 20.00', 'recurring 15.00', 'one_off 99.00']);
    expect(lines('renewal')).toEqual(['recurring 20.00', 'recurring 15.00']);
  });

  test('bills a one-off price in full, also in a short first period', () => {
    const state = pendingState({ startAt: at('2026-06-16'), anchorDay: 1 });
    expect(shown(billPeriod(state, priced, 'seconds', 'start', state.startAt).lines)).toContain('one_off 99.00');
  });

  test.each(['renewal', 'trial_end'] as const)('takes the scheduled terms over: %s', (reason) => {
    const pendingTerms = { planId: priced.planId, planVersion: 1, quantity: 8 };
    const bill = billPeriod(activeState({ pendingTerms }), priced, 'seconds', reason, june.end);
    expect(bill.terms).toEqual(pendingTerms);
    expect(shown(bill.lines)).toContain('recurring 40.00');
  });

  test('does not bill scheduled terms of another plan than the one it is given', () => {
    const pendingTerms = { planId: 'plan_other', planVersion: 1, quantity: 8 };
    const state = activeState({ pendingTerms });
    expect(billPeriod(state, priced, 'seconds', 'trial_end', june.end).terms).toEqual(state.terms);
  });

  test('begins a new calendar where a scheduled change has another interval', () => {
    const bill = billPeriod(activeState(), annual, 'seconds', 'renewal', june.end);
    expect(bill.stretch.period).toEqual({ index: 0, start: june.end, end: at('2027-07-01') });
    expect(shown(bill.lines)).toEqual(['recurring 365.00']);
  });

  test('bills nothing for a period without length: Samoa skipped 30 December 2011', () => {
    const daily = plan(8, definition([flat(8, '3.00')], { unit: 'day', count: 1 }));
    const state = pendingState({ startAt: at('2011-12-28T10:00:00Z'), timeZone: 'Pacific/Apia' });
    let current = started(state, daily);
    const amounts: string[] = [];
    for (let count = 0; count < 4; count++) {
      const { lines: made } = billPeriod(current, daily, 'seconds', 'renewal', current.period?.end ?? 0);
      current = renewed(current, daily);
      amounts.push(`${(current.period?.end ?? 0) - (current.period?.start ?? 0)} ${made[0]?.amount.amount ?? ''}`);
    }
    expect(amounts.filter((text) => text.startsWith('0 '))).toEqual(['0 0.00']);
    expect(amounts.filter((text) => !text.startsWith('0 '))).toEqual(Array(3).fill(`${dayMs} 3.00`));
  });
});

describe('a part of a period', () => {
  test('never costs more than the whole', () => {
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });
    const price = fc
      .integer({ min: 0, max: 10 ** 8 })
      .map((cents) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`);
    fc.assert(
      fc.property(cuts, price, fc.constantFrom('seconds' as const, 'day' as const), (shares, amount, policy) => {
        const prices = definition([flat(1, amount)]);
        const from = (start: Instant) =>
          periodLines({
            planId: 'plan_1',
            definition: prices,
            quantity: 1,
            currency: 'USD',
            full: june,
            from: start,
            withOneOff: false,
            policy,
            timeZone: 'UTC',
          })[0];
        const starts = [june.start, ...shares.map((share) => june.start + Math.floor((june.end - june.start) * share))];
        for (const start of starts) {
          const line = from(start);
          const ratio = line?.explanation.ratio ?? { numerator: '1', denominator: '1' };
          expect(BigInt(ratio.numerator)).toBeLessThanOrEqual(BigInt(ratio.denominator));
          expect(
            compare(line?.amount ?? zero('USD'), sum([from(june.start)?.amount ?? zero('USD')], 'USD')),
          ).toBeLessThanOrEqual(0);
        }
      }),
    );
  });
});

describe('after a pause', () => {
  const paused = (mode: PauseMode, since: Instant, state = activeState()): SubscriptionState => ({
    ...state,
    status: 'paused',
    pause: { since, resumeAt: null, mode, cause: 'command' },
  });
  const since = at('2026-06-11');

  test('that kept the schedule nothing is billed while the paid period still runs', () => {
    const state = paused('keep_schedule', since);
    expect(resumedStretch(state, basic.definition, at('2026-06-25'))).toBeNull();
    expect(shiftedCalendar(state, at('2026-06-25'))).toBeNull();
  });

  test('that kept the schedule the rest of the running calendar period is billed, then whole ones', () => {
    const stretch = resumedStretch(paused('keep_schedule', since), basic.definition, at('2026-08-16T12:00:00Z'));
    expect(stretch?.period).toEqual({ index: 2, start: at('2026-08-16T12:00:00Z'), end: at('2026-09-01') });
    expect(stretch?.full).toEqual({ index: 2, start: at('2026-08-01'), end: at('2026-09-01') });
    const resumed = activeState({ period: stretch?.period ?? null });
    expect(renewed(resumed, basic).period).toEqual({ index: 3, start: at('2026-09-01'), end: at('2026-10-01') });
  });

  test('that shifted the schedule the period ends later by as long as the pause took, and the next ones follow from there', () => {
    const calendar = shiftedCalendar(paused('shift_schedule', since), at('2026-06-21T06:00:00Z'));
    expect(calendar?.period).toEqual({ index: -1, start: june.start, end: at('2026-07-11T06:00:00Z') });
    const resumed = { ...activeState(), ...calendar };
    expect(endsFrom(resumed, 3)).toEqual(['2026-08-11T06:00', '2026-09-11T06:00', '2026-10-11T06:00']);
  });

  test('that shifted the schedule to a 31st, later periods come back to the 31st', () => {
    const calendar = shiftedCalendar(paused('shift_schedule', since), at('2026-07-11'));
    expect(calendar?.period.end).toBe(at('2026-07-31'));
    expect(endsFrom({ ...activeState(), ...calendar }, 3)).toEqual([
      '2026-08-31T00:00',
      '2026-09-30T00:00',
      '2026-10-31T00:00',
    ]);
  });

  test('that shifted the schedule, what is left of the paid period is the part that a change may credit', () => {
    const resumedAt = at('2026-06-21');
    const state = { ...activeState(), ...shiftedCalendar(paused('shift_schedule', since), resumedAt) };
    const full = fullPeriod(state, basic);
    // 20 days were left at the pause, and 20 of 30 are left at the resume.
    expect(full.end - resumedAt).toBe(20 * dayMs);
    expect(full.end - full.start).toBe(30 * dayMs);
  });

  test('that shifted the schedule twice both pauses are given back', () => {
    const once = { ...activeState(), ...shiftedCalendar(paused('shift_schedule', since), at('2026-06-21')) };
    const twice = shiftedCalendar(paused('shift_schedule', at('2026-07-01'), once), at('2026-07-05'));
    expect(twice?.period.end).toBe(at('2026-07-15'));
    expect(endsFrom({ ...once, ...twice }, 1)).toEqual(['2026-08-15T00:00']);
  });

  test('that began when the paid period was over, there is no paid time to give back', () => {
    expect(shiftedCalendar(paused('shift_schedule', june.end), at('2026-07-10'))).toBeNull();
  });

  test('at the end of a trial the first period begins at the resume', () => {
    const trial = activeState({
      status: 'paused',
      period: { index: -1, start: june.start, end: at('2026-06-15') },
      pause: { since: at('2026-06-15'), resumeAt: null, mode: 'shift_schedule', cause: 'trial_end' },
    });
    expect(shiftedCalendar(trial, at('2026-06-20'))).toBeNull();
    expect(resumedStretch(trial, basic.definition, at('2026-06-20'))?.period).toEqual({
      index: 0,
      start: at('2026-06-20'),
      end: at('2026-07-20'),
    });
  });

  function endsFrom(state: SubscriptionState, count: number): string[] {
    const found: string[] = [];
    for (let current = renewed(state, basic); found.length < count; current = renewed(current, basic))
      found.push(iso(current.period?.end ?? 0));
    return found;
  }
});

test('a first period with a fixed day begins at the instant and lies within its calendar period', () => {
  fc.assert(
    fc.property(
      instant,
      zone,
      fc.integer({ min: 1, max: 31 }),
      fc.constantFrom(basic, annual),
      (start, timeZone, day, version) => {
        const { period, full, anchor } = firstStretch(version.definition, start, day, timeZone);
        expect(period.start).toBe(start);
        expect(full.start).toBeLessThanOrEqual(start);
        expect(full.end).toBeGreaterThan(start);
        expect(period.end).toBe(full.end);
        expect(anchor.day).toBe(day);
      },
    ),
  );
});

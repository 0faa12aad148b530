/** The end of a pause, with a change or a cancellation that was planned for a boundary which the pause passed over. */
import { billResume } from '../../../domain/invoice/resume-bill';
import { billPeriod, termsAt } from '../../../domain/invoice/period-bill';
import { apply } from '../../../domain/subscription/apply';
import { refuseCommand } from '../../../domain/subscription/commands';
import { decide } from '../../../domain/subscription/decide';
import type { SubscriptionEvent } from '../../../domain/subscription/events';
import type { Pause, SubscriptionState } from '../../../domain/subscription/state';
import { toIso, type Instant } from '../../../domain/time';
import { activeState, at, june, pendingState } from '../subscription/example';
import { definition, flat, plan, seats, setup, shown, yearly } from './plans';

const basic = plan(1, definition([flat(1, '30.00')]));
const pro = plan(2, definition([flat(2, '90.00'), setup(5, '10.00')]));
const annual = plan(3, definition([flat(3, '365.00')], yearly));
const team = plan(4, definition([seats(4, '10.00')]));
const since = at('2026-06-11');

type Version = typeof basic;
const termsOf = ({ planId, version }: Version, quantity = 1) => ({ planId, planVersion: version, quantity });

const pausedState = (mode: Pause['mode'], change: Partial<SubscriptionState> = {}): SubscriptionState => ({
  ...activeState(),
  terms: termsOf(basic),
  status: 'paused',
  pause: {
    since,
    resumeAt: null,
    mode,
    cause: 'command',
    ...(mode === 'shift_schedule' ? { periodWaits: true as const } : {}),
  },
  ...change,
});

const versions = [basic, pro, annual, team];
const versionAt = (state: SubscriptionState, when: Instant): Version => {
  const { planId } = termsAt(state, 'resume', when);
  return versions.find((version) => version.planId === planId) ?? basic;
};
const resumeAt = (state: SubscriptionState, when: Instant) =>
  billResume(state, versionAt(state, when), 'seconds', when, when);
const resumed = (state: SubscriptionState, when: Instant): SubscriptionState => {
  const { terms, calendar, invoice } = resumeAt(state, when);
  const issued = { id: 'inv_1', number: 'INV-1', total: '1.00', open: false };
  const event: SubscriptionEvent =
    invoice === null
      ? { type: 'resumed', at: when, invoice: null, calendar }
      : { type: 'resumed', at: when, invoice: issued, calendar, terms, label: 'Acme · Pro' };
  return apply(state, event);
};

describe('a change that was scheduled for the end of the period', () => {
  const scheduled = { pendingTerms: termsOf(pro, 2) };

  test('rules from the resume on when the pause kept the schedule and passed over that end', () => {
    const state = pausedState('keep_schedule', scheduled);
    const bill = resumeAt(state, at('2026-07-22'));
    // 10 of the 31 days of July, by the price of the new plan, without its one-off fee.
    expect(shown(bill.invoice?.lines ?? [])).toEqual(['recurring 29.03']);
    const after = resumed(state, at('2026-07-22'));
    expect([after.terms, after.pendingTerms, after.label]).toEqual([scheduled.pendingTerms, null, 'Acme · Pro']);
    expect(after.period).toEqual({ index: 1, start: at('2026-07-22'), end: at('2026-08-01') });
  });

  test('rules from a resume at the very end of the period on', () => {
    expect(shown(resumeAt(pausedState('keep_schedule', scheduled), june.end).invoice?.lines ?? [])).toEqual([
      'recurring 90.00',
    ]);
  });

  test('stays scheduled when the pause kept the schedule and ended before', () => {
    const after = resumed(pausedState('keep_schedule', scheduled), june.end - 1);
    expect([after.terms, after.pendingTerms]).toEqual([termsOf(basic), scheduled.pendingTerms]);
    expect(termsAt(after, 'renewal', june.end)).toEqual(scheduled.pendingTerms);
  });

  test('rules from the end of the moved period on when the pause shifted the schedule: what was paid for is served first', () => {
    const state = pausedState('shift_schedule', scheduled);
    expect(resumeAt(state, at('2026-07-21')).invoice).toBeNull();
    const after = resumed(state, at('2026-07-21'));
    expect([after.terms, after.pendingTerms]).toEqual([termsOf(basic), scheduled.pendingTerms]);
    const end = at('2026-08-10');
    expect(decide(after, end)).toEqual({ kind: 'bill', reason: 'renewal', at: end });
    const { stretch, terms, lines } = billPeriod(after, pro, 'seconds', 'renewal', end);
    expect([terms, shown(lines)]).toEqual([scheduled.pendingTerms, ['recurring 90.00']]);
    expect([stretch.period.start, stretch.period.end]).toEqual([end, at('2026-09-10')]);
  });

  test('to another interval began its calendar at the boundary in the pause, of which the rest is billed', () => {
    const state = pausedState('keep_schedule', { pendingTerms: termsOf(annual) });
    const bill = resumeAt(state, at('2027-06-01'));
    expect(bill.calendar).toEqual({
      period: { index: 0, start: at('2027-06-01'), end: at('2027-07-01') },
      anchor: { at: june.end, day: null },
    });
    // 30 of the 365 days of that year.
    expect(shown(bill.invoice?.lines ?? [])).toEqual(['recurring 30.00']);
  });

  test('to another interval with a fixed day keeps that day', () => {
    const anchored = pendingState({ startAt: at('2026-05-20'), anchorDay: 1 });
    const state = pausedState('keep_schedule', {
      anchor: anchored.anchor,
      period: { index: 0, start: june.start, end: june.end },
      pendingTerms: termsOf(annual),
    });
    expect(resumeAt(state, at('2026-09-01')).calendar?.period.end).toBe(at('2027-07-01'));
  });

  test('rules when the pause began at the end of a trial', () => {
    const trial = pausedState('shift_schedule', {
      period: { index: -1, start: june.start, end: since },
      pause: { since, resumeAt: null, mode: 'shift_schedule', cause: 'trial_end' },
      pendingTerms: termsOf(team, 3),
    });
    const bill = resumeAt(trial, at('2026-06-20'));
    expect([bill.terms, shown(bill.invoice?.lines ?? [])]).toEqual([termsOf(team, 3), ['recurring 30.00']]);
  });
});

describe('a cancellation that was planned for the end of the period', () => {
  const planned = { cancelAt: june.end };

  test('comes at that end in a pause that kept the schedule', () => {
    expect(decide(pausedState('keep_schedule', planned), june.end)).toEqual({ kind: 'cancel', at: june.end });
  });

  test('waits for the end of a pause that shifted the schedule, and for the paid time after it', () => {
    const state = pausedState('shift_schedule', planned);
    expect(decide(state, at('2027-06-01'))).toMatchObject({ kind: 'wait', until: null });
    const after = resumed(state, at('2026-07-21'));
    expect(decide(after, at('2026-08-09T23:59:59Z'))).toMatchObject({ kind: 'wait', until: at('2026-08-10') });
    expect(decide(after, at('2026-08-10'))).toEqual({ kind: 'cancel', at: at('2026-08-10') });
  });

  test('comes at its instant in such a pause when it was planned for another one', () => {
    const state = pausedState('shift_schedule', { cancelAt: at('2026-06-20') });
    expect(decide(state, at('2026-06-20')).kind).toBe('cancel');
  });

  test('comes before a resume that somebody asks for after an outage', () => {
    const asked = (state: SubscriptionState) => refuseCommand(state, 'resume', {}, at('2026-07-05'))?.code ?? null;
    expect(asked(pausedState('keep_schedule', planned))).toBe('already_canceled');
    expect(asked(pausedState('shift_schedule', planned))).toBeNull();
    expect(asked(pausedState('keep_schedule', { cancelAt: at('2026-07-06') }))).toBeNull();
  });
});

test('a pause of the first release says nothing of its period, and its cancellation comes as it did then', () => {
  const event: SubscriptionEvent = { type: 'paused', at: since, resumeAt: null, mode: 'shift_schedule' };
  const state = apply(activeState({ cancelAt: june.end }), event);
  expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  expect([toIso(june.end), decide(state, june.end).kind]).toEqual(['2026-07-01T00:00:00.000Z', 'cancel']);
});

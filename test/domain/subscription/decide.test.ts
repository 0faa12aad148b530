import { decide, nextDueAt } from '../../../domain/subscription/decide';
import { openInvoicesMaxOfOld, type Pause, type SubscriptionState } from '../../../domain/subscription/state';
import { addDays, addHours } from '../../../domain/time';
import { activeState, at, collection, exampleId, june, owingState, pendingState } from './example';

const hour = 3_600_000;
const pause = (resumeAt: number | null): Pause => ({
  since: at('2026-06-10'),
  resumeAt,
  mode: 'keep_schedule',
  cause: 'command',
});
const full = Array.from({ length: openInvoicesMaxOfOld - 1 }, (_, index) => exampleId('inv', index + 2));

describe('a subscription acts', () => {
  const cases: [string, SubscriptionState, number, object][] = [
    ['at its start: bills', pendingState(), june.start, { kind: 'bill', reason: 'start' }],
    [
      'at the end of its trial: bills',
      activeState({ status: 'trialing', trialEnd: at('2026-06-15') }),
      at('2026-06-15'),
      { kind: 'bill', reason: 'trial_end' },
    ],
    ['at the end of its period: bills the next', activeState(), june.end, { kind: 'bill', reason: 'renewal' }],
    ['past due: goes on billing', owingState({ nextAt: null }), june.end, { kind: 'bill', reason: 'renewal' }],
    ['at the next dunning step: collects', owingState(), at('2026-06-02'), { kind: 'collect', action: 'attempt' }],
    [
      'at a planned reading: asks the provider',
      owingState({ nextAt: null, checkAt: at('2026-06-03') }),
      at('2026-06-03'),
      { kind: 'collect', action: 'reconcile' },
    ],
    [
      'after the last dunning step: ends dunning',
      owingState({ action: 'end_dunning' }),
      at('2026-06-02'),
      { kind: 'end_dunning' },
    ],
    ['at its planned cancellation: cancels', activeState({ cancelAt: june.end }), june.end, { kind: 'cancel' }],
    [
      'at the planned end of a pause: resumes',
      activeState({ status: 'paused', pause: pause(at('2026-08-01')) }),
      at('2026-08-01'),
      { kind: 'bill', reason: 'resume' },
    ],
    [
      'at the limit of its first payment: expires',
      activeState({ status: 'incomplete', incompleteUntil: at('2026-06-02') }),
      at('2026-06-02'),
      { kind: 'expire' },
    ],
  ];

  test.each(cases)('%s, and not a millisecond earlier', (_name, state, due, step) => {
    expect(decide(state, due)).toMatchObject({ ...step, at: due });
    expect(decide(state, due - 1)).toMatchObject({ kind: 'wait', until: due });
    expect(nextDueAt(state)).toBe(due);
  });

  test('late, at the instant that was due: an outage does not move the calendar', () => {
    expect(decide(activeState(), addDays(june.end, 40))).toEqual({ kind: 'bill', reason: 'renewal', at: june.end });
  });
});

describe('of what is due at one instant', () => {
  test('a cancellation comes before the renewal: a canceled period is not billed', () => {
    expect(decide(activeState({ cancelAt: june.end }), addDays(june.end, 1)).kind).toBe('cancel');
  });

  test('the renewal comes before a dunning step: the new invoice joins the queue first', () => {
    expect(decide(owingState({ nextAt: june.end }), june.end)).toMatchObject({ kind: 'bill' });
  });

  test('the earlier one comes first', () => {
    expect(decide(owingState({ nextAt: june.end - 1 }), addDays(june.end, 1))).toMatchObject({ kind: 'collect' });
    expect(decide(owingState({ checkAt: june.start }), june.end)).toMatchObject({ action: 'reconcile' });
    expect(decide(owingState({ nextAt: null, checkAt: june.end, noticedAt: june.start }), june.start)).toMatchObject({
      action: 'reconcile',
      at: june.start,
    });
  });

  test('the first try of an invoice comes before all: who catches up pays each period before the next is billed', () => {
    const state = owingState({ waitingFor: 'nothing', nextAt: addDays(june.end, 50) }, { cancelAt: june.end });
    expect(decide(state, addDays(june.end, 50))).toMatchObject({ kind: 'collect' });
  });
});

describe('billing stops', () => {
  test('while so many invoices are open, and goes on from the same boundary when one is settled', () => {
    const behind = owingState({ queue: full, nextAt: null });
    expect(decide(behind, addDays(june.end, 400))).toEqual({ kind: 'wait', until: null, why: 'waits for the retry' });
    const settled = owingState({ queue: full.slice(1), nextAt: null });
    expect(decide(settled, addDays(june.end, 400))).toEqual({ kind: 'bill', reason: 'renewal', at: june.end });
  });

  test('also for a pause that would end while so many invoices are open', () => {
    const paused = owingState({ queue: full, nextAt: null }, { status: 'paused', pause: pause(at('2026-07-01')) });
    expect(decide(paused, at('2026-07-02'))).toMatchObject({ kind: 'wait', until: null });
  });

  test.each(['paused', 'unpaid', 'canceled', 'expired', 'incomplete', 'trialing'] as const)(
    'when the subscription is %s',
    (status) => {
      expect(decide(activeState({ status }), addDays(june.end, 400)).kind).not.toBe('bill');
    },
  );
});

describe('the bound of open invoices', () => {
  const behind = (open: number, change: Partial<SubscriptionState>): SubscriptionState =>
    owingState({ nextAt: null, queue: full.slice(0, open - 1) }, change);

  test.each([1, 2, 11])('is what the tenant said when the subscription was made: %i', (openInvoicesMax) => {
    expect(decide(behind(openInvoicesMax, { openInvoicesMax }), june.end).kind).toBe('wait');
    expect(decide(behind(openInvoicesMax, { openInvoicesMax: openInvoicesMax + 1 }), june.end).kind).toBe('bill');
  });

  test('is twelve in a state of the first release, which does not name it', () => {
    const { openInvoicesMax: _unnamed, ...old } = behind(12, {});
    expect(decide(old, june.end).kind).toBe('wait');
    expect(decide({ ...old, collection: collection({ nextAt: null, queue: full.slice(0, 10) }) }, june.end).kind).toBe(
      'bill',
    );
  });
});

describe('the spread of renewals', () => {
  const jittered = activeState({ jitterMs: hour });

  test('delays the work, never the boundary', () => {
    expect(decide(jittered, june.end)).toEqual({ kind: 'wait', until: addHours(june.end, 1), why: 'renews' });
    expect(decide(jittered, addHours(june.end, 1))).toEqual({ kind: 'bill', reason: 'renewal', at: june.end });
    expect(nextDueAt(jittered)).toBe(june.end);
  });

  test('delays nothing that a person waits for', () => {
    expect(decide({ ...pendingState(), jitterMs: hour }, june.start).kind).toBe('bill');
    expect(decide({ ...jittered, cancelAt: june.end }, june.end).kind).toBe('cancel');
    expect(decide({ ...owingState(), jitterMs: hour }, at('2026-06-02')).kind).toBe('collect');
  });

  test('is not for test clocks: they stop at the boundary', () => {
    const clock = { id: exampleId('clock', 1), now: june.end };
    expect(decide({ ...jittered, clock }, june.end).kind).toBe('bill');
  });
});

describe('with nothing planned', () => {
  test('it waits for a message and says which', () => {
    const paused = activeState({ status: 'paused', pause: pause(null) });
    expect(decide(paused, june.end)).toEqual({ kind: 'wait', until: null, why: 'paused until resumed' });
    expect(decide(owingState({ nextAt: null, waitingFor: 'payment_method' }, { status: 'unpaid' }), june.end)).toEqual({
      kind: 'wait',
      until: null,
      why: 'waits for the payment method',
    });
    expect(nextDueAt(paused)).toBeNull();
  });

  test('it ends once it is over and owes nothing', () => {
    for (const status of ['canceled', 'expired'] as const) {
      expect(decide(activeState({ status, cancelAt: june.end }), june.end)).toEqual({ kind: 'end' });
      expect(decide(activeState({ status, collection: collection({ nextAt: null }) }), june.end).kind).toBe('wait');
    }
  });
});

import { apply } from '../../../domain/subscription/apply';
import { decide, nextDueAt } from '../../../domain/subscription/decide';
import { isLive, type SubscriptionState } from '../../../domain/subscription/state';
import { stateOfStretch, unbilledUsageMax, type UnbilledUsage } from '../../../domain/subscription/unbilled-usage';
import { usageFrom, usageWindow } from '../../../domain/invoice/arrears';
import { addDays, addHours } from '../../../domain/time';
import { activeState, at, invoice, june, owingState } from './example';

const july = { index: 1, start: june.end, end: at('2026-08-01') };

/** The usage of June, which waits until 2 July. */
function waiting(change: Partial<UnbilledUsage> = {}): UnbilledUsage {
  const { terms, anchor } = activeState();
  const window = { from: june.start, to: june.end, dueAt: addDays(june.end, 1) };
  return { ...window, terms, period: june, anchor, ...change };
}

const inJuly = (unbilledUsage: readonly UnbilledUsage[], more: Partial<SubscriptionState> = {}): SubscriptionState =>
  activeState({ period: july, unbilledUsage, ...more });

test('usage that waits is billed when its grace is over, and not a millisecond earlier', () => {
  const due = addDays(june.end, 1);
  const state = inJuly([waiting()]);
  expect(nextDueAt(state)).toBe(due);
  expect(decide(state, due)).toEqual({ kind: 'bill_usage', at: due });
  expect(decide(state, due - 1)).toMatchObject({ kind: 'wait', until: due, why: 'bills usage' });
});

test('usage that falls due with a boundary is billed before it: the stretches of a price count in their order', () => {
  const state = inJuly([waiting({ dueAt: july.end })]);
  expect(decide(state, july.end)).toMatchObject({ kind: 'bill_usage' });
});

test('a canceled subscription lives on until its usage is billed, and then until it is paid', () => {
  const canceled = apply(activeState(), { type: 'canceled', at: june.end, invoice: null, unbilled: waiting() });
  expect([canceled.status, isLive(canceled)]).toEqual(['canceled', true]);
  expect(decide(canceled, addDays(june.end, 1))).toMatchObject({ kind: 'bill_usage' });
  const { from, to } = waiting();
  const billed = apply(canceled, { type: 'usage_billed', at: july.start, from, to, invoice: invoice(2) });
  expect(decide(billed, july.start)).toMatchObject({ kind: 'collect', action: 'attempt' });
  const nothing = apply(canceled, { type: 'usage_billed', at: july.start, from, to, invoice: null });
  expect([decide(nothing, july.start), isLive(nothing), 'unbilledUsage' in nothing]).toEqual([
    { kind: 'end' },
    false,
    false,
  ]);
});

test('the usage of each stretch is billed once, the oldest first, and its invoice queues behind what is owed', () => {
  const second = waiting({ from: june.end, to: addDays(june.end, 3), dueAt: addDays(june.end, 4) });
  const state = { ...owingState(), period: july, unbilledUsage: [waiting(), second] };
  const { from, to } = waiting();
  const billed = apply(state, { type: 'usage_billed', at: july.start, from, to, invoice: invoice(2) });
  expect(billed.unbilledUsage).toEqual([second]);
  expect(billed.collection?.queue).toEqual([invoice(2).id]);
});

test('behind a full backlog usage waits as renewals do', () => {
  const state = { ...owingState({ nextAt: null }), unbilledUsage: [waiting()], openInvoicesMax: 1 };
  expect(decide(state, addDays(june.end, 2))).toMatchObject({ kind: 'wait', until: null });
});

test('a subscription that was never paid for bills no usage: not while it waits for the first payment, nor when that never comes', () => {
  const incomplete = activeState({
    status: 'incomplete',
    unbilledUsage: [waiting()],
    incompleteUntil: at('2026-07-04'),
  });
  expect(decide(incomplete, addDays(june.end, 2))).toMatchObject({ kind: 'wait', why: 'expires unpaid' });
  expect(apply(incomplete, { type: 'expired', at: at('2026-07-04') })).not.toHaveProperty('unbilledUsage');
  const event = { type: 'canceled', at: at('2026-07-02'), invoice: null } as const;
  expect(apply(incomplete, event)).not.toHaveProperty('unbilledUsage');
});

test('more stretches than may wait end the grace of the oldest at once, so that the state stays small', () => {
  const stretches = Array.from({ length: unbilledUsageMax + 1 }, (_, hour) =>
    waiting({ from: addHours(june.start, hour), to: addHours(june.start, hour + 1) }),
  );
  const last = addHours(june.start, unbilledUsageMax + 1);
  expect(decide(activeState({ unbilledUsage: stretches }), last)).toEqual({ kind: 'bill_usage', at: last });
  expect(JSON.stringify(activeState({ unbilledUsage: stretches })).length).toBeLessThan(2_048);
});

test('a stretch is billed as the subscription was in it, whatever became of it since', () => {
  const changed = inJuly([waiting()], {
    terms: { ...activeState().terms, planId: 'plan_other', quantity: 9 },
    arrears: { usageFrom: addDays(june.end, 1), feesFrom: july.end },
    status: 'paused',
    pause: { since: july.start, resumeAt: null, mode: 'keep_schedule', cause: 'command' },
  });
  const then = stateOfStretch(changed, waiting());
  expect(then).toMatchObject({ status: 'active', terms: activeState().terms, period: june, pause: null });
  expect(usageFrom(then)).toBe(june.start);
  expect(usageWindow(then, june.end)).toEqual({ from: june.start, to: june.end });
});

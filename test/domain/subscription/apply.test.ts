import { noticePayment, noticePaymentMethod } from '../../../domain/subscription/apply';
import { processingCheckMs } from '../../../domain/collection';
import { decide } from '../../../domain/subscription/decide';
import type { SubscriptionEvent } from '../../../domain/subscription/events';
import { rememberFact, handledFactsMax } from '../../../domain/subscription/state';
import { addDays, addHours } from '../../../domain/time';
import { activeState, at, collection, exampleId, invoice, june, owingState } from './example';
import { changedTerms, declined, dunningEnded, first, fold, now, pending, resumed, second, settled } from './facts';

describe('an open invoice', () => {
  const termsChanged = (n: number, open = true): SubscriptionEvent => ({
    type: 'terms_changed',
    at: now,
    terms: changedTerms,
    label: 'Acme · Team',
    invoice: invoice(n, open),
    calendar: null,
  });

  test('is collected at once', () => {
    const state = fold(activeState(), termsChanged(1));
    expect(state.collection).toEqual(
      collection({ attempts: 0, firstFailureAt: null, step: 0, nextAt: now, waitingFor: 'nothing' }),
    );
    expect(decide(state, now)).toEqual({ kind: 'collect', invoiceId: first, action: 'attempt', at: now });
  });

  test('waits its turn behind an older one, which keeps its dunning; it is collected when that is settled', () => {
    const waiting = fold(owingState(), termsChanged(2));
    expect(waiting.collection).toEqual(collection({ queue: [second] }));
    const next = fold(waiting, settled(now));
    expect(next.collection).toMatchObject({
      invoiceId: second,
      queue: [],
      attempts: 0,
      nextAt: now,
      waitingFor: 'nothing',
    });
    expect(next.status).toBe('past_due');
    expect(fold(next, settled(now, second))).toMatchObject({ status: 'active', collection: null });
  });

  test('is not collected when nothing is due, and is shown all the same', () => {
    expect(fold(activeState(), termsChanged(1, false))).toMatchObject({
      collection: null,
      lastInvoice: { number: 'INV-000001', total: '49' },
    });
  });

  test('that was settled while it waited leaves the queue, and the others stay', () => {
    const state = fold(owingState({ queue: [second, exampleId('inv', 3)] }), settled(now, second));
    expect(state.collection).toEqual(collection({ queue: [exampleId('inv', 3)] }));
    expect(state.status).toBe('past_due');
  });
});

describe('a first payment that gates the subscription', () => {
  const incomplete = owingState(
    { attempts: 0, firstFailureAt: null, step: 0, waitingFor: 'nothing', nextAt: now },
    { status: 'incomplete', incompleteUntil: addHours(now, 23) },
  );

  test('activates it when it is paid', () => {
    expect(fold(incomplete, settled(now))).toMatchObject({ status: 'active', incompleteUntil: null, collection: null });
  });

  test.each(['voided', 'uncollectible'] as const)('ends it when its invoice is %s', (how) => {
    const planned = { ...incomplete, pendingTerms: changedTerms };
    expect(fold(planned, settled(now, first, how))).toMatchObject({
      status: 'expired',
      pendingTerms: null,
      incompleteUntil: null,
    });
  });

  test('that is declined has no dunning: it waits for the customer until the limit', () => {
    const state = fold(incomplete, declined(now, { firstFailureAt: now }));
    expect(state).toMatchObject({ status: 'incomplete', collection: { nextAt: null, action: 'attempt' } });
    expect(decide(state, now)).toEqual({ kind: 'wait', until: addHours(now, 23), why: 'expires unpaid' });
    expect(decide(state, addHours(now, 23))).toMatchObject({ kind: 'expire' });
  });

  test('that the provider works on beyond the limit is waited for, and read each day', () => {
    const state = fold(incomplete, pending(now, 'provider'));
    expect(decide(state, addHours(now, 23.5))).toEqual({
      kind: 'wait',
      until: addHours(now, 24),
      why: 'asks the provider',
    });
    expect(decide(state, addHours(now, 24))).toMatchObject({ kind: 'collect', action: 'reconcile' });
    const failed = fold(state, declined(addHours(now, 24)));
    expect(decide(failed, addHours(now, 24))).toMatchObject({ kind: 'expire' });
  });
});

describe('at the end of dunning', () => {
  const due = owingState({ action: 'end_dunning', nextAt: now, queue: [second] }, { cancelAt: june.end });

  test('canceled: nothing is planned and nothing is collected any more', () => {
    const state = fold(due, dunningEnded('cancel'));
    expect(state).toMatchObject({
      status: 'canceled',
      collection: null,
      cancelAt: null,
      pendingTerms: null,
      pause: null,
    });
    expect(decide(state, now)).toEqual({ kind: 'end' });
  });

  test.each([
    ['leave_unpaid', 'unpaid'],
    ['pause', 'paused'],
  ] as const)('%s: it is %s, bills no more, and keeps what is owed for the customer to pay', (end, status) => {
    const state = fold({ ...due, cancelAt: null }, dunningEnded(end));
    expect(state.status).toBe(status);
    expect(state.collection).toMatchObject({ invoiceId: first, queue: [second], nextAt: null, waitingFor: 'customer' });
    expect(decide(state, addDays(now, 400))).toEqual({ kind: 'wait', until: null, why: 'waits for the customer' });
  });

  test.each(['leave_unpaid', 'pause'] as const)('%s: it goes on at once when all is paid', (end) => {
    const state = fold({ ...due, cancelAt: null }, dunningEnded(end), settled(now), settled(now, second));
    expect(state).toMatchObject({ status: 'paused', collection: null, pause: { cause: 'dunning', resumeAt: now } });
    expect(decide(state, now)).toEqual({ kind: 'bill', reason: 'resume', at: now });
  });

  test('pause: a resume by command begins dunning anew, or periods would pile up unpaid', () => {
    const state = fold({ ...due, cancelAt: null }, dunningEnded('pause'), resumed);
    expect(state).toMatchObject({ status: 'past_due', pause: null });
    expect(state.collection).toMatchObject({ invoiceId: first, firstFailureAt: null, step: 0, nextAt: resumed.at });
    expect(decide(state, resumed.at)).toMatchObject({ kind: 'collect', action: 'attempt' });
  });

  test('a pause that the customer asked for goes on when the debt is paid', () => {
    const pause = { since: june.start, resumeAt: null, mode: 'keep_schedule', cause: 'command' } as const;
    const state = fold(
      { ...due, cancelAt: null, status: 'paused', pause },
      dunningEnded('pause'),
      settled(now),
      settled(now, second),
    );
    expect(state).toMatchObject({ status: 'paused', pause });
  });
});

describe('a cancellation', () => {
  const planned = activeState({ cancelAt: june.end });
  const julyOnwards = { index: 0, start: now, end: at('2027-06-10T12:00:00Z') };
  const calendar = { period: julyOnwards, anchor: { at: now, day: null } };

  test('planned for the end of the period moves with it when a change begins a new period: what is paid for is served', () => {
    const change = { type: 'terms_changed', at: now, terms: changedTerms, label: 'x', invoice: null } as const;
    expect(fold(planned, { ...change, calendar }).cancelAt).toBe(julyOnwards.end);
    expect(fold(planned, { ...change, calendar: null }).cancelAt).toBe(june.end);
  });

  test('planned for the end of the period moves with it when a pause gives time back', () => {
    const pause = { since: june.start, resumeAt: null, mode: 'shift_schedule', cause: 'command' } as const;
    expect(fold({ ...planned, status: 'paused', pause }, { ...resumed, calendar }).cancelAt).toBe(julyOnwards.end);
  });

  test('of a subscription that was served leaves what is owed to be collected', () => {
    const state = fold(owingState(), { type: 'canceled', at: now, invoice: null });
    expect(state).toMatchObject({ status: 'canceled', collection: collection() });
    expect(decide(state, now)).toMatchObject({ kind: 'collect' });
    expect(decide(fold(state, settled(now)), now)).toEqual({ kind: 'end' });
  });

  test('of a subscription that never became active owes nothing', () => {
    const state = fold(owingState({}, { status: 'incomplete', incompleteUntil: june.end }), {
      type: 'canceled',
      at: now,
      invoice: null,
    });
    expect(state).toMatchObject({ status: 'canceled', collection: null, incompleteUntil: null });
  });

  test('wipes out all that was planned', () => {
    const busy = activeState({
      cancelAt: june.end,
      pendingTerms: changedTerms,
      status: 'trialing',
      trialEnd: june.end,
    });
    expect(fold(busy, { type: 'canceled', at: now, invoice: null })).toMatchObject({
      cancelAt: null,
      pendingTerms: null,
      trialEnd: null,
      pause: null,
    });
  });
});

describe('a scheduled change', () => {
  const issued = (terms: typeof changedTerms, reason: 'renewal' | 'trial_end'): SubscriptionEvent => ({
    type: 'invoice_issued',
    at: june.end,
    reason,
    invoice: invoice(2, false),
    period: { index: 1, start: june.end, end: at('2026-08-01') },
    anchor: activeState().anchor,
    terms,
    incompleteUntil: null,
  });

  test('is done when the boundary billed it', () => {
    const state = fold(activeState({ pendingTerms: changedTerms }), issued(changedTerms, 'renewal'));
    expect(state).toMatchObject({ terms: changedTerms, pendingTerms: null });
  });

  test('stays scheduled when the boundary billed something else', () => {
    const state = activeState({ status: 'trialing', trialEnd: june.end, pendingTerms: changedTerms });
    expect(fold(state, issued(state.terms, 'trial_end')).pendingTerms).toEqual(changedTerms);
  });
});

describe('while the customer is asked to confirm (3-D Secure)', () => {
  const asked = fold(
    owingState({ firstFailureAt: null, step: 0, attempts: 0 }, { status: 'active' }),
    pending(now, 'customer'),
  );
  const unchanged = (when: number): SubscriptionEvent => ({ type: 'payment_unchanged', at: when, invoiceId: first });

  test("a provider's message is read at once, and does not shorten the customer's time", () => {
    const noticed = noticePayment(asked, addHours(now, 1));
    expect(decide(noticed, addHours(now, 1))).toMatchObject({
      kind: 'collect',
      action: 'reconcile',
      at: addHours(now, 1),
    });
    expect(noticed.collection?.checkAt).toBe(addHours(now, 24));
    const read = fold(noticed, unchanged(addHours(now, 1)));
    expect(decide(read, addHours(now, 1))).toEqual({
      kind: 'wait',
      until: addHours(now, 24),
      why: 'asks the provider',
    });
  });

  test('a planned reading that came to nothing is planned again: the wait never loses its end', () => {
    const read = fold(asked, unchanged(addHours(now, 24)));
    expect(read.collection?.checkAt).toBe(addHours(now, 24) + processingCheckMs);
  });

  test('a message that came in while the provider was asked is read afterwards', () => {
    const noticed = noticePayment(asked, addHours(now, 1));
    for (const outcome of [pending(now, 'provider'), declined(now), unchanged(now)]) {
      expect(fold(noticed, outcome).collection?.noticedAt).toBe(addHours(now, 1));
    }
    for (const outcome of [
      pending(addHours(now, 1), 'provider'),
      declined(addHours(now, 1)),
      unchanged(addHours(now, 1)),
    ]) {
      expect(fold(noticed, outcome).collection?.noticedAt).toBeNull();
    }
  });
});

describe('a try that is asked for', () => {
  const requested = (customerActed: boolean) =>
    fold(owingState(), { type: 'payment_requested', at: now, customerPresent: customerActed, customerActed });

  test('by a person is made at once, with the customer at the screen if so said', () => {
    expect(decide(requested(true), now)).toMatchObject({ kind: 'collect', action: 'attempt' });
    expect(requested(true).collection).toMatchObject({ customerActed: true, customerPresent: true });
  });

  test('by the engine, because money may have arrived, reads the provider before it sends anything', () => {
    const state = requested(false);
    expect(decide(state, now)).toMatchObject({ kind: 'collect', action: 'reconcile' });
    const read = fold(state, { type: 'payment_unchanged', at: now, invoiceId: first });
    expect(decide(read, now)).toMatchObject({ kind: 'collect', action: 'attempt' });
    expect(read.collection).toMatchObject({ customerActed: false, customerPresent: false });
  });
});

describe('a new payment method', () => {
  test('wakes what is owed, also when dunning waits for it or has ended', () => {
    for (const change of [
      { waitingFor: 'payment_method' as const },
      { nextAt: null, waitingFor: 'customer' as const },
    ]) {
      const state = fold(owingState(change), { type: 'payment_method_changed', at: now });
      expect(decide(state, now)).toMatchObject({ kind: 'collect', action: 'attempt' });
      expect(state.collection?.customerActed).toBe(true);
    }
  });

  test('that came in while a try was under way is tried after it, whatever the try came to', () => {
    const woken = noticePaymentMethod(owingState(), now);
    const deferred: SubscriptionEvent = {
      type: 'payment_deferred',
      at: now - 1,
      invoiceId: first,
      until: june.end,
      why: 'too_soon',
    };
    for (const outcome of [
      declined(now - 1),
      declined(now - 1, { nextAt: null }),
      deferred,
      pending(now - 1, 'customer'),
    ]) {
      expect(decide(fold(woken, outcome), now)).toMatchObject({ kind: 'collect', action: 'attempt', at: now });
    }
    expect(
      decide(fold(woken, { ...dunningEnded('leave_unpaid'), at: now - 1 } as SubscriptionEvent), now),
    ).toMatchObject({ kind: 'collect' });
    expect(decide(fold(woken, declined(now)), now)).toMatchObject({ kind: 'wait' });
  });

  test('goes on with a trial that stopped for want of one', () => {
    const stopped = fold(activeState({ status: 'trialing', trialEnd: now }), { type: 'trial_paused', at: now });
    expect(decide(stopped, addDays(now, 100))).toMatchObject({ kind: 'wait', until: null });
    const later = addDays(now, 3);
    expect(decide(noticePaymentMethod(stopped, later), later)).toEqual({ kind: 'bill', reason: 'resume', at: later });
    expect(decide(fold(stopped, { type: 'payment_method_changed', at: later }), later)).toMatchObject({ kind: 'bill' });
  });

  test('means nothing to a subscription that owes nothing', () => {
    expect(noticePaymentMethod(activeState(), now)).toEqual(activeState());
    expect(noticePayment(activeState(), now)).toEqual(activeState());
  });
});

test('the ring of handled provider events is bounded and drops the oldest', () => {
  let state = activeState();
  for (let n = 1; n <= handledFactsMax + 4; n++) state = rememberFact(state, `evt_${n}`);
  expect(state.handledFacts).toHaveLength(handledFactsMax);
  expect(state.handledFacts[0]).toBe('evt_5');
  expect(state.handledFacts.at(-1)).toBe(`evt_${handledFactsMax + 4}`);
});

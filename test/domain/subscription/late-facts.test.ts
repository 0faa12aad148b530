import fc from 'fast-check';
import { apply } from '../../../domain/subscription/apply';
import { decide } from '../../../domain/subscription/decide';
import type { SubscriptionEvent } from '../../../domain/subscription/events';
import type { SubscriptionState } from '../../../domain/subscription/state';
import { addDays } from '../../../domain/time';
import { activeState, invoice, june, owingState, pendingState } from './example';
import { changedTerms, declined, dunningEnded, first, fold, now, pending, resumed, second, settled } from './facts';

describe('a command and the outcome of a payment, in either order', () => {
  const paused: SubscriptionEvent = { type: 'paused', at: now, resumeAt: null, mode: 'keep_schedule' };
  const commands: [string, SubscriptionEvent, Partial<SubscriptionState>][] = [
    ['pause', paused, { status: 'paused' }],
    ['cancel', { type: 'canceled', at: now, invoice: null }, { status: 'canceled' }],
    ['cancel at the end', { type: 'cancel_scheduled', at: now, cancelAt: june.end }, { cancelAt: june.end }],
    ['scheduled change', { type: 'terms_scheduled', at: now, terms: changedTerms }, { pendingTerms: changedTerms }],
    [
      'change',
      { type: 'terms_changed', at: now, terms: changedTerms, label: 'x', invoice: invoice(2), calendar: null },
      { terms: changedTerms },
    ],
  ];
  const owed = ({ collection: held }: SubscriptionState) => (held === null ? [] : [held.invoiceId, ...held.queue]);

  test.each(commands)('%s: neither is lost', (name, command, kept) => {
    for (const outcome of [settled(now), declined(now), pending(now, 'customer')]) {
      const orders = [fold(owingState(), command, outcome), fold(owingState(), outcome, command)];
      for (const state of orders) {
        expect(state).toMatchObject(kept);
        const open = [...(outcome.type === 'invoice_settled' ? [] : [first]), ...(name === 'change' ? [second] : [])];
        expect(owed(state)).toEqual(open);
        expect(state.seq).toBe(2);
        if (outcome.type === 'payment_declined') expect(state.collection?.nextAt).toBe(addDays(now, 1));
      }
      const [one, other] = orders;
      // A second invoice, not tried yet, keeps a subscription past due until it is paid.
      if (name !== 'change') expect(one?.status).toBe(other?.status);
    }
  });

  test('resume: who owes is past due, in either order', () => {
    const state = owingState(
      {},
      { status: 'paused', pause: { since: june.start, resumeAt: null, mode: 'keep_schedule', cause: 'command' } },
    );
    for (const events of [
      [resumed, declined(resumed.at)],
      [declined(resumed.at), resumed],
    ])
      expect(fold(state, ...events)).toMatchObject({
        status: 'past_due',
        pause: null,
        collection: { nextAt: addDays(resumed.at, 1) },
      });
    for (const events of [
      [resumed, settled(resumed.at)],
      [settled(resumed.at), resumed],
    ])
      expect(fold(state, ...events)).toMatchObject({ status: 'active', pause: null, collection: null });
  });
});

describe('facts that come late', () => {
  const final = fc.constantFrom('canceled' as const, 'expired' as const);
  const late = fc.constantFrom<SubscriptionEvent>(
    settled(now),
    settled(now, second),
    settled(now, first, 'voided'),
    declined(now),
    declined(now, { nextAt: null }),
    pending(now, 'customer'),
    { type: 'payment_deferred', at: now, invoiceId: first, until: june.end, why: 'too_soon' },
    { type: 'payment_unchanged', at: now, invoiceId: first },
    { type: 'payment_requested', at: now, customerPresent: true, customerActed: true },
    { type: 'payment_method_changed', at: now },
    dunningEnded('cancel'),
    dunningEnded('pause'),
    dunningEnded('leave_unpaid'),
    { type: 'attention_needed', at: now, reason: 'x' },
    { type: 'attention_cleared', at: now },
  );

  test('never bring a subscription back to life, in any order', () => {
    fc.assert(
      fc.property(final, fc.array(late, { maxLength: 12 }), (status, events) => {
        const state = fold(owingState({ queue: [second] }, { status }), ...events);
        expect(state.status).toBe(status);
        expect(['bill', 'cancel', 'expire']).not.toContain(decide(state, addDays(now, 400)).kind);
      }),
    );
  });

  test('about an invoice that is no longer collected change nothing', () => {
    for (const event of [
      declined(now),
      pending(now, 'provider'),
      { type: 'payment_deferred', at: now, invoiceId: first, until: june.end, why: 'x' } as const,
    ]) {
      const state = owingState({ invoiceId: second });
      expect(fold(state, event)).toEqual({ ...state, seq: 1 });
      expect(fold(activeState(), event)).toEqual({ ...activeState(), seq: 1 });
    }
  });

  test('that the rules forbid are refused by name, not folded in', () => {
    expect(() => apply(pendingState(), { type: 'paused', at: now, resumeAt: null, mode: 'keep_schedule' })).toThrow(
      expect.objectContaining({ code: 'subscription_not_in_state' }),
    );
  });
});

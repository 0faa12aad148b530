/** A fact whose credits reduced older open invoices. */
import { decide } from '../../../domain/subscription/decide';
import type { CreditedInvoice, SubscriptionEvent } from '../../../domain/subscription/events';
import { addHours } from '../../../domain/time';
import { collection, invoice, owingState } from './example';
import { changedTerms, declined, first, fold, now, pending, second } from './facts';

const changed = (credited: readonly CreditedInvoice[], open = true): SubscriptionEvent => ({
  type: 'terms_changed',
  at: now,
  terms: changedTerms,
  label: 'Acme · Team',
  invoice: invoice(3, open),
  calendar: null,
  credited,
});
const owed = (state: ReturnType<typeof fold>) =>
  state.collection === null ? [] : [state.collection.invoiceId, ...state.collection.queue];

test('an invoice of which nothing is left is settled: dunning ends, and the new invoice is collected', () => {
  const state = fold(owingState(), changed([{ invoiceId: first, open: false }]));
  expect([state.status, owed(state)]).toEqual(['active', [invoice(3).id]]);
  expect(decide(state, now)).toMatchObject({ kind: 'collect', action: 'attempt', at: now });
  expect(fold(owingState(), changed([{ invoiceId: first, open: false }], false))).toMatchObject({
    status: 'active',
    collection: null,
  });
});

test('one that waits behind another leaves the queue, and what is collected first goes on as planned', () => {
  const state = fold(owingState({ queue: [second] }), changed([{ invoiceId: second, open: false }]));
  expect(state).toMatchObject({ status: 'past_due', collection: collection({ queue: [invoice(3).id] }) });
});

test('one that is reduced keeps its place and its plan of dunning', () => {
  const owing = fold(owingState(), declined(now - 1));
  const state = fold(owing, changed([{ invoiceId: first, open: true }]));
  expect(state.collection).toEqual({ ...owing.collection, queue: [invoice(3).id] });
});

test('one whose payment the customer was to confirm is asked for anew at once', () => {
  const asked = fold(owingState(), pending(addHours(now, -1), 'customer'));
  expect(decide(asked, now).kind).toBe('wait');
  const state = fold(asked, changed([{ invoiceId: first, open: true }]));
  expect(decide(state, now)).toEqual({ kind: 'collect', invoiceId: first, action: 'attempt', at: now });
  expect(state.collection?.checkAt).toBeNull();
});

test('a cancellation with credit ends a subscription that owes nothing any more, and leaves what is still owed', () => {
  const canceled = (open: boolean): SubscriptionEvent => ({
    type: 'canceled',
    at: now,
    invoice: invoice(3, false),
    credited: [{ invoiceId: first, open }],
  });
  const over = fold(owingState(), canceled(false));
  expect([over.status, decide(over, now)]).toEqual(['canceled', { kind: 'end' }]);
  const owing = fold(owingState(), canceled(true));
  expect([owing.status, owed(owing)]).toEqual(['canceled', [first]]);
});

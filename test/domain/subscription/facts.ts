import { apply } from '../../../domain/subscription/apply';
import type { SubscriptionEvent } from '../../../domain/subscription/events';
import type { SubscriptionState } from '../../../domain/subscription/state';
import { addDays, addHours } from '../../../domain/time';
import { at, exampleId, june } from './example';

export const first = exampleId('inv', 1);
export const second = exampleId('inv', 2);
export const now = at('2026-06-10T12:00:00Z');
export const fold = (state: SubscriptionState, ...events: SubscriptionEvent[]) => events.reduce(apply, state);
export const declined = (when: number, change: object = {}): SubscriptionEvent => ({
  type: 'payment_declined',
  at: when,
  invoiceId: first,
  attempts: 2,
  code: 'insufficient_funds',
  step: 2,
  firstFailureAt: june.start,
  nextAt: addDays(when, 1),
  waitingFor: 'retry',
  ...change,
});
export const settled = (
  when: number,
  invoiceId = first,
  how: 'paid' | 'voided' | 'uncollectible' = 'paid',
): SubscriptionEvent => ({
  type: 'invoice_settled',
  at: when,
  invoiceId,
  how,
});
export const pending = (when: number, waitingFor: 'customer' | 'provider'): SubscriptionEvent => ({
  type: 'payment_pending',
  at: when,
  invoiceId: first,
  attempts: 1,
  waitingFor,
  nextAt: null,
  checkAt: addHours(when, 24),
});
export const dunningEnded = (end: 'cancel' | 'pause' | 'leave_unpaid'): SubscriptionEvent => ({
  type: 'dunning_ended',
  at: now,
  end,
  settled: [],
});
export const resumed: Extract<SubscriptionEvent, { type: 'resumed' }> = {
  type: 'resumed',
  at: addDays(now, 1),
  invoice: null,
  calendar: null,
};
export const changedTerms = { planId: exampleId('plan', 2), planVersion: 4, quantity: 1 };

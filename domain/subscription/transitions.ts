/**
 * Every transition of a subscription's status, in one table. A pair that is absent is refused.
 */
import { fail } from '../errors';
import type { SubscriptionStatus } from './state';

export type Transition =
  | 'start_trial'
  | 'activate'
  | 'await_first_payment'
  | 'payment_failed'
  | 'payment_recovered'
  | 'dunning_paused'
  | 'dunning_unpaid'
  | 'pause'
  | 'resume'
  | 'cancel'
  | 'expire';

type Row = Partial<Record<Transition, SubscriptionStatus>>;

export const transitions: Readonly<Record<SubscriptionStatus, Row>> = {
  pending: { start_trial: 'trialing', activate: 'active', await_first_payment: 'incomplete', cancel: 'canceled' },
  incomplete: { payment_failed: 'incomplete', payment_recovered: 'active', cancel: 'canceled', expire: 'expired' },
  trialing: { activate: 'active', await_first_payment: 'incomplete', pause: 'paused', cancel: 'canceled' },
  active: {
    activate: 'active',
    payment_failed: 'past_due',
    payment_recovered: 'active',
    pause: 'paused',
    cancel: 'canceled',
  },
  past_due: {
    activate: 'past_due',
    payment_failed: 'past_due',
    payment_recovered: 'active',
    dunning_paused: 'paused',
    dunning_unpaid: 'unpaid',
    pause: 'paused',
    cancel: 'canceled',
  },
  // Periods went by unbilled: the way back is a resume, which bills from now on.
  unpaid: { payment_failed: 'unpaid', payment_recovered: 'paused', dunning_unpaid: 'unpaid', cancel: 'canceled' },
  paused: {
    payment_failed: 'paused',
    payment_recovered: 'paused',
    dunning_paused: 'paused',
    dunning_unpaid: 'paused',
    resume: 'active',
    cancel: 'canceled',
  },
  canceled: {
    payment_failed: 'canceled',
    payment_recovered: 'canceled',
    dunning_paused: 'canceled',
    dunning_unpaid: 'canceled',
    cancel: 'canceled',
  },
  expired: {
    payment_failed: 'expired',
    payment_recovered: 'expired',
    dunning_paused: 'expired',
    dunning_unpaid: 'expired',
    cancel: 'expired',
  },
};

/** True when the table has the pair. */
export function canTransition(from: SubscriptionStatus, transition: Transition): boolean {
  return transitions[from][transition] !== undefined;
}

/**
 * The status after a transition.
 * @throws PerennialError `subscription_not_in_state` when the table lacks the pair.
 */
export function nextStatus(from: SubscriptionStatus, transition: Transition): SubscriptionStatus {
  return transitions[from][transition] ?? fail('subscription_not_in_state', { status: from, action: transition });
}

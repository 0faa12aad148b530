/** Subscriptions. */
import type { ErrorDefinition } from './definition';

export const subscriptionsErrors = {
  // Subscriptions.
  subscription_not_in_state: {
    kind: 'refused',
    retryable: false,
    message: 'The subscription is {status}, which does not allow {action}.',
  },
  subscription_ended: { kind: 'refused', retryable: false, message: 'The subscription {subscriptionId} has ended.' },
  change_without_effect: { kind: 'refused', retryable: false, message: 'The change would leave everything as it is.' },
  cancel_not_scheduled: { kind: 'refused', retryable: false, message: 'No cancellation is scheduled.' },
  already_canceled: { kind: 'refused', retryable: false, message: 'The subscription is canceled already, or will be.' },
  not_paused: { kind: 'refused', retryable: false, message: 'The subscription is not paused.' },
  already_paused: { kind: 'refused', retryable: false, message: 'The subscription is paused already.' },
  start_out_of_range: {
    kind: 'validation',
    retryable: false,
    message: 'The start {startAt} must lie between {earliest} and {latest}.',
  },
  interval_too_short: { kind: 'validation', retryable: false, message: 'The interval must be at least {minimum}.' },
  proration_instant_out_of_range: {
    kind: 'refused',
    retryable: false,
    message: 'The proration instant {instant} lies outside of the current period.',
  },
  price_unsuitable: {
    kind: 'refused',
    retryable: false,
    message: 'The price {priceId} cannot be used here: {reason}.',
  },
  add_on_exists: {
    kind: 'refused',
    retryable: false,
    message: 'The add-on {addOnId} is booked already with the price {priceId}; remove it first.',
  },
} as const satisfies Record<string, ErrorDefinition>;

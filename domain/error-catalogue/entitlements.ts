/** What customers may use. */
import type { ErrorDefinition } from './definition';

export const entitlementsErrors = {
  // Reservations.
  entitlement_limit_reached: {
    kind: 'rate_limited',
    retryable: true,
    message: 'Of {feature}, {requested} do not fit into the {remaining} that are left.',
  },
  entitlement_missing: {
    kind: 'forbidden',
    retryable: false,
    message: 'The customer may not use {feature}: {reason}.',
  },
  reservation_not_held: {
    kind: 'refused',
    retryable: false,
    message: 'The reservation {reservationId} is {status}, not held.',
  },
} as const satisfies Record<string, ErrorDefinition>;

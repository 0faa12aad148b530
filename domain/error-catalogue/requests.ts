/** What is wrong with a request, its key, or what it names. */
import type { ErrorDefinition } from './definition';

export const requestsErrors = {
  // The request itself.
  request_malformed: {
    kind: 'validation',
    status: 400,
    retryable: false,
    message: 'The request cannot be read: {reason}.',
  },
  validation_failed: { kind: 'validation', retryable: false, message: 'The request has fields that are not valid.' },
  body_too_large: {
    kind: 'validation',
    status: 413,
    retryable: false,
    message: 'The body is larger than {limitBytes} bytes.',
  },
  unsupported_media_type: {
    kind: 'validation',
    status: 415,
    retryable: false,
    message: 'The content type must be {expected}.',
  },
  route_not_found: { kind: 'not_found', retryable: false, message: 'There is no route {method} {path}.' },
  method_not_allowed: {
    kind: 'validation',
    status: 405,
    retryable: false,
    message: '{method} is not allowed on {path}.',
  },
  invalid_cursor: { kind: 'validation', status: 400, retryable: false, message: 'The cursor {cursor} is not valid.' },
  invalid_id: { kind: 'validation', retryable: false, message: '{value} is not an id of the kind {prefix}.' },
  invalid_instant: { kind: 'validation', retryable: false, message: '{value} is not an ISO 8601 instant.' },
  invalid_interval: { kind: 'validation', retryable: false, message: 'The interval {count} {unit} is not valid.' },
  invalid_time_zone: { kind: 'validation', retryable: false, message: '{timeZone} is not an IANA time zone.' },
  invalid_period: { kind: 'validation', retryable: false, message: 'The period {start} to {end} is not valid.' },

  // Access.
  unauthorized: { kind: 'unauthorized', retryable: false, message: 'The API key is missing or not valid.' },
  forbidden: { kind: 'forbidden', retryable: false, message: 'The API key lacks the scope {scope}.' },
  live_mode_only: { kind: 'forbidden', retryable: false, message: '{action} needs a live key.' },
  test_mode_only: { kind: 'forbidden', retryable: false, message: '{action} needs a test key.' },
  rate_limited: {
    kind: 'rate_limited',
    retryable: true,
    message: 'Too many requests; try again in {retryAfterSeconds} s.',
  },
  link_expired: { kind: 'forbidden', status: 410, retryable: false, message: 'The link has expired.' },
  link_invalid: { kind: 'forbidden', retryable: false, message: 'The link is not valid.' },

  // Idempotency.
  idempotency_key_required: {
    kind: 'validation',
    status: 400,
    retryable: false,
    message: 'The header Idempotency-Key is required.',
  },
  idempotency_key_invalid: {
    kind: 'validation',
    status: 400,
    retryable: false,
    message: 'The Idempotency-Key must have 1 to {lengthMax} printable characters.',
  },
  idempotency_key_reused: {
    kind: 'validation',
    retryable: false,
    message: 'The Idempotency-Key {key} was used with another request.',
  },
  idempotency_in_progress: {
    kind: 'conflict',
    retryable: true,
    message: 'The request with the Idempotency-Key {key} is still running.',
  },

  // Things that are not there or collide.
  not_found: { kind: 'not_found', retryable: false, message: '{resource} {id} does not exist.' },
  plan_not_found: { kind: 'not_found', retryable: false, message: 'Plan {planId} does not exist.' },
  plan_version_not_found: { kind: 'not_found', retryable: false, message: 'Plan {planId} has no version {version}.' },
  payment_method_not_found: {
    kind: 'not_found',
    retryable: false,
    message: 'Payment method {paymentMethodId} does not exist.',
  },
  already_exists: { kind: 'conflict', retryable: false, message: '{resource} {id} exists already.' },
  state_changed: { kind: 'conflict', retryable: true, message: '{resource} {id} has changed meanwhile.' },
} as const satisfies Record<string, ErrorDefinition>;

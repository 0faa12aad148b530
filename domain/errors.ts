/**
 * Every error that Perennial can give, in one catalogue: stable code, kind, whether trying again can help, and the message with its
 * `{placeholders}`, from which the type of the context follows. A code is never reused for another meaning. `docs/errors.md` explains each.
 *
 * Pure: it is imported by workflow code too.
 */

export type ErrorKind =
  | 'validation'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'refused'
  | 'rate_limited'
  | 'unavailable'
  | 'internal';

export interface ErrorDefinition {
  readonly kind: ErrorKind;
  /** True when the same request may succeed later without being changed. */
  readonly retryable: boolean;
  /** A sentence for a person; each `{name}` is filled from the context. */
  readonly message: string;
  /** The HTTP status where it differs from the one of the kind. */
  readonly status?: number;
}

/** The HTTP status of each kind (RFC 9110). A broken business rule is a conflict with the state of the resource. */
const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  validation: 422,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  refused: 409,
  rate_limited: 429,
  unavailable: 503,
  internal: 500,
};

export const errorCatalogue = {
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

  // Money and prices.
  invalid_amount: { kind: 'validation', retryable: false, message: '{amount} is not a plain decimal amount.' },
  inexact_amount: {
    kind: 'validation',
    retryable: false,
    message: '{amount} {currency} has more than {exponent} decimal places.',
  },
  invalid_currency: { kind: 'validation', retryable: false, message: '{currency} is not a known currency.' },
  currency_mismatch: {
    kind: 'validation',
    retryable: false,
    message: 'The currencies {left} and {right} cannot be mixed.',
  },
  invalid_weights: {
    kind: 'validation',
    retryable: false,
    message: 'The weights of a split must not be negative, and one must be above zero.',
  },
  invalid_ratio: { kind: 'validation', retryable: false, message: 'The ratio {numerator}/{denominator} is not valid.' },
  currency_not_priced: { kind: 'refused', retryable: false, message: 'There is no price in {currency}.' },
  quantity_invalid: { kind: 'validation', retryable: false, message: 'The quantity {quantity} is not valid.' },
  usage_invalid: { kind: 'validation', retryable: false, message: 'The usage cannot be priced: {reason}.' },
  usage_not_priced: { kind: 'refused', retryable: false, message: 'There is no price for {what}.' },
  coupon_not_redeemable: {
    kind: 'refused',
    retryable: false,
    message: 'The coupon {coupon} cannot be redeemed: {reason}.',
  },
  tax_rate_not_found: {
    kind: 'refused',
    retryable: false,
    message: 'There is no tax rate for {category} in {place} on {date}.',
  },
  top_up_refused: { kind: 'refused', retryable: false, message: 'The wallet cannot be topped up: {reason}.' },
  credit_exceeds_remaining: {
    kind: 'refused',
    retryable: false,
    message: 'The credit of {requested} is above the {remaining} that remain of {what}.',
  },
  ledger_unbalanced: {
    kind: 'internal',
    retryable: false,
    message: 'The postings in {currency} add up to {sum} instead of zero.',
  },

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

  // Invoices and payments.
  payment_method_required: {
    kind: 'refused',
    retryable: false,
    message: 'The customer {customerId} has no payment method.',
  },
  payment_method_declined: {
    kind: 'refused',
    status: 402,
    retryable: false,
    message: 'The payment method was declined: {reason}.',
  },
  // 402 Payment Required, as every payment API answers a declined card.
  payment_declined: { kind: 'refused', status: 402, retryable: false, message: 'The payment was declined: {reason}.' },
  payment_in_progress: {
    kind: 'conflict',
    retryable: true,
    message: 'A payment of the invoice {invoiceId} is in progress.',
  },
  invoice_not_open: { kind: 'refused', retryable: false, message: 'The invoice {invoiceId} is {status}, not open.' },
  invoice_credited: {
    kind: 'refused',
    retryable: false,
    message: 'The invoice {invoiceId} cannot be voided: what it charges was credited on the invoice {creditedBy}.',
  },
  invoice_already_paid: { kind: 'refused', retryable: false, message: 'The invoice {invoiceId} is paid already.' },
  refund_exceeds_payment: {
    kind: 'refused',
    retryable: false,
    message: 'The refund of {requested} is above the {refundable} that can be refunded.',
  },
  payment_not_refundable: {
    kind: 'refused',
    retryable: false,
    message: 'The payment {paymentId} cannot be refunded: {reason}.',
  },
  attempt_cap_reached: { kind: 'refused', retryable: true, message: 'The card may not be tried before {until}.' },

  // Test clocks.
  test_clock_advancing: { kind: 'conflict', retryable: true, message: 'The test clock {clockId} is advancing.' },
  test_clock_backwards: {
    kind: 'refused',
    retryable: false,
    message: 'The test clock stands at {now} and cannot go back to {to}.',
  },
  test_clock_too_far: {
    kind: 'refused',
    retryable: false,
    message: 'The test clock cannot advance beyond {latest} in one step.',
  },

  // Webhooks in.
  webhook_signature_invalid: {
    kind: 'validation',
    status: 400,
    retryable: false,
    message: 'The signature of the webhook is not valid.',
  },
  webhook_too_old: {
    kind: 'validation',
    status: 400,
    retryable: false,
    message: 'The timestamp of the webhook is more than {toleranceSeconds} s away from now.',
  },

  // Outages and faults.
  temporal_unavailable: { kind: 'unavailable', retryable: true, message: 'The workflow engine cannot be reached.' },
  database_unavailable: { kind: 'unavailable', retryable: true, message: 'The database cannot be reached.' },
  provider_unavailable: { kind: 'unavailable', retryable: true, message: 'The provider {provider} cannot be reached.' },
  internal: { kind: 'internal', retryable: false, message: 'Something went wrong on our side; it has been recorded.' },
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof errorCatalogue;

type Placeholders<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** The facts that the message of a code needs: one string or number per `{placeholder}`. */
export type ErrorContext<Code extends ErrorCode> = {
  readonly [Name in Placeholders<(typeof errorCatalogue)[Code]['message']>]: string | number;
};

/** A code without placeholders needs no context; any other needs the whole of it. */
type ContextArgument<Code extends ErrorCode> = [Placeholders<(typeof errorCatalogue)[Code]['message']>] extends [never]
  ? [context?: Readonly<Record<string, never>>, options?: PerennialErrorOptions]
  : [context: ErrorContext<Code>, options?: PerennialErrorOptions];

/** Something wrong with one field of a request; `path` is dotted, such as `items.0.quantity`, and empty for the whole. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export interface PerennialErrorOptions {
  readonly fields?: readonly FieldError[];
  readonly cause?: unknown;
}

type Facts = Readonly<Record<string, string | number>>;

/** The code's sentence with its placeholders filled; a fact that is missing stays visible as `{name}`. */
export function messageOf(code: ErrorCode, context: Facts = {}): string {
  return errorCatalogue[code].message.replace(/\{(\w+)\}/g, (placeholder, name: string) =>
    String(Object.hasOwn(context, name) ? context[name] : placeholder),
  );
}

/** The HTTP status that an answer with this code has. */
export function statusOf(code: ErrorCode): number {
  const definition: ErrorDefinition = errorCatalogue[code];
  return definition.status ?? statusOfKind[definition.kind];
}

/** True for a string that is a code of the catalogue. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorCatalogue, value);
}

/** A fault with a code of the catalogue. Throw it with `fail`; a business "no" that the caller acts upon is a `refusal` value. */
export class PerennialError extends Error {
  override readonly name = 'PerennialError';
  readonly code: ErrorCode;
  readonly context: Facts;
  readonly fields?: readonly FieldError[];

  constructor(code: ErrorCode, context: Facts = {}, options: PerennialErrorOptions = {}) {
    super(messageOf(code, context), 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.context = context;
    if (options.fields !== undefined) this.fields = options.fields;
  }
}

/** True for a PerennialError, also one of another realm (the workflow sandbox has its own copy of the class). */
export function isPerennialError(value: unknown): value is PerennialError {
  return value instanceof Error && value.name === 'PerennialError' && isErrorCode((value as PerennialError).code);
}

/**
 * Throws the error of a code; an expression of type never, so `x ?? fail('not_found', { resource: 'Plan', id })` reads well.
 * @throws PerennialError always.
 */
export function fail<Code extends ErrorCode>(code: Code, ...[context, options]: ContextArgument<Code>): never {
  throw new PerennialError(code, context, options);
}

/** A business "no" as plain JSON: what activities and updates return instead of throwing. */
export interface Refusal<Code extends ErrorCode = ErrorCode> {
  readonly kind: 'refused';
  readonly code: Code;
  readonly message: string;
  readonly context: Facts;
  /** What is wrong with single fields, for `validation_failed`. */
  readonly fields?: readonly FieldError[];
}

/** Makes the value of a business "no". */
export function refusal<Code extends ErrorCode>(
  code: Code,
  ...[context = {}, { fields } = {}]: ContextArgument<Code>
): Refusal<Code> {
  const value = { kind: 'refused', code, message: messageOf(code, context), context } as const;
  return fields === undefined ? value : { ...value, fields };
}

/** True for a value made by `refusal`, also after it crossed a wire as JSON. */
export function isRefusal(value: unknown): value is Refusal {
  if (typeof value !== 'object' || value === null) return false;
  const candidate = value as Partial<Refusal>;
  return candidate.kind === 'refused' && isErrorCode(candidate.code) && typeof candidate.context === 'object';
}

/** The error that says the same as a refusal, for an edge that answers by throwing. */
export function errorOfRefusal(refused: Refusal): PerennialError {
  return new PerennialError(
    refused.code,
    refused.context,
    refused.fields === undefined ? {} : { fields: refused.fields },
  );
}

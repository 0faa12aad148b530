/** The errors of the API in Stripe's shapes. Source: Stripe, "Errors" and "Error codes". */
import type { PaymentIntent, PaymentMethod, SetupIntent } from '../state/stored';

export type FailureType = 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';

/** The members of `error` in an answer. */
export interface FailureBody {
  readonly type: FailureType;
  readonly message: string;
  readonly code?: string;
  readonly param?: string;
  readonly decline_code?: string;
  readonly advice_code?: string;
  readonly network_advice_code?: string;
  readonly network_decline_code?: string;
  readonly charge?: string;
  readonly payment_intent?: PaymentIntent;
  readonly payment_method?: PaymentMethod;
  readonly setup_intent?: SetupIntent;
}

interface FailureOptions {
  /** True when the request was refused before it did anything: such an answer is not kept under its idempotency key. */
  readonly isValidation?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is answered with an error. */
export class Failure extends Error {
  readonly isValidation: boolean;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly status: number,
    readonly body: FailureBody,
    options: FailureOptions = {},
  ) {
    super(body.message);
    this.isValidation = options.isValidation ?? false;
    this.headers = options.headers ?? {};
  }
}

/** A parameter that is missing, unknown or malformed: nothing was executed. */
export const invalidParameter = (code: string | null, param: string, message: string): Failure =>
  new Failure(
    400,
    { type: 'invalid_request_error', message, param, ...(code === null ? {} : { code }) },
    { isValidation: true },
  );

/** A request that the state of things refuses: execution had begun. */
export const refused = (code: string | null, message: string, more: Partial<FailureBody> = {}): Failure =>
  new Failure(400, { type: 'invalid_request_error', message, ...(code === null ? {} : { code }), ...more });

/** What Stripe calls its resources in this message. */
export const missing = (resource: string, id: string, param = 'id'): Failure => {
  const message = `No such ${resource}: '${id}'`;
  return new Failure(404, { type: 'invalid_request_error', code: 'resource_missing', param, message });
};

/** As `missing`, for an id inside the parameters: Stripe answers 400 there. */
export const missingReference = (resource: string, id: string, param: string): Failure =>
  refused('resource_missing', `No such ${resource}: '${id}'`, { param });

export const rateLimited = (reason = 'endpoint-rate'): Failure =>
  new Failure(
    429,
    {
      type: 'invalid_request_error',
      code: 'rate_limit',
      message: 'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.',
    },
    { isValidation: true, headers: { 'Stripe-Rate-Limited-Reason': reason } },
  );

/** The object is being changed by another request. It has no header with a reason, which tells it from a rate limit. */
export const lockTimeout = (): Failure =>
  new Failure(
    429,
    {
      type: 'invalid_request_error',
      code: 'lock_timeout',
      message:
        'This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request.',
    },
    { isValidation: true },
  );

export const keyInUse = (key: string): Failure =>
  new Failure(
    409,
    {
      type: 'idempotency_error',
      code: 'idempotency_key_in_use',
      message: `There is currently another in-progress request using this Stripe idempotency key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
    },
    { isValidation: true, headers: { 'Stripe-Should-Retry': 'true' } },
  );

export const keyReused = (key: string): Failure =>
  new Failure(
    400,
    {
      type: 'idempotency_error',
      message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
    },
    { isValidation: true },
  );

export const internalError = (): Failure =>
  new Failure(500, {
    type: 'api_error',
    message: 'An unknown error occurred while processing your request. The sandbox was told to fail here, or is wrong.',
  });

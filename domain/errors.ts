/**
 * Every error that Perennial can give, in one catalogue (by subject in `error-catalogue/`): stable code, kind, whether trying again can
 * help, and the message with its `{placeholders}`, from which the type of the context follows. A code is never reused for another meaning.
 * `docs/errors.md` explains each.
 *
 * Pure: it is imported by workflow code too.
 */
import { creditsErrors } from './error-catalogue/credits';
import type { ErrorDefinition, ErrorKind } from './error-catalogue/definition';
import { documentsErrors } from './error-catalogue/documents';
import { entitlementsErrors } from './error-catalogue/entitlements';
import { moneyErrors } from './error-catalogue/money';
import { paymentsErrors } from './error-catalogue/payments';
import { planMigrationsErrors } from './error-catalogue/plan-migrations';
import { requestsErrors } from './error-catalogue/requests';
import { settlementsErrors } from './error-catalogue/settlements';
import { subscriptionsErrors } from './error-catalogue/subscriptions';
import { systemErrors } from './error-catalogue/system';

export type { ErrorDefinition } from './error-catalogue/definition';

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
  ...requestsErrors,
  ...moneyErrors,
  ...documentsErrors,
  ...subscriptionsErrors,
  ...planMigrationsErrors,
  ...entitlementsErrors,
  ...paymentsErrors,
  ...creditsErrors,
  ...settlementsErrors,
  ...systemErrors,
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

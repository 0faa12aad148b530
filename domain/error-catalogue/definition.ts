/** What an error of the catalogue says of itself. */
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

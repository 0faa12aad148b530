/** Temporal's failures in the words of the catalogue. */
import {
  ApplicationFailure,
  isGrpcDeadlineError,
  isGrpcServiceError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { isErrorCode, PerennialError, type FieldError } from '../domain/errors';

/** gRPC status codes (grpc/grpc doc/statuscodes.md). */
const grpc = {
  cancelled: 1,
  deadlineExceeded: 4,
  notFound: 5,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unavailable: 14,
} as const;

/** Temporal frees its request budget every second. */
const busyRetrySeconds = 2;

function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let current = error; current instanceof Error && chain.length < 8; current = current.cause) chain.push(current);
  return chain;
}

const grpcCodeOf = (error: unknown): number | null => causes(error).find(isGrpcServiceError)?.code ?? null;

/** True when the wait ended before the answer came: what was sent may have arrived. */
export function isDeadline(error: unknown): boolean {
  return (
    isGrpcDeadlineError(error) ||
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
    grpcCodeOf(error) === grpc.deadlineExceeded
  );
}

/**
 * True when the server threw away the workflow task that carried an update, because a message came in while that task ended the run or
 * renewed it. Nobody heard the update; under its own id it may be sent again.
 */
export function isLostUpdate(error: unknown): boolean {
  return grpcCodeOf(error) === grpc.failedPrecondition;
}

interface RefusalDetail {
  readonly context?: Readonly<Record<string, string | number>>;
  readonly fields?: readonly FieldError[];
}

/** A refusal by the rules travels as an application failure whose type is the code and whose detail is `{ context, fields }`. */
function refusalOf(error: unknown): PerennialError | null {
  if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure)) return null;
  const { type, details } = error.cause;
  if (!isErrorCode(type)) return null;
  const [detail] = (details ?? []) as [RefusalDetail | undefined];
  return new PerennialError(type, detail?.context ?? {}, { fields: detail?.fields ?? [], cause: error });
}

/** @throws PerennialError always: the refusal, `rate_limited`, `temporal_unavailable`, or `internal` for what nobody foresaw. */
export function translateTemporalError(error: unknown): never {
  const refused = refusalOf(error);
  if (refused !== null) throw refused;
  const code = grpcCodeOf(error);
  if (code === grpc.resourceExhausted)
    throw new PerennialError('rate_limited', { retryAfterSeconds: busyRetrySeconds }, { cause: error });
  const down = code === grpc.unavailable || code === grpc.aborted || code === grpc.cancelled || isDeadline(error);
  if (down) throw new PerennialError('temporal_unavailable', {}, { cause: error });
  throw new PerennialError('internal', {}, { cause: error });
}

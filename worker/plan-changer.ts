/** How a plan migration asks a subscription to change its plan: the update of the workflow, with an answer for every way in which it can end. */
import {
  ApplicationFailure,
  isGrpcDeadlineError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import type { ActivityDependencies } from '../activities/dependencies';
import { isErrorCode } from '../domain/errors';
import { subscriptionWorkflowId } from '../workflows/contract';
import { isLost } from './messenger';

type ChangePlan = ActivityDependencies['changePlan'];
type Answer = Awaited<ReturnType<ChangePlan>>;

/**
 * A change that bills is answered once its payment was tried, which is seconds. One whose step fails for good rests for minutes: the run
 * goes on, and asks again later.
 */
const answerMsMax = 10_000;

function answerOf(error: unknown): Answer {
  if (error instanceof WorkflowNotFoundError) return { kind: 'unanswered' };
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isGrpcDeadlineError(error))
    return { kind: 'unanswered' };
  // Lost again, or with the run: whoever asks later hears it.
  if (isLost(error)) return { kind: 'unanswered' };
  if (!(error instanceof WorkflowUpdateFailedError)) throw error;
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure)) return { kind: 'unanswered' };
  if (!isErrorCode(cause.type)) return { kind: 'unanswered' };
  return { kind: 'refused', code: cause.type, message: cause.message };
}

/** Makes the port of `migrateSubscriptions` to workflows. It throws when Temporal is down: the page is then tried again. */
export function createPlanChanger(client: Client): ChangePlan {
  return async ({ tenantId, subscriptionId, payload, meta }) => {
    const handle = client.workflow.getHandle(subscriptionWorkflowId(tenantId, subscriptionId));
    const args: [unknown, unknown] = [payload, meta];
    const updateId = meta.commandId;
    const ask = () =>
      client.connection.withDeadline(Date.now() + answerMsMax, () =>
        handle.executeUpdate('changePlan', { args, updateId }),
      );
    try {
      await ask().catch((error: unknown) => (isLost(error) ? ask() : Promise.reject(error as Error)));
      return { kind: 'applied' };
    } catch (error) {
      return answerOf(error);
    }
  };
}

/**
 * How the relay and the test clock reach workflows: Temporal's client behind a small port.
 */
import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
} from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { SubscriptionState } from '../domain/subscription/state';
import { toIso, type Instant } from '../domain/time';
import {
  disputeWorkflowId,
  messages,
  planMigrationStart,
  queues,
  refundWorkflowId,
  topUpWorkflowId,
  searchAttributes,
  subscriptionWorkflowId,
  workflowTypes,
  type DisputeInput,
  type PlanMigrationInput,
  type ProviderFact,
  settlementStart,
  type SettlementInput,
  watcherStart,
  subscriptionStart,
  type RefundInput,
  type TopUpInput,
} from '../workflows/contract';
import type { AuditorOptions } from './auditor';
import type { WorkflowMessenger } from './relay';

type AnyWorkflow = (...args: unknown[]) => Promise<unknown>;

async function ignoring(known: new (...args: never[]) => Error, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof known)) throw error;
  }
}

function startPlanMigration(client: Client, taskQueue: string, input: PlanMigrationInput): Promise<void> {
  const start = planMigrationStart(input, taskQueue);
  return ignoring(WorkflowExecutionAlreadyStartedError, () =>
    client.workflow.start<AnyWorkflow>(workflowTypes.migratePlan, start),
  );
}

function startSettlement(client: Client, taskQueue: string, { state }: SettlementInput): Promise<void> {
  const start = settlementStart(state, taskQueue);
  return ignoring(WorkflowExecutionAlreadyStartedError, () =>
    client.workflow.start<AnyWorkflow>(workflowTypes.settlement, start),
  );
}

/** Starts the watcher of a chain unless it runs. */
export async function startWatcher(client: Client, taskQueue: string, chain: string): Promise<void> {
  await ignoring(WorkflowExecutionAlreadyStartedError, () =>
    client.workflow.start<AnyWorkflow>(workflowTypes.watchChain, watcherStart(chain, taskQueue)),
  );
}

export function createMessenger(client: Client, taskQueue: string): WorkflowMessenger {
  const main = queues.main(taskQueue);
  return {
    startSubscription: (payload) => {
      const { state } = payload as { state: SubscriptionState };
      return ignoring(WorkflowExecutionAlreadyStartedError, () =>
        client.workflow.start<AnyWorkflow>(workflowTypes.subscription, subscriptionStart(state, taskQueue)),
      );
    },
    startRefund: (payload) => {
      const input = payload as RefundInput;
      const workflowId = refundWorkflowId(input.tenantId, input.refundId);
      return ignoring(WorkflowExecutionAlreadyStartedError, () =>
        client.workflow.start<AnyWorkflow>(workflowTypes.refund, {
          workflowId,
          taskQueue: main,
          args: [input],
          staticSummary: input.label,
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
        }),
      );
    },
    startTopUp: (payload) => {
      const input = payload as TopUpInput;
      return ignoring(WorkflowExecutionAlreadyStartedError, () =>
        client.workflow.start<AnyWorkflow>(workflowTypes.topUp, {
          workflowId: topUpWorkflowId(input.tenantId, input.topUpId),
          taskQueue: main,
          args: [input],
          staticSummary: input.label,
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
        }),
      );
    },
    startPlanMigration: (payload) => startPlanMigration(client, taskQueue, payload as PlanMigrationInput),
    startSettlement: (payload) => startSettlement(client, taskQueue, payload as SettlementInput),
    reopenRefund: async ({ tenantId, refundId, eventId, type }) => {
      const input: RefundInput = { tenantId, refundId, label: `Refund ${refundId}` };
      await client.workflow.signalWithStart<AnyWorkflow, [ProviderFact]>(workflowTypes.refund, {
        workflowId: refundWorkflowId(tenantId, refundId),
        taskQueue: main,
        args: [input],
        staticSummary: input.label,
        signal: messages.providerFact,
        signalArgs: [{ eventId, type }],
      });
    },
    followDispute: async ({ tenantId, paymentId, providerRef, eventId, type }) => {
      const input: DisputeInput = { tenantId, paymentId, providerRef, label: `Dispute ${providerRef}` };
      await client.workflow.signalWithStart<AnyWorkflow, [ProviderFact]>(workflowTypes.dispute, {
        workflowId: disputeWorkflowId(tenantId, providerRef),
        taskQueue: main,
        args: [input],
        staticSummary: input.label,
        typedSearchAttributes: new TypedSearchAttributes([{ key: searchAttributes.tenantId, value: tenantId }]),
        signal: messages.providerFact,
        signalArgs: [{ eventId, type }],
      });
    },
    // A workflow that is gone needs no message: what it would have done is done.
    signal: (workflowId, name, args) =>
      ignoring(WorkflowNotFoundError, () => client.workflow.getHandle(workflowId).signal(name, ...args)),
  };
}

/** The server threw away the workflow task that carried the update, because a message came in as the run ended: it is sent again. */
export const isLost = (error: unknown): boolean =>
  error instanceof Error && /workflow task failure/i.test(String(error.cause));

/** Moves one subscription on a test clock and waits until it is quiet. One that has ended needs no move. */
export function createAdvancer(client: Client) {
  return async ({
    tenantId,
    subscriptionId,
    to,
  }: {
    tenantId: string;
    subscriptionId: string;
    to: number;
  }): Promise<void> => {
    const handle = client.workflow.getHandle(subscriptionWorkflowId(tenantId, subscriptionId));
    const move = () => handle.executeUpdate(messages.advanceTo, { args: [to] });
    try {
      await move().catch((error: unknown) => (isLost(error) ? move() : Promise.reject(error)));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return;
      // It ended while it was told: the update is lost with the run, and nothing is left to move.
      if (error instanceof WorkflowUpdateFailedError && /completed|closed/i.test(String(error.cause))) return;
      throw error;
    }
  };
}

/** How a run closes that did not come to its own end. A run that a reset replaced counts too: its successor is found running. */
const endedFromOutside = "ExecutionStatus in ('Terminated', 'Canceled', 'Failed', 'TimedOut')";

async function* closedSubscriptions(client: Client, taskQueue: string, since: Instant): AsyncGenerator<string> {
  const ours = `WorkflowType = '${workflowTypes.subscription}' and TaskQueue = '${queues.main(taskQueue)}'`;
  const query = `${ours} and ${endedFromOutside} and CloseTime > '${toIso(since)}'`;
  for await (const { workflowId } of client.workflow.list({ query })) {
    const subscriptionId = workflowId.split('/').at(-1);
    if (subscriptionId !== undefined) yield subscriptionId;
  }
}

/** Which subscriptions lost their workflow, and how it is started again from its row. */
export function createReviver(client: Client, taskQueue: string): Pick<AuditorOptions, 'closedSince' | 'revive'> {
  return {
    closedSince: (since) => closedSubscriptions(client, taskQueue, since),
    revive: async (state) => {
      const start = {
        ...subscriptionStart(state, taskQueue),
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
      } as const;
      try {
        await client.workflow.start<AnyWorkflow>(workflowTypes.subscription, start);
        return true;
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
        throw error;
      }
    },
  };
}

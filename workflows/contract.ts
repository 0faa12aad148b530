/**
 * What the rest of the system may know of the workflows: names, ids, queues, messages and search attributes.
 */
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { subscriptionWorkflowId } from '../domain/ids';
import type { SubscriptionState, SubscriptionStatus } from '../domain/subscription/state';

export {
  disputeWorkflowId,
  refundWorkflowId,
  subscriptionWorkflowId,
  testClockWorkflowId,
  topUpWorkflowId,
} from '../domain/ids';

/** Workflow type names. Renaming one orphans every running workflow of that type. */
export const workflowTypes = {
  subscription: 'subscription',
  refund: 'refund',
  topUp: 'topUp',
  dispute: 'dispute',
  testClock: 'testClock',
} as const;

/** Workflows and database activities share one queue (eager dispatch needs the same worker); provider calls have their own, rate-limited. */
export const queues = {
  main: (base: string): string => base,
  payments: (base: string): string => `${base}-payments`,
} as const;

/** How a sender names itself and its message. All optional: an operator in the Temporal UI sends the bare payload. */
export interface MessageMeta {
  readonly commandId?: string;
  readonly actor?: string;
  readonly requestId?: string;
}

/** What an update answers once the command is carried out and the subscription is quiet again. */
export interface CommandReceipt {
  readonly commandId: string;
  readonly status: SubscriptionStatus;
}

/** Messages that are not commands. */
export const messages = {
  /** Update: answers once nothing is due any more. Sent with the start, so that the creator sees the first invoice. */
  settle: 'settle',
  /** Update: moves a subscription on a test clock to an instant and answers once it is quiet. */
  advanceTo: 'advanceTo',
  /** Signal: a provider's event about a payment. A reason to read the provider. */
  providerFact: 'providerFact',
  /** Signal: the customer's payment methods changed. */
  paymentMethodChanged: 'paymentMethodChanged',
  /** Query for operators: the state. */
  state: 'state',
} as const;

export interface ProviderFact {
  readonly eventId: string;
  readonly type: string;
}

export interface SubscriptionInput {
  readonly state: SubscriptionState;
}

export interface RefundInput {
  readonly tenantId: string;
  readonly refundId: string;
  readonly label: string;
}

export interface TopUpInput {
  readonly tenantId: string;
  readonly topUpId: string;
  readonly label: string;
}

export interface DisputeInput {
  readonly tenantId: string;
  readonly paymentId: string;
  /** The provider's id of the dispute. */
  readonly providerRef: string;
  readonly label: string;
}

export interface TestClockInput {
  readonly tenantId: string;
  readonly clockId: string;
  /** Epoch milliseconds. */
  readonly target: number;
}

export const searchAttributes = {
  tenantId: defineSearchAttributeKey('TenantId', 'KEYWORD'),
  customerId: defineSearchAttributeKey('CustomerId', 'KEYWORD'),
  planId: defineSearchAttributeKey('PlanId', 'KEYWORD'),
  billingStatus: defineSearchAttributeKey('BillingStatus', 'KEYWORD'),
  dunningStep: defineSearchAttributeKey('DunningStep', 'INT'),
  needsAttention: defineSearchAttributeKey('NeedsAttention', 'BOOL'),
} as const;

/** How every subscription is started, by whomever: the same id, policies, label and attributes. */
export function subscriptionStart(state: SubscriptionState, taskQueue: string) {
  return {
    workflowId: subscriptionWorkflowId(state.tenantId, state.subscriptionId),
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    taskQueue: queues.main(taskQueue),
    args: [{ state }],
    staticSummary: state.label,
    typedSearchAttributes: new TypedSearchAttributes([
      { key: searchAttributes.tenantId, value: state.tenantId },
      { key: searchAttributes.customerId, value: state.customerId },
      { key: searchAttributes.planId, value: state.terms.planId },
      { key: searchAttributes.billingStatus, value: state.status },
      { key: searchAttributes.needsAttention, value: false },
    ]),
  } as const;
}

/**
 * What the rest of the system may know of the workflows: names, ids, queues, messages and search attributes.
 */
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import {
  planMigrationWorkflowId,
  settlementWorkflowId,
  subscriptionWorkflowId,
  watcherWorkflowId,
} from '../domain/ids';
import type { MigrationOutcome } from '../domain/plan-migration';
import type { SettlementState, SettlementStatus } from '../domain/settlement/state';
import type { SubscriptionState, SubscriptionStatus } from '../domain/subscription/state';

export {
  disputeWorkflowId,
  refundWorkflowId,
  settlementWorkflowId,
  subscriptionWorkflowId,
  planMigrationWorkflowId,
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
  migratePlan: 'migratePlan',
  settlement: 'settlement',
  watchChain: 'watchChain',
} as const;

/**
 * Workflows and database activities share one queue (eager dispatch needs the same worker); provider calls have their own, rate-limited, and
 * so have calls of chains and signers.
 */
export const queues = {
  main: (base: string): string => base,
  payments: (base: string): string => `${base}-payments`,
  chains: (base: string): string => `${base}-chains`,
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
  /** Signal: another subscription recorded facts of this one, which shares an invoice with it. */
  factsRecorded: 'factsRecorded',
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

/** Messages of a plan migration: signals and updates of the same name, and a query. */
export const migrationMessages = {
  pause: 'pause',
  resume: 'resume',
  cancel: 'cancel',
  /** Query for operators: how far it got. */
  progress: 'progress',
} as const;

/** What somebody wants a plan migration to become. */
export interface PlanMigrationWish {
  readonly status: 'running' | 'paused' | 'completed' | 'canceled';
}

/** How far a plan migration got; the counts are null before its first page. */
export interface PlanMigrationProgress extends PlanMigrationWish {
  /** The last subscription that had its turn in this round, in the order of ids. */
  readonly after: string | null;
  readonly round: number;
  readonly selected: number | null;
  readonly counts: Readonly<Record<MigrationOutcome, number>> | null;
}

export interface PlanMigrationInput {
  readonly tenantId: string;
  readonly migrationId: string;
  readonly label: string;
  /** Of the run before; not given at the start. */
  readonly progress?: PlanMigrationProgress;
}

/**
 * Messages of a settlement. The commands are signals and updates of the same name: `approve` (payouts above the limit, or a payment that
 * differs), `retryLeg` (one that is blocked, or all), `refund`, `abandon`.
 */
export const settlementMessages = {
  approve: 'approve',
  retryLeg: 'retryLeg',
  refund: 'refund',
  abandon: 'abandon',
  /** Signal: the watcher wrote something about this settlement. A reason to read the rows. */
  chainNews: 'chainNews',
  /** Query for operators: the state. */
  state: 'state',
} as const;

/** What comes with a command of a settlement. */
export interface SettlementCommandPayload {
  /** Of `retryLeg`; left out: every leg that is blocked. */
  readonly legId?: string;
}

/** What an update of a settlement answers. */
export interface SettlementReceipt {
  readonly commandId: string;
  readonly status: SettlementStatus;
}

export interface SettlementInput {
  readonly state: SettlementState;
}

export interface WatchChainInput {
  /** CAIP-2. */
  readonly chain: string;
}

export const searchAttributes = {
  tenantId: defineSearchAttributeKey('TenantId', 'KEYWORD'),
  customerId: defineSearchAttributeKey('CustomerId', 'KEYWORD'),
  planId: defineSearchAttributeKey('PlanId', 'KEYWORD'),
  billingStatus: defineSearchAttributeKey('BillingStatus', 'KEYWORD'),
  dunningStep: defineSearchAttributeKey('DunningStep', 'INT'),
  settlementChain: defineSearchAttributeKey('SettlementChain', 'KEYWORD'),
  needsAttention: defineSearchAttributeKey('NeedsAttention', 'BOOL'),
} as const;

/**
 * How every plan migration is started, by whomever. One that an operator terminated may be started again: its rows say who still waits, and
 * a migration that is over finds nobody.
 */
export function planMigrationStart(input: PlanMigrationInput, taskQueue: string) {
  return {
    workflowId: planMigrationWorkflowId(input.tenantId, input.migrationId),
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    taskQueue: queues.main(taskQueue),
    args: [input],
    staticSummary: input.label,
    typedSearchAttributes: new TypedSearchAttributes([{ key: searchAttributes.tenantId, value: input.tenantId }]),
  } as const;
}

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

/** How every settlement is started, by whomever. */
export function settlementStart(state: SettlementState, taskQueue: string) {
  return {
    workflowId: settlementWorkflowId(state.tenantId, state.settlementId),
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    taskQueue: queues.main(taskQueue),
    args: [{ state }],
    staticSummary: state.label,
    typedSearchAttributes: new TypedSearchAttributes([
      { key: searchAttributes.tenantId, value: state.tenantId },
      { key: searchAttributes.settlementChain, value: state.terms.chain },
      { key: searchAttributes.needsAttention, value: false },
    ]),
  } as const;
}

/** How the watcher of a chain is started: one that was terminated begins again where the cursor stands. */
export function watcherStart(chain: string, taskQueue: string) {
  return {
    workflowId: watcherWorkflowId(taskQueue, chain),
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    taskQueue: queues.main(taskQueue),
    args: [{ chain }],
    staticSummary: `Watches ${chain}`,
    typedSearchAttributes: new TypedSearchAttributes([
      { key: searchAttributes.settlementChain, value: chain },
      { key: searchAttributes.needsAttention, value: false },
    ]),
  } as const;
}

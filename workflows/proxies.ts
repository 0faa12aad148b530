/**
 * Every timeout and retry of every activity. The steady path runs an activity once as a local activity, inside the workflow task;
 * what does not succeed there at once goes to the ordinary activity of the same name, with the full policy, on its own queue.
 */
import {
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  TemporalFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { queues } from './contract';

/** A message waits while a local activity runs, so it is short; one try, because the ordinary activity is the retry. */
const local = proxyLocalActivities<Activities>({
  startToCloseTimeout: '5 seconds',
  scheduleToCloseTimeout: '6 seconds',
  retry: { maximumAttempts: 1 },
});

/** Bugs and refused requests do not get better by trying again: a person must look. */
const hopeless = ['PerennialError', 'RailRefusedRequest', 'TypeError'];

/**
 * Bounded to minutes, so that a command never waits longer behind an outage: the workflow itself tries again for ever, and between
 * two rounds it hears its messages.
 */
const roundMinutes = '10 minutes';

const database = proxyActivities<Activities>({
  startToCloseTimeout: '15 seconds',
  scheduleToCloseTimeout: roundMinutes,
  retry: {
    initialInterval: '1 second',
    backoffCoefficient: 2,
    maximumInterval: '1 minute',
    nonRetryableErrorTypes: hopeless,
  },
});

/** Longer than the provider client's own timeout with its retry. */
const payments = () =>
  proxyActivities<Activities>({
    taskQueue: queues.payments(workflowInfo().taskQueue),
    startToCloseTimeout: '45 seconds',
    scheduleToCloseTimeout: roundMinutes,
    retry: {
      initialInterval: '5 seconds',
      backoffCoefficient: 3,
      maximumInterval: '2 minutes',
      nonRetryableErrorTypes: hopeless,
    },
  });

/** Longer than a client's own timeout with the reads that a transaction needs before it is signed. */
const chainCalls = () =>
  proxyActivities<Activities>({
    taskQueue: queues.chains(workflowInfo().taskQueue),
    startToCloseTimeout: '1 minute',
    scheduleToCloseTimeout: roundMinutes,
    retry: {
      initialInterval: '1 second',
      backoffCoefficient: 2,
      maximumInterval: '1 minute',
      nonRetryableErrorTypes: [...hopeless, 'ChainRefusedRequest', 'SignerRefused'],
    },
  });

/** The test clock drives many subscriptions: it reports progress, and a lost one is noticed by its heartbeat. */
export const clockActivities = proxyActivities<Activities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
});

/** A plan migration waits for many subscriptions, for as long as an outage lasts: what each came to stands in its row. */
export const migrationActivities = proxyActivities<Activities>({
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

type Name = keyof Activities;
type Run<N extends Name> = Activities[N];

/** An ordinary activity wraps what it died of in an `ActivityFailure`; a local one hands it over bare. Both are failed work, not bugs here. */
export function isFailedWork(error: unknown): error is TemporalFailure {
  return error instanceof TemporalFailure && !isCancellation(error);
}

function fastThenOrdinary<N extends Name>(fast: Run<N>, ordinary: () => Run<N>): Run<N> {
  const run = async (input: never): Promise<unknown> => {
    try {
      return await (fast as (input: never) => Promise<unknown>)(input);
    } catch (error) {
      if (!isFailedWork(error)) throw error;
      return (ordinary() as (input: never) => Promise<unknown>)(input);
    }
  };
  return run as Run<N>;
}

/** Activities that write the book of record only. */
export const book = {
  issueInvoice: fastThenOrdinary<'issueInvoice'>(local.issueInvoice, () => database.issueInvoice),
  billUsage: fastThenOrdinary<'billUsage'>(local.billUsage, () => database.billUsage),
  recordAttention: local.recordAttention,
  nextFact: fastThenOrdinary<'nextFact'>(local.nextFact, () => database.nextFact),
};

/** Activities that call a provider. */
export const rails = {
  collectPayment: fastThenOrdinary<'collectPayment'>(local.collectPayment, () => payments().collectPayment),
  executeCommand: fastThenOrdinary<'executeCommand'>(local.executeCommand, () => payments().executeCommand),
  endDunning: fastThenOrdinary<'endDunning'>(local.endDunning, () => payments().endDunning),
  closeSubscription: fastThenOrdinary<'closeSubscription'>(local.closeSubscription, () => payments().closeSubscription),
  recordDispute: fastThenOrdinary<'recordDispute'>(local.recordDispute, () => payments().recordDispute),
  refundPayment: fastThenOrdinary<'refundPayment'>(local.refundPayment, () => payments().refundPayment),
  correctUsage: fastThenOrdinary<'correctUsage'>(local.correctUsage, () => payments().correctUsage),
  collectTopUp: fastThenOrdinary<'collectTopUp'>(local.collectTopUp, () => payments().collectTopUp),
};

/** Activities of settlements and watchers. */
export const chains = {
  openSettlement: fastThenOrdinary<'openSettlement'>(local.openSettlement, () => chainCalls().openSettlement),
  reviewDeposits: fastThenOrdinary<'reviewDeposits'>(local.reviewDeposits, () => database.reviewDeposits),
  payLegs: fastThenOrdinary<'payLegs'>(local.payLegs, () => chainCalls().payLegs),
  steerSettlement: fastThenOrdinary<'steerSettlement'>(local.steerSettlement, () => database.steerSettlement),
  closeSettlement: fastThenOrdinary<'closeSettlement'>(local.closeSettlement, () => database.closeSettlement),
  noteSettlementAttention: fastThenOrdinary<'noteSettlementAttention'>(
    local.noteSettlementAttention,
    () => database.noteSettlementAttention,
  ),
  scanChain: fastThenOrdinary<'scanChain'>(local.scanChain, () => chainCalls().scanChain),
};

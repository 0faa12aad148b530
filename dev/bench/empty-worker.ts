/**
 * A worker for the same workflows with activities that do nothing but answer the fact: what Temporal itself costs here.
 * First argument: the length of a period in seconds.
 */
import type { Activities } from '../../activities';
import type { CollectPaymentInput } from '../../activities/payment-try';
import type { IssueInvoiceInput } from '../../activities/issue-invoice';
import { loadConfig } from '../../config';
import { newId } from '../../domain/ids';
import type { SubscriptionEvent } from '../../domain/subscription/events';
import { addSeconds } from '../../domain/time';
import { installRuntime, startWorkers } from '../../worker/workers';

const periodSeconds = Number(process.argv[2]);

/** What the real activity answers, without looking anything up. */
function issueInvoice({ state, reason, at, now }: IssueInvoiceInput): Promise<SubscriptionEvent> {
  return Promise.resolve({
    type: 'invoice_issued',
    at: now,
    reason,
    invoice: { id: newId('inv'), number: 'INV-000001', total: '20', open: true },
    period: { index: (state.period?.index ?? -1) + 1, start: at, end: addSeconds(at, periodSeconds) },
    anchor: state.anchor,
    terms: state.terms,
    incompleteUntil: null,
  });
}

function collectPayment({ invoiceId, now }: CollectPaymentInput): Promise<SubscriptionEvent> {
  return Promise.resolve({ type: 'invoice_settled', at: now, invoiceId, how: 'paid' });
}

/** The steady cycle needs only two. */
function unexpected(): Promise<never> {
  return Promise.reject(new Error('An empty cycle does not call this activity.'));
}

const activities: Activities = {
  issueInvoice,
  billUsage: unexpected,
  correctUsage: unexpected,
  collectPayment,
  endDunning: unexpected,
  closeSubscription: unexpected,
  recordAttention: unexpected,
  nextFact: unexpected,
  executeCommand: unexpected,
  refundPayment: unexpected,
  collectTopUp: unexpected,
  recordDispute: unexpected,
  advanceTestClock: unexpected,
  migrateSubscriptions: unexpected,
  notePlanMigration: unexpected,
  openSettlement: unexpected,
  reviewDeposits: unexpected,
  payLegs: unexpected,
  steerSettlement: unexpected,
  closeSettlement: unexpected,
  noteSettlementAttention: unexpected,
  scanChain: unexpected,
};

async function main(): Promise<void> {
  const { temporal, worker } = loadConfig();
  installRuntime();
  const workers = await startWorkers({ ...temporal, ...worker, activities });
  process.once('SIGTERM', () => void workers.stop().then(() => process.exit(0)));
  process.once('disconnect', () => process.exit(0));
  process.send?.({ ready: true });
  await workers.finished;
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});

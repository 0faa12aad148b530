/**
 * The list of what the workflows can have done. `createActivities` is the only place where dependencies come in.
 */
import { advanceTestClock } from './advance-test-clock';
import { billUsage } from './bill-usage';
import { scanChain } from './chain/scan-chain';
import { closeSubscription } from './close-subscription';
import { collectPayment } from './collect-payment';
import { collectTopUp } from './collect-top-up';
import { correctUsage } from './correct-usage';
import type { ActivityDependencies } from './dependencies';
import { endDunning } from './end-dunning';
import { executeCommand } from './execute-command';
import { issueInvoice } from './issue-invoice';
import { migrateSubscriptions } from './migrate-subscriptions';
import { nextFact } from './next-fact';
import { notePlanMigration } from './note-plan-migration';
import { once } from './once';
import { oneTryPerMethod } from './one-try-per-method';
import { recordAttention } from './record-attention';
import { recordDispute } from './record-dispute';
import { refundPayment } from './refund-payment';
import { closeSettlement, noteSettlementAttention } from './settlement/close-settlement';
import { openSettlement } from './settlement/open-settlement';
import { payLegs } from './settlement/pay-legs';
import { reviewDeposits } from './settlement/review-deposits';
import { steerSettlement } from './settlement/steer-settlement';

export function createActivities(deps: ActivityDependencies) {
  return {
    issueInvoice: once(deps, issueInvoice(deps)),
    billUsage: once(deps, billUsage(deps)),
    correctUsage: once(deps, correctUsage(deps)),
    collectPayment: once(deps, oneTryPerMethod(collectPayment(deps))),
    endDunning: once(deps, endDunning(deps)),
    closeSubscription: once(deps, closeSubscription(deps)),
    recordAttention: once(deps, recordAttention(deps)),
    nextFact: nextFact(deps),
    executeCommand: executeCommand(deps),
    recordDispute: recordDispute(deps),
    refundPayment: refundPayment(deps),
    collectTopUp: oneTryPerMethod(collectTopUp(deps)),
    advanceTestClock: advanceTestClock(deps),
    migrateSubscriptions: migrateSubscriptions(deps),
    notePlanMigration: notePlanMigration(deps),
    openSettlement: openSettlement(deps),
    reviewDeposits: reviewDeposits(deps),
    payLegs: payLegs(deps),
    steerSettlement: steerSettlement(deps),
    closeSettlement: closeSettlement(deps),
    noteSettlementAttention: noteSettlementAttention(deps),
    scanChain: scanChain(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;

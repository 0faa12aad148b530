/**
 * Asks the provider for a refund, or reads how it stands, and books what moved. A refund that succeeded can still fail later: then
 * its booking is reversed.
 */
import { fail } from '../domain/errors';
import { refundKey } from '../domain/ids';
import type { RefundOutcome } from '../adapters/rails/port';
import { loadRefund, saveRefund, type RefundFacts } from '../db/transactions/refund-progress';
import { ensureAccounts } from '../db/transactions/ensure-accounts';
import { refundPostings, reversal, type Posting } from '../domain/ledger';
import type { ActivityDependencies } from './dependencies';

export interface RefundPaymentInput {
  readonly tenantId: string;
  readonly refundId: string;
}

const finalRefundStatuses = new Set(['succeeded', 'failed', 'canceled', 'refused']);
const undone = new Set(['failed', 'canceled', 'refused']);

/** What the ledger must hold more, given what it holds: a booking when money left, a reversal when it came back. */
function postingsFor(facts: RefundFacts, status: string): { kind: string; postings: Posting[] } | null {
  const booking = refundPostings(facts.rail, facts.amount);
  if (!undone.has(status) && !facts.booked) return { kind: 'refund', postings: booking };
  if (undone.has(status) && facts.booked && !facts.reversed)
    return { kind: 'refund_reversal', postings: reversal(booking) };
  return null;
}

async function ask(deps: ActivityDependencies, facts: RefundFacts, tenantId: string): Promise<RefundOutcome> {
  const rail = deps.railNamed(facts.rail);
  if (facts.providerRef !== null)
    return { kind: 'accepted', refund: await rail.readRefund({ providerRef: facts.providerRef }) };
  const { id: refundId, amount, paymentProviderRef } = facts;
  return rail.refundPayment({ tenantId, refundId, paymentProviderRef, amount, idempotencyKey: refundKey(refundId) });
}

export function refundPayment(deps: ActivityDependencies) {
  return async function refund({
    tenantId,
    refundId,
  }: RefundPaymentInput): Promise<{ status: string; final: boolean }> {
    const db = deps.database.as(tenantId);
    const facts = (await loadRefund(db, tenantId, refundId)) ?? fail('not_found', { resource: 'Refund', id: refundId });
    if (facts.status === 'refused') return { status: facts.status, final: true };
    const outcome = await ask(deps, facts, tenantId);
    const status = outcome.kind === 'refused' ? 'refused' : outcome.refund.status;
    const entry = postingsFor(facts, status);
    if (entry !== null)
      await ensureAccounts(
        deps.database,
        tenantId,
        entry.postings.map((posting) => posting.account),
      );
    await saveRefund(db, tenantId, facts, {
      status,
      providerRef: outcome.kind === 'refused' ? null : outcome.refund.providerRef,
      failureReason: outcome.kind === 'refused' ? outcome.message : outcome.refund.failureReason,
      entry,
    });
    return { status, final: finalRefundStatuses.has(status) };
  };
}

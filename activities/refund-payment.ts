/**
 * Asks the provider for a refund, or reads how it stands, and books what moved. A refund that succeeded can still fail later: then
 * its booking is reversed.
 */
import { fail } from '../domain/errors';
import { refundKey } from '../domain/ids';
import type { RefundOutcome } from '../adapters/rails/port';
import { loadRefund, saveRefund, type RefundFacts } from '../db/transactions/refund-progress';
import { ensureAccounts } from '../db/transactions/ensure-accounts';
import { refundPostings, refundToBalancePostings, reversal, type Posting } from '../domain/ledger';
import type { ActivityDependencies } from './dependencies';

export interface RefundPaymentInput {
  readonly tenantId: string;
  readonly refundId: string;
}

const finalRefundStatuses = new Set(['succeeded', 'failed', 'canceled', 'refused']);
const undone = new Set(['failed', 'canceled', 'refused']);

interface Entry {
  readonly kind: string;
  readonly postings: readonly Posting[];
}

/**
 * What the ledger must hold more, given what it holds: a booking when money left, a reversal when it came back; what a credit note promised
 * and cannot be paid back goes to the customer's balance.
 */
function entriesFor(facts: RefundFacts, status: string): Entry[] {
  const booking = refundPostings(facts.rail, facts.amount);
  if (!undone.has(status)) return facts.booked ? [] : [{ kind: 'refund', postings: booking }];
  const entries: Entry[] = [];
  if (facts.booked && !facts.reversed) entries.push({ kind: 'refund_reversal', postings: reversal(booking) });
  if (facts.isOfNote && !facts.onBalance)
    entries.push({ kind: 'refund_to_balance', postings: refundToBalancePostings(facts.amount) });
  return entries;
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
    const entries = entriesFor(facts, status);
    await ensureAccounts(
      deps.database,
      tenantId,
      entries.flatMap(({ postings }) => postings.map(({ account }) => account)),
    );
    await saveRefund(db, tenantId, facts, {
      status,
      providerRef: outcome.kind === 'refused' ? null : outcome.refund.providerRef,
      failureReason: outcome.kind === 'refused' ? outcome.message : outcome.refund.failureReason,
      entries,
    });
    return { status, final: finalRefundStatuses.has(status) };
  };
}

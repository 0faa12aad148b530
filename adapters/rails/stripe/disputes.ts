/** Disputes at Stripe: inquiries and chargebacks. Source: Stripe, "How disputes work" and "The dispute object". */
import type Stripe from 'stripe';
import type { DisputeStatus } from '../../../domain/dispute';
import { RailUnavailable, type DisputeState } from '../port';
import { sendOrThrow, type StripeContext } from './context';
import { settlementFacts } from './payment-state';
import { RAIL_NAME } from './rail-name';
import { fromWireAmount } from './wire-amount';

/** One line per status. A `warning_` is an inquiry, which moves no money; closed, it came to nothing, and that is won. */
const statuses: Readonly<Record<string, DisputeStatus>> = {
  warning_needs_response: 'needs_response',
  warning_under_review: 'under_review',
  warning_closed: 'won',
  needs_response: 'needs_response',
  under_review: 'under_review',
  appeal_needs_response: 'needs_response',
  appeal_under_review: 'under_review',
  won: 'won',
  lost: 'lost',
  prevented: 'prevented',
};

/**
 * Reads a dispute with its balance transactions. Throws `RailRefusedRequest('resource_missing')` for one that does not exist, or
 * `RailUnavailable`, also for a status that Stripe adds one day: what it means for the money is then unknown.
 */
export async function readDispute(context: StripeContext, request: { providerRef: string }): Promise<DisputeState> {
  const dispute = await sendOrThrow(context, 'read', 'background', 'dispute', () =>
    context.client.disputes.retrieve(request.providerRef),
  );
  const status = statuses[dispute.status];
  if (status === undefined) {
    throw new RailUnavailable(RAIL_NAME, `The dispute has the unknown status ${dispute.status}.`);
  }
  return {
    providerRef: dispute.id,
    paymentProviderRef: idOf(dispute.payment_intent),
    kind: dispute.status.startsWith('warning_') ? 'inquiry' : 'chargeback',
    status,
    reason: dispute.reason,
    amount: fromWireAmount(dispute.amount, dispute.currency),
    evidenceDueAt: dueAt(dispute.evidence_details),
    movements: dispute.balance_transactions.map(settlementFacts),
  };
}

/** Stripe gives seconds, and 0 for a dispute that cannot be answered. */
function dueAt({ due_by: seconds }: Stripe.Dispute.EvidenceDetails): number | null {
  return seconds === null || seconds === 0 ? null : seconds * 1_000;
}

const idOf = (value: string | { id: string } | null): string | null =>
  value === null || typeof value === 'string' ? value : value.id;

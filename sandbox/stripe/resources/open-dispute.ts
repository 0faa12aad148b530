/** A bank disputes a charge: an inquiry moves no money, a chargeback takes the amount and a fee at once. */
import type Stripe from 'stripe';
import { disputeFee } from '../payments/currencies';
import { newId } from '../state/new-id';
import type { Charge, Dispute } from '../state/stored';
import type { World } from '../state/world';
import { recordMovement } from './balance-transactions';

/** How long a merchant has to answer a dispute: nine days in test mode. */
const ANSWER_SECONDS = 9 * 24 * 3_600;

/** The networks' codes for the reasons that the test cards use. */
const networkReasonCodes: Readonly<Record<string, string>> = { fraudulent: '10.4', product_not_received: '13.1' };

export interface DisputeFacts {
  readonly reason: string;
  readonly isInquiry: boolean;
}

export function openDispute(world: World, charge: Charge, facts: DisputeFacts): Dispute {
  const dispute = world.disputes.add(makeDispute(world, charge, facts));
  world.charges.update(charge, { disputed: true });
  world.emit('charge.dispute.created', dispute);
  if (!facts.isInquiry) withdrawFunds(world, dispute);
  return dispute;
}

/** Takes the disputed amount and the fee from the balance. */
export function withdrawFunds(world: World, dispute: Dispute): void {
  moveFunds(world, dispute, { amount: -dispute.amount, fee: disputeFee(dispute.currency), title: 'withdrawal' });
  world.emit('charge.dispute.funds_withdrawn', dispute);
}

/** Gives the amount of a won dispute back; the fee stays paid. */
export function reinstateFunds(world: World, dispute: Dispute): void {
  moveFunds(world, dispute, { amount: dispute.amount, fee: 0, title: 'reversal' });
  world.emit('charge.dispute.funds_reinstated', dispute);
}

function moveFunds(world: World, dispute: Dispute, movement: { amount: number; fee: number; title: string }): void {
  const transaction = recordMovement(world, {
    type: 'adjustment',
    reportingCategory: movement.amount < 0 ? 'dispute' : 'dispute_reversal',
    source: dispute.id,
    amount: movement.amount,
    fee: movement.fee,
    currency: dispute.currency,
    description: `Chargeback ${movement.title} for ${dispute.charge}`,
    feeDescription: 'Dispute fee',
    isAvailableAtOnce: true,
  });
  world.disputes.update(dispute, { balance_transactions: [...dispute.balance_transactions, transaction] });
}

function makeDispute(world: World, charge: Charge, facts: DisputeFacts): Dispute {
  const card = charge.payment_method_details?.card;
  const reasonCode = networkReasonCodes[facts.reason] ?? null;
  const cardDetails = {
    brand: card?.brand ?? 'visa',
    case_type: facts.isInquiry ? ('inquiry' as const) : ('chargeback' as const),
    network: card?.network ?? 'visa',
    network_reason_code: reasonCode,
  };
  return {
    id: newId('du'),
    object: 'dispute',
    amount: charge.amount,
    balance_transactions: [],
    charge: charge.id,
    created: world.now(),
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: emptyEvidence(charge),
    evidence_details: {
      due_by: card === undefined ? 0 : world.now() + ANSWER_SECONDS,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: facts.isInquiry,
    livemode: false,
    metadata: {},
    network_reason_code: reasonCode,
    payment_intent: charge.payment_intent,
    ...(card === undefined ? {} : { payment_method_details: { card: cardDetails, type: 'card' as const } }),
    reason: facts.reason,
    status: statusOf(facts, card !== undefined),
  } satisfies Stripe.Dispute;
}

/** A disputed bank debit is lost when it arrives: there is no answer to give. */
function statusOf(facts: DisputeFacts, isCard: boolean): Dispute['status'] {
  if (facts.isInquiry) return 'warning_needs_response';
  return isCard ? 'needs_response' : 'lost';
}

const noEvidence: Omit<Stripe.Dispute.Evidence, 'customer_email_address' | 'customer_name'> = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
};

const emptyEvidence = (charge: Charge): Stripe.Dispute.Evidence => ({
  ...noEvidence,
  customer_email_address: charge.billing_details.email,
  customer_name: charge.billing_details.name,
});

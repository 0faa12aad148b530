/** Disputes: read, answered with evidence, accepted. The texts `winning_evidence` and `losing_evidence` decide one at once. */
import { endpoint } from '../http/endpoint';
import { missing, refused } from '../http/failure';
import { createdRange, isWithin, listPage, listParameters } from '../http/list';
import { changedMetadata, metadata } from '../http/metadata';
import { boolean, clearableText, object, text, type Parsed } from '../http/parameters';
import type { Dispute } from '../state/stored';
import type { World } from '../state/world';
import { reinstateFunds, withdrawFunds } from './open-dispute';

const evidence = {
  access_activity_log: clearableText,
  billing_address: clearableText,
  cancellation_policy: clearableText,
  cancellation_policy_disclosure: clearableText,
  cancellation_rebuttal: clearableText,
  customer_communication: clearableText,
  customer_email_address: clearableText,
  customer_name: clearableText,
  customer_purchase_ip: clearableText,
  customer_signature: clearableText,
  duplicate_charge_documentation: clearableText,
  duplicate_charge_explanation: clearableText,
  duplicate_charge_id: clearableText,
  product_description: clearableText,
  receipt: clearableText,
  refund_policy: clearableText,
  refund_policy_disclosure: clearableText,
  refund_refusal_explanation: clearableText,
  service_date: clearableText,
  service_documentation: clearableText,
  shipping_address: clearableText,
  shipping_carrier: clearableText,
  shipping_date: clearableText,
  shipping_documentation: clearableText,
  shipping_tracking_number: clearableText,
  uncategorized_file: clearableText,
  uncategorized_text: clearableText,
} as const;
const updateParameters = { evidence: object(evidence), metadata, submit: boolean } as const;

/** All the texts of one dispute together. */
const EVIDENCE_LENGTH_MAX = 150_000;

function update(world: World, dispute: Dispute, given: Parsed<typeof updateParameters>): Dispute {
  const previous = { evidence: dispute.evidence, metadata: dispute.metadata };
  world.disputes.update(dispute, { metadata: changedMetadata(dispute.metadata, given.metadata) });
  if (given.evidence !== undefined) addEvidence(world, dispute, given.evidence);
  if (given.evidence !== undefined && given.submit !== false) submit(world, dispute);
  world.emit('charge.dispute.updated', dispute, previous);
  decide(world, dispute);
  return dispute;
}

function addEvidence(world: World, dispute: Dispute, given: Parsed<typeof evidence>): void {
  checkAnswerable(dispute);
  const total = Object.values(given).reduce((sum: number, entry) => sum + (entry?.length ?? 0), 0);
  if (total > EVIDENCE_LENGTH_MAX) {
    throw refused(null, `The evidence may have ${EVIDENCE_LENGTH_MAX} characters in all.`, { param: 'evidence' });
  }
  world.disputes.update(dispute, {
    evidence: { ...dispute.evidence, ...(given as Partial<Dispute['evidence']>) },
    evidence_details: { ...dispute.evidence_details, has_evidence: true },
  });
}

function checkAnswerable(dispute: Dispute): void {
  const isOpen = dispute.status === 'needs_response' || dispute.status === 'warning_needs_response';
  if (!isOpen) throw refused(null, `This dispute has the status ${dispute.status} and takes no more evidence.`);
}

/** Evidence can be submitted once. */
function submit(world: World, dispute: Dispute): void {
  const status = dispute.status === 'needs_response' ? 'under_review' : 'warning_under_review';
  world.disputes.update(dispute, {
    status,
    evidence_details: { ...dispute.evidence_details, submission_count: 1, submission_method: 'manual' },
  });
}

/** What the bank says to the evidence of a test. */
function decide(world: World, dispute: Dispute): void {
  if (dispute.status !== 'under_review' && dispute.status !== 'warning_under_review') return;
  const words = dispute.evidence.uncategorized_text;
  if (words === 'winning_evidence') close(world, dispute, true);
  if (words === 'losing_evidence') close(world, dispute, false);
  if (words === 'escalate_inquiry_evidence' && dispute.status === 'warning_under_review') escalate(world, dispute);
}

/** An inquiry became a chargeback: only now does money move. */
function escalate(world: World, dispute: Dispute): void {
  const { card } = dispute.payment_method_details ?? {};
  world.disputes.update(dispute, {
    status: 'needs_response',
    is_charge_refundable: false,
    evidence_details: { ...dispute.evidence_details, submission_count: 0, submission_method: 'not_submitted' },
    ...(card === undefined
      ? {}
      : { payment_method_details: { type: 'card' as const, card: { ...card, case_type: 'chargeback' as const } } }),
  });
  withdrawFunds(world, dispute);
}

/** Ends a dispute. An inquiry that is won closes as `warning_closed`: no money had moved. */
export function close(world: World, dispute: Dispute, isWon: boolean): Dispute {
  const isInquiry = dispute.status.startsWith('warning_');
  const won = isInquiry ? 'warning_closed' : 'won';
  world.disputes.update(dispute, { status: isWon ? won : 'lost', is_charge_refundable: isInquiry && isWon });
  world.emit('charge.dispute.closed', dispute);
  if (isWon && !isInquiry) reinstateFunds(world, dispute);
  if (!isWon && isInquiry) withdrawFunds(world, dispute);
  return dispute;
}

/** The merchant gives up: the dispute is lost. */
function accept(world: World, dispute: Dispute): Dispute {
  checkAnswerable(dispute);
  return close(world, dispute, false);
}

function requireDispute(world: World, id: string): Dispute {
  const dispute = world.disputes.get(id);
  if (dispute === undefined) throw missing('dispute', id);
  return dispute;
}

const filters = { ...listParameters, ...createdRange, charge: text, payment_intent: text } as const;

export const disputeEndpoints = [
  endpoint('GET', '/v1/disputes', filters, ({ world, parameters: { charge, payment_intent, created, ...page } }) => {
    const matching = world.disputes
      .newestFirst()
      .filter((dispute) => charge === undefined || dispute.charge === charge)
      .filter((dispute) => payment_intent === undefined || dispute.payment_intent === payment_intent)
      .filter((dispute) => isWithin(dispute.created, created));
    return listPage('/v1/disputes', matching, page);
  }),
  endpoint('GET', '/v1/disputes/:id', {}, ({ world, id }) => requireDispute(world, id)),
  endpoint('POST', '/v1/disputes/:id', updateParameters, ({ world, id, parameters }) =>
    update(world, requireDispute(world, id), parameters),
  ),
  endpoint('POST', '/v1/disputes/:id/close', {}, ({ world, id }) => accept(world, requireDispute(world, id))),
];

/** Refunds: whole or in parts; one that succeeded can still fail later. */
import type Stripe from 'stripe';
import { endpoint } from '../http/endpoint';
import { invalidParameter, missing, missingReference, refused } from '../http/failure';
import { createdRange, isWithin, listPage, listParameters } from '../http/list';
import { changedMetadata, metadata } from '../http/metadata';
import { integer, oneOf, text, type Parsed } from '../http/parameters';
import { testMethodOf } from '../payments/decide-outcome';
import { newId } from '../state/new-id';
import type { Charge, Refund } from '../state/stored';
import type { World } from '../state/world';
import { recordMovement } from './balance-transactions';

const parameters = {
  amount: integer,
  charge: text,
  metadata,
  payment_intent: text,
  reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer'),
} as const;
type Given = Parsed<typeof parameters>;

function createRefund(world: World, given: Given): Refund {
  const charge = chargeToRefund(world, given);
  const amount = given.amount ?? charge.amount - charge.amount_refunded;
  checkRefundable(world, charge, amount);
  const refund = makeRefund(world, charge, amount, given);
  const previous = { amount_refunded: charge.amount_refunded, refunded: charge.refunded };
  const refundedInAll = charge.amount_refunded + amount;
  world.charges.update(charge, { amount_refunded: refundedInAll, refunded: refundedInAll === charge.amount });
  world.emit('refund.created', refund);
  world.emit('charge.refunded', charge, previous);
  return refund;
}

function chargeToRefund(world: World, given: Given): Charge {
  if (given.charge !== undefined) {
    const charge = world.charges.get(given.charge);
    if (charge === undefined) throw missingReference('charge', given.charge, 'charge');
    return charge;
  }
  if (given.payment_intent === undefined) {
    throw invalidParameter(
      'parameter_missing',
      'payment_intent',
      'One of the following params should be provided for this request: payment_intent or charge.',
    );
  }
  const intent = world.paymentIntents.get(given.payment_intent);
  if (intent === undefined) throw missingReference('payment_intent', given.payment_intent, 'payment_intent');
  const charge = intent.latest_charge === null ? undefined : world.charges.get(intent.latest_charge);
  if (charge === undefined || charge.status !== 'succeeded') {
    throw refused(null, `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`, {
      param: 'payment_intent',
    });
  }
  return charge;
}

function checkRefundable(world: World, charge: Charge, amount: number): void {
  if (charge.status !== 'succeeded') throw refused('charge_not_refundable', `Charge ${charge.id} has not succeeded.`);
  if (isLostToDispute(world, charge)) {
    throw refused('charge_disputed', `Charge ${charge.id} has been charged back; cannot issue a refund.`);
  }
  if (charge.refunded) throw refused('charge_already_refunded', `Charge ${charge.id} has already been refunded.`);
  const left = charge.amount - charge.amount_refunded;
  if (amount < 1) throw refused('parameter_invalid_integer', 'Invalid positive integer', { param: 'amount' });
  if (amount > left) {
    throw refused(null, `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, {
      param: 'amount',
    });
  }
}

/** A chargeback that is open or lost has taken the money already; an inquiry and a won dispute leave it to be refunded. */
function isLostToDispute(world: World, charge: Charge): boolean {
  if (!charge.disputed) return false;
  return [...world.disputes.values()].some(
    (dispute) => dispute.charge === charge.id && !dispute.is_charge_refundable && dispute.status !== 'won',
  );
}

function makeRefund(world: World, charge: Charge, amount: number, given: Given): Refund {
  const id = newId(charge.id.startsWith('py_') ? 'pyr' : 're');
  const test = testMethodOf(world, world.paymentMethods.at(charge.payment_method ?? ''));
  const isPending = test.refund === 'pending';
  const movement = isPending ? null : refundMovement(world, { id, amount, currency: charge.currency }, charge);
  return world.refunds.add({
    id,
    object: 'refund',
    amount,
    balance_transaction: movement,
    charge: charge.id,
    created: world.now(),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: destinationOf(charge, isPending),
    metadata: changedMetadata({}, given.metadata),
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    ...(isPending ? { pending_reason: 'processing' as const } : {}),
    reason: given.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: isPending ? 'pending' : 'succeeded',
    transfer_reversal: null,
  } satisfies Stripe.Refund);
}

function destinationOf(charge: Charge, isPending: boolean): NonNullable<Refund['destination_details']> {
  if (charge.payment_method_details?.card === undefined) return { type: charge.payment_method_details?.type ?? 'card' };
  if (isPending)
    return {
      card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
      type: 'card',
    };
  return {
    card: {
      reference: charge.id.slice(-12),
      reference_status: 'available',
      reference_type: 'acquirer_reference_number',
      type: 'refund',
    },
    type: 'card',
  };
}

function refundMovement(world: World, refund: Pick<Refund, 'id' | 'amount' | 'currency'>, charge: Charge): string {
  return recordMovement(world, {
    type: charge.id.startsWith('py_') ? 'payment_refund' : 'refund',
    reportingCategory: 'refund',
    source: refund.id,
    amount: -refund.amount,
    fee: 0,
    currency: refund.currency,
    description: `REFUND FOR CHARGE${charge.description === null ? '' : ` (${charge.description})`}`,
    isAvailableAtOnce: true,
  }).id;
}

/** A pending refund reached the customer's bank. */
export function succeedRefund(world: World, refund: Refund): Refund {
  if (refund.status !== 'pending') throw refused(null, `This refund has the status ${refund.status}.`);
  const charge = world.charges.at(refund.charge ?? '');
  const { pending_reason: _reason, ...rest } = refund;
  const settled = { ...rest, status: 'succeeded', balance_transaction: refundMovement(world, refund, charge) };
  world.refunds.add(settled);
  announce(world, settled, { status: 'pending' });
  return settled;
}

/** The customer's bank sent a refund back: the money returns to the balance and the charge counts as unrefunded by that much. */
export function failRefund(world: World, refund: Refund): Refund {
  const previous = { status: refund.status };
  if (refund.status !== 'pending' && refund.status !== 'succeeded') {
    throw refused(null, `This refund has the status ${refund.status}.`);
  }
  const charge = world.charges.at(refund.charge ?? '');
  const { pending_reason: _reason, ...rest } = refund;
  const failed = world.refunds.add({ ...rest, status: 'failed', failure_reason: 'lost_or_stolen_card' } as Refund);
  if (refund.balance_transaction !== null) {
    const returned = recordMovement(world, {
      type: 'refund_failure',
      reportingCategory: 'refund_failure',
      source: refund.id,
      amount: refund.amount,
      fee: 0,
      currency: refund.currency,
      description: 'REFUND FAILURE',
      isAvailableAtOnce: true,
    });
    world.refunds.update(failed, { failure_balance_transaction: returned.id });
  }
  world.charges.update(charge, { amount_refunded: charge.amount_refunded - refund.amount, refunded: false });
  announce(world, failed, previous);
  world.emit('refund.failed', failed);
  return failed;
}

/** A changed refund is told twice, by an old name and a new one. */
function announce(world: World, refund: Refund, previous: object): void {
  world.emit('charge.refund.updated', refund, previous);
  world.emit('refund.updated', refund, previous);
}

function requireRefund(world: World, id: string): Refund {
  const refund = world.refunds.get(id);
  if (refund === undefined) throw missing('refund', id);
  return refund;
}

function cancelRefund(refund: Refund): Refund {
  throw refused(
    'intent_invalid_state',
    `The refund ${refund.id} cannot be canceled: only one that requires action can.`,
  );
}

const filters = { ...listParameters, ...createdRange, charge: text, payment_intent: text } as const;

export const refundEndpoints = [
  endpoint('POST', '/v1/refunds', parameters, ({ world, parameters: given }) => createRefund(world, given)),
  endpoint('GET', '/v1/refunds', filters, ({ world, parameters: { charge, payment_intent, created, ...page } }) => {
    const matching = world.refunds
      .newestFirst()
      .filter((refund) => charge === undefined || refund.charge === charge)
      .filter((refund) => payment_intent === undefined || refund.payment_intent === payment_intent)
      .filter((refund) => isWithin(refund.created, created));
    return listPage('/v1/refunds', matching, page);
  }),
  endpoint('GET', '/v1/refunds/:id', {}, ({ world, id }) => requireRefund(world, id)),
  endpoint('POST', '/v1/refunds/:id', { metadata }, ({ world, id, parameters: given }) => {
    const refund = requireRefund(world, id);
    const previous = { metadata: refund.metadata };
    world.refunds.update(refund, { metadata: changedMetadata(refund.metadata ?? {}, given.metadata) });
    announce(world, refund, previous);
    return refund;
  }),
  endpoint('POST', '/v1/refunds/:id/cancel', {}, ({ world, id }) => cancelRefund(requireRefund(world, id))),
];

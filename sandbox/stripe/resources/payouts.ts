/** Payouts: available money on its way to the merchant's bank. They arrive, or fail, on command. */
import type Stripe from 'stripe';
import { endpoint } from '../http/endpoint';
import { missing, refused } from '../http/failure';
import { createdRange, isWithin, listPage, listParameters } from '../http/list';
import { changedMetadata, metadata } from '../http/metadata';
import { clearableText, integer, oneOf, required, text, type Parsed } from '../http/parameters';
import { checkedCurrency } from '../payments/currencies';
import { newId } from '../state/new-id';
import type { Payout } from '../state/stored';
import type { World } from '../state/world';
import { balanceOf } from './balance';
import { matureTransactions, recordMovement } from './balance-transactions';

const ARRIVAL_SECONDS = 2 * 24 * 3_600;

const parameters = {
  amount: required(integer),
  currency: required(text),
  description: clearableText,
  metadata,
  method: oneOf('instant', 'standard'),
  statement_descriptor: clearableText,
} as const;
type Given = Parsed<typeof parameters>;

function create(world: World, given: Given): Payout {
  const currency = checkedCurrency(given.currency);
  matureTransactions(world);
  const available = balanceOf(world, 'available').get(currency) ?? 0;
  if (given.amount < 1) throw refused('parameter_invalid_integer', 'Invalid positive integer', { param: 'amount' });
  if (given.amount > available) {
    throw refused(
      'balance_insufficient',
      'You have insufficient funds in your Stripe account. One likely reason you have insufficient funds is that your funds are automatically being paid out; try enabling manual payouts by going to https://dashboard.stripe.com/account/payouts.',
    );
  }
  const id = newId('po');
  const payout = world.payouts.add(makePayout(world, { id, currency, given }));
  world.emit('payout.created', payout);
  return payout;
}

function makePayout(world: World, made: { id: string; currency: string; given: Given }): Payout {
  const { id, currency, given } = made;
  return {
    id,
    object: 'payout',
    amount: given.amount,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: world.now() + ARRIVAL_SECONDS,
    automatic: false,
    balance_transaction: movePayout(world, made, -given.amount),
    created: world.now(),
    currency,
    description: given.description ?? null,
    destination: null,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: changedMetadata({}, given.metadata),
    method: given.method ?? 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: 'not_applicable',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: given.statement_descriptor ?? null,
    status: 'pending',
    trace_id: null,
    type: 'bank_account',
  } satisfies Stripe.Payout;
}

function movePayout(world: World, payout: { id: string; currency: string }, amount: number): string {
  const isReturn = amount > 0;
  return recordMovement(world, {
    type: isReturn ? 'payout_failure' : 'payout',
    reportingCategory: isReturn ? 'payout_reversal' : 'payout',
    source: payout.id,
    amount,
    fee: 0,
    currency: payout.currency,
    description: isReturn ? 'STRIPE PAYOUT FAILURE' : 'STRIPE PAYOUT',
    isAvailableAtOnce: true,
  }).id;
}

/** The bank took the money, or sent it back. */
export function settlePayout(world: World, payout: Payout, isPaid: boolean): Payout {
  if (payout.status !== 'pending' && payout.status !== 'in_transit') {
    throw refused(null, `This payout has the status ${payout.status}.`);
  }
  if (isPaid) {
    world.payouts.update(payout, { status: 'paid', trace_id: { status: 'supported', value: payout.id.slice(-12) } });
    world.emit('payout.paid', payout);
    return payout;
  }
  world.payouts.update(payout, {
    status: 'failed',
    failure_code: 'account_closed',
    failure_message: 'The bank account has been closed',
    failure_balance_transaction: movePayout(world, payout, payout.amount),
  });
  world.emit('payout.failed', payout);
  return payout;
}

function cancel(world: World, payout: Payout): Payout {
  if (payout.status !== 'pending') throw refused(null, 'Payouts can only be canceled while they are pending.');
  world.payouts.update(payout, {
    status: 'canceled',
    failure_balance_transaction: movePayout(world, payout, payout.amount),
  });
  world.emit('payout.canceled', payout);
  return payout;
}

function requirePayout(world: World, id: string): Payout {
  const payout = world.payouts.get(id);
  if (payout === undefined) throw missing('payout', id);
  return payout;
}

const filters = { ...listParameters, ...createdRange, status: text } as const;

export const payoutEndpoints = [
  endpoint('POST', '/v1/payouts', parameters, ({ world, parameters: given }) => create(world, given)),
  endpoint('GET', '/v1/payouts', filters, ({ world, parameters: { status, created, ...page } }) => {
    const matching = world.payouts
      .newestFirst()
      .filter((payout) => status === undefined || payout.status === status)
      .filter((payout) => isWithin(payout.created, created));
    return listPage('/v1/payouts', matching, page);
  }),
  endpoint('GET', '/v1/payouts/:id', {}, ({ world, id }) => requirePayout(world, id)),
  endpoint('POST', '/v1/payouts/:id', { metadata }, ({ world, id, parameters: given }) => {
    const payout = requirePayout(world, id);
    const previous = { metadata: payout.metadata };
    world.payouts.update(payout, { metadata: changedMetadata(payout.metadata ?? {}, given.metadata) });
    world.emit('payout.updated', payout, previous);
    return payout;
  }),
  endpoint('POST', '/v1/payouts/:id/cancel', {}, ({ world, id }) => cancel(world, requirePayout(world, id))),
];

/** The money adds up: fees, balance transactions, refunds, disputes, payouts, and the currencies of Stripe's wire. */
import type Stripe from 'stripe';
import { errorOf, openIntent, startCase, type SandboxCase } from './sandbox-case';

let sandbox: SandboxCase;
beforeEach(async () => {
  sandbox = await startCase();
});
afterEach(() => sandbox.close());

const movementsOf = async (source: string): Promise<Stripe.BalanceTransaction[]> =>
  (await sandbox.stripe.balanceTransactions.list({ source })).data;

const totalOf = (balance: Stripe.Balance): number =>
  [...balance.available, ...balance.pending].reduce((sum, { amount }) => sum + amount, 0);

test.each([
  // 2.9 % + 0.30, rounded half up to a wire unit: 50 * 0.029 + 30 = 31.45; 4900: 172.1; 500 JPY: 14.5 + 0.3 = 14.8; 1000 KWD fils: 29 + 300.
  ['usd', 50, 31],
  ['usd', 4900, 172],
  ['usd', 1017, 59],
  ['usd', 500, 45],
  ['jpy', 500, 15],
  ['kwd', 1000, 329],
])('a charge in %s over %i has its fee of %i at once', async (currency, amount, fee) => {
  const paid = await openIntent(sandbox.stripe, 'pm_card_visa', {
    amount,
    currency,
    confirm: true,
    expand: ['latest_charge.balance_transaction'],
  });
  const charge = paid.latest_charge as Stripe.Charge;
  expect(charge.balance_transaction).toMatchObject({
    amount,
    fee,
    net: amount - fee,
    currency,
    source: charge.id,
    type: 'charge',
  });
});

test('a refund moves its amount back without a fee, and several stay within the charge', async () => {
  const paid = await openIntent(sandbox.stripe, 'pm_card_visa', { confirm: true });
  const first = await sandbox.stripe.refunds.create({
    payment_intent: paid.id,
    amount: 900,
    expand: ['balance_transaction'],
  });
  expect(first).toMatchObject({
    status: 'succeeded',
    amount: 900,
    balance_transaction: { amount: -900, fee: 0, net: -900, type: 'refund' },
  });
  const tooMuch = await errorOf(sandbox.stripe.refunds.create({ payment_intent: paid.id, amount: 4001 }));
  expect([tooMuch.statusCode, tooMuch.param]).toEqual([400, 'amount']);
  await sandbox.stripe.refunds.create({ payment_intent: paid.id });
  expect(await sandbox.stripe.charges.retrieve(paid.latest_charge as string)).toMatchObject({
    amount_refunded: 4900,
    refunded: true,
  });
  const again = await errorOf(sandbox.stripe.refunds.create({ payment_intent: paid.id }));
  expect(again.code).toBe('charge_already_refunded');
});

test('a refund that succeeded can fail later: the money comes back', async () => {
  const paid = await openIntent(sandbox.stripe, 'pm_card_refundFail', { confirm: true });
  const refund = await sandbox.stripe.refunds.create({ payment_intent: paid.id });
  expect(refund.status).toBe('succeeded');
  await sandbox.control.settle(refund.id, 'fail');
  const failed = await sandbox.stripe.refunds.retrieve(refund.id, { expand: ['failure_balance_transaction'] });
  expect(failed).toMatchObject({ status: 'failed', failure_balance_transaction: { amount: 4900 } });
  expect(await sandbox.stripe.charges.retrieve(paid.latest_charge as string)).toMatchObject({
    amount_refunded: 0,
    refunded: false,
  });
  const types = (await sandbox.stripe.events.list({ limit: 3 })).data.map(({ type }) => type);
  expect(types).toEqual(['refund.failed', 'refund.updated', 'charge.refund.updated']);
});

test('a pending refund moves no money until it succeeds', async () => {
  const paid = await openIntent(sandbox.stripe, 'pm_card_pendingRefund', { confirm: true });
  const refund = await sandbox.stripe.refunds.create({ payment_intent: paid.id });
  expect(refund).toMatchObject({ status: 'pending', balance_transaction: null });
  await sandbox.control.settle(refund.id, 'succeed');
  expect(await sandbox.stripe.refunds.retrieve(refund.id)).toMatchObject({ status: 'succeeded' });
  expect(await movementsOf(refund.id)).toMatchObject([{ amount: -4900 }]);
});

describe('a dispute', () => {
  const disputeOf = async (card: string): Promise<Stripe.Dispute> => {
    const paid = await openIntent(sandbox.stripe, card, { confirm: true });
    const [dispute] = (await sandbox.stripe.disputes.list({ payment_intent: paid.id })).data;
    if (dispute === undefined) throw new Error('There must be a dispute when the confirmation returns.');
    return dispute;
  };
  const answer = (dispute: Stripe.Dispute, text: string): Promise<Stripe.Dispute> =>
    sandbox.stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: text } });

  it('that is a chargeback takes the amount and 15.00 at once', async () => {
    const dispute = await disputeOf('pm_card_createDispute');
    expect(dispute).toMatchObject({ status: 'needs_response', reason: 'fraudulent', amount: 4900 });
    expect(await movementsOf(dispute.id)).toMatchObject([{ type: 'adjustment', amount: -4900, fee: 1500, net: -6400 }]);
    expect(dispute.balance_transactions).toHaveLength(1);
    const refund = await errorOf(sandbox.stripe.refunds.create({ charge: dispute.charge as string }));
    expect(refund.code).toBe('charge_disputed');
  });

  it('that is an inquiry moves no money, can be refunded, and closes as warning_closed', async () => {
    const dispute = await disputeOf('pm_card_createDisputeInquiry');
    expect(dispute).toMatchObject({ status: 'warning_needs_response', balance_transactions: [] });
    expect(await answer(dispute, 'winning_evidence')).toMatchObject({ status: 'warning_closed' });
    expect(await movementsOf(dispute.id)).toEqual([]);
    await sandbox.stripe.refunds.create({ charge: dispute.charge as string, amount: 100 });
  });

  it('that is won gives the amount back and keeps the fee', async () => {
    const dispute = await disputeOf('pm_card_createDispute');
    expect((await answer(dispute, 'winning_evidence')).status).toBe('won');
    const net = (await movementsOf(dispute.id)).reduce((sum, movement) => sum + movement.net, 0);
    expect(net).toBe(-1500);
    const types = (await sandbox.stripe.events.list({ types: ['charge.dispute.*'] })).data.map(({ type }) => type);
    expect(types.reverse()).toEqual([
      'charge.dispute.created',
      'charge.dispute.funds_withdrawn',
      'charge.dispute.updated',
      'charge.dispute.closed',
      'charge.dispute.funds_reinstated',
    ]);
  });

  it('that is lost gives nothing back', async () => {
    const dispute = await disputeOf('pm_card_createDisputeProductNotReceived');
    expect((await answer(dispute, 'losing_evidence')).status).toBe('lost');
    expect(await movementsOf(dispute.id)).toHaveLength(1);
  });

  it('that is accepted is lost, and takes no evidence afterwards', async () => {
    const dispute = await disputeOf('pm_card_createDispute');
    expect((await sandbox.stripe.disputes.close(dispute.id)).status).toBe('lost');
    expect((await errorOf(answer(dispute, 'winning_evidence'))).statusCode).toBe(400);
  });

  it('that escalates from an inquiry takes the money only then', async () => {
    const dispute = await disputeOf('pm_card_createDisputeInquiry');
    expect(await answer(dispute, 'escalate_inquiry_evidence')).toMatchObject({ status: 'needs_response' });
    expect(await movementsOf(dispute.id)).toMatchObject([{ net: -6400 }]);
  });

  it('can come twice for one charge', async () => {
    const paid = await openIntent(sandbox.stripe, 'pm_card_createMultipleDisputes', { confirm: true });
    expect((await sandbox.stripe.disputes.list({ payment_intent: paid.id })).data).toHaveLength(2);
  });
});

test('the balance is the sum of all movements, and a payout needs what is available', async () => {
  await openIntent(sandbox.stripe, 'pm_card_visa', { confirm: true });
  const poor = await errorOf(sandbox.stripe.payouts.create({ amount: 1000, currency: 'usd' }));
  expect(poor.code).toBe('balance_insufficient');
  await openIntent(sandbox.stripe, 'pm_card_bypassPending', { confirm: true });
  const payout = await sandbox.stripe.payouts.create({ amount: 1000, currency: 'usd' });
  expect(totalOf(await sandbox.stripe.balance.retrieve())).toBe(2 * (4900 - 172) - 1000);
  await sandbox.control.settle(payout.id, 'fail');
  expect(totalOf(await sandbox.stripe.balance.retrieve())).toBe(2 * (4900 - 172));
});

test('a reservation is captured in part, and fee and refunds go by what was captured', async () => {
  const held = await openIntent(sandbox.stripe, 'pm_card_visa', { capture_method: 'manual', confirm: true });
  expect(held).toMatchObject({ status: 'requires_capture', amount_capturable: 4900, amount_received: 0 });
  const captured = await sandbox.stripe.paymentIntents.capture(held.id, {
    amount_to_capture: 2000,
    expand: ['latest_charge.balance_transaction'],
  });
  expect(captured).toMatchObject({
    status: 'succeeded',
    amount_received: 2000,
    latest_charge: { balance_transaction: { amount: 2000, fee: 88 } },
  });
  expect((await errorOf(sandbox.stripe.refunds.create({ payment_intent: held.id, amount: 2001 }))).param).toBe(
    'amount',
  );
  await sandbox.stripe.refunds.create({ payment_intent: held.id, amount: 2000 });
});

test.each([
  ['usd', 49, 'amount_too_small', 'Amount must be at least $0.50 usd'],
  ['jpy', 49, 'amount_too_small', 'Amount must be at least 50 jpy'],
  ['gbp', 29, 'amount_too_small', 'Amount must be at least 0.30 gbp'],
  ['usd', 100_000_000, 'amount_too_large', 'Amount must be no more than $999999.99 usd'],
  ['isk', 12_345, 'parameter_invalid_integer', 'Invalid isk amount: 12345. It must be a multiple of 100.'],
  ['kwd', 1505, 'parameter_invalid_integer', 'Invalid kwd amount: 1505. It must be a multiple of 10.'],
])('%s %i is refused as %s', async (currency, amount, code, message) => {
  const error = await errorOf(sandbox.stripe.paymentIntents.create({ amount, currency }));
  expect([error.statusCode, error.code, error.message]).toEqual([400, code, message]);
});

test('a bank’s fraud warning comes with the charge and moves no money', async () => {
  const paid = await openIntent(sandbox.stripe, 'pm_card_createIssuerFraudRecord', { confirm: true });
  const { data } = await sandbox.stripe.radar.earlyFraudWarnings.list({ payment_intent: paid.id });
  expect(data).toMatchObject([{ charge: paid.latest_charge, actionable: true }]);
  expect(paid.status).toBe('succeeded');
  const told = await sandbox.stripe.events.list({ type: 'radar.early_fraud_warning.created' });
  expect(told.data).toHaveLength(1);
});

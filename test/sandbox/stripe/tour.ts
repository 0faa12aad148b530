/** A walk through every resource with the official client, successes and failures, for the checks of shapes. */
import type Stripe from 'stripe';
import { customerWith, errorOf, openIntent, type SandboxCase } from './sandbox-case';

const ONLINE_MANDATE = {
  customer_acceptance: { type: 'online' as const, online: { ip_address: '127.0.0.1', user_agent: 'test' } },
};

export async function tour(sandbox: SandboxCase): Promise<void> {
  const { stripe } = sandbox;
  await visitCustomers(stripe);
  await visitMethods(stripe);
  await visitPayments(sandbox);
  await visitDebits(sandbox);
  await visitAuthentication(sandbox);
  await visitRefunds(sandbox);
  await visitDisputes(sandbox);
  await visitSetups(sandbox);
  await visitBalance(sandbox);
  await visitTax(stripe);
  await visitWebhookEndpoints(stripe);
  for await (const event of stripe.events.list({ limit: 100 })) await stripe.events.retrieve(event.id);
}

async function visitCustomers(stripe: Stripe): Promise<void> {
  const address = { line1: '510 Townsend St', city: 'San Francisco', country: 'US', postal_code: '94103', state: 'CA' };
  const customer = await stripe.customers.create({
    name: 'Jenny Rosen',
    email: 'jenny@example.com',
    address,
    shipping: { name: 'Jenny Rosen', address },
    metadata: { a: 'b' },
  });
  await stripe.customers.update(customer.id, { description: 'changed', metadata: { a: '', c: 'd' } });
  await stripe.customers.retrieve(customer.id);
  await stripe.customers.list({ email: 'jenny@example.com' });
  await stripe.customers.del(customer.id);
  await stripe.customers.retrieve(customer.id);
  await errorOf(stripe.customers.retrieve('cus_nobody'));
}

async function visitMethods(stripe: Stripe): Promise<void> {
  const owner = await customerWith(stripe, 'pm_card_visa');
  await stripe.paymentMethods.retrieve(owner.method, { expand: ['customer'] });
  await stripe.paymentMethods.update(owner.method, { metadata: { a: 'b' }, billing_details: { name: 'Ada' } });
  await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_mastercard' } });
  await stripe.paymentMethods.create({
    type: 'us_bank_account',
    billing_details: { name: 'Ada' },
    us_bank_account: { account_number: '000123456789', routing_number: '110000000', account_holder_type: 'individual' },
  });
  await stripe.customers.listPaymentMethods(owner.customer);
  await stripe.paymentMethods.list({ customer: owner.customer, type: 'card' });
  await errorOf(stripe.paymentMethods.attach('pm_card_chargeDeclined', { customer: owner.customer }));
  await stripe.paymentMethods.detach(owner.method);
}

async function visitPayments({ stripe }: SandboxCase): Promise<void> {
  const paid = await openIntent(stripe, 'pm_card_visa');
  await stripe.paymentIntents.update(paid.id, { description: 'Pro monthly' });
  const expand = ['latest_charge.balance_transaction', 'customer', 'payment_method'];
  const options = { card: { stored_credential_usage: 'recurring' as const } };
  await stripe.paymentIntents.confirm(paid.id, { off_session: true, payment_method_options: options, expand });
  await stripe.paymentIntents.retrieve(paid.id);
  await errorOf(stripe.paymentIntents.confirm(paid.id));
  const held = await openIntent(stripe, 'pm_card_mastercard', {
    capture_method: 'manual',
    confirm: true,
    return_url: 'https://example.com',
  });
  await stripe.paymentIntents.capture(held.id, { amount_to_capture: 3000 });
  const left = await openIntent(stripe, 'pm_card_amex');
  await stripe.paymentIntents.cancel(left.id, { cancellation_reason: 'abandoned' });
  const declined = await openIntent(stripe, 'pm_card_chargeCustomerFail');
  await errorOf(stripe.paymentIntents.confirm(declined.id, { off_session: true }));
  await stripe.paymentIntents.list({ limit: 3, expand: ['data.latest_charge'] });
  await errorOf(stripe.paymentIntents.create({ amount: 10, currency: 'usd' }));
  for (const charge of (await stripe.charges.list({ limit: 10 })).data)
    await stripe.charges.retrieve(charge.id, { expand: ['refunds'] });
}

async function visitDebits({ stripe, control }: SandboxCase): Promise<void> {
  const debit = await openIntent(stripe, 'pm_usBankAccount_success');
  await stripe.paymentIntents.confirm(debit.id, { mandate_data: ONLINE_MANDATE });
  await control.settle(debit.id);
  await stripe.paymentIntents.retrieve(debit.id, { expand: ['latest_charge.balance_transaction'] });
  await stripe.refunds.create({ payment_intent: debit.id });
  const failing = await openIntent(stripe, 'pm_sepaDebit_failed_at', { currency: 'eur' });
  await stripe.paymentIntents.confirm(failing.id, { mandate_data: ONLINE_MANDATE });
  await control.settle(failing.id);
  await stripe.paymentIntents.retrieve(failing.id, { expand: ['latest_charge'] });
}

async function visitAuthentication({ stripe, control }: SandboxCase): Promise<void> {
  const intent = await openIntent(stripe, 'pm_card_authenticationRequired');
  await errorOf(stripe.paymentIntents.confirm(intent.id, { off_session: true }));
  const method = intent.payment_method as string;
  const asked = await stripe.paymentIntents.confirm(intent.id, {
    payment_method: method,
    return_url: 'https://example.com/back',
  });
  await control.authenticate(asked.next_action?.redirect_to_url?.url ?? '', 'fail');
  await stripe.paymentIntents.retrieve(intent.id);
  const again = await stripe.paymentIntents.confirm(intent.id, { payment_method: method });
  await control.authenticate((again.next_action?.use_stripe_sdk as { stripe_js: string }).stripe_js, 'complete');
  await stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge'] });
}

async function visitRefunds({ stripe, control }: SandboxCase): Promise<void> {
  const paid = await openIntent(stripe, 'pm_card_refundFail', { confirm: true });
  const refund = await stripe.refunds.create({ payment_intent: paid.id, amount: 900, expand: ['balance_transaction'] });
  await stripe.refunds.update(refund.id, { metadata: { order: '6735' } });
  await control.settle(refund.id, 'fail');
  await stripe.refunds.retrieve(refund.id, { expand: ['failure_balance_transaction', 'charge'] });
  const pending = await openIntent(stripe, 'pm_card_pendingRefund', { confirm: true });
  const slow = await stripe.refunds.create({ payment_intent: pending.id });
  await control.settle(slow.id, 'succeed');
  await stripe.refunds.list({ payment_intent: pending.id });
  await errorOf(stripe.refunds.create({ payment_intent: pending.id }));
}

async function visitDisputes({ stripe, control }: SandboxCase): Promise<void> {
  for (const card of ['pm_card_createDispute', 'pm_card_createDisputeInquiry']) {
    const paid = await openIntent(stripe, card, { confirm: true });
    const dispute = (await stripe.disputes.list({ payment_intent: paid.id })).data[0];
    if (dispute === undefined) throw new Error('The card makes a dispute.');
    await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: 'winning_evidence' } });
    await stripe.disputes.retrieve(dispute.id, { expand: ['charge', 'payment_intent'] });
  }
  const warned = await openIntent(stripe, 'pm_card_createIssuerFraudRecord', { confirm: true });
  await stripe.radar.earlyFraudWarnings.list({ payment_intent: warned.id, expand: ['data.charge'] });
  const paid = await openIntent(stripe, 'pm_card_visa', { confirm: true });
  const dispute = await control.dispute({ charge: paid.latest_charge as string });
  await stripe.disputes.close(dispute.id);
}

async function visitSetups({ stripe, control }: SandboxCase): Promise<void> {
  const customer = await stripe.customers.create({});
  const asked = await stripe.setupIntents.create({
    customer: customer.id,
    payment_method: 'pm_card_authenticationRequiredOnSetup',
    confirm: true,
    usage: 'off_session',
    return_url: 'https://example.com/back',
    mandate_data: ONLINE_MANDATE,
  });
  await control.authenticate(asked.next_action?.redirect_to_url?.url ?? '', 'complete');
  const done = await stripe.setupIntents.retrieve(asked.id, {
    expand: ['latest_attempt', 'payment_method', 'mandate'],
  });
  await stripe.mandates.retrieve((done.mandate as Stripe.Mandate).id);
  await stripe.setupAttempts.list({ setup_intent: asked.id });
  await errorOf(stripe.setupIntents.create({ payment_method: 'pm_card_chargeDeclined', confirm: true }));
  const left = await stripe.setupIntents.create({ allowed_payment_method_types: ['card'] });
  await stripe.setupIntents.update(left.id, { description: 'changed' });
  await stripe.setupIntents.cancel(left.id);
  await stripe.setupIntents.list({ limit: 2 });
}

async function visitBalance({ stripe, control }: SandboxCase): Promise<void> {
  await openIntent(stripe, 'pm_card_bypassPending', { confirm: true, amount: 900_000 });
  const payout = await stripe.payouts.create({ amount: 1100, currency: 'usd', metadata: { a: 'b' } });
  await stripe.payouts.update(payout.id, { metadata: { foo: 'bar' } });
  await control.settle(payout.id, 'succeed');
  await stripe.payouts.retrieve(payout.id, { expand: ['balance_transaction'] });
  const bounced = await stripe.payouts.create({ amount: 100, currency: 'usd' });
  await control.settle(bounced.id, 'fail');
  await stripe.payouts.list();
  await errorOf(stripe.payouts.create({ amount: 99_999_999, currency: 'usd' }));
  await stripe.balance.retrieve();
  const { data } = await stripe.balanceTransactions.list({ limit: 100, expand: ['data.source'] });
  await stripe.balanceTransactions.retrieve(data[0]?.id ?? '');
}

async function visitTax(stripe: Stripe): Promise<void> {
  const calculate = (address: Stripe.Tax.CalculationCreateParams.CustomerDetails.Address, code?: string) =>
    stripe.tax.calculations.create({
      currency: 'usd',
      line_items: [
        { amount: 10_000, reference: 'L1', ...(code === undefined ? {} : { tax_code: code }) },
        { amount: 1_089, reference: 'L2', tax_behavior: 'inclusive' },
      ],
      customer_details: { address, address_source: 'billing' },
      expand: ['line_items.data.tax_breakdown'],
    });
  const sold = await calculate({ country: 'US', state: 'NY', postal_code: '10001', city: 'New York' });
  await calculate({ country: 'US', state: 'CA', postal_code: '94103' }, 'txcd_10103001');
  await calculate({ country: 'CA', state: 'QC', postal_code: 'H2Y 1C6' });
  await calculate({ country: 'US', state: 'OR', postal_code: '97201' });
  await calculate({ country: 'US', state: 'FL', postal_code: '33101' });
  await errorOf(calculate({ country: 'US', state: 'NY' }));
  await stripe.tax.calculations.retrieve(sold.id ?? '');
  await stripe.tax.calculations.listLineItems(sold.id ?? '');
  const sale = { calculation: sold.id ?? '', reference: 'inv_1', metadata: { a: 'b' } };
  const { id } = await stripe.tax.transactions.createFromCalculation(sale);
  await errorOf(stripe.tax.transactions.createFromCalculation(sale));
  const back = { original_transaction: id, mode: 'partial' as const, flat_amount: -1_000 };
  await stripe.tax.transactions.createReversal({ ...back, reference: 'cn_1' });
  await errorOf(stripe.tax.transactions.createReversal({ ...back, reference: 'cn_2', flat_amount: -99_999 }));
  await stripe.tax.transactions.createReversal({ original_transaction: id, mode: 'full', reference: 'inv_1/void' });
  await stripe.tax.transactions.retrieve(id);
}

async function visitWebhookEndpoints(stripe: Stripe): Promise<void> {
  const endpoint = await stripe.webhookEndpoints.create({
    url: 'http://127.0.0.1:9',
    enabled_events: ['payout.failed'],
  });
  await stripe.webhookEndpoints.update(endpoint.id, { disabled: true });
  await stripe.webhookEndpoints.retrieve(endpoint.id);
  await stripe.webhookEndpoints.list();
  await stripe.webhookEndpoints.del(endpoint.id);
}

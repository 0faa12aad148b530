/** Cards that want the customer, banks that take their time, and what is saved for later. */
import type Stripe from 'stripe';
import { customerWith, errorOf, openIntent, startCase, type SandboxCase } from './sandbox-case';

let sandbox: SandboxCase;
beforeAll(async () => {
  sandbox = await startCase();
});
afterAll(() => sandbox.close());

const BACK = 'https://shop.example.com/back?order=7';
const pageOf = (intent: Stripe.PaymentIntent | Stripe.SetupIntent): string =>
  intent.next_action?.redirect_to_url?.url ?? '';
const read = (intent: { id: string }): Promise<Stripe.PaymentIntent> =>
  sandbox.stripe.paymentIntents.retrieve(intent.id);
const ask = (card: string): Promise<Stripe.PaymentIntent> =>
  openIntent(sandbox.stripe, card, { confirm: true, return_url: BACK });

describe('a card that wants the customer', () => {
  it('declines with authentication_required when nobody is at the screen, and gives the card back', async () => {
    const intent = await openIntent(sandbox.stripe, 'pm_card_authenticationRequired');
    const error = await errorOf(sandbox.stripe.paymentIntents.confirm(intent.id, { off_session: true }));
    expect([error.statusCode, error.code, error.decline_code]).toEqual([
      402,
      'authentication_required',
      'authentication_required',
    ]);
    expect(error.payment_intent).toMatchObject({
      status: 'requires_payment_method',
      payment_method: null,
      last_payment_error: { payment_method: { id: intent.payment_method } },
    });
  });

  it('asks at a page of the sandbox when the customer is at the screen, and has charged nothing by then', async () => {
    const intent = await ask('pm_card_threeDSecure2Required');
    expect(intent).toMatchObject({
      status: 'requires_action',
      latest_charge: null,
      next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: BACK } },
    });
    const page = await fetch(pageOf(intent));
    expect(await page.text()).toMatch(/Complete[\s\S]*Fail/);
  });

  it.each([
    ['complete', 'succeeded', 'succeeded'],
    ['fail', 'requires_payment_method', 'failed'],
  ] as const)('after %s is %s and sends the customer back', async (outcome, status, redirectStatus) => {
    const intent = await ask('pm_card_authenticationRequired');
    const body = new URLSearchParams({ outcome });
    const answer = await fetch(pageOf(intent), { method: 'POST', body, redirect: 'manual' });
    expect(answer.status).toBe(303);
    const back = new URL(answer.headers.get('location') ?? '');
    expect(Object.fromEntries(back.searchParams)).toEqual({
      order: '7',
      payment_intent: intent.id,
      payment_intent_client_secret: intent.client_secret,
      redirect_status: redirectStatus,
    });
    expect((await read(intent)).status).toBe(status);
  });

  it('tells why when the customer failed', async () => {
    const intent = await ask('pm_card_authenticationRequired');
    await sandbox.control.authenticate(pageOf(intent), 'fail');
    expect(await read(intent)).toMatchObject({
      last_payment_error: { code: 'payment_intent_authentication_failure' },
      latest_charge: null,
    });
  });

  it('marks the charge as authenticated', async () => {
    const intent = await ask('pm_card_authenticationRequired');
    await sandbox.control.authenticate(pageOf(intent), 'complete');
    const charge = await sandbox.stripe.charges.retrieve((await read(intent)).latest_charge as string);
    expect(charge.payment_method_details?.card?.three_d_secure).toMatchObject({ result: 'authenticated' });
  });

  it('can still be declined by the bank after the customer completed', async () => {
    const intent = await ask('pm_card_authenticationRequiredChargeDeclinedInsufficientFunds');
    await sandbox.control.authenticate(pageOf(intent), 'complete');
    expect(await read(intent)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { decline_code: 'insufficient_funds' },
    });
  });

  it('can be answered only once', async () => {
    const intent = await ask('pm_card_authenticationRequired');
    await sandbox.control.authenticate(pageOf(intent), 'complete');
    await expect(sandbox.control.authenticate(pageOf(intent), 'complete')).rejects.toThrow(/succeeded/);
  });

  it('can be scripted for any card', async () => {
    const intent = await openIntent(sandbox.stripe, 'pm_card_visa');
    await sandbox.control.script({ target: String(intent.payment_method), always: { kind: 'requires_action' } });
    const error = await errorOf(sandbox.stripe.paymentIntents.confirm(intent.id, { off_session: true }));
    expect(error.code).toBe('authentication_required');
  });
});

describe('a card that is set up once', () => {
  const pay = (owner: { customer: string; method: string }): Promise<Stripe.PaymentIntent> =>
    sandbox.stripe.paymentIntents.create({
      amount: 4900,
      currency: 'usd',
      customer: owner.customer,
      payment_method: owner.method,
      confirm: true,
      off_session: true,
    });

  it('is charged without the customer after the customer authenticated it for that', async () => {
    const owner = await customerWith(sandbox.stripe, 'pm_card_authenticationRequiredOnSetup');
    expect((await errorOf(pay(owner))).code).toBe('authentication_required');
    const setup = await sandbox.stripe.setupIntents.create({
      customer: owner.customer,
      payment_method: owner.method,
      usage: 'off_session',
      confirm: true,
      return_url: BACK,
    });
    expect(setup.status).toBe('requires_action');
    await sandbox.control.authenticate(pageOf(setup), 'complete');
    expect((await pay(owner)).status).toBe('succeeded');
  });

  it('is attached to the customer by its setup', async () => {
    const customer = await sandbox.stripe.customers.create({});
    const setup = await sandbox.stripe.setupIntents.create({
      customer: customer.id,
      payment_method: 'pm_card_visa',
      confirm: true,
    });
    expect(setup.status).toBe('succeeded');
    const methods = await sandbox.stripe.customers.listPaymentMethods(customer.id);
    expect(methods.data.map(({ id }) => id)).toEqual([setup.payment_method]);
  });

  it('fails its setup when the bank declines', async () => {
    const error = await errorOf(
      sandbox.stripe.setupIntents.create({ payment_method: 'pm_card_chargeDeclined', confirm: true }),
    );
    expect([error.statusCode, error.code]).toEqual([402, 'card_declined']);
    expect(error.setup_intent).toMatchObject({ status: 'requires_payment_method', payment_method: null });
  });
});

describe('a bank debit', () => {
  it.each([
    ['pm_usBankAccount_success', 'usd', 'succeeded', undefined],
    ['pm_usBankAccount_accountClosed', 'usd', 'requires_payment_method', 'account_closed'],
    ['pm_usBankAccount_insufficientFunds', 'usd', 'requires_payment_method', 'insufficient_funds'],
    ['pm_sepaDebit_success_at', 'eur', 'succeeded', undefined],
    ['pm_sepaDebit_failed_at', 'eur', 'requires_payment_method', 'insufficient_funds'],
  ])('%s in %s is processing until it settles as %s', async (method, currency, status, code) => {
    const debit = await openIntent(sandbox.stripe, method, { confirm: true, currency });
    expect(debit.status).toBe('processing');
    const charge = await sandbox.stripe.charges.retrieve(debit.latest_charge as string);
    expect([charge.status, charge.balance_transaction]).toEqual(['pending', null]);
    await sandbox.control.settle(debit.id);
    const settled = await read(debit);
    expect([settled.status, settled.last_payment_error?.code]).toEqual([status, code]);
  });

  it('can be neither confirmed again nor canceled while it is processing', async () => {
    const debit = await openIntent(sandbox.stripe, 'pm_usBankAccount_success', { confirm: true });
    const errors = [
      await errorOf(sandbox.stripe.paymentIntents.confirm(debit.id)),
      await errorOf(sandbox.stripe.paymentIntents.cancel(debit.id)),
    ];
    expect(errors.map(({ code }) => code)).toEqual([
      'payment_intent_unexpected_state',
      'payment_intent_unexpected_state',
    ]);
  });

  it('tells pending first and its result later', async () => {
    const debit = await openIntent(sandbox.stripe, 'pm_usBankAccount_success', { confirm: true });
    await sandbox.control.settle(debit.id, 'fail');
    const { data } = await sandbox.stripe.events.list({ limit: 4 });
    expect(data.map(({ type }) => type).reverse()).toEqual([
      'charge.pending',
      'payment_intent.processing',
      'charge.failed',
      'payment_intent.payment_failed',
    ]);
  });

  it('can be turned back after it succeeded, and cannot be answered', async () => {
    const debit = await openIntent(sandbox.stripe, 'pm_usBankAccount_success', { confirm: true });
    await sandbox.control.settle(debit.id, 'succeed');
    await sandbox.control.dispute({
      charge: (await read(debit)).latest_charge as string,
      reason: 'debit_not_authorized',
    });
    const [dispute] = (await sandbox.stripe.disputes.list({ payment_intent: debit.id })).data;
    expect(dispute).toMatchObject({ status: 'lost', evidence_details: { due_by: 0 } });
  });

  it('refuses a card where only debits are allowed', async () => {
    const order = { amount: 4900, currency: 'usd', allowed_payment_method_types: ['us_bank_account' as const] };
    const error = await errorOf(
      sandbox.stripe.paymentIntents.create({ ...order, payment_method: 'pm_card_visa', confirm: true }),
    );
    expect(error.code).toBe('payment_intent_incompatible_payment_method');
  });
});

test('a renewed card has a later year and tells so', async () => {
  const owner = await customerWith(sandbox.stripe, 'pm_card_visa');
  const before = await sandbox.stripe.paymentMethods.retrieve(owner.method);
  await sandbox.control.renewCard(owner.method);
  const [event] = (await sandbox.stripe.events.list({ type: 'payment_method.automatically_updated' })).data;
  expect(event?.data.object).toMatchObject({ id: owner.method, card: { exp_year: (before.card?.exp_year ?? 0) + 3 } });
});

import { createStripeRail } from '../../../../adapters/rails/stripe';
import { RailRefusedRequest, RailUnavailable, type PaymentState, type Rail } from '../../../../adapters/rails/port';
import { money } from '../../../../domain/money';
import { startScriptedServer, type ScriptedAnswer, type ScriptedServer } from './scripted-server';

const untried = { id: 'pi_1', object: 'payment_intent', status: 'requires_confirmation', latest_charge: null };
const charge = { id: 'ch_1', object: 'charge' };
const transaction = { id: 'txn_1', object: 'balance_transaction', amount: 4900, fee: 172, net: 4728, currency: 'usd' };
const paid = {
  ...untried,
  status: 'succeeded',
  last_payment_error: null,
  latest_charge: { ...charge, balance_transaction: transaction },
};

const ok = (body: unknown): ScriptedAnswer => ({ status: 200, body });
const failure = (status: number, error: object, headers = {}): ScriptedAnswer => ({ status, body: { error }, headers });

let server: ScriptedServer;
let rail: Rail;

beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server.close());
beforeEach(() => {
  server.seen.length = 0;
  rail = makeRail();
});

const makeRail = (options: { requestsPerSecondMax?: number; bankDebits?: boolean; timeoutMs?: number } = {}): Rail =>
  createStripeRail({
    secretKey: 'sk_test_123456789012',
    webhookSecret: 'whsec_test',
    apiUrl: server.url,
    requestsPerSecondMax: 0,
    timeoutMs: 2_000,
    throttleWaitMsMax: 50,
    ...options,
  });

const create = (currency = 'USD', amount = '49.00'): Promise<{ providerRef: string }> =>
  rail.createPayment({
    tenantId: 'ten_1',
    invoiceId: 'inv_1',
    amount: money(amount, currency),
    customerRef: 'cus_1',
    description: 'Pro monthly',
    idempotencyKey: 'inv:inv_1:create:v1',
  });

const confirm = (customerPresent = false, returnUrl: string | null = null): Promise<PaymentState> =>
  rail.confirmPayment({
    providerRef: 'pi_1',
    paymentMethodRef: 'pm_1',
    customerPresent,
    returnUrl,
    idempotencyKey: 'inv:inv_1:attempt:1',
  });

const refund = (): ReturnType<Rail['refundPayment']> =>
  rail.refundPayment({
    tenantId: 'ten_1',
    refundId: 're_1',
    paymentProviderRef: 'pi_1',
    amount: money('9.00', 'USD'),
    idempotencyKey: 'refund:re_1',
  });

describe('what is sent to Stripe', () => {
  it('makes a payment without confirming it, with our ids and its key', async () => {
    server.answer = () => ok(untried);
    expect(await create()).toEqual({ providerRef: 'pi_1' });
    expect(server.seen).toMatchObject([
      { method: 'POST', path: '/v1/payment_intents', headers: { 'idempotency-key': 'inv:inv_1:create:v1' } },
    ]);
    expect(server.seen[0]?.parameters).toEqual({
      amount: '4900',
      currency: 'usd',
      customer: 'cus_1',
      description: 'Pro monthly',
      'metadata[tenant_id]': 'ten_1',
      'metadata[invoice_id]': 'inv_1',
      'allowed_payment_method_types[0]': 'card',
      'allowed_payment_method_types[1]': 'us_bank_account',
    });
  });

  it.each([
    ['EUR', true, ['card', 'sepa_debit']],
    ['GBP', true, ['card']],
    ['USD', false, ['card']],
  ] as const)('allows for %s with bank debits %p the methods %p', async (currency, bankDebits, types) => {
    rail = makeRail({ bankDebits });
    server.answer = () => ok(untried);
    await create(currency);
    const sent = Object.entries(server.seen[0]?.parameters ?? {});
    expect(sent.filter(([name]) => name.startsWith('allowed_')).map(([, type]) => type)).toEqual(types);
  });

  it('tries with nobody at the screen as an off-session use of a stored card', async () => {
    server.answer = () => ok(paid);
    await confirm();
    expect(server.seen).toMatchObject([
      { path: '/v1/payment_intents/pi_1/confirm', headers: { 'idempotency-key': 'inv:inv_1:attempt:1' } },
    ]);
    expect(server.seen[0]?.parameters).toEqual({
      payment_method: 'pm_1',
      off_session: 'true',
      'payment_method_options[card][stored_credential_usage]': 'recurring',
      'expand[0]': 'latest_charge.balance_transaction',
    });
  });

  it('tries with the customer at the screen on session, with the way back', async () => {
    server.answer = () => ok(paid);
    await confirm(true, 'https://billing.example.com/return');
    expect(server.seen[0]?.parameters).toEqual({
      payment_method: 'pm_1',
      return_url: 'https://billing.example.com/return',
      'expand[0]': 'latest_charge.balance_transaction',
    });
  });

  it('reads fee and net together with the payment', async () => {
    server.answer = () => ok(paid);
    expect(await rail.readPayment({ providerRef: 'pi_1' })).toEqual({
      kind: 'succeeded',
      chargeRef: 'ch_1',
      settlement: {
        balanceTransactionRef: 'txn_1',
        gross: money('49.00', 'USD'),
        fee: money('1.72', 'USD'),
        net: money('47.28', 'USD'),
      },
    });
    expect(server.seen[0]?.parameters).toEqual({ 'expand[0]': 'latest_charge.balance_transaction' });
  });

  it('pins the API version and sends no telemetry', async () => {
    server.answer = () => ({ status: 200, body: paid, headers: { 'request-id': 'req_1' } });
    await confirm();
    await confirm();
    for (const { headers } of server.seen) {
      expect(headers['stripe-version']).toBe('2026-10-28.endive');
      expect(headers).not.toHaveProperty('x-stripe-client-telemetry');
    }
  });

  it('sends nothing when the throttle has no token', async () => {
    rail = makeRail({ requestsPerSecondMax: 4 });
    server.answer = () => ok(paid);
    await confirm();
    await expect(confirm()).rejects.toMatchObject({ name: 'RailUnavailable', message: 'throttled' });
    expect(server.seen).toHaveLength(1);
  });

  it('makes a payment method of a card token before it attaches it', async () => {
    const card = { fingerprint: 'fp', brand: 'visa', last4: '4242', exp_month: 4, exp_year: 2031, country: 'US' };
    server.answer = () => ok({ id: 'pm_9', object: 'payment_method', type: 'card', card });
    const attached = await rail.attachPaymentMethod({ customerRef: 'cus_1', token: 'tok_visa', idempotencyKey: 'key' });
    expect(attached).toMatchObject({ kind: 'attached', method: { providerRef: 'pm_9', fingerprint: 'fp' } });
    expect(server.seen.map(({ path }) => path)).toEqual(['/v1/payment_methods', '/v1/payment_methods/pm_9/attach']);
  });
});

describe('what Stripe answers', () => {
  const decline = {
    type: 'card_error',
    code: 'card_declined',
    decline_code: 'insufficient_funds',
    advice_code: 'try_again_later',
    network_advice_code: '02',
    network_decline_code: '51',
    message: 'Your card has insufficient funds.',
    charge: 'ch_7',
  };
  const facts = {
    code: 'card_declined',
    declineCode: 'insufficient_funds',
    adviceCode: 'try_again_later',
    networkAdviceCode: '02',
    networkDeclineCode: '51',
    message: 'Your card has insufficient funds.',
  };

  it('is a decline with every code and the charge when the card was declined', async () => {
    server.answer = () => failure(402, decline);
    expect(await confirm()).toEqual({ kind: 'declined', chargeRef: 'ch_7', decline: facts });
  });

  it('is the same decline when it is read later', async () => {
    server.answer = () => ok({ ...untried, status: 'requires_payment_method', last_payment_error: decline });
    expect(await rail.readPayment({ providerRef: 'pi_1' })).toEqual({
      kind: 'declined',
      chargeRef: 'ch_7',
      decline: facts,
    });
  });

  it.each(['requires_payment_method', 'requires_confirmation'])(
    'is unconfirmed for %s without an error',
    async (status) => {
      server.answer = () => ok({ ...untried, status, last_payment_error: null });
      expect(await rail.readPayment({ providerRef: 'pi_1' })).toEqual({ kind: 'unconfirmed', chargeRef: null });
    },
  );

  it.each(['processing', 'canceled'])(
    'is the state of the embedded payment when it cannot be tried: %s',
    async (status) => {
      const embedded = { ...untried, status, latest_charge: 'ch_3' };
      const error = {
        type: 'invalid_request_error',
        code: 'payment_intent_unexpected_state',
        payment_intent: embedded,
      };
      server.answer = () => failure(400, error);
      expect(await confirm()).toEqual({ kind: status, chargeRef: 'ch_3' });
    },
  );

  it('is the success with its settlement, read once more, when the payment succeeded before', async () => {
    const embedded = { ...paid, latest_charge: 'ch_1' };
    const error = { type: 'invalid_request_error', code: 'payment_intent_unexpected_state', payment_intent: embedded };
    server.answer = ({ method }) => (method === 'GET' ? ok(paid) : failure(400, error));
    expect(await confirm()).toMatchObject({ kind: 'succeeded', settlement: { balanceTransactionRef: 'txn_1' } });
  });

  it.each([
    [500, { type: 'api_error' }],
    [503, { type: 'api_error' }],
    [409, { type: 'idempotency_error', code: 'idempotency_key_in_use' }],
    [429, { type: 'invalid_request_error', code: 'lock_timeout' }],
  ])('is an outage on %i %p', async (status, error) => {
    server.answer = () => failure(status, { message: 'No.', ...error });
    await expect(confirm()).rejects.toBeInstanceOf(RailUnavailable);
    expect(server.seen).toHaveLength(1);
  });

  it('is an outage with the time to wait when Stripe tells it', async () => {
    server.answer = () => failure(429, { type: 'invalid_request_error', code: 'rate_limit' }, { 'retry-after': '3' });
    await expect(confirm()).rejects.toMatchObject({ name: 'RailUnavailable', retryAfterMs: 3_000 });
  });

  it.each([
    [400, { type: 'invalid_request_error', code: 'parameter_unknown' }, 'parameter_unknown'],
    [400, { type: 'idempotency_error' }, 'idempotency_error'],
    [401, { type: 'invalid_request_error' }, 'invalid_request_error'],
    [403, { type: 'invalid_request_error' }, 'invalid_request_error'],
    [404, { type: 'invalid_request_error', code: 'resource_missing' }, 'resource_missing'],
  ])('is a refused request on %i %p', async (status, error, code) => {
    server.answer = () => failure(status, { message: 'No.', ...error });
    const refused = await confirm().catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(RailRefusedRequest);
    expect(refused).toMatchObject({ rail: 'stripe', code });
  });

  it('is an outage when the socket closes, after the same bytes were sent once more with the same key', async () => {
    server.answer = () => 'close';
    await expect(confirm()).rejects.toBeInstanceOf(RailUnavailable);
    expect(server.seen.map(({ headers }) => headers['idempotency-key'])).toEqual(Array(2).fill('inv:inv_1:attempt:1'));
  });

  it('is an outage when Stripe is silent for longer than the timeout', async () => {
    rail = makeRail({ timeoutMs: 100 });
    server.answer = () => 'silence';
    await expect(confirm()).rejects.toBeInstanceOf(RailUnavailable);
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    ['a gateway in JSON', { message: 'upstream unavailable' }],
    ['a gateway in HTML', '<html>Bad gateway</html>'],
    ['a payment of an unknown status', { ...untried, status: 'on_the_moon' }],
  ])('is an outage, never a success, when it is the answer of %s', async (_name, body) => {
    server.answer = () => ({ status: 200, body });
    await expect(confirm()).rejects.toBeInstanceOf(RailUnavailable);
  });

  it('is an outage, never a payment without an id, when a gateway answers its making', async () => {
    server.answer = () => ok({ message: 'upstream unavailable' });
    await expect(create()).rejects.toBeInstanceOf(RailUnavailable);
  });

  it('is a success whose fee fits the books, where the wire has hundredths and the currency has none', async () => {
    const inKronur = { ...transaction, amount: 500_000, fee: 14_550, net: 485_450, currency: 'isk' };
    server.answer = () => ok({ ...paid, latest_charge: { ...charge, balance_transaction: inKronur } });
    expect(await confirm()).toMatchObject({
      settlement: { gross: money('5000', 'ISK'), fee: money('146', 'ISK'), net: money('4854', 'ISK') },
    });
  });

  it.each([null, 'txn_1'])('is a success without a settlement while its balance transaction is %p', async (unknown) => {
    server.answer = () => ok({ ...paid, latest_charge: { ...charge, balance_transaction: unknown } });
    expect(await confirm()).toEqual({ kind: 'succeeded', chargeRef: 'ch_1', settlement: null });
  });

  it.each(['charge_already_refunded', 'charge_disputed', 'refund_disputed_payment'])(
    'is the value refused when a refund meets %s',
    async (code) => {
      server.answer = () => failure(400, { type: 'invalid_request_error', code, message: 'No.' });
      expect(await refund()).toEqual({ kind: 'refused', code, message: 'No.' });
    },
  );

  it('is the value refused when a refund is larger than what is left', async () => {
    server.answer = () => failure(400, { type: 'invalid_request_error', param: 'amount', message: 'Too much.' });
    expect(await refund()).toEqual({ kind: 'refused', code: 'amount_too_large', message: 'Too much.' });
  });

  it('is a refused request when a refund has a mistake in it', async () => {
    server.answer = () =>
      failure(400, { type: 'invalid_request_error', param: 'payment_intent', message: 'No charge.' });
    await expect(refund()).rejects.toBeInstanceOf(RailRefusedRequest);
  });

  it('is a refund that failed after it had succeeded', async () => {
    const failed = { id: 're_1', object: 'refund', status: 'failed', amount: 900, currency: 'usd' };
    server.answer = () => ok({ ...failed, balance_transaction: 'txn_2', failure_reason: 'lost_or_stolen_card' });
    expect(await rail.readRefund({ providerRef: 're_1' })).toEqual({
      providerRef: 're_1',
      status: 'failed',
      amount: money('9.00', 'USD'),
      balanceTransactionRef: 'txn_2',
      failureReason: 'lost_or_stolen_card',
    });
  });

  it('is no reachable provider when nothing listens or the key is wrong', async () => {
    server.answer = () => failure(401, { type: 'invalid_request_error' });
    expect(await rail.ping()).toBe(false);
    server.answer = () => ok({ object: 'balance' });
    expect(await rail.ping()).toBe(true);
  });
});

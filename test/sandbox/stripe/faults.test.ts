/** Ordered faults do what they say to the wire, and to the state neither more nor less. */
import Stripe from 'stripe';
import { API_KEY, errorOf, openIntent, rawRequest, startCase, type SandboxCase } from './sandbox-case';

let sandbox: SandboxCase;
beforeAll(async () => {
  sandbox = await startCase();
});
afterEach(() => sandbox.control.clearFaults());
afterAll(() => sandbox.close());

const CONFIRM = '/v1/payment_intents/*/confirm';

/** With the client's own transport, as the engine has it; it sends once more after a closed socket, with the same key. */
const nodeClient = (timeout = 20_000): Stripe =>
  new Stripe(API_KEY, {
    host: '127.0.0.1',
    port: sandbox.server.port,
    protocol: 'http',
    telemetry: false,
    maxNetworkRetries: 0,
    timeout,
  });

const confirmsSeen = async (id: string): Promise<number> =>
  (await sandbox.control.requests()).filter(({ path }) => path === `/v1/payment_intents/${id}/confirm`).length;

describe('a lost reply', () => {
  it.each([
    ['before', 'requires_confirmation', 0],
    ['after', 'succeeded', 1],
  ] as const)('%s the execution leaves the payment as %s', async (moment, status, charges) => {
    const intent = await openIntent(sandbox.stripe, 'pm_card_visa');
    await sandbox.control.fault({ method: 'POST', path: CONFIRM, kind: 'lose_reply', moment, count: null });
    const error = await errorOf(
      nodeClient().paymentIntents.confirm(intent.id, {}, { idempotencyKey: `lost_${intent.id}` }),
    );
    expect(error).toBeInstanceOf(Stripe.errors.StripeConnectionError);
    expect((await sandbox.stripe.paymentIntents.retrieve(intent.id)).status).toBe(status);
    const invoice = intent.metadata['invoice_id'] ?? '';
    expect((await sandbox.control.charges(invoice))[invoice]?.length ?? 0).toBe(charges);
  });

  it('is met by the client with a second request of the same key, which finds the first one’s result', async () => {
    const intent = await openIntent(sandbox.stripe, 'pm_card_visa');
    await sandbox.control.fault({ method: 'POST', path: CONFIRM, kind: 'lose_reply', moment: 'after', count: 1 });
    const confirmed = await nodeClient().paymentIntents.confirm(
      intent.id,
      {},
      { idempotencyKey: `again_${intent.id}` },
    );
    expect(confirmed.status).toBe('succeeded');
    expect(await confirmsSeen(intent.id)).toBe(2);
    const invoice = intent.metadata['invoice_id'] ?? '';
    expect((await sandbox.control.charges(invoice))[invoice]).toHaveLength(1);
  });
});

describe('an error 500', () => {
  it.each([
    ['before', 'requires_confirmation'],
    ['after', 'succeeded'],
  ] as const)('%s the execution leaves the payment as %s', async (moment, status) => {
    const intent = await openIntent(sandbox.stripe, 'pm_card_visa');
    await sandbox.control.fault({ method: 'POST', path: CONFIRM, kind: 'error_500', moment });
    const error = await errorOf(sandbox.stripe.paymentIntents.confirm(intent.id));
    expect(error).toBeInstanceOf(Stripe.errors.StripeAPIError);
    expect((await sandbox.stripe.paymentIntents.retrieve(intent.id)).status).toBe(status);
  });
});

test.each([
  ['rate_limit', 429, Stripe.errors.StripeRateLimitError, 'rate_limit'],
  ['lock_timeout', 429, Stripe.errors.StripeRateLimitError, 'lock_timeout'],
  ['conflict', 409, Stripe.errors.StripeAPIError, 'idempotency_key_in_use'],
] as const)(
  '%s is the official client’s error of its kind, and nothing is executed',
  async (kind, status, type, code) => {
    const intent = await openIntent(sandbox.stripe, 'pm_card_visa');
    await sandbox.control.fault({ method: 'POST', path: CONFIRM, kind });
    const error = await errorOf(sandbox.stripe.paymentIntents.confirm(intent.id));
    expect(error).toBeInstanceOf(type);
    expect([error.statusCode, error.code]).toEqual([status, code]);
    expect((await sandbox.stripe.paymentIntents.retrieve(intent.id)).status).toBe('requires_confirmation');
  },
);

test('a rate limit says why, a locked object does not', async () => {
  await sandbox.control.fault({ path: '/v1/balance', kind: 'rate_limit' });
  const limited = await rawRequest(sandbox.url, 'GET /v1/balance');
  await sandbox.control.fault({ path: '/v1/balance', kind: 'lock_timeout' });
  const locked = await rawRequest(sandbox.url, 'GET /v1/balance');
  expect([limited.status, limited.headers.get('stripe-rate-limited-reason')]).toEqual([429, 'endpoint-rate']);
  expect([locked.status, locked.headers.get('stripe-rate-limited-reason')]).toEqual([429, null]);
});

test('a gateway’s page is no JSON', async () => {
  await sandbox.control.fault({ path: '/v1/balance', kind: 'bad_gateway' });
  expect((await errorOf(nodeClient().balance.retrieve())).type).toBe('StripeAPIError');
});

test('a request that hangs ends with the client’s own timeout', async () => {
  await sandbox.control.fault({ path: '/v1/balance', kind: 'hang', count: null });
  const error = await errorOf(nodeClient(100).balance.retrieve());
  expect(error).toBeInstanceOf(Stripe.errors.StripeConnectionError);
});

test('latency delays by what was ordered', async () => {
  await sandbox.control.fault({ path: '/v1/balance', kind: 'latency', delay_ms: 120 });
  const started = performance.now();
  await sandbox.stripe.balance.retrieve();
  expect(performance.now() - started).toBeGreaterThanOrEqual(115);
});

test('a fault meets as many requests as ordered, of its method and path only', async () => {
  const intent = await openIntent(sandbox.stripe, 'pm_card_visa');
  await sandbox.control.fault({ method: 'GET', path: '/v1/payment_intents/*', kind: 'error_500', count: 2 });
  await sandbox.stripe.paymentIntents.update(intent.id, { description: 'not met' });
  await sandbox.stripe.customers.list();
  const read = (): Promise<unknown> => sandbox.stripe.paymentIntents.retrieve(intent.id);
  expect([(await errorOf(read())).statusCode, (await errorOf(read())).statusCode]).toEqual([500, 500]);
  expect(await read()).toMatchObject({ id: intent.id });
});

test('the requests seen are listed with their keys and what became of them', async () => {
  await sandbox.stripe.customers.create({ name: 'Seen' }, { idempotencyKey: 'seen' });
  await sandbox.stripe.customers.create({ name: 'Seen' }, { idempotencyKey: 'seen' });
  const seen = (await sandbox.control.requests()).filter(({ idempotencyKey }) => idempotencyKey === 'seen');
  expect(seen.map(({ method, path, status, isReplay }) => [method, path, status, isReplay])).toEqual([
    ['POST', '/v1/customers', 200, false],
    ['POST', '/v1/customers', 200, true],
  ]);
});

test('an order that makes no sense is refused with what is wrong about it', async () => {
  await expect(sandbox.control.fault({ path: 'v1', kind: 'hang' })).rejects.toThrow(/path/);
});

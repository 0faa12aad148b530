/** Idempotency keys by the rules of Stripe, "Idempotent requests", one by one, as bytes on the wire. */
import { openIntent, rawRequest, startCase, type RawAnswer, type SandboxCase } from './sandbox-case';

let sandbox: SandboxCase;
beforeAll(async () => {
  sandbox = await startCase();
});
afterEach(async () => {
  await sandbox.control.clearFaults();
  await sandbox.control.latency(0);
});
afterAll(() => sandbox.close());

const CREATE = 'POST /v1/payment_intents';
let keys = 0;
const newKey = (): string => `key_${(keys += 1)}`;

const post = (request: string, form: string, key: string, headers: Record<string, string> = {}): Promise<RawAnswer> =>
  rawRequest(sandbox.url, request, { form, headers: { 'Idempotency-Key': key, ...headers } });

const countIntents = async (): Promise<number> =>
  (await sandbox.stripe.paymentIntents.list({ limit: 100 })).data.length;

test('the same key and parameters are executed once and answered alike, with the marks of a replay', async () => {
  const key = newKey();
  const first = await post(CREATE, 'amount=4900&currency=usd', key);
  const before = await countIntents();
  const again = await post(CREATE, 'currency=usd&amount=4900', key);
  expect(again.body).toEqual(first.body);
  expect(await countIntents()).toBe(before);
  expect(first.headers.get('idempotent-replayed')).toBeNull();
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.headers.get('original-request')).toBe(first.headers.get('request-id'));
  expect(again.headers.get('request-id')).not.toBe(first.headers.get('request-id'));
});

test('every answer to a POST names its key, its original request, its version and whether to retry', async () => {
  const key = newKey();
  const { headers } = await post(CREATE, 'amount=4900&currency=usd', key, { 'Stripe-Version': '2026-10-28.endive' });
  expect(headers.get('idempotency-key')).toBe(key);
  expect(headers.get('original-request')).toBe(headers.get('request-id'));
  expect(headers.get('request-id')).toMatch(/^req_/);
  expect(headers.get('stripe-should-retry')).toBe('false');
  expect(headers.get('stripe-version')).toBe('2026-10-28.endive');
});

test('the same key with other parameters is an idempotency error in Stripe’s words', async () => {
  const key = newKey();
  await post(CREATE, 'amount=4900&currency=usd', key);
  const other = await post(CREATE, 'amount=5000&currency=usd', key);
  expect(other.status).toBe(400);
  expect(other.body.error).toMatchObject({
    type: 'idempotency_error',
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  });
});

test('the same key at another endpoint is an idempotency error', async () => {
  const key = newKey();
  await post('POST /v1/customers', 'name=Ada', key);
  expect((await post(CREATE, 'name=Ada', key)).body.error?.['type']).toBe('idempotency_error');
});

test('a decline is a saved result: the key never tries the card again', async () => {
  const intent = await openIntent(sandbox.stripe, 'pm_card_chargeCustomerFail');
  const confirm = `POST /v1/payment_intents/${intent.id}/confirm`;
  const key = newKey();
  const form = `payment_method=${String(intent.payment_method)}`;
  const first = await post(confirm, form, key);
  await sandbox.control.script({ target: String(intent.payment_method), always: { kind: 'succeed' } });
  const again = await post(confirm, form, key);
  expect([first.status, again.status]).toEqual([402, 402]);
  expect(again.body).toEqual(first.body);
  expect((await post(confirm, form, newKey())).status).toBe(200);
});

test('an error 500 after the execution is a saved result too, although the work is done', async () => {
  const key = newKey();
  const before = await countIntents();
  await sandbox.control.fault({ path: '/v1/payment_intents', kind: 'error_500', moment: 'after' });
  expect((await post(CREATE, 'amount=4900&currency=usd', key)).status).toBe(500);
  const again = await post(CREATE, 'amount=4900&currency=usd', key);
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([500, 'true']);
  expect(await countIntents()).toBe(before + 1);
});

test.each([
  ['an unknown parameter', 'amount=4900&currency=usd&colour=red', 'parameter_unknown'],
  ['a missing parameter', 'amount=4900', 'parameter_missing'],
  ['an amount that is too small', 'amount=49&currency=usd', 'amount_too_small'],
])('%s is not saved: the key is free for the corrected request', async (_case, form, code) => {
  const key = newKey();
  const wrong = await post(CREATE, form, key);
  expect([wrong.status, wrong.body.error?.['code']]).toEqual([400, code]);
  expect((await post(CREATE, 'amount=4900&currency=usd', key)).status).toBe(200);
});

test.each(['rate_limit', 'lock_timeout', 'conflict'] as const)('a %s is not saved', async (kind) => {
  const key = newKey();
  await sandbox.control.fault({ path: '/v1/payment_intents', kind });
  expect((await post(CREATE, 'amount=4900&currency=usd', key)).status).toBeGreaterThanOrEqual(409);
  expect((await post(CREATE, 'amount=4900&currency=usd', key)).status).toBe(200);
});

test('a state that refuses is saved: execution had begun', async () => {
  const intent = await openIntent(sandbox.stripe, 'pm_card_visa', { confirm: true });
  const key = newKey();
  const cancel = `POST /v1/payment_intents/${intent.id}/cancel`;
  expect((await post(cancel, '', key)).body.error?.['code']).toBe('payment_intent_unexpected_state');
  expect((await post(cancel, '', key)).headers.get('idempotent-replayed')).toBe('true');
});

test('a key that is in use is a conflict with 409, and the first request is answered', async () => {
  const key = newKey();
  const before = await countIntents();
  await sandbox.control.fault({ path: '/v1/payment_intents', kind: 'latency', delay_ms: 150 });
  const answers = await Promise.all([
    post(CREATE, 'amount=4900&currency=usd', key),
    post(CREATE, 'amount=4900&currency=usd', key),
  ]);
  const conflict = answers.find(({ status }) => status === 409);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  expect(conflict?.body.error).toMatchObject({ type: 'idempotency_error', code: 'idempotency_key_in_use' });
  expect(await countIntents()).toBe(before + 1);
});

test('keys have at most 255 characters', async () => {
  expect((await post(CREATE, 'amount=4900&currency=usd', 'k'.repeat(255))).status).toBe(200);
  expect((await post(CREATE, 'amount=4900&currency=usd', 'k'.repeat(256))).status).toBe(400);
});

test('a reading request pays no heed to keys', async () => {
  const key = newKey();
  const headers = { 'Idempotency-Key': key };
  await rawRequest(sandbox.url, 'GET /v1/customers', { headers });
  const again = await rawRequest(sandbox.url, 'GET /v1/balance', { headers });
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, null]);
});

test('after keys are forgotten, the same request is executed again', async () => {
  const key = newKey();
  const first = await post(CREATE, 'amount=4900&currency=usd', key);
  await sandbox.control.forgetIdempotencyKeys();
  const again = await post(CREATE, 'amount=4900&currency=usd', key);
  expect(again.body['id']).not.toBe(first.body['id']);
  expect(again.headers.get('idempotent-replayed')).toBeNull();
});

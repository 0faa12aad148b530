/** Events reach the endpoints signed, after the answer, again when refused, and as badly as a test orders. */
import Stripe from 'stripe';
import { openIntent, startCase, type SandboxCase } from './sandbox-case';
import { startReceiver, type Receiver } from './receiver';

let sandbox: SandboxCase;
let receiver: Receiver;
let secret: string;

beforeEach(async () => {
  sandbox = await startCase();
  receiver = await startReceiver();
  const endpoint = await sandbox.stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ['*'] });
  secret = endpoint.secret ?? '';
});
afterEach(async () => {
  await receiver.close();
  await sandbox.close();
});

const PAID = [
  'customer.created',
  'payment_method.attached',
  'payment_intent.created',
  'charge.succeeded',
  'payment_intent.succeeded',
];
const pay = (): Promise<Stripe.PaymentIntent> => openIntent(sandbox.stripe, 'pm_card_visa', { confirm: true });
const settled = async (): Promise<void> => expect(await sandbox.control.idle()).toBe(true);

test('every event of a payment arrives, and the official client believes its signature', async () => {
  await pay();
  await settled();
  expect([...receiver.types()].sort()).toEqual([...PAID].sort());
  const events = receiver.received.map(({ body, signature }) =>
    sandbox.stripe.webhooks.constructEvent(body, signature, secret),
  );
  const listed = await sandbox.stripe.events.list();
  expect(events.map(({ id }) => id).sort()).toEqual(listed.data.map(({ id }) => id).sort());
});

test('a changed body and another secret are not believed', async () => {
  await pay();
  await settled();
  const { body, signature } = receiver.received[0] ?? { body: '', signature: '' };
  const construct = (changed: string, key: string) => (): unknown =>
    sandbox.stripe.webhooks.constructEvent(changed, signature, key);
  expect(construct(`${body} `, secret)).toThrow(Stripe.errors.StripeSignatureVerificationError);
  expect(construct(body, 'whsec_other')).toThrow(Stripe.errors.StripeSignatureVerificationError);
  expect(construct(JSON.stringify(JSON.parse(body)), secret)).toThrow(Stripe.errors.StripeSignatureVerificationError);
});

test('an event names the request and the idempotency key that caused it', async () => {
  const customer = await sandbox.stripe.customers.create({}, { idempotencyKey: 'cause' });
  const [event] = (await sandbox.stripe.events.list({ type: 'customer.created' })).data;
  expect(event).toMatchObject({
    request: { id: customer.lastResponse.requestId, idempotency_key: 'cause' },
    api_version: '2026-10-28.endive',
  });
});

test('an endpoint gets only the types that it enabled', async () => {
  const picky = await startReceiver();
  await sandbox.stripe.webhookEndpoints.create({ url: picky.url, enabled_events: ['payment_intent.succeeded'] });
  await pay();
  await settled();
  expect(picky.types()).toEqual(['payment_intent.succeeded']);
  await picky.close();
});

test('the secret is shown when the endpoint is made and never again', async () => {
  const [endpoint] = (await sandbox.stripe.webhookEndpoints.list()).data;
  expect(secret).toMatch(/^whsec_/);
  expect(endpoint).not.toHaveProperty('secret');
});

test('a delivery that is refused is tried again with the same event until it is taken', async () => {
  receiver.statuses.push(500, 404);
  const customer = await sandbox.stripe.customers.create({});
  await settled();
  expect(receiver.received).toHaveLength(3);
  expect(new Set(receiver.received.map(({ body }) => (JSON.parse(body) as { id: string }).id)).size).toBe(1);
  const [delivery] = await sandbox.control.deliveries();
  expect(delivery).toMatchObject({
    status: 'delivered',
    attempts: [{ status: 500 }, { status: 404 }, { status: 200 }],
  });
  const [event] = (await sandbox.stripe.events.list()).data;
  expect([event?.pending_webhooks, (event?.data.object as { id: string }).id]).toEqual([0, customer.id]);
});

test('a delivery that is always refused fails after the last attempt', async () => {
  receiver.statuses.push(500, 500, 500, 500);
  await sandbox.stripe.customers.create({});
  await settled();
  const [delivery] = await sandbox.control.deliveries();
  expect([delivery?.status, delivery?.attempts.length]).toEqual(['failed', 3]);
  const [event] = (await sandbox.stripe.events.list({ delivery_success: false })).data;
  expect(event?.pending_webhooks).toBe(1);
});

test('an endpoint that is gone never holds up the answer', async () => {
  await receiver.close();
  const started = performance.now();
  await sandbox.stripe.customers.create({});
  expect(performance.now() - started).toBeLessThan(1_000);
  await settled();
  expect((await sandbox.control.deliveries())[0]?.attempts).toMatchObject([
    { status: null },
    { status: null },
    { status: null },
  ]);
});

test('a pause holds deliveries back until it ends', async () => {
  await sandbox.control.webhooks({ paused: true });
  await pay();
  expect(await sandbox.control.idle(50)).toBe(false);
  expect(receiver.received).toEqual([]);
  await sandbox.control.webhooks({ paused: false });
  await settled();
  expect(receiver.received).toHaveLength(PAID.length);
});

test('reordered deliveries arrive in reverse, batch by batch', async () => {
  await sandbox.control.webhooks({ reorder_batch: PAID.length });
  await pay();
  await settled();
  expect(receiver.types()).toEqual([...PAID].reverse());
});

test('what a batch holds back is released when reordering ends', async () => {
  await sandbox.control.webhooks({ reorder_batch: 3 });
  await sandbox.stripe.customers.create({});
  expect(await sandbox.control.idle(50)).toBe(false);
  await sandbox.control.webhooks({ reorder_batch: 0 });
  await settled();
  expect(receiver.types()).toEqual(['customer.created']);
});

test('duplicates carry the same event', async () => {
  await sandbox.control.webhooks({ duplicates: 2 });
  await sandbox.stripe.customers.create({});
  await settled();
  const ids = receiver.received.map(({ body }) => (JSON.parse(body) as { id: string }).id);
  expect([ids.length, new Set(ids).size]).toEqual([3, 1]);
});

test('a delay keeps deliveries from arriving early', async () => {
  await sandbox.control.webhooks({ delay_ms: 150 });
  const started = performance.now();
  await sandbox.stripe.customers.create({});
  await settled();
  expect(receiver.types()).toEqual(['customer.created']);
  expect(performance.now() - started).toBeGreaterThanOrEqual(145);
});

test('an event can be delivered once more', async () => {
  await sandbox.stripe.customers.create({});
  await settled();
  const [event] = (await sandbox.stripe.events.list()).data;
  await sandbox.control.redeliver(event?.id ?? '');
  await settled();
  expect(receiver.received.map(({ body }) => (JSON.parse(body) as { id: string }).id)).toEqual([event?.id, event?.id]);
});

test('the newest event about an object can be had signed with any secret at any time', async () => {
  const intent = await pay();
  const at_ms = Date.UTC(2026, 10, 2, 12);
  const signed = await sandbox.control.sign({ about: intent.id, secret: 'whsec_mine', at_ms });
  expect(signed.signature).toMatch(new RegExp(`^t=${at_ms / 1_000},v1=`));
  const event = sandbox.stripe.webhooks.constructEvent(
    signed.body,
    signed.signature,
    'whsec_mine',
    300,
    undefined,
    at_ms / 1_000,
  );
  expect(event).toMatchObject({ type: 'payment_intent.succeeded', data: { object: { id: intent.id } } });
});

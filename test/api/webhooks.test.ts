/** Webhooks in: what is not Stripe's is refused, what is gets stored once and answered at once. */
import { createHmac } from 'node:crypto';
import { openTestApi, webhookSecret, type TestApi } from '../support/api';

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

const event = (id: string, type: string, object: Record<string, unknown>) =>
  JSON.stringify({ id, object: 'event', type, created: 1_769_817_600, data: { object } });
const intent = (id: string) => ({ id, object: 'payment_intent', metadata: { tenant_id: api.tenant.id } });

function sign(body: string, secret = webhookSecret, ageSeconds = 0): string {
  const stamp = Math.floor(Date.now() / 1000) - ageSeconds;
  return `t=${stamp},v1=${createHmac('sha256', secret).update(`${stamp}.${body}`).digest('hex')}`;
}

const receive = (body: string, signature: string | null) =>
  api.send('POST', '/webhooks/stripe', {
    key: null,
    body,
    headers: signature === null ? {} : { 'stripe-signature': signature },
  });
const inbox = (id: string) =>
  api.database
    .as('*')
    .query({ name: 'inbox_of', text: `select *, retry_at > now() as later from webhook_inbox where event_id = $1` }, [
      id,
    ]);

test.each([
  ['without a signature', () => null, 'webhook_signature_invalid'],
  ['with a signature of another secret', (body: string) => sign(body, 'whsec_other'), 'webhook_signature_invalid'],
  ['with a signature of another body', () => sign('{}'), 'webhook_signature_invalid'],
  ['older than five minutes', (body: string) => sign(body, webhookSecret, 400), 'webhook_too_old'],
  ['from the future', (body: string) => sign(body, webhookSecret, -400), 'webhook_too_old'],
])('a webhook %s is 400 and is not stored', async (_case, signature, code) => {
  const body = event('evt_bad', 'payment_intent.succeeded', intent('pi_1'));
  const answer = await receive(body, signature(body));
  expect([answer.status, answer.body.code]).toEqual([400, code]);
  expect(await inbox('evt_bad')).toEqual([]);
});

test('a signed body that is no event is 400', async () => {
  const answer = await receive('{"a":1}', sign('{"a":1}'));
  expect([answer.status, answer.body.code]).toEqual([400, 'request_malformed']);
});

test('an event is stored once with its raw body, however often it comes', async () => {
  const body = event('evt_twice', 'payment_intent.payment_failed', intent('pi_2'));
  expect((await receive(body, sign(body))).status).toBe(200);
  expect((await receive(body, sign(body))).status).toBe(200);
  const rows = await inbox('evt_twice');
  expect(rows).toEqual([
    expect.objectContaining({
      provider: 'stripe',
      status: 'pending',
      subject_kind: 'payment',
      subject_ref: 'pi_2',
      tenant_id: api.tenant.id,
      body,
      later: false,
    }),
  ]);
});

test('an event of a type that nobody acts on is kept as ignored', async () => {
  const body = event('evt_other', 'customer.updated', { id: 'cus_1', object: 'customer' });
  expect((await receive(body, sign(body))).status).toBe(200);
  expect((await inbox('evt_other'))[0]).toMatchObject({ status: 'ignored' });
});

/** A payment as the billing transactions would leave it; only the columns that a webhook looks at matter. */
async function payment(providerRef: string, status: string, attemptBegun: number | null): Promise<void> {
  const db = api.database.as(api.tenant.id);
  const run = (name: string, text: string, values: unknown[]) => db.query({ name, text }, values);
  const customer = await api.send('POST', '/customers', { body: { name: 'Acme' } });
  const product = await api.send('POST', '/products', { body: { name: 'Pro' } });
  const prices = [{ model: 'flat', amounts: { USD: '1.00' }, description: 'x' }];
  const plan = await api.send('POST', '/plans', {
    body: {
      product_id: product.body.id,
      code: providerRef.replaceAll('_', '-'),
      name: 'x',
      interval: { unit: 'month' },
      prices,
    },
  });
  const id = providerRef;
  const tenant = api.tenant.id;
  await run(
    'a_subscription',
    `insert into subscriptions (id, tenant_id, customer_id, plan_id, plan_version, quantity, currency, status, start_at, state, occurred_at)
     values ($1, $2, $3, $4, 1, 1, 'USD', 'active', now(), '{}', now())`,
    [`sub_${id}`, tenant, customer.body.id, plan.body.id],
  );
  await run(
    'an_invoice',
    `insert into invoices (id, tenant_id, customer_id, subscription_id, business_key, status, series, sequence, currency, total, balance_applied,
       carried_over, amount_due, period_start, period_end, due_at, occurred_at)
     values ($1, $2, $3, $4, 'x', 'open', $1, 1, 'USD', 1, 0, 0, 1, now(), now() + interval '1 day', now(), now())`,
    [`inv_${id}`, tenant, customer.body.id, `sub_${id}`],
  );
  await run(
    'a_payment',
    `insert into payments (id, tenant_id, invoice_id, subscription_id, customer_id, rail, provider_ref, status, amount, currency, attempt_begun, occurred_at)
     values ($1, $2, $3, $4, $5, 'stripe', $6, $7, 1, 'USD', $8, now())`,
    [`pay_${id}`, tenant, `inv_${id}`, `sub_${id}`, customer.body.id, providerRef, status, attemptBegun],
  );
}

test('success that our rows know already needs nobody', async () => {
  await payment('pi_known', 'succeeded', null);
  const body = event('evt_known', 'payment_intent.succeeded', intent('pi_known'));
  await receive(body, sign(body));
  expect((await inbox('evt_known'))[0]).toMatchObject({ status: 'processed' });
});

test('an event about a payment whose try is under way waits for the worker that records it', async () => {
  await payment('pi_trying', 'created', 1);
  const body = event('evt_trying', 'payment_intent.succeeded', intent('pi_trying'));
  await receive(body, sign(body));
  expect((await inbox('evt_trying'))[0]).toMatchObject({ status: 'pending', later: true });
});

test('the tenant is that of our own payment, whatever the metadata says', async () => {
  await payment('pi_whose', 'created', null);
  const body = event('evt_whose', 'payment_intent.succeeded', {
    ...intent('pi_whose'),
    metadata: { tenant_id: 'ten_other' },
  });
  await receive(body, sign(body));
  expect((await inbox('evt_whose'))[0]).toMatchObject({ tenant_id: api.tenant.id, later: false });
});

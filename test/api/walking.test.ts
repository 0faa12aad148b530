/** The walking path through the API on the whole engine: from a card to a paid invoice, a change, a refund, a trial balance. */
import type { Wire } from '../support/api';
import { startTestEngine, testAdminKey, type TestEngine } from '../support/perennial';

let engine: TestEngine;
let key: string;
let otherKey: string;

type Body = Record<string, Wire>;

async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Body; headers: Headers }> {
  const response = await fetch(
    path.startsWith('/pay/') ? `${engine.apiUrl}${path}` : `${engine.apiUrl}/api/v1${path}`,
    {
      method,
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
  );
  const text = await response.text();
  return {
    status: response.status,
    body: text.startsWith('{') ? (JSON.parse(text) as Body) : { text },
    headers: response.headers,
  };
}

beforeAll(async () => {
  engine = await startTestEngine();
  key = testAdminKey;
  const [own, other] = await Promise.all(
    ['Kilima', 'Ziwa'].map((name) => send('POST', '/tenants', { name, mode: 'test' })),
  );
  key = own!.body['key'];
  otherKey = other!.body['key'];
});
afterAll(() => engine.stop());

async function planOf(amount: string): Promise<string> {
  const product = await send('POST', '/products', { name: 'Pro' });
  const prices = [{ model: 'per_seat', amounts: { USD: amount }, description: 'Seat' }];
  const code = `plan-${amount.replace('.', '-')}`;
  const plan = await send('POST', '/plans', {
    product_id: product.body['id'],
    code,
    name: `Pro ${amount}`,
    interval: { unit: 'month' },
    prices,
  });
  expect(plan.status).toBe(201);
  return plan.body['id'];
}

async function customerOnClock(token: string): Promise<{ customerId: string; clockId: string }> {
  const clock = await send('POST', '/test-clocks', { name: 'a year', now: '2026-01-31T00:00:00.000Z' });
  const customer = await send('POST', '/customers', { name: 'Acme', test_clock_id: clock.body['id'] });
  const method = await send('POST', '/payment-methods', { customer_id: customer.body['id'], rail: 'stripe', token });
  expect([method.status, method.body]).toEqual([201, expect.objectContaining({ last4: expect.any(String) })]);
  return { customerId: customer.body['id'], clockId: clock.body['id'] };
}

test('a subscription is created, paid, changed, refunded and moved through time, and the ledger is balanced', async () => {
  const planId = await planOf('10.00');
  const { customerId, clockId } = await customerOnClock('tok_visa');
  const made = await send('POST', '/subscriptions', {
    customer_id: customerId,
    plan_id: planId,
    currency: 'USD',
    quantity: 2,
  });
  expect([made.status, made.body['status']]).toEqual([201, 'active']);
  const path = `/subscriptions/${made.body['id']}`;

  const first = (await send('GET', `${path}?expand[]=latest_invoice`)).body['latest_invoice'];
  expect(first).toMatchObject({
    number: 'INV-000001',
    status: 'paid',
    amount_paid: { amount: '20.00', currency: 'USD' },
  });

  const preview = await send('POST', `${path}/preview-change`, { quantity: 5 });
  const changed = await send('POST', `${path}/change-quantity`, { quantity: 5, at: preview.body['at'] });
  expect([changed.status, changed.body['quantity']]).toEqual([200, 5]);
  const invoices = (await send('GET', '/invoices?expand[]=lines')).body['data'] as Body[];
  expect(invoices[0]!['total']).toEqual(preview.body['total']);
  expect(invoices[0]!['lines'].map((line: Body) => line['amount'])).toEqual(
    preview.body['lines'].map((line: Body) => line['amount']),
  );

  const upcoming = await send('GET', `${path}/upcoming-invoice`);
  expect(upcoming.body['total']).toEqual({ amount: '50.00', currency: 'USD' });
  const moved = await send('POST', `/test-clocks/${clockId}/advance`, { to: '2026-03-15T00:00:00.000Z' });
  expect([moved.status, moved.body['now']]).toEqual([200, '2026-03-15T00:00:00.000Z']);
  const payments = (await send('GET', '/payments?expand[]=attempts')).body['data'] as Body[];
  expect(payments.map((payment) => payment['status'])).toEqual(['succeeded', 'succeeded', 'succeeded']);

  const refund = await send('POST', '/refunds', {
    payment_id: payments[0]!['id'],
    amount: { amount: '12.50', currency: 'USD' },
  });
  expect([refund.status, refund.body['status']]).toEqual([201, 'succeeded']);
  const more = await send('POST', '/refunds', {
    payment_id: payments[0]!['id'],
    amount: { amount: '49.00', currency: 'USD' },
  });
  expect(more.body['code']).toBe('refund_exceeds_payment');

  const balance = (await send('GET', '/ledger/trial-balance')).body;
  expect([balance['balanced'], balance['sums']]).toEqual([true, [{ amount: '0.00', currency: 'USD' }]]);
  const canceled = await send('POST', `${path}/cancel`, {}, { 'idempotency-key': 'cancel-1' });
  expect([canceled.status, canceled.body['status']]).toEqual([200, 'canceled']);
  const again = await send('POST', `${path}/cancel`, {}, { 'idempotency-key': 'cancel-1' });
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
  const late = await send('POST', `${path}/pause`, {});
  expect([late.status, late.body['code']]).toEqual([409, 'subscription_ended']);
});

/** Lists whose rows the story above made, and where one of them is read. */
const resources = [
  'api-keys',
  'customers',
  'payment-methods',
  'products',
  'prices',
  'plans',
  'test-clocks',
  'subscriptions',
  'invoices',
  'payments',
  'refunds',
  'ledger/entries',
  'events',
  'audit-log',
];
const readById = resources.filter((name) => name !== 'api-keys' && name !== 'audit-log');

test.each(resources)('another tenant sees none of the %s', async (name) => {
  const own = await send('GET', `/${name}?limit=1`);
  expect(own.body['data']).toHaveLength(1);
  const other = await send('GET', `/${name}`, undefined, { authorization: `Bearer ${otherKey}` });
  const ids = (other.body['data'] as Body[]).map((row) => row['id']);
  expect(ids).not.toContain(own.body['data'][0]['id']);
  if (name !== 'api-keys' && name !== 'audit-log') expect(ids).toEqual([]);
});

test.each(readById)('one of the %s is 404 to another tenant, as one that never was', async (name) => {
  const { id } = (await send('GET', `/${name}?limit=1`)).body['data'][0];
  expect((await send('GET', `/${name}/${id}`)).status).toBe(200);
  const other = await send('GET', `/${name}/${id}`, undefined, { authorization: `Bearer ${otherKey}` });
  expect([other.status, other.body['code']]).toEqual([404, 'not_found']);
});

const commands = [
  'change-plan',
  'change-quantity',
  'cancel',
  'uncancel',
  'pause',
  'resume',
  'update-payment-method',
  'retry-payment',
  'preview-change',
];

test.each(commands)('%s of another tenant’s subscription is 404 and does nothing', async (command) => {
  const { id } = (await send('GET', '/subscriptions?limit=1')).body['data'][0];
  const bodies: Record<string, object> = {
    'change-plan': { plan_id: 'plan_x' },
    'change-quantity': { quantity: 1 },
    'preview-change': { quantity: 1 },
  };
  const other = await send('POST', `/subscriptions/${id}/${command}`, bodies[command] ?? {}, {
    authorization: `Bearer ${otherKey}`,
  });
  expect([other.status, other.body['code']]).toEqual([404, 'not_found']);
});

test('things of another tenant cannot be named in a body', async () => {
  const first = async (name: string): Promise<string> => (await send('GET', `/${name}?limit=1`)).body['data'][0]['id'];
  const [customer, plan, payment, product, clock] = await Promise.all(
    ['customers', 'plans', 'payments', 'products', 'test-clocks'].map(first),
  );
  const as = { authorization: `Bearer ${otherKey}` };
  const bodies: [string, object, string][] = [
    ['/subscriptions', { customer_id: customer, plan_id: plan, currency: 'USD' }, 'customer_id plan_id'],
    ['/refunds', { payment_id: payment }, 'payment_id'],
    ['/prices', { product_id: product, model: 'flat', amounts: { USD: '1.00' }, description: 'x' }, 'product_id'],
    ['/customers', { name: 'x', test_clock_id: clock }, 'test_clock_id'],
    ['/payment-methods', { customer_id: customer, rail: 'stripe', token: 'tok_visa' }, 'customer_id'],
  ];
  for (const [path, body, fields] of bodies) {
    const answer = await send('POST', path, body, as);
    expect([path, answer.status]).toEqual([path, 422]);
    expect(fields).toContain(answer.body['errors'][0].field);
  }
});

test('a query that forgets its tenant sees nothing of another', async () => {
  const statement = { name: 'forgetful', text: 'select tenant_id from invoices' };
  const rows = await engine.database.as('ten_nobody').query(statement, []);
  const all = await engine.database.as('*').query(statement, []);
  expect([rows.length, all.length > 0]).toEqual([0, true]);
});

test('a declined card answers 402 with the issuer’s word and is not kept', async () => {
  const customer = await send('POST', '/customers', { name: 'Broke' });
  const customer_id = customer.body['id'];
  const declined = await send('POST', '/payment-methods', {
    customer_id,
    rail: 'stripe',
    token: 'pm_card_visa_chargeDeclinedInsufficientFunds',
  });
  expect([declined.status, declined.body['code'], declined.body['decline_code']]).toEqual([
    402,
    'payment_method_declined',
    'insufficient_funds',
  ]);
  expect((await send('GET', `/payment-methods?customer_id=${customer_id}`)).body['data']).toEqual([]);
  const wrong = await send('POST', '/payment-methods', { customer_id, rail: 'stripe', token: 'pm_never_was' });
  expect([wrong.status, wrong.body['errors'][0].field]).toEqual([422, 'token']);
});

test('a payment method that is detached is no longer the default and is charged no more', async () => {
  const { customerId } = await customerOnClock('tok_visa');
  const before = (await send('GET', `/customers/${customerId}`)).body['default_payment_method_id'];
  const detached = await send('DELETE', `/payment-methods/${before}`);
  expect([detached.status, detached.body['status']]).toEqual([200, 'detached']);
  expect((await send('DELETE', `/payment-methods/${before}`)).status).toBe(200);
  expect((await send('GET', `/customers/${customerId}`)).body['default_payment_method_id']).toBeNull();
});

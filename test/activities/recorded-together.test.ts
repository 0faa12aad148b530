/**
 * Invoices that fall due at the same moment are written by one statement. Each must still get its own number, in its own documents, and
 * one that cannot be written must not take the others with it.
 */
import { Client } from 'pg';
import { waitFor } from '../../dev/stack/wait';
import type { ApiClient } from '../../dev/api-client';
import { brokenRules } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { makeTenant } from '../support/tenant';

let engine: TestEngine;
let admin: Client;
beforeAll(async () => {
  engine = await startTestEngine();
  admin = new Client({ connectionString: engine.testDatabase.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await engine.stop();
});

const count = 12;
const indexes = Array.from({ length: count }, (_, index) => index);

async function makePlan(api: ApiClient): Promise<string> {
  const product = await api.post<{ id: string }>('/products', { name: 'P' });
  const plan = await api.post<{ id: string }>('/plans', {
    product_id: product.id,
    code: 'p',
    name: 'P',
    interval: { unit: 'month', count: 1 },
    prices: [{ model: 'flat', amounts: { USD: '10.00' }, description: 'P' }],
  });
  return plan.id;
}

async function makeCustomer(api: ApiClient): Promise<string> {
  const { id } = await api.post<{ id: string }>('/customers', { name: 'Customer' });
  await api.post('/payment-methods', { customer_id: id, rail: 'stripe', token: 'pm_card_visa' });
  return id;
}

const subscribe = (api: ApiClient, customerId: string, planId: string) =>
  api.post<{ id: string }>('/subscriptions', { customer_id: customerId, plan_id: planId, currency: 'USD' });

/** Holds the tenant's numbers while the work begins, so that whoever comes meanwhile gathers, and lets go once all wait. */
async function heldTogether<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
  await admin.query('begin');
  await admin.query('update invoice_series set last_number = last_number where tenant_id = $1', [tenantId]);
  const working = work();
  await waitFor('two rounds wait for the numbers', async () => {
    const { rows } = await admin.query<{ waiting: number }>(
      `select count(*)::integer as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return (rows[0]?.waiting ?? 0) >= 2;
  });
  await admin.query('commit');
  return working;
}

test('invoices of one round have consecutive numbers, each its own in every document', async () => {
  const { tenantId, api } = await makeTenant(engine);
  const planId = await makePlan(api);
  const customers = await Promise.all(indexes.map(() => makeCustomer(api)));
  await subscribe(api, await makeCustomer(api), planId);
  await heldTogether(tenantId, () => Promise.all(customers.map((customerId) => subscribe(api, customerId, planId))));
  const { rows } = await admin.query<{ number: string; in_state: string; in_fact: string; customer: boolean }>(
    `select invoice_number(i.series, i.sequence) as number, s.state->'lastInvoice'->>'number' as in_state,
       e.fact->'invoice'->>'number' as in_fact, i.customer_id = s.customer_id and e.invoice_id = i.id as customer
     from invoices i join subscriptions s on s.id = i.subscription_id
     join events e on e.subscription_id = s.id and e.fact->>'type' = 'invoice_issued'
     where i.tenant_id = $1 order by i.sequence`,
    [tenantId],
  );
  expect(rows.map(({ number }) => Number(number.split('-').at(-1)))).toEqual(
    [...indexes, count].map((index) => index + 1),
  );
  for (const { number, in_state, in_fact, customer } of rows)
    expect([in_state, in_fact, customer]).toEqual([number, number, true]);
  expect(await brokenRules({ engine, tenantId })).toEqual([]);
});

test('a customer whose balance is wanted by many invoices of a round uses it once', async () => {
  const { tenantId, api } = await makeTenant(engine);
  const planId = await makePlan(api);
  const customerId = await makeCustomer(api);
  const { id: first } = await subscribe(api, customerId, planId);
  await api.post(`/subscriptions/${first}/cancel`, { credit: true });
  await heldTogether(tenantId, () => Promise.all(indexes.slice(0, 4).map(() => subscribe(api, customerId, planId))));
  const { rows } = await admin.query<{ applied: string }>(
    'select sum(balance_applied)::text as applied from invoices where tenant_id = $1 and balance_applied > 0',
    [tenantId],
  );
  const balance = await api.get<{ balances: { amount: string }[] }>(`/customers/${customerId}/balance`);
  expect(Number(rows[0]?.applied) + Number(balance.balances[0]?.amount)).toBe(10);
  expect(await brokenRules({ engine, tenantId })).toEqual([]);
});

/** The auditor finds subscriptions that should have acted, and gives a lost workflow back its life. */
import { subscriptionWorkflowId } from '../../domain/ids';
import { auditOnce } from '../../worker/auditor';
import { createReviver } from '../../worker/messenger';
import { waitFor } from '../../dev/stack/wait';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { makeTenant } from '../support/tenant';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(() => engine.stop());

async function subscribe(): Promise<{ tenantId: string; subscriptionId: string; invoices: () => Promise<number> }> {
  const { tenantId, api } = await makeTenant(engine);
  const product = await api.post<{ id: string }>('/products', { name: 'P' });
  const prices = [{ model: 'flat', amounts: { USD: '1.00' }, description: 'P' }];
  const plan = await api.post<{ id: string }>('/plans', {
    product_id: product.id,
    code: 'p',
    name: 'P',
    interval: { unit: 'second', count: 3 },
    prices,
  });
  const customer = await api.post<{ id: string }>('/customers', { name: 'Late' });
  await api.post('/payment-methods', { customer_id: customer.id, rail: 'stripe', token: 'pm_card_visa' });
  const { id: subscriptionId } = await api.post<{ id: string }>('/subscriptions', {
    customer_id: customer.id,
    plan_id: plan.id,
    currency: 'USD',
  });
  const invoices = async () =>
    (await api.get<{ data: unknown[] }>(`/invoices?subscription_id=${subscriptionId}&limit=100`)).data.length;
  return { tenantId, subscriptionId, invoices };
}

const warnings: string[] = [];
const audit = () =>
  auditOnce({
    database: engine.database,
    ...createReviver(engine.temporal, engine.taskQueue),
    log: { warn: (_facts, message) => warnings.push(message) },
    lateSeconds: 1,
  });

test('a subscription whose workflow was terminated is started again from its row and goes on billing', async () => {
  const { tenantId, subscriptionId, invoices } = await subscribe();
  const workflow = engine.temporal.workflow.getHandle(subscriptionWorkflowId(tenantId, subscriptionId));
  await workflow.terminate('lost');
  const before = await invoices();
  const found = () => audit().then(({ revived }) => revived === 1);
  await waitFor('the auditor revives it', found, { timeoutMs: 15_000 });
  expect((await workflow.describe()).status.name).toBe('RUNNING');
  await waitFor('it bills again', async () => (await invoices()) > before, { timeoutMs: 15_000 });
  expect(warnings).toContain('a subscription without a workflow was started again from its row');
});

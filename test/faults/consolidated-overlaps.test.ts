/** Two workflows meet at an invoice that they share: in real time, and at the one payment of it. */
import { holdAsking, holdWithdrawn } from '../../db/transactions/hold-invoices';
import { waitFor } from '../../dev/stack/wait';
import { money } from '../../domain/money';
import { brokenRules, checkDelivered, checkInvariants } from '../support/invariants';
import { brokenFacts } from '../support/invariants/facts';
import { brokenWorkflows } from '../support/invariants/workflows';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { flat, type InvoiceView, Scene } from '../support/scenario';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

const noFunds = { kind: 'decline', decline_code: 'insufficient_funds', network_advice_code: null } as const;

/** Two subscriptions whose shared invoice of 61.00 was declined on 1 February. */
async function declined(): Promise<{ scene: Scene; second: string; invoice: InvoiceView; paymentId: string }> {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const customer = await scene.customer(null, { consolidate_invoices: true });
  const card = await scene.card(customer, 'pm_card_visa');
  await scene.subscribe(customer, await scene.plan([flat('30.00')]));
  const second = await scene.subscribe(customer, await scene.plan([flat('31.00')]));
  await scene.script(card, { always: noFunds });
  await scene.advance('2026-02-01');
  const invoice = await scene.newestInvoice(second);
  return { scene, second, invoice, paymentId: (await scene.payment(invoice.id)).id };
}

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'held',
    (error: { code?: unknown }) => error.code,
  );

test('in real time, whoever comes first bills both, period after period', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const customer = await scene.customer('pm_card_visa', { test_clock_id: null, consolidate_invoices: true });
  const start_at = new Date(Date.now() + 3_000).toISOString();
  const interval = { unit: 'second', count: 4 };
  const first = await scene.subscribe(customer, await scene.plan([flat('30.00')], { interval }), { start_at });
  const second = await scene.subscribe(customer, await scene.plan([flat('20.00')], { interval }), { start_at });
  const shared = async () => {
    const [ofFirst, ofSecond] = [await scene.billed(first), await scene.billed(second)];
    return [ofFirst, ofSecond].every((billed) => billed.filter((one) => one === 'paid 50.00').length >= 3);
  };
  await waitFor('three periods are billed together', shared, { timeoutMs: 60_000, intervalMs: 300 });
  await scene.command(first, 'cancel');
  await scene.command(second, 'cancel');
  const broken = async () => [
    ...(await brokenRules(scene)),
    ...(await brokenFacts(scene)),
    ...(await brokenWorkflows(scene)),
  ];
  await waitFor('the books agree', async () => (await broken()).length === 0, { timeoutMs: 15_000 });
  expect(await broken()).toEqual([]);
});

test('a try begins only on an open invoice that asks for the amount of the payment', async () => {
  const { scene, invoice } = await declined();
  const hold = (amount: string) =>
    codeOf(
      engine.database.transaction(scene.tenantId, (db) =>
        holdAsking(db, scene.tenantId, invoice.id, money(amount, 'USD')),
      ),
    );
  expect(await hold('61.00')).toBe('held');
  expect(await hold('60.99')).toBe('40001');
  await scene.api.post(`/invoices/${invoice.id}/void`, {});
  expect(await hold('61.00')).toBe('40001');
});

test('an invoice is reduced only while no payment is there but those that were withdrawn, and none is being tried', async () => {
  const { scene, invoice, paymentId } = await declined();
  const { tenantId } = scene;
  const hold = (withdrawn: readonly string[], status: string) =>
    codeOf(
      engine.database.transaction(tenantId, async (db) => {
        await db.query({ name: '', text: 'update payments set status = $2 where id = $1' }, [paymentId, status]);
        await holdWithdrawn(db, tenantId, [invoice.id], new Set(withdrawn));
        throw Object.assign(new Error('nothing is to stay of it'), { code: 'held' });
      }),
    );
  expect(await hold([paymentId], 'failed')).toBe('held');
  expect(await hold([], 'failed')).toBe('40001');
  expect(await hold([paymentId], 'processing')).toBe('40001');
});

test('a credit of one subscription waits until a try that begins for the other is recorded', async () => {
  const { scene, second, invoice } = await declined();
  const order: string[] = [];
  let credited: Promise<unknown> = Promise.resolve();
  await engine.database.transaction(scene.tenantId, async (db) => {
    await holdAsking(db, scene.tenantId, invoice.id, money('61.00', 'USD'));
    credited = scene.command(second, 'cancel', { credit: true }).then(() => order.push('credited'));
    const text = `select count(*)::integer as waiting from pg_stat_activity where wait_event_type = 'Lock' and query like '%for update%'`;
    const waits = async () => {
      const [row] = await engine.database.as(scene.tenantId).query<{ waiting: number }>({ name: '', text }, []);
      return (row?.waiting ?? 0) > 0;
    };
    await waitFor('the credit waits for the row', waits, { timeoutMs: 20_000, intervalMs: 100 });
    order.push('tried');
  });
  await credited;
  expect(order).toEqual(['tried', 'credited']);
  const after = await scene.api.get<InvoiceView>(`/invoices/${invoice.id}`);
  expect([after.status, after.credit_received.amount]).toEqual(['open', '31.00']);
  await checkInvariants(scene);
});

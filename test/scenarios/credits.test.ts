/** What is credited was paid: credits of charges on invoices that are still open reduce those invoices. */
import { findSubscription } from '../../db/queries/subscriptions';
import { loadCollectionFacts } from '../../db/transactions/collection-facts';
import { confirmThreeDSecure } from '../../dev/demo/customer';
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { payOnPage } from '../support/payment-page';
import { flat, perSeat, Scene, type InvoiceView } from '../support/scenario';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

const noFunds = { kind: 'decline', decline_code: 'insufficient_funds', network_advice_code: null } as const;

/** "status: total, due" of each invoice, oldest first. */
const owed = async (scene: Scene, subscription: string): Promise<string[]> =>
  (await scene.invoices(subscription)).map(
    ({ status, total, amount_due: due }) => `${status}: ${total.amount}, ${due.amount}`,
  );

const paymentOf = async (scene: Scene, { id }: InvoiceView) =>
  (
    await scene.api.get<{ data: { status: string; amount: { amount: string } }[] }>(`/payments?invoice_id=${id}`)
  ).data.map(({ status, amount }) => `${status} ${amount.amount}`);

/** A subscription for 30.00 a month from 1 June, whose first invoice the card has declined. */
async function unpaid(tenant: object = {}, now = '2026-06-01') {
  const scene = await Scene.open(engine, { now, tenant });
  const customer = await scene.customer(null);
  const card = await scene.card(customer, 'pm_card_visa');
  await scene.script(card, { always: noFunds });
  const subscription = await scene.subscribe(customer, await scene.plan([flat('30.00')]));
  expect((await scene.subscription(subscription)).status).toBe('past_due');
  return { scene, customer, card, subscription };
}

describe('a cancellation with credit while the invoice is open', () => {
  test('reduces the invoice to the time that was served, and only that is lost when it is never paid', async () => {
    const { scene, subscription } = await unpaid();
    await scene.advance('2026-06-04');
    await scene.command(subscription, 'cancel', { credit: true });
    expect(await owed(scene, subscription)).toEqual(['open: 30.00, 3.00', 'paid: -27.00, 0.00']);
    expect([await scene.account('customer_balance'), await scene.account('receivable')]).toEqual(['none', '3.00']);
    await checkInvariants(scene);
    await scene.advance('2026-06-20');
    expect(await owed(scene, subscription)).toEqual(['uncollectible: 30.00, 3.00', 'paid: -27.00, 0.00']);
    const accounts = ['customer_balance', 'bad_debt', 'receivable', 'deferred:subscriptions'];
    expect(await Promise.all(accounts.map((account) => scene.account(account)))).toEqual([
      'none',
      '3.00',
      '0.00',
      '-3.00',
    ]);
    await checkInvariants(scene);
  });

  test('collects the reduced amount, by a payment of that amount', async () => {
    const { scene, card, subscription } = await unpaid();
    await scene.advance('2026-06-03');
    await scene.command(subscription, 'cancel', { credit: true });
    await scene.script(card, { always: null });
    await scene.advance('2026-06-05');
    expect(await owed(scene, subscription)).toEqual(['paid: 30.00, 2.00', 'paid: -28.00, 0.00']);
    const [invoice] = await scene.invoices(subscription);
    expect(invoice && (await paymentOf(scene, invoice)).sort()).toEqual(['canceled 30.00', 'succeeded 2.00']);
    expect((await scene.eventTypes(subscription)).filter((type) => type === 'invoice.credited')).toHaveLength(1);
    await checkInvariants(scene);
  });

  test('settles it when nothing was served', async () => {
    const { scene, subscription } = await unpaid();
    await scene.command(subscription, 'cancel', { credit: true });
    expect(await owed(scene, subscription)).toEqual(['paid: 30.00, 0.00', 'paid: -30.00, 0.00']);
    const { status, collection } = await scene.subscription(subscription);
    expect([status, collection, await scene.account('receivable')]).toEqual(['canceled', null, '0.00']);
    await checkInvariants(scene);
  });

  test('leaves what is too small to charge on the balance as a debt', async () => {
    const { scene, subscription } = await unpaid();
    await scene.advance('2026-06-01T09:36:00.000Z');
    await scene.command(subscription, 'cancel', { credit: true });
    expect(await owed(scene, subscription)).toEqual(['paid: 30.00, 0.00', 'paid: -29.60, 0.00']);
    expect((await scene.invoices(subscription))[0]?.carried_over.amount).toBe('0.40');
    expect(await scene.account('customer_balance')).toBe('0.40');
    await checkInvariants(scene);
  });

  test('gives to the balance what the balance had paid of it', async () => {
    const { scene, customer, card, subscription } = await unpaid({ dunning_policy: { steps_days: [1, 90] } });
    await scene.script(card, { always: null });
    await scene.advance('2026-06-02');
    await scene.command(subscription, 'cancel', { credit: true });
    expect(await scene.account('customer_balance')).toBe('-29.00');
    await scene.script(card, { always: noFunds });
    const next = await scene.subscribe(customer, await scene.plan([flat('60.00')]));
    await scene.advance('2026-06-17');
    await scene.command(next, 'cancel', { credit: true });
    // 31.00 of 60.00 were open; half of the time of 60.00 is given back: 30.00 off what is open.
    expect(await owed(scene, next)).toEqual(['open: 60.00, 1.00', 'paid: -30.00, 0.00']);
    expect(await scene.account('customer_balance')).toBe('0.00');
    await checkInvariants(scene);
  });
});

test('an invoice that was reduced is collected under another key: a payment of the old amount may lie at the provider unknown', async () => {
  const scene = await Scene.open(engine, { now: '2026-06-01' });
  const subscription = await scene.subscribe(await scene.customer(null), await scene.plan([flat('30.00')]));
  const { id: invoiceId } = await scene.newestInvoice(subscription);
  const db = engine.database.as(scene.tenantId);
  const versionNow = async (): Promise<number | undefined> => {
    const found = await findSubscription(db, scene.tenantId, subscription);
    const request = found === null ? null : { state: found.state, invoiceId, now: Date.parse('2026-06-02') };
    return request === null ? undefined : (await loadCollectionFacts(db, request))?.paymentVersion;
  };
  expect(await versionNow()).toBe(1);
  await scene.advance('2026-06-04');
  await scene.command(subscription, 'cancel', { credit: true });
  expect(await versionNow()).toBe(2);
  await checkInvariants(scene);
});

describe('a change while the invoice is open', () => {
  test('moves what it credits from the open invoice to the new one, so that neither is given away', async () => {
    const { scene, subscription } = await unpaid({ dunning_policy: { steps_days: [90] } });
    await scene.advance('2026-06-16');
    const pro = await scene.plan([flat('90.00')]);
    const preview = await scene.api.post(`/subscriptions/${subscription}/preview-change`, { plan_id: pro });
    await scene.command(subscription, 'change-plan', { plan_id: pro });
    expect(await owed(scene, subscription)).toEqual(['open: 30.00, 15.00', 'open: 30.00, 45.00']);
    const change = await scene.newestInvoice(subscription);
    expect(preview).toMatchObject({
      total: change.total,
      amount_due: change.amount_due,
      credit_given: change.credit_given,
    });
    await checkInvariants(scene);
    // The old invoice is given up, the new one is paid: the customer has paid for what the new plan served.
    const [old] = await scene.invoices(subscription);
    await scene.api.post(`/invoices/${old?.id ?? ''}/mark-uncollectible`);
    expect(await scene.account('bad_debt')).toBe('15.00');
    await checkInvariants(scene);
  });

  test('ends dunning when it leaves nothing of what was declined', async () => {
    const { scene, card, subscription } = await unpaid();
    await scene.script(card, { always: null });
    await scene.command(subscription, 'change-plan', { plan_id: await scene.plan([flat('90.00')]) });
    expect(await owed(scene, subscription)).toEqual(['paid: 30.00, 0.00', 'open: 60.00, 90.00']);
    await scene.advance('2026-06-02');
    expect((await scene.subscription(subscription)).status).toBe('active');
    expect(await owed(scene, subscription)).toEqual(['paid: 30.00, 0.00', 'paid: 60.00, 90.00']);
    await checkInvariants(scene);
  });

  test('after change credits only what is left of the last one, and all of them together ask for what was served', async () => {
    const { scene, subscription } = await unpaid({ dunning_policy: { steps_days: [90] } });
    const [small, large] = [await scene.plan([flat('60.00')]), await scene.plan([flat('90.00')])];
    await scene.advance('2026-06-11');
    await scene.command(subscription, 'change-plan', { plan_id: small });
    await scene.advance('2026-06-16');
    await scene.command(subscription, 'change-plan', { plan_id: large });
    await scene.advance('2026-06-21');
    await scene.command(subscription, 'cancel', { credit: true });
    // 10 days of 30.00, 5 of 60.00 and 5 of 90.00 were served.
    expect(await owed(scene, subscription)).toEqual([
      'open: 30.00, 10.00',
      'open: 20.00, 10.00',
      'open: 15.00, 15.00',
      'paid: -30.00, 0.00',
    ]);
    expect([await scene.account('receivable'), await scene.account('customer_balance')]).toEqual(['35.00', 'none']);
    await checkInvariants(scene);
  });

  test('that is voided later leaves what it took off the open invoice as a debt on the balance', async () => {
    const { scene, subscription } = await unpaid({ dunning_policy: { steps_days: [90] } });
    await scene.advance('2026-06-16');
    await scene.command(subscription, 'change-plan', { plan_id: await scene.plan([flat('90.00')]) });
    const change = await scene.newestInvoice(subscription);
    await scene.api.post(`/invoices/${change.id}/void`);
    expect(await owed(scene, subscription)).toEqual(['open: 30.00, 15.00', 'void: 30.00, 45.00']);
    expect([await scene.account('customer_balance'), await scene.account('receivable')]).toEqual(['15.00', '15.00']);
    await checkInvariants(scene);
  });

  test('asks the customer anew who was to confirm a payment of the old amount', async () => {
    const scene = await Scene.open(engine, { now: '2026-06-01' });
    const customer = await scene.customer('pm_card_authenticationRequired');
    const subscription = await scene.subscribe(customer, await scene.plan([flat('30.00')]));
    expect(await payOnPage(scene, subscription)).toBe(303);
    expect((await scene.subscription(subscription)).collection?.waiting_for).toBe('customer');
    await scene.advance('2026-06-01T12:00:00.000Z');
    await scene.command(subscription, 'change-plan', { plan_id: await scene.plan([flat('15.00')]) });
    expect(await owed(scene, subscription)).toEqual(['open: 30.00, 0.50', 'open: -14.75, 14.75']);
    const [invoice] = await scene.invoices(subscription);
    expect(invoice && (await paymentOf(scene, invoice)).sort()).toEqual(['canceled 30.00', 'failed 0.50']);
    await checkInvariants(scene);
    const world = {
      api: scene.api,
      tenantId: scene.tenantId,
      temporal: engine.temporal,
      stripeUrl: engine.sandbox.url,
      apiUrl: engine.apiUrl,
    };
    await confirmThreeDSecure({ ...world, say: () => undefined }, subscription);
    await scene.until(subscription, 'The first is paid', ({ collection }) => collection?.open_invoices === 1);
    expect((await owed(scene, subscription))[0]).toBe('paid: 30.00, 0.50');
    await checkInvariants(scene);
  });
});

test('an open invoice that is reduced twice carries over each time what a card cannot carry', async () => {
  const scene = await Scene.open(engine, { now: '2026-04-01', tenant: { dunning_policy: { steps_days: [90] } } });
  const inDinars = (amount: string) => ({ amounts: { KWD: amount } });
  const plan = await scene.plan([flat('0', inDinars('3.001')), perSeat('0', inDinars('1.001'))]);
  const customer = await scene.customer('pm_card_chargeCustomerFail');
  const subscription = await scene.subscribe(customer, plan, { currency: 'KWD', quantity: 3 });
  await scene.advance('2026-04-12');
  await scene.command(subscription, 'change-quantity', { quantity: 0 });
  const carriedOnce = (await scene.invoices(subscription))[0]?.carried_over.amount;
  await scene.advance('2026-04-16');
  await scene.command(subscription, 'cancel', { credit: true });
  const [invoice] = await scene.invoices(subscription);
  // Of 6.004 a card can carry 6.000. Less 3.003 × 19/30 = 1.902 that is 4.098, of which 4.090; less 3.001 × 15/30 = 1.501 it is 2.589.
  expect([carriedOnce, invoice?.carried_over.amount, invoice?.amount_due.amount]).toEqual(['0.012', '0.021', '2.580']);
  await checkInvariants(scene);
});

describe('a bank debit under way', () => {
  test('counts as paid for a credit, which is taken back from the balance when the debit fails for good', async () => {
    const scene = await Scene.open(engine, { now: '2026-06-01', tenant: { dunning_policy: { steps_days: [] } } });
    const customer = await scene.customer('pm_usBankAccount_processing');
    const subscription = await scene.subscribe(customer, await scene.plan([flat('30.00')]));
    const invoice = await scene.newestInvoice(subscription);
    const { provider_ref: intent } = await scene.payment(invoice.id);
    await scene.advance('2026-06-04');
    await scene.command(subscription, 'cancel', { credit: true });
    expect(await owed(scene, subscription)).toEqual(['open: 30.00, 30.00', 'paid: -27.00, 0.00']);
    expect(await scene.account('customer_balance')).toBe('-27.00');
    await checkInvariants(scene);
    await scene.control.settle(intent, 'fail');
    await scene.until(subscription, 'It is given up', ({ collection }) => collection === null);
    expect(await owed(scene, subscription)).toEqual(['uncollectible: 30.00, 3.00', 'paid: -27.00, 0.00']);
    expect([await scene.account('customer_balance'), await scene.account('bad_debt')]).toEqual(['0.00', '3.00']);
    await checkInvariants(scene);
  });
});

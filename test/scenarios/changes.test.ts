/** Changes of plan and quantity in the middle of a period, cancellation with credit, balances, and amounts too small to charge. */
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { amountsOf, flat, perSeat, Scene, spanOf, yearly } from '../support/scenario';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

const open = (tenant: object = {}) => Scene.open(engine, { now: '2026-06-01', tenant });
const noFunds = { kind: 'decline', decline_code: 'insufficient_funds', network_advice_code: null } as const;

test('the reference case: 49.00 to 199.00 on 17 June at 09:30 credits 22.22 and charges 90.24, as the preview said', async () => {
  const scene = await open();
  const subscription = await scene.subscribe(await scene.customer(), await scene.plan([flat('49.00')]));
  const pro = await scene.plan([flat('199.00')]);
  await scene.advance('2026-06-17T09:30:00.000Z');
  const preview = await scene.api.post(`/subscriptions/${subscription}/preview-change`, { plan_id: pro });
  await scene.command(subscription, 'change-plan', { plan_id: pro });
  const invoice = await scene.newestInvoice(subscription);
  expect(amountsOf(invoice)).toEqual(['-22.22', '90.24']);
  expect([invoice.status, invoice.total.amount]).toEqual(['paid', '68.02']);
  expect(preview).toMatchObject({ total: invoice.total, amount_due: invoice.amount_due });
  await scene.advance('2026-07-01');
  expect((await scene.billed(subscription)).at(-1)).toBe('paid 199.00');
  await checkInvariants(scene);
});

test('by the policy of days, the day of the change belongs to the new plan', async () => {
  const scene = await open({ proration_policy: 'day' });
  const subscription = await scene.subscribe(await scene.customer(), await scene.plan([flat('49.00')]));
  await scene.advance('2026-06-17T09:30:00.000Z');
  await scene.command(subscription, 'change-plan', { plan_id: await scene.plan([flat('199.00')]) });
  expect(amountsOf(await scene.newestInvoice(subscription))).toEqual(['-22.87', '92.87']);
  await checkInvariants(scene);
});

test('without proration a change moves no money before the next period', async () => {
  const scene = await open();
  const subscription = await scene.subscribe(await scene.customer(), await scene.plan([flat('49.00')]));
  await scene.advance('2026-06-17');
  await scene.command(subscription, 'change-plan', { plan_id: await scene.plan([flat('199.00')]), proration: 'none' });
  expect(await scene.billed(subscription)).toEqual(['paid 49.00']);
  await scene.advance('2026-07-01');
  expect(await scene.billed(subscription)).toEqual(['paid 49.00', 'paid 199.00']);
  await checkInvariants(scene);
});

test('several changes in one period credit only what the last one billed', async () => {
  const scene = await open();
  const plans = [
    await scene.plan([flat('30.00')]),
    await scene.plan([flat('60.00')]),
    await scene.plan([flat('90.00')]),
  ];
  const subscription = await scene.subscribe(await scene.customer(), plans[0] ?? '');
  await scene.advance('2026-06-11');
  await scene.command(subscription, 'change-plan', { plan_id: plans[1] });
  await scene.advance('2026-06-16');
  await scene.command(subscription, 'change-plan', { plan_id: plans[2] });
  await scene.advance('2026-06-21');
  await scene.command(subscription, 'change-plan', { plan_id: plans[0] });
  const invoices = await scene.invoices(subscription);
  expect(invoices.map(amountsOf)).toEqual([['30.00'], ['-20.00', '40.00'], ['-30.00', '45.00'], ['-30.00', '10.00']]);
  // 10 days of 30.00, 5 of 60.00, 5 of 90.00 and 10 of 30.00: 10 + 10 + 15 + 10.
  expect(await scene.account('deferred:subscriptions')).toBe('-45.00');
  expect(invoices.at(-1)).toMatchObject({
    status: 'paid',
    amount_due: { amount: '0.00' },
    balance_applied: { amount: '-20.00' },
  });
  await scene.advance('2026-07-01');
  expect((await scene.newestInvoice(subscription)).amount_due.amount).toBe('10.00');
  expect(await scene.account('customer_balance')).toBe('0.00');
  await checkInvariants(scene);
});

test('seats go up and down in one period; removed seats are credited, and a plan back and forth at once costs nothing', async () => {
  const scene = await open();
  const subscription = await scene.subscribe(await scene.customer(), await scene.plan([perSeat('12.00')]), {
    quantity: 5,
  });
  await scene.advance('2026-06-16');
  await scene.command(subscription, 'change-quantity', { quantity: 10 });
  expect(amountsOf(await scene.newestInvoice(subscription))).toEqual(['-30.00', '60.00']);
  await scene.command(subscription, 'change-quantity', { quantity: 5 });
  expect(amountsOf(await scene.newestInvoice(subscription))).toEqual(['-60.00', '30.00']);
  await scene.advance('2026-06-21');
  await scene.command(subscription, 'change-quantity', { quantity: 0 });
  expect(amountsOf(await scene.newestInvoice(subscription))).toEqual(['-20.00']);
  await scene.advance('2026-07-02');
  const last = await scene.newestInvoice(subscription);
  expect([last.status, last.total.amount]).toEqual(['paid', '0.00']);
  expect(await scene.account('customer_balance')).toBe('-50.00');
  await checkInvariants(scene);
});

test('a change of seats leaves a flat fee of the same plan alone', async () => {
  const scene = await open();
  const plan = await scene.plan([
    flat('20.00', { description: 'Base' }),
    perSeat('10.00', { parameters: { included: '2' } }),
  ]);
  const subscription = await scene.subscribe(await scene.customer(), plan, { quantity: 4 });
  await scene.advance('2026-06-16');
  await scene.command(subscription, 'change-quantity', { quantity: 6 });
  expect((await scene.invoices(subscription)).map(amountsOf)).toEqual([
    ['20.00', '20.00'],
    ['-10.00', '20.00'],
  ]);
  await checkInvariants(scene);
});

test('a change to a yearly plan begins a new calendar at once, with the rest of the month credited', async () => {
  const scene = await open();
  const subscription = await scene.subscribe(await scene.customer(), await scene.plan([flat('30.00')]));
  await scene.advance('2026-06-16');
  const changed = await scene.command(subscription, 'change-plan', {
    plan_id: await scene.plan([flat('300.00')], { interval: yearly }),
  });
  const invoice = await scene.newestInvoice(subscription);
  expect([amountsOf(invoice), spanOf(invoice)]).toEqual([['-15.00', '300.00'], '2026-06-16..2027-06-16']);
  expect(changed.current_period?.end).toBe('2027-06-16T00:00:00.000Z');
  await scene.advance('2027-06-16');
  expect(await scene.billed(subscription)).toEqual(['paid 30.00', 'paid 285.00', 'paid 300.00']);
  await checkInvariants(scene);
});

test('a change to a monthly plan at the end of the year begins the months there', async () => {
  const scene = await open();
  const customer = await scene.customer();
  const subscription = await scene.subscribe(customer, await scene.plan([flat('300.00')], { interval: yearly }));
  await scene.command(subscription, 'change-plan', { plan_id: await scene.plan([flat('30.00')]), at_period_end: true });
  await scene.advance('2027-08-01');
  const invoices = await scene.invoices(subscription);
  expect(invoices.map((invoice) => `${spanOf(invoice)} ${invoice.total.amount}`)).toEqual([
    '2026-06-01..2027-06-01 300.00',
    '2027-06-01..2027-07-01 30.00',
    '2027-07-01..2027-08-01 30.00',
    '2027-08-01..2027-09-01 30.00',
  ]);
  await checkInvariants(scene);
});

test('a scheduled change is undone by scheduling the present plan', async () => {
  const scene = await open();
  const starter = await scene.plan([flat('49.00')]);
  const subscription = await scene.subscribe(await scene.customer(), starter);
  const scheduled = await scene.command(subscription, 'change-plan', {
    plan_id: await scene.plan([flat('9.00')]),
    at_period_end: true,
  });
  expect(scheduled.pending_change).not.toBeNull();
  const back = await scene.command(subscription, 'change-plan', { plan_id: starter, at_period_end: true });
  expect(back.pending_change).toBeNull();
  await scene.advance('2026-07-01');
  expect(await scene.billed(subscription)).toEqual(['paid 49.00', 'paid 49.00']);
  await checkInvariants(scene);
});

test('a subscription keeps its plan version until it is told otherwise', async () => {
  const scene = await open();
  const plan = await scene.plan([flat('49.00')]);
  const customer = await scene.customer();
  const old = await scene.subscribe(customer, plan);
  await scene.api.post(`/plans/${plan}/versions`, { interval: { unit: 'month', count: 1 }, prices: [flat('59.00')] });
  const young = await scene.subscribe(customer, plan);
  await scene.advance('2026-07-01');
  expect([await scene.billed(old), await scene.billed(young)]).toEqual([
    ['paid 49.00', 'paid 49.00'],
    ['paid 59.00', 'paid 59.00'],
  ]);
  await scene.command(old, 'change-quantity', { quantity: 1, at_period_end: true }).catch(() => undefined);
  await scene.command(old, 'change-plan', { plan_id: plan, at_period_end: true });
  await scene.advance('2026-08-01');
  expect((await scene.billed(old)).at(-1)).toBe('paid 59.00');
  await checkInvariants(scene);
});

test('a cancellation with credit gives the unused time to the balance, which pays the next subscription first', async () => {
  const scene = await open();
  const customer = await scene.customer();
  const plan = await scene.plan([flat('30.00')]);
  const subscription = await scene.subscribe(customer, plan);
  await scene.advance('2026-06-11');
  await scene.command(subscription, 'cancel', { credit: true });
  expect(await scene.billed(subscription)).toEqual(['paid 30.00', 'paid -20.00']);
  expect([await scene.account('customer_balance'), await scene.account('deferred:subscriptions')]).toEqual([
    '-20.00',
    '-10.00',
  ]);
  await checkInvariants(scene);
  const next = await scene.subscribe(customer, plan);
  expect(await scene.newestInvoice(next)).toMatchObject({
    status: 'paid',
    total: { amount: '30.00' },
    balance_applied: { amount: '20.00' },
    amount_due: { amount: '10.00' },
  });
  expect(await scene.account('customer_balance')).toBe('0.00');
  await checkInvariants(scene);
});

test('a cancellation at once without credit earns what was billed, at the end of the month', async () => {
  const scene = await open();
  const subscription = await scene.subscribe(await scene.customer(), await scene.plan([flat('30.00')]));
  await scene.advance('2026-06-11');
  await scene.command(subscription, 'cancel');
  await scene.advance('2026-07-01');
  expect([await scene.account('revenue:subscriptions'), await scene.account('deferred:subscriptions')]).toEqual([
    '-30.00',
    '0.00',
  ]);
  await checkInvariants(scene);
});

test('an invoice that the balance pays whole is paid without a try at the card', async () => {
  const scene = await open();
  const customer = await scene.customer();
  const subscription = await scene.subscribe(customer, await scene.plan([flat('300.00')]));
  await scene.advance('2026-06-11');
  await scene.command(subscription, 'change-plan', { plan_id: await scene.plan([flat('30.00')]) });
  expect((await scene.newestInvoice(subscription)).total.amount).toBe('-180.00');
  await scene.advance('2026-12-01');
  const invoices = (await scene.invoices(subscription)).slice(2);
  expect(invoices.map(({ balance_applied: applied, amount_due: due }) => [applied.amount, due.amount])).toEqual([
    ...Array.from({ length: 6 }, () => ['30.00', '0.00']),
  ]);
  await scene.advance('2027-01-01');
  expect((await scene.newestInvoice(subscription)).amount_due.amount).toBe('30.00');
  await checkInvariants(scene);
});

test('amounts too small to charge are carried over until they are enough', async () => {
  const scene = await open();
  const subscription = await scene.subscribe(await scene.customer(), await scene.plan([flat('0.20')]));
  await scene.advance('2026-08-01');
  const invoices = await scene.invoices(subscription);
  expect(
    invoices.map((invoice) =>
      [invoice.balance_applied, invoice.carried_over, invoice.amount_due].map(({ amount }) => amount),
    ),
  ).toEqual([
    ['0.00', '0.20', '0.00'],
    ['-0.20', '0.40', '0.00'],
    ['-0.40', '0.00', '0.60'],
  ]);
  expect(await scene.account('customer_balance')).toBe('0.00');
  await checkInvariants(scene);
});

describe('an open invoice', () => {
  async function owing() {
    const scene = await open();
    const customer = await scene.customer(null);
    const card = await scene.card(customer, 'pm_card_visa');
    const subscription = await scene.subscribe(customer, await scene.plan([flat('30.00')]));
    await scene.script(card, { always: noFunds });
    await scene.advance('2026-07-01');
    return { scene, customer, card, subscription, invoice: await scene.newestInvoice(subscription) };
  }

  test('that is voided leaves nothing of itself in the books, and the subscription is active', async () => {
    const { scene, subscription, invoice } = await owing();
    await scene.api.post(`/invoices/${invoice.id}/void`);
    expect((await scene.subscription(subscription)).status).toBe('active');
    expect(await scene.billed(subscription)).toEqual(['paid 30.00', 'void 30.00']);
    expect([await scene.account('receivable'), await scene.account('deferred:subscriptions')]).toEqual([
      '0.00',
      '0.00',
    ]);
    expect(await scene.refusal(scene.api.post(`/invoices/${invoice.id}/void`))).toBe('invoice_not_open');
    await checkInvariants(scene);
    await scene.advance('2026-07-20');
    await scene.command(subscription, 'cancel', { credit: true });
    expect(await scene.account('customer_balance')).toBe('none');
    await checkInvariants(scene);
  });

  test('that is marked uncollectible becomes bad debt, and the subscription is active', async () => {
    const { scene, subscription, invoice } = await owing();
    await scene.api.post(`/invoices/${invoice.id}/mark-uncollectible`);
    expect((await scene.subscription(subscription)).status).toBe('active');
    expect([await scene.account('bad_debt'), await scene.account('receivable')]).toEqual(['30.00', '0.00']);
    await checkInvariants(scene);
  });

  test('is reduced by the credit of a change, which is not given to the balance; it cannot be voided any more', async () => {
    const { scene, subscription, invoice } = await owing();
    await scene.advance('2026-07-03');
    await scene.command(subscription, 'change-plan', { plan_id: await scene.plan([flat('15.00')]) });
    const [, reduced, change] = await scene.invoices(subscription);
    // 29 of 31 days (but for the hours up to the try) of 30.00 and of 15.00.
    expect(change).toMatchObject({ status: 'open', total: { amount: '-14.03' }, amount_due: { amount: '14.03' } });
    expect(change).toMatchObject({ credit_given: { amount: '28.06' }, balance_applied: { amount: '0.00' } });
    expect(reduced).toMatchObject({
      status: 'open',
      amount_due: { amount: '1.94' },
      credit_received: { amount: '28.06' },
    });
    expect(await scene.account('customer_balance')).toBe('none');
    expect(await scene.refusal(scene.api.post(`/invoices/${invoice.id}/void`))).toBe('invoice_credited');
    await checkInvariants(scene);
  });

  test('that is paid on demand by the same card, once it is good, ends dunning', async () => {
    const { scene, card, subscription, invoice } = await owing();
    // A day after the second try: an operator's wish does not lift the limit of one a day.
    await scene.advance('2026-07-03');
    await scene.script(card, { always: null });
    const paid = await scene.api.post<{ status: string }>(`/invoices/${invoice.id}/pay`);
    expect(paid.status).toBe('paid');
    expect((await scene.subscription(subscription)).status).toBe('active');
    await checkInvariants(scene);
  });
});

test('a change that was voided is as if it had credited nothing: what was billed before can be credited again', async () => {
  const scene = await open();
  const customer = await scene.customer(null);
  const card = await scene.card(customer, 'pm_card_visa');
  const subscription = await scene.subscribe(customer, await scene.plan([flat('30.00')]));
  await scene.advance('2026-06-16');
  await scene.script(card, { always: noFunds });
  await scene.command(subscription, 'change-plan', { plan_id: await scene.plan([flat('90.00')]) });
  const change = await scene.newestInvoice(subscription);
  expect([change.status, change.total.amount]).toEqual(['open', '30.00']);
  await scene.api.post(`/invoices/${change.id}/void`);
  await scene.command(subscription, 'cancel', { credit: true });
  // Half of the 30.00 that were really paid.
  expect(await scene.account('customer_balance')).toBe('-15.00');
  await checkInvariants(scene);
});

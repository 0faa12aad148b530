/** What a subscription is subscribed to and by which rules: policies, quantities, intervals, the end of the period, numbers, previews. */
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { amountsOf, flat, perSeat, Scene, spanOf } from '../support/scenario';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

const open = (tenant: object = {}) => Scene.open(engine, { now: '2026-06-01', tenant });

test('of the policies of proration the command counts most, then the plan, the customer, the tenant', async () => {
  const scene = await open({ proration_policy: 'none' });
  const [byTenant, byCustomer] = [
    await scene.customer(),
    await scene.customer('pm_card_visa', { proration_policy: 'day' }),
  ];
  const basic = await scene.plan([flat('49.00')]);
  const [pro, strict] = [
    await scene.plan([flat('199.00')]),
    await scene.plan([flat('199.00')], { proration: 'seconds' }),
  ];
  const cases: [customer: string, plan: string, command: object, lines: string[]][] = [
    [byTenant, pro, {}, []],
    [byCustomer, pro, {}, ['-22.87', '92.87']],
    [byCustomer, strict, {}, ['-22.22', '90.24']],
    [byCustomer, strict, { proration: 'day' }, ['-22.87', '92.87']],
  ];
  const subscriptions: string[] = [];
  for (const [customer] of cases) subscriptions.push(await scene.subscribe(customer, basic));
  await scene.advance('2026-06-17T09:30:00.000Z');
  for (const [index, [, plan, command, lines]] of cases.entries()) {
    const id = subscriptions[index] ?? '';
    await scene.command(id, 'change-plan', { plan_id: plan, ...command });
    const [, change] = await scene.invoices(id);
    expect(change === undefined ? [] : amountsOf(change)).toEqual(lines);
  }
  await checkInvariants(scene);
});

test('a quantity that is changed at the end of the period costs nothing before, and the last word counts', async () => {
  const scene = await open();
  const plan = await scene.plan([perSeat('12.00')]);
  const subscription = await scene.subscribe(await scene.customer(), plan, { quantity: 5 });
  await scene.advance('2026-06-16');
  await scene.command(subscription, 'change-quantity', { quantity: 9, at_period_end: true });
  const scheduled = await scene.command(subscription, 'change-quantity', { quantity: 2, at_period_end: true });
  expect([scheduled.quantity, scheduled.pending_change?.quantity]).toEqual([5, 2]);
  await scene.advance('2026-08-01');
  expect(await scene.billed(subscription)).toEqual(['paid 60.00', 'paid 24.00', 'paid 24.00']);
  expect((await scene.subscription(subscription)).pending_change).toBeNull();
  await checkInvariants(scene);
});

test('plan and quantity change in one command, at once', async () => {
  const scene = await open();
  const subscription = await scene.subscribe(await scene.customer(), await scene.plan([perSeat('12.00')]), {
    quantity: 5,
  });
  await scene.advance('2026-06-16');
  const changed = await scene.command(subscription, 'change-plan', {
    plan_id: await scene.plan([perSeat('20.00')]),
    quantity: 3,
  });
  expect([changed.quantity, amountsOf(await scene.newestInvoice(subscription))]).toEqual([3, ['-30.00', '30.00']]);
  await checkInvariants(scene);
});

test('every 3 months and every 2 years are counted from the start, by its day of the month', async () => {
  const scene = await Scene.open(engine, { now: '2027-11-30' });
  const customer = await scene.customer();
  const every = (unit: string, count: number) => scene.plan([flat('9.00')], { interval: { unit, count } });
  const [quarters, years] = [
    await scene.subscribe(customer, await every('month', 3)),
    await scene.subscribe(customer, await every('year', 2)),
  ];
  await scene.advance('2029-12-01');
  expect((await scene.invoices(quarters)).map(spanOf).slice(0, 3)).toEqual([
    '2027-11-30..2028-02-29',
    '2028-02-29..2028-05-30',
    '2028-05-30..2028-08-30',
  ]);
  expect((await scene.invoices(years)).map(spanOf)).toEqual(['2027-11-30..2029-11-30', '2029-11-30..2031-11-30']);
  await checkInvariants(scene);
});

test('a start in the past with a fixed day bills the first stretch, then whole months up to today', async () => {
  const scene = await open();
  const subscription = await scene.subscribe(await scene.customer(), await scene.plan([flat('30.00')]), {
    start_at: '2026-04-16T00:00:00.000Z',
    billing_day: 1,
  });
  await scene.until(
    subscription,
    'It has caught up',
    ({ current_period: period }) => (period?.end ?? '') > '2026-06-15',
  );
  const invoices = await scene.invoices(subscription);
  expect(invoices.map((invoice) => `${spanOf(invoice)} ${invoice.total.amount}`)).toEqual([
    '2026-04-16..2026-05-01 15.00',
    '2026-05-01..2026-06-01 30.00',
    '2026-06-01..2026-07-01 30.00',
  ]);
  await checkInvariants(scene);
});

test('a cancellation at the end of the period serves it to its end and bills nothing more', async () => {
  const scene = await open();
  const subscription = await scene.subscribe(await scene.customer(), await scene.plan([flat('30.00')]));
  await scene.advance('2026-06-11');
  const planned = await scene.command(subscription, 'cancel', { at_period_end: true });
  expect([planned.status, planned.cancel_at]).toEqual(['active', '2026-07-01T00:00:00.000Z']);
  expect(await scene.refusal(scene.api.get(`/subscriptions/${subscription}/upcoming-invoice`))).toBe('not_found');
  await scene.advance('2026-08-01');
  const ended = await scene.subscription(subscription);
  expect([ended.status, ended.canceled_at]).toEqual(['canceled', '2026-07-01T00:00:00.000Z']);
  expect(await scene.billed(subscription)).toEqual(['paid 30.00']);
  expect([await scene.account('revenue:subscriptions'), await scene.account('deferred:subscriptions')]).toEqual([
    '-30.00',
    '0.00',
  ]);
  await checkInvariants(scene);
});

test('what the upcoming invoice says before the boundary, the invoice says after it', async () => {
  const scene = await open();
  const subscription = await scene.subscribe(await scene.customer(), await scene.plan([flat('49.00')]));
  await scene.command(subscription, 'change-plan', {
    plan_id: await scene.plan([flat('20.00'), perSeat('12.00')]),
    quantity: 4,
    at_period_end: true,
  });
  type Line = { readonly amount: unknown; readonly explanation: unknown };
  type Said = { readonly total: unknown; readonly period: unknown; readonly lines: readonly Line[] };
  const said = await scene.api.get<Said>(`/subscriptions/${subscription}/upcoming-invoice`);
  await scene.advance('2026-07-01');
  const { id } = await scene.newestInvoice(subscription);
  const made = await scene.api.get<Said>(`/invoices/${id}`);
  const essence = ({ total, period, lines }: Said) => ({
    total,
    period,
    lines: lines.map(({ amount, explanation }) => ({ amount, explanation })),
  });
  expect(essence(made)).toEqual(essence(said));
  expect(made.lines.map(({ explanation }) => (explanation as { text: string }).text)).toEqual([
    '20.00 USD flat',
    '4 × 12.00 USD',
  ]);
  await checkInvariants(scene);
});

test('numbers go on without a gap over all customers, also where an invoice is voided or given up', async () => {
  const scene = await open({ invoice_series: 'KS' });
  const plan = await scene.plan([flat('30.00')]);
  const [payer, debtor] = [await scene.customer(), await scene.customer(null)];
  const [first, second] = [await scene.subscribe(payer, plan), await scene.subscribe(debtor, plan)];
  await scene.api.post(`/invoices/${(await scene.newestInvoice(second)).id}/void`);
  await scene.advance('2026-07-01');
  await scene.api.post(`/invoices/${(await scene.newestInvoice(second)).id}/mark-uncollectible`);
  await scene.advance('2026-08-01');
  const all = [...(await scene.invoices(first)), ...(await scene.invoices(second))];
  expect(all.map(({ number }) => number).sort()).toEqual([1, 2, 3, 4, 5, 6].map((n) => `KS-00000${n}`));
  expect(await scene.billed(second)).toEqual(['void 30.00', 'uncollectible 30.00', 'open 30.00']);
  await checkInvariants(scene);
});

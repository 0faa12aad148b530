/** One invoice for the subscriptions of a customer that renew together: one number, one payment, one dunning, and each line its own. */
import { checkDelivered, checkInvariants } from '../support/invariants';
import { pdfPages } from '../support/pdf-text';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { flat, type InvoiceView, Scene, type SceneOptions, yearly } from '../support/scenario';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

const noFunds = { kind: 'decline', decline_code: 'insufficient_funds', network_advice_code: null } as const;

type Line = InvoiceView['lines'][number] & { readonly subscription_id: string };

interface Story {
  readonly scene: Scene;
  readonly customer: string;
  readonly card: string;
  /** By monthly amount, the oldest first. */
  readonly subscriptions: readonly string[];
}

/** A customer who wants consolidated invoices, with monthly subscriptions of these amounts from 1 January on, each paid. */
async function story(amounts: readonly string[], options: Partial<SceneOptions> = {}): Promise<Story> {
  const scene = await Scene.open(engine, { now: '2026-01-01', ...options });
  const customer = await scene.customer(null, { consolidate_invoices: true });
  const card = await scene.card(customer, 'pm_card_visa');
  const subscriptions: string[] = [];
  for (const amount of amounts)
    subscriptions.push(await scene.subscribe(customer, await scene.plan([flat(amount, { description: amount })])));
  return { scene, customer, card, subscriptions };
}

const ids = async (scene: Scene, subscription: string): Promise<string[]> =>
  (await scene.invoices(subscription)).map(({ id }) => id);

/** Each line as "amount of the n-th subscription". */
const linesOf = ({ lines }: InvoiceView, subscriptions: readonly string[]): string[] =>
  (lines as readonly Line[]).map(
    ({ amount, subscription_id: id }) => `${amount.amount} of ${subscriptions.indexOf(id) + 1}`,
  );

const statuses = async ({ scene, subscriptions }: Story): Promise<string[]> =>
  Promise.all(subscriptions.map(async (id) => (await scene.subscription(id)).status));

test('subscriptions that renew together share one invoice and one payment from the first renewal on', async () => {
  const { scene, subscriptions } = await story(['30.00', '20.00', '10.00']);
  await scene.advance('2026-03-01');
  for (const [index, own] of ['30.00', '20.00', '10.00'].entries())
    expect(await scene.billed(subscriptions[index] ?? '')).toEqual([`paid ${own}`, 'paid 60.00', 'paid 60.00']);
  const [february] = (await scene.invoices(subscriptions[2] ?? '')).slice(1);
  expect(february?.number).toBe('INV-000004');
  expect(linesOf(february as InvoiceView, subscriptions)).toEqual(['30.00 of 1', '20.00 of 2', '10.00 of 3']);
  const payments = await scene.api.get<{ data: unknown[] }>(`/payments?invoice_id=${february?.id ?? ''}`);
  expect(payments.data).toHaveLength(1);
  const { bytes } = await scene.api.download(`/invoices/${february?.id ?? ''}/pdf`);
  const text = pdfPages(bytes).flat().join('').replace(/\s/g, '');
  expect(subscriptions.map((id) => text.includes(`Plan·${id}`))).toEqual([true, true, true]);
  await checkInvariants(scene);
});

test('a decline makes all past due, and a payment makes all active again', async () => {
  const told = await story(['30.00', '20.00']);
  const { scene, card, subscriptions } = told;
  await scene.script(card, { always: noFunds });
  await scene.advance('2026-02-01');
  expect(await statuses(told)).toEqual(['past_due', 'past_due']);
  const debts = { consolidated_debts: [(await scene.newestInvoice(subscriptions[0] ?? '')).id], collection: null };
  expect(await scene.subscription(subscriptions[1] ?? '')).toMatchObject(debts);
  const path = `/subscriptions/${subscriptions[1] ?? ''}?expand[]=latest_invoice`;
  expect(await scene.api.get(path)).toMatchObject({ latest_invoice: { id: debts.consolidated_debts[0] } });
  await checkInvariants(scene);
  await scene.script(card, { always: null });
  await scene.advance('2026-02-02');
  expect(await statuses(told)).toEqual(['active', 'active']);
  await scene.advance('2026-03-01');
  expect(await scene.billed(subscriptions[1] ?? '')).toEqual(['paid 20.00', 'paid 50.00', 'paid 50.00']);
  await checkInvariants(scene);
});

test.each([
  ['cancel', 'canceled', 'uncollectible'],
  ['pause', 'paused', 'open'],
  ['leave_unpaid', 'unpaid', 'open'],
] as const)('the end of dunning by %s reaches all on the invoice', async (end, status, invoiceStatus) => {
  const told = await story(['30.00', '20.00'], { tenant: { dunning_policy: { end } } });
  const { scene, customer, card, subscriptions } = told;
  await scene.script(card, { always: noFunds });
  await scene.advance('2026-02-08');
  expect(await statuses(told)).toEqual([status, status]);
  expect(await scene.billed(subscriptions[1] ?? '')).toEqual(['paid 20.00', `${invoiceStatus} 50.00`]);
  await checkInvariants(scene);
  if (end === 'cancel') return;
  await scene.card(customer, 'pm_card_mastercard');
  await scene.until(subscriptions[0] ?? '', 'the invoice is paid', (now) => now.collection === null);
  expect(await scene.billed(subscriptions[1] ?? '')).toContain('paid 50.00');
  await scene.advance('2026-02-09');
  expect(await statuses(told)).toEqual(['active', 'active']);
  await checkInvariants(scene);
});

test('subscriptions with other anchors, intervals or currencies renew apart until their instants meet', async () => {
  const { scene, customer, subscriptions } = await story(['30.00']);
  const [month = ''] = subscriptions;
  const year = await scene.subscribe(customer, await scene.plan([flat('100.00')], { interval: yearly }));
  const euro = await scene.subscribe(customer, await scene.plan([flat({ EUR: '7.00' })]), { currency: 'EUR' });
  await scene.advance('2026-01-10');
  const tenth = await scene.subscribe(customer, await scene.plan([flat('20.00')]));
  await scene.advance('2027-01-01');
  expect((await scene.billed(month)).slice(-2)).toEqual(['paid 30.00', 'paid 130.00']);
  expect(await scene.billed(year)).toEqual(['paid 100.00', 'paid 130.00']);
  expect(new Set(await scene.billed(euro))).toEqual(new Set(['paid 7.00']));
  expect(new Set(await scene.billed(tenth))).toEqual(new Set(['paid 20.00']));
  await checkInvariants(scene);
});

test('the option holds from the next renewal on, when it is turned on and when it is turned off', async () => {
  const { scene, customer, subscriptions } = await story(['30.00', '20.00']);
  const [first = '', second = ''] = subscriptions;
  const turn = (to: boolean) => scene.api.patch(`/customers/${customer}`, { consolidate_invoices: to });
  await turn(false);
  await scene.advance('2026-02-01');
  await turn(true);
  await scene.advance('2026-03-01');
  await turn(false);
  await scene.advance('2026-04-01');
  expect(await scene.billed(first)).toEqual(['paid 30.00', 'paid 30.00', 'paid 50.00', 'paid 30.00']);
  expect(await scene.billed(second)).toEqual(['paid 20.00', 'paid 20.00', 'paid 50.00', 'paid 20.00']);
  expect((await ids(scene, first))[2]).toBe((await ids(scene, second))[2]);
  await checkInvariants(scene);
});

test('what one subscription gives back in mid-period comes off the open invoice that another collects', async () => {
  const told = await story(['30.00', '31.00']);
  const { scene, card, subscriptions } = told;
  const [first = '', second = ''] = subscriptions;
  await scene.advance('2026-02-01');
  await scene.script(card, { always: noFunds });
  await scene.advance('2026-03-02');
  // One of 31 days was served when the second one is canceled with a credit.
  await scene.command(second, 'cancel', { credit: true });
  const [, , march] = await scene.invoices(first);
  expect([march?.status, march?.total.amount, march?.credit_received.amount]).toEqual(['open', '61.00', '30.00']);
  expect(march?.amount_due.amount).toBe('31.00');
  await scene.script(card, { always: null });
  await scene.advance('2026-03-06');
  expect((await scene.subscription(first)).status).toBe('active');
  expect(await scene.billed(first)).toEqual(['paid 30.00', 'paid 61.00', 'paid 61.00']);
  await checkInvariants(scene);
});

test('an invoice that the credits of others settle is not collected any more', async () => {
  const { scene, card, subscriptions } = await story(['0.00', '31.00']);
  const [first = '', second = ''] = subscriptions;
  await scene.script(card, { always: noFunds });
  await scene.advance('2026-02-01');
  expect((await scene.subscription(first)).collection).not.toBeNull();
  await scene.command(second, 'cancel', { credit: true });
  await scene.until(
    first,
    'nothing is collected',
    ({ collection, status }) => collection === null && status === 'active',
  );
  expect(await scene.billed(first)).toEqual(['paid 0.00', 'paid 31.00']);
  await checkInvariants(scene);
});

test('a change of plan, a pause and a cancellation of one leave the others on their invoice', async () => {
  const { scene, subscriptions } = await story(['30.00', '20.00', '10.00']);
  const [first = '', second = '', third = ''] = subscriptions;
  await scene.advance('2026-01-16T12:00:00.000Z');
  await scene.command(second, 'change-plan', { plan_id: await scene.plan([flat('40.00')]) });
  await scene.command(third, 'pause', {});
  await scene.advance('2026-02-01');
  expect(await scene.billed(second)).toEqual(['paid 20.00', 'paid 10.00', 'paid 70.00']);
  expect(await scene.billed(third)).toEqual(['paid 10.00']);
  await scene.command(first, 'cancel', { at_period_end: true });
  await scene.command(third, 'resume', {});
  await scene.advance('2026-03-01');
  expect((await scene.subscription(first)).status).toBe('canceled');
  expect((await scene.billed(second)).at(-1)).toBe('paid 50.00');
  expect((await scene.billed(third)).at(-1)).toBe('paid 50.00');
  await checkInvariants(scene);
});

test('coupons lower the lines of their subscription, and tax is summed over all', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const registrations = [{ country: 'DE', tax_number: 'DE136695976', from: '2015-01-01' }];
  await scene.api.patch('/tax-settings', { seller: { country: 'DE', registrations, union_scheme: true } });
  const customer = await scene.customer('pm_card_visa', { consolidate_invoices: true });
  await scene.api.patch(`/customers/${customer}/billing-details`, { address: { country: 'DE', line1: 'Street 1' } });
  const first = await scene.subscribe(customer, await scene.plan([flat('10.13')]));
  const coupon = await scene.api.post<{ id: string }>('/coupons', { name: 'Half', duration: 'forever', percent: '50' });
  const second = await scene.subscribe(customer, await scene.plan([flat('20.26')]), {
    coupons: [{ coupon_id: coupon.id }],
  });
  await scene.advance('2026-02-01');
  const invoice = await scene.newestInvoice(first);
  expect(invoice).toEqual(await scene.newestInvoice(second));
  // 19 % of 10.13 + 10.13 is 3.8494, so 3.85; apart it would be 1.92 twice.
  expect(
    [invoice.subtotal, invoice.discount_total, invoice.tax_added, invoice.total].map(({ amount }) => amount),
  ).toEqual(['30.39', '10.13', '3.85', '24.11']);
  expect(invoice.taxes?.rows).toHaveLength(1);
  await checkInvariants(scene);
});

test('a provider of sales tax is asked once, about all lines', async () => {
  const scene = await Scene.open(engine, { now: '2026-06-01' });
  const everywhere = [{ country: 'US', from: '2015-01-01' }];
  const sales_tax = { provider: 'stripe_tax', outage: 'table' };
  await scene.api.patch('/tax-settings', { seller: { country: 'US', registrations: everywhere }, sales_tax });
  const customer = await scene.customer('pm_card_visa', { consolidate_invoices: true });
  const address = { line1: '350 5th Ave', city: 'New York', postal_code: '10001', region: 'US-NY', country: 'US' };
  await scene.api.patch(`/customers/${customer}/billing-details`, { address });
  const first = await scene.subscribe(customer, await scene.plan([flat('100.00')]));
  const second = await scene.subscribe(customer, await scene.plan([flat('60.00')]));
  await scene.advance('2026-07-01');
  const [alone, together] = [await scene.invoices(second), await scene.newestInvoice(first)];
  expect(together.id).toBe(alone[1]?.id);
  // The provider rounds each line: 8.875 % is 8.88 of 100.00 and 5.33 of 60.00.
  expect([together.subtotal.amount, together.tax_added.amount, together.status]).toEqual(['160.00', '14.21', 'paid']);
  await checkInvariants(scene);
});

test('a credit note takes one line back, and a refund gives money back, as on any invoice', async () => {
  const { scene, subscriptions } = await story(['30.00', '20.00']);
  await scene.advance('2026-02-01');
  const invoice = await scene.newestInvoice(subscriptions[1] ?? '');
  const line = (invoice.lines as readonly (Line & { readonly id: string })[])[1];
  await scene.api.post(`/invoices/${invoice.id}/credit-notes`, {
    reason: 'outage',
    lines: [{ line_id: line?.id, amount: '5.00' }],
  });
  const payment = await scene.payment(invoice.id);
  await scene.api.post('/refunds', { payment_id: payment.id, amount: { amount: '7.00', currency: 'USD' } });
  await scene.advance('2026-03-01');
  expect((await scene.newestInvoice(subscriptions[0] ?? '')).balance_applied.amount).toBe('5.00');
  await checkInvariants(scene);
});

test('a void takes the invoice back from all, and one issued anew keeps the subscription of each line', async () => {
  const told = await story(['30.00', '20.00']);
  const { scene, card, subscriptions } = told;
  await scene.script(card, { always: noFunds });
  await scene.advance('2026-02-01');
  const declined = await scene.newestInvoice(subscriptions[0] ?? '');
  const anew = await scene.api.post<InvoiceView>(`/invoices/${declined.id}/reissue`, {});
  expect(linesOf(anew, subscriptions)).toEqual(['30.00 of 1', '20.00 of 2']);
  expect(await statuses(told)).toEqual(['past_due', 'past_due']);
  await scene.api.post(`/invoices/${anew.id}/void`, {});
  expect(await statuses(told)).toEqual(['active', 'active']);
  expect(await scene.billed(subscriptions[1] ?? '')).toEqual(['paid 20.00', 'void 50.00', 'void 50.00']);
  await checkInvariants(scene);
});

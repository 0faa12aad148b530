/** Sales tax by a provider: by the street, reported and taken back; and what happens while the provider is away. Settings per seller entity. */
import { reportSalesTax } from '../../worker/tax-reporter';
import { checkDelivered, checkInvariants } from '../support/invariants';
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

const everywhere = [{ country: 'US', from: '2015-01-01' }];
const asking = (outage: 'table' | 'hold' = 'table') => ({
  seller: { country: 'US', registrations: everywhere },
  sales_tax: { provider: 'stripe_tax', outage },
});
const newYork = {
  address: { line1: '350 5th Ave', city: 'New York', postal_code: '10001', region: 'US-NY', country: 'US' },
};

interface Report {
  readonly reference: string;
  readonly kind: string;
  readonly state: string;
  readonly amount: { readonly amount: string };
}

async function soldIn(billing: object, settings: object = asking(), token: string | null = 'pm_card_visa') {
  const scene = await Scene.open(engine, { now: '2026-06-01' });
  await scene.api.patch('/tax-settings', settings);
  const customer = await scene.customer(token);
  await scene.api.patch(`/customers/${customer}/billing-details`, billing);
  return { scene, customer, plan: await scene.plan([flat('100.00')]) };
}

const sums = ({ subtotal, tax_added, total }: InvoiceView): string =>
  `${subtotal.amount} + ${tax_added.amount} = ${total.amount}`;

const tell = () =>
  reportSalesTax({
    database: engine.database,
    providers: engine.salesTax,
    log: { warn: () => undefined },
    now: Date.now,
  });

const reportsOf = async (scene: Scene): Promise<string[]> => {
  const { data } = await scene.api.get<{ data: Report[] }>('/tax-reports');
  return data.map(({ kind, state, amount }) => `${kind} ${amount.amount} ${state}`).sort();
};

const provider = ({ taxes }: InvoiceView) => (taxes as { provider?: Record<string, unknown> } | null)?.provider ?? null;

test('1 June: a customer in New York City pays the tax of state, city and district; the preview says so, the sale is reported once', async () => {
  const { scene, customer, plan } = await soldIn(newYork);
  const subscription = await scene.subscribe(customer, plan);
  const invoice = await scene.newestInvoice(subscription);
  expect([invoice.status, sums(invoice)]).toEqual(['paid', '100.00 + 8.88 = 108.88']);
  expect(invoice.taxes?.rows[0]).toMatchObject({
    kind: 'taxed',
    percent: '8.875',
    explanation: { rounded: 'by_provider' },
  });
  expect(provider(invoice)).toMatchObject({ name: 'stripe_tax', obstacle: null, sold: { amount: '108.88' } });
  expect(invoice.lines[0]?.explanation).toMatchObject({
    tax: {
      provisional: false,
      jurisdictions: [
        { name: 'New York', percent: '4', tax: { amount: '4.00' } },
        { name: 'New York City', percent: '4.5', tax: { amount: '4.50' } },
        { percent: '0.375', tax: { amount: '0.38' } },
      ],
    },
  });
  expect(await scene.account('tax:US-NY')).toBe('-8.88');
  await tell();
  await tell();
  expect(await reportsOf(scene)).toEqual(['sale 108.88 reported']);
  const preview = await scene.api.get<InvoiceView>(`/subscriptions/${subscription}/upcoming-invoice`);
  await scene.advance('2026-07-01');
  expect([preview, await scene.newestInvoice(subscription)].map(sums)).toEqual(Array(2).fill('100.00 + 8.88 = 108.88'));
  await checkInvariants(scene);
});

test('16 June: a cancellation with credit gives back half of each tax, and the provider is told', async () => {
  const { scene, customer, plan } = await soldIn(newYork);
  const subscription = await scene.subscribe(customer, plan);
  await tell();
  await scene.advance('2026-06-16');
  await scene.command(subscription, 'cancel', { credit: true });
  expect(sums(await scene.newestInvoice(subscription))).toBe('-50.00 + -4.44 = -54.44');
  await tell();
  expect(await reportsOf(scene)).toEqual(['reversal 54.44 reported', 'sale 108.88 reported']);
  expect(await scene.account('tax:US-NY')).toBe('-4.44');
  await checkInvariants(scene);
});

test('16 June: an upgrade asks about what it charges, and gives back what the credited time bore; the preview said so', async () => {
  const { scene, customer, plan } = await soldIn(newYork);
  const subscription = await scene.subscribe(customer, plan);
  const bigger = { plan_id: await scene.plan([flat('200.00')]) };
  await scene.advance('2026-06-16');
  const preview = await scene.api.post<InvoiceView>(`/subscriptions/${subscription}/preview-change`, bigger);
  await scene.command(subscription, 'change-plan', bigger);
  expect([preview, await scene.newestInvoice(subscription)].map(sums)).toEqual(Array(2).fill('50.00 + 4.44 = 54.44'));
  while ((await tell()) > 0);
  expect(await reportsOf(scene)).toEqual(['reversal 54.44 reported', 'sale 108.88 reported', 'sale 108.88 reported']);
  await checkInvariants(scene);
});

test('an invoice that is voided is taken back whole, also before the provider knows of it', async () => {
  const { scene, customer, plan } = await soldIn(newYork, asking(), null);
  const subscription = await scene.subscribe(customer, plan);
  await scene.api.post(`/invoices/${(await scene.newestInvoice(subscription)).id}/void`, {});
  await tell();
  await tell();
  expect(await reportsOf(scene)).toEqual(['reversal 108.88 reported', 'sale 108.88 reported']);
  await checkInvariants(scene);
});

test('a credit note gives back what it says of the sale, and no more than the sale was', async () => {
  const { scene, customer, plan } = await soldIn(newYork);
  const { id } = await scene.newestInvoice(await scene.subscribe(customer, plan));
  await scene.api.post(`/invoices/${id}/credit-notes`, { amount: '8.88', reason: 'goodwill', rest: 'balance' });
  await scene.api.post(`/invoices/${id}/credit-notes`, { reason: 'goodwill', rest: 'balance' });
  await tell();
  await tell();
  expect(await reportsOf(scene)).toEqual([
    'reversal 100.00 reported',
    'reversal 8.88 reported',
    'sale 108.88 reported',
  ]);
  await checkInvariants(scene);
});

test('while the provider is away the table answers in its place, says so, and nothing is reported', async () => {
  const { scene, customer, plan } = await soldIn(newYork);
  await scene.control.fault({ method: 'POST', path: '/v1/tax/calculations', kind: 'error_500', count: null });
  const subscription = await scene.subscribe(customer, plan);
  const invoice = await scene.newestInvoice(subscription);
  await scene.control.clearFaults();
  expect([sums(invoice), invoice.taxes?.rows[0]?.percent]).toEqual(['100.00 + 4.00 = 104.00', '4']);
  expect(provider(invoice)).toMatchObject({ calculation: null, obstacle: expect.stringMatching(/./) });
  expect(invoice.lines[0]?.explanation).toMatchObject({ tax: { provisional: true } });
  await tell();
  expect(await reportsOf(scene)).toEqual(['sale 104.00 estimated']);
  await scene.advance('2026-07-01');
  expect(sums(await scene.newestInvoice(subscription))).toBe('100.00 + 8.88 = 108.88');
  await checkInvariants(scene);
});

test('where the seller says that invoices wait, none is made before the provider answers', async () => {
  const { scene, customer, plan } = await soldIn(newYork, asking('hold'));
  await scene.control.fault({ method: 'POST', path: '/v1/tax/calculations', kind: 'error_500', count: 3 });
  const subscription = await scene.subscribe(customer, plan);
  await scene.until(subscription, 'It is billed', ({ status }) => status === 'active');
  expect((await scene.invoices(subscription)).map(sums)).toEqual(['100.00 + 8.88 = 108.88']);
  await checkInvariants(scene);
});

test('nobody is asked about a customer of another country, nor where the seller is not registered', async () => {
  const before = await taxRequests();
  const settings = { ...asking(), seller: { country: 'US', registrations: [{ ...everywhere[0], region: 'US-TX' }] } };
  const { scene, customer, plan } = await soldIn(newYork, settings);
  expect(sums(await scene.newestInvoice(await scene.subscribe(customer, plan)))).toBe('100.00 + 0.00 = 100.00');
  const german = await scene.customer();
  await scene.api.patch(`/customers/${german}/billing-details`, { address: { country: 'DE' } });
  expect(sums(await scene.newestInvoice(await scene.subscribe(german, plan)))).toBe('100.00 + 0.00 = 100.00');
  expect(await taxRequests()).toBe(before);
  await checkInvariants(scene);
});

async function taxRequests(): Promise<number> {
  const scene = await Scene.open(engine, { now: '2026-06-01' });
  return (await scene.control.requests()).filter(({ path }) => path.startsWith('/v1/tax/')).length;
}

test('a seller entity taxes by its own settings, the others by those of the tenant', async () => {
  const german = { seller: { country: 'DE', registrations: [{ country: 'DE', from: '2015-01-01' }] } };
  const { scene, customer, plan } = await soldIn({ address: { country: 'DE' } }, german);
  const series = { invoice_series: 'KE', credit_note_series: 'KECN' };
  const kenyan = await scene.api.post<{ id: string }>('/entities', { legal_name: 'Kilima Ltd', ...series });
  const own = {
    seller: { country: 'KE', registrations: [{ country: 'KE', from: '2015-01-01' }] },
    prices: 'inclusive',
  };
  await scene.api.patch(`/entities/${kenyan.id}/tax-settings`, own);
  const nairobi = await scene.customer('pm_card_visa', { entity_id: kenyan.id });
  await scene.api.patch(`/customers/${nairobi}/billing-details`, { address: { country: 'KE' } });
  const totals = async (id: string) => {
    const { number, subtotal, tax_added, tax_included, total } = await scene.newestInvoice(id);
    return [number.slice(0, 2), subtotal, tax_added, tax_included, total].map((one) =>
      typeof one === 'string' ? one : one.amount,
    );
  };
  const [home, away] = [await scene.subscribe(customer, plan), await scene.subscribe(nairobi, plan)];
  expect((await totals(home)).slice(1)).toEqual(['100.00', '19.00', '0.00', '119.00']);
  expect(await totals(away)).toEqual(['KE', '100.00', '0.00', '13.79', '100.00']);
  await scene.api.delete(`/entities/${kenyan.id}/tax-settings`);
  await scene.advance('2026-07-01');
  // The German settings collect nothing in Kenya.
  expect((await totals(away)).slice(1)).toEqual(['100.00', '0.00', '0.00', '100.00']);
  await checkInvariants(scene);
});

test('what is wrong with the settings of a provider is told field by field', async () => {
  const scene = await Scene.open(engine, { now: '2026-06-01' });
  const fields = await scene.api
    .patch('/tax-settings', { ...asking(), sales_tax: { provider: 'stripe_tax', countries: ['USA'] } })
    .catch((error: { problem: { errors: { field: string }[] } }) => error.problem.errors.map(({ field }) => field));
  expect(fields).toEqual(['sales_tax.countries.0']);
});

/** Tax on invoices: on top and within, per rate and per line, by place, customer and day of supply, and given back with what it was on. */
import { createVies } from '../../adapters/tax/vies';
import { askTaxRegisters } from '../../worker/tax-registers';
import { startViesDouble, type ViesDouble } from '../adapters/tax/vies-double';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { checkDelivered, checkInvariants } from '../support/invariants';
import { flat, type InvoiceView, Scene } from '../support/scenario';

let engine: TestEngine;
let vies: ViesDouble;
beforeAll(async () => {
  engine = await startTestEngine();
  vies = await startViesDouble();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await vies.close();
  await engine.stop();
});

const registered = (country: string, number: string | null = null) => ({
  country,
  tax_number: number,
  from: '2015-01-01',
});
const german = {
  seller: { country: 'DE', registrations: [registered('DE', 'DE136695976')], union_scheme: true },
};

const address = (country: string, region: string | null = null) => ({
  address: { country, region, line1: 'Street 1' },
});
const card = (country: string) => ({
  kind: 'card_country',
  country,
  observed_at: '2026-01-01T00:00:00Z',
  reference: 'card issuer by its first digits',
});

/** A tenant that taxes, a plan of these prices in USD, and a customer with these billing details. */
async function taxed(settings: object, prices: string[], billing: object, now = '2026-01-01') {
  const scene = await Scene.open(engine, { now });
  await scene.api.patch('/tax-settings', settings);
  const plan = prices.length === 0 ? '' : await scene.plan(prices.map((price) => flat(price)));
  const customer = await scene.customer();
  await scene.api.patch(`/customers/${customer}/billing-details`, billing);
  return { scene, plan, customer };
}

const askRegisters = (at = Date.now()) =>
  askTaxRegisters({
    database: engine.database,
    registers: [createVies({ url: vies.url })],
    log: { warn: () => undefined },
    now: () => at,
  });

/** "100.00 + 19.00 (0.00) = 119.00": subtotal, tax on top, tax within, total. */
const sums = ({ subtotal, tax_added, tax_included, total }: InvoiceView): string =>
  `${subtotal.amount} + ${tax_added.amount} (${tax_included.amount}) = ${total.amount}`;
/** "charges taxed DE 19: 19.00 of 100.00" of each row. */
const rows = ({ taxes }: InvoiceView): string[] =>
  (taxes?.rows ?? []).map(
    ({ of, kind, country, percent, base, tax }) =>
      `${of} ${kind} ${country} ${percent}: ${tax.amount} of ${base.amount}`,
  );

test('a tenant that says nothing taxes nothing', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const subscription = await scene.subscribe(await scene.customer(), await scene.plan([flat('100.00')]));
  const invoice = await scene.newestInvoice(subscription);
  expect([sums(invoice), invoice.taxes]).toEqual(['100.00 + 0.00 (0.00) = 100.00', null]);
  await checkInvariants(scene);
});

test('19 % come on top; the card pays all, revenue is the net, and the rest is owed to the tax office', async () => {
  const { scene, plan, customer } = await taxed(german, ['100.00'], { ...address('DE'), evidence: [card('DE')] });
  const subscription = await scene.subscribe(customer, plan);
  const invoice = await scene.newestInvoice(subscription);
  expect([invoice.status, sums(invoice)]).toEqual(['paid', '100.00 + 19.00 (0.00) = 119.00']);
  expect(rows(invoice)).toEqual(['charges taxed DE 19: 19.00 of 100.00']);
  expect(invoice.taxes?.rows[0]?.explanation).toMatchObject({
    numerator: '19',
    denominator: '100',
    text: '19 % of 100.00 USD',
  });
  expect(invoice.taxes?.place).toMatchObject({ country: 'DE', presumed: null });
  expect([await scene.account('tax:DE'), await scene.account('deferred:subscriptions')]).toEqual(['-19.00', '-100.00']);
  await checkInvariants(scene);
});

test('21 % are within a price that includes tax: 9.99 holds 1.73', async () => {
  const inclusive = { seller: { country: 'ES', registrations: [registered('ES')] }, prices: 'inclusive' };
  const { scene, plan, customer } = await taxed(inclusive, ['9.99'], address('ES'));
  const invoice = await scene.newestInvoice(await scene.subscribe(customer, plan));
  expect([sums(invoice), invoice.lines[0]?.net.amount]).toEqual(['9.99 + 0.00 (1.73) = 9.99', '8.26']);
  await checkInvariants(scene);
});

test.each([
  ['per_rate', '9.99 + 1.90 (0.00) = 11.89'],
  ['per_line', '9.99 + 1.89 (0.00) = 11.88'],
])('three times 3.33 at 19 %%, rounded %s, is %s', async (rounding, expected) => {
  const { scene, plan, customer } = await taxed({ ...german, rounding }, ['3.33', '3.33', '3.33'], address('DE'));
  expect(sums(await scene.newestInvoice(await scene.subscribe(customer, plan)))).toBe(expected);
  await checkInvariants(scene);
});

test('a business abroad owes the tax itself, by its check digits until the register confirms it; the receipt is kept', async () => {
  vies.answers.set('FR40303265045', 'MS_UNAVAILABLE');
  const billing = { ...address('FR'), tax_numbers: ['FR 40 303 265 045'] };
  const { scene, plan, customer } = await taxed(german, ['100.00'], billing);
  while ((await askRegisters()) > 0);
  const subscription = await scene.subscribe(customer, plan);
  const first = await scene.newestInvoice(subscription);
  expect([sums(first), first.taxes?.tax_number]).toEqual([
    '100.00 + 0.00 (0.00) = 100.00',
    expect.objectContaining({ register: 'unknown' }),
  ]);
  expect(first.taxes?.rows[0]).toMatchObject({ kind: 'reverse_charge', legend: 'Reverse charge', country: 'FR' });
  expect(first.lines[0]).toMatchObject({ explanation: { tax: { provisional: true } } });
  // An hour later the Member State is back.
  vies.answers.set('FR40303265045', 'valid');
  await engine.database.as(scene.tenantId).query(
    {
      name: 'test_tax_due',
      text: 'update customers set tax_check_due = now() where id = $1 and tax_check_due is not null',
    },
    [customer],
  );
  while ((await askRegisters()) > 0);
  await scene.advance('2026-02-01');
  const second = await scene.newestInvoice(subscription);
  expect(second.taxes?.tax_number).toMatchObject({ register: 'valid', consultation: expect.stringMatching(/^WAPI/) });
  expect(second.lines[0]).toMatchObject({ explanation: { tax: { provisional: false } } });
  const { data } = await scene.api.get<{ data: { register: string; obstacle: string | null }[] }>(
    `/customers/${customer}/tax-number-checks`,
  );
  expect(data.map(({ register, obstacle }) => [register, obstacle])).toEqual([
    ['valid', null],
    ['unknown', 'MS_UNAVAILABLE'],
  ]);
  await checkInvariants(scene);
});

test('a number that the register does not know makes a consumer, taxed where they are', async () => {
  vies.answers.set('FR83404833048', 'invalid');
  const { scene, plan, customer } = await taxed(german, ['100.00'], {
    ...address('FR'),
    tax_numbers: ['FR83404833048'],
  });
  while ((await askRegisters()) > 0);
  expect(rows(await scene.newestInvoice(await scene.subscribe(customer, plan)))).toEqual([
    'charges taxed FR 20: 20.00 of 100.00',
  ]);
  await checkInvariants(scene);
});

test('the rate is the one of the day of supply: an Estonian month that begins in July 2025 bears 24 %', async () => {
  const { scene, plan, customer } = await taxed(german, ['100.00'], address('EE'), '2025-05-15');
  const subscription = await scene.subscribe(customer, plan);
  await scene.advance('2025-07-15');
  expect((await scene.invoices(subscription)).map((invoice) => rows(invoice)[0])).toEqual([
    'charges taxed EE 22: 22.00 of 100.00',
    'charges taxed EE 22: 22.00 of 100.00',
    'charges taxed EE 24: 24.00 of 100.00',
  ]);
  await checkInvariants(scene);
});

test.each([
  ['RO', '21'],
  ['SK', '23'],
  ['FI', '25.5'],
  ['KE', '16'],
])('the table knows that %s has %s %%', async (country, percent) => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const { data } = await scene.api.get<{ data: { percent: string; to: string | null; own: boolean }[] }>(
    `/tax-rates?country=${country}&category=standard`,
  );
  expect(data.filter(({ to }) => to === null)).toMatchObject([{ percent, own: false }]);
});

test('a product of another category has the rate of that category', async () => {
  const { scene, customer } = await taxed(german, [], address('DE'));
  const book = await scene.api.post<{ id: string }>('/products', { name: 'Book' });
  await scene.api.patch(`/products/${book.id}/tax-category`, { category: 'electronic_publication' });
  const rate = { country: 'DE', category: 'electronic_publication', percent: '7', from: '2019-12-18', source: 'UStG' };
  await scene.api.post('/tax-rates', rate);
  const plan = await scene.plan([flat('100.00')], { product_id: book.id });
  expect(rows(await scene.newestInvoice(await scene.subscribe(customer, plan)))).toEqual([
    'charges taxed DE 7: 7.00 of 100.00',
  ]);
  await checkInvariants(scene);
});

test("the tenant's own rate stands above the general one from its first day on, and two may not hold on one day", async () => {
  const kenyan = { seller: { country: 'KE', registrations: [registered('KE')] } };
  const { scene, plan, customer } = await taxed(kenyan, ['100.00'], address('KE'));
  const own = { country: 'KE', category: 'standard', percent: '14', from: '2026-02-01', source: 'Finance Act 2026' };
  await scene.api.post('/tax-rates', own);
  const twice = await scene.api
    .post('/tax-rates', { ...own, percent: '15', from: '2026-03-01' })
    .catch((error: { problem: object }) => error.problem);
  expect(twice).toMatchObject({ code: 'validation_failed', errors: [{ field: 'from' }] });
  const subscription = await scene.subscribe(customer, plan);
  await scene.advance('2026-02-01');
  expect((await scene.invoices(subscription)).map((invoice) => invoice.tax_added.amount)).toEqual(['16.00', '14.00']);
  await checkInvariants(scene);
});

test('an upgrade with a coupon gives back discount and tax of the unused time, and charges both of the new plan', async () => {
  const { scene, plan, customer } = await taxed(german, ['60.00'], address('DE'), '2026-06-01');
  const bigger = await scene.plan([flat('120.00')]);
  const { id: coupon_id } = await scene.api.post<{ id: string }>('/coupons', {
    name: 'Half',
    percent: '50',
    duration: 'forever',
  });
  const subscription = await scene.subscribe(customer, plan, { coupons: [{ coupon_id }] });
  expect((await scene.newestInvoice(subscription)).total.amount).toBe('35.70');
  await scene.advance('2026-06-16');
  const preview = await scene.api.post<InvoiceView>(`/subscriptions/${subscription}/preview-change`, {
    plan_id: bigger,
  });
  await scene.command(subscription, 'change-plan', { plan_id: bigger });
  const change = await scene.newestInvoice(subscription);
  expect(
    change.lines.map(({ amount, discount, tax, net }) => [amount, discount, tax, net].map((one) => one.amount)),
  ).toEqual([
    ['-30.00', '-15.00', '-2.85', '-15.00'],
    ['60.00', '30.00', '5.70', '30.00'],
  ]);
  expect(rows(change)).toEqual(['charges taxed DE 19: 5.70 of 30.00', 'credits taxed DE 19: -2.85 of -15.00']);
  expect([preview.total.amount, change.total.amount]).toEqual(['17.85', '17.85']);
  await scene.command(subscription, 'cancel', { credit: true });
  expect((await scene.newestInvoice(subscription)).total.amount).toBe('-35.70');
  // Half a month at half of 60.00 was served: 15.00 and its tax.
  expect([await scene.account('tax:DE'), await scene.account('customer_balance')]).toEqual(['-2.85', '-35.70']);
  await checkInvariants(scene);
});

test('a voided invoice owes no tax', async () => {
  const { scene, plan, customer } = await taxed(german, ['100.00'], address('DE'));
  const ref = await scene.card(customer, 'pm_card_visa');
  await scene.script(ref, {
    always: { kind: 'decline', decline_code: 'insufficient_funds', network_advice_code: null },
  });
  const subscription = await scene.subscribe(customer, plan);
  const { id } = await scene.newestInvoice(subscription);
  await scene.api.post(`/invoices/${id}/void`, {});
  expect(await scene.account('tax:DE')).toBe('0.00');
  await checkInvariants(scene);
});

test('without a rate no invoice is made with a guess: a person is called, and it goes on once the rate is there', async () => {
  const seller = { seller: { country: 'AQ', registrations: [registered('AQ')] } };
  const { scene, plan, customer } = await taxed(seller, ['100.00'], address('AQ'));
  const subscription = await scene.subscribe(customer, plan);
  const waiting = await scene.until(subscription, 'A person is called', ({ attention }) => attention !== null);
  expect([waiting.status, waiting.attention]).toEqual([
    'pending',
    'There is no tax rate for standard in AQ on 2026-01-01.',
  ]);
  await scene.api.post('/tax-rates', {
    country: 'AQ',
    category: 'standard',
    percent: '5',
    from: '2026-01-01',
    source: 'none',
  });
  await scene.signal(subscription, 'updatePaymentMethod');
  await scene.until(subscription, 'It is billed', ({ status, attention }) => status === 'active' && attention === null);
  expect((await scene.newestInvoice(subscription)).total.amount).toBe('105.00');
  await checkInvariants(scene);
});

test('what is wrong with tax settings, rates and billing details is told field by field', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const customer = await scene.customer(null);
  const fieldsOf = (request: Promise<unknown>) =>
    request.then(
      () => [],
      (error: { problem: { errors: { field: string }[] } }) => error.problem.errors.map(({ field }) => field),
    );
  expect(
    await fieldsOf(
      scene.api.patch('/tax-settings', {
        seller: { country: 'Germany', registrations: [{ ...registered('DE'), from: '1.1.2020' }] },
      }),
    ),
  ).toEqual(['seller.country', 'seller.registrations.0.from']);
  expect(
    await fieldsOf(
      scene.api.post('/tax-rates', {
        country: 'DE',
        category: 'Books',
        percent: '700',
        from: '2026-01-01',
        source: 'x',
      }),
    ),
  ).toEqual(['category', 'percent']);
  expect(
    await fieldsOf(scene.api.patch(`/customers/${customer}/billing-details`, { tax_numbers: ['DE136695977'] })),
  ).toEqual(['tax_numbers.0']);
  expect(
    await fieldsOf(
      scene.api.patch(`/customers/${customer}/billing-details`, { address: { country: 'DE', region: 'FR-75' } }),
    ),
  ).toEqual(['address.region']);
});

/** Limits, phases, prices of one customer, add-ons and one-off charges, with their amounts. */
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { amountsOf, flat, perSeat, Scene, type MoneyView } from '../support/scenario';
import { meter, use } from '../support/usage';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

interface Made {
  readonly id: string;
}
interface Upcoming {
  readonly lines: readonly { readonly amount: MoneyView }[];
}

const calls = { model: 'per_unit', amounts: { USD: '0.01' }, meter: 'calls', description: 'Calls' };

/** A customer with a subscription from 1 June on. */
async function subscribed(prices: readonly object[], more: object = {}) {
  const scene = await Scene.open(engine, { now: '2026-06-01' });
  await meter(scene, 'calls');
  const customer = await scene.customer();
  const plan = await scene.plan(prices, more);
  const subscription = await scene.subscribe(customer, plan);
  const path = `/subscriptions/${subscription}`;
  const price = async (body: object): Promise<string> => {
    const product = await scene.api.post<Made>('/products', { name: 'Beside' });
    return (await scene.api.post<Made>('/prices', { product_id: product.id, ...body })).id;
  };
  const newest = async () => amountsOf(await scene.newestInvoice(subscription));
  const upcoming = async () =>
    (await scene.api.get<Upcoming>(`${path}/upcoming-invoice`)).lines.map(({ amount }) => amount.amount);
  return { scene, customer, plan, subscription, path, price, newest, upcoming };
}

test('a minimum commitment is trued up over the fee billed ahead and the usage of the same period', async () => {
  const life = await subscribed([flat('10.00'), calls], { limits: { minimum: { USD: '50' } } });
  await use(life.scene, life.customer, 'calls', ['2026-06-10', '1500'], ['2026-07-10', '9000']);
  const upcoming = await life.upcoming();
  await life.scene.advance('2026-07-01');
  // 10.00 ahead for July; 15.00 used in June, with its fee of 10.00 short of 50 by 25.00.
  expect([await life.newest(), upcoming]).toEqual([
    ['10.00', '15.00', '25.00'],
    ['10.00', '15.00', '25.00'],
  ]);
  await life.scene.advance('2026-08-01');
  expect(await life.newest()).toEqual(['10.00', '90.00']);
  await checkInvariants(life.scene);
});

test('a minimum is prorated where the plan ends in the middle of a period, and a cap takes the excess off', async () => {
  const least = await subscribed([calls], { limits: { minimum: { USD: '60' } } });
  await use(least.scene, least.customer, 'calls', ['2026-06-10', '1000']);
  await least.scene.advance('2026-06-16');
  await least.scene.command(least.subscription, 'cancel', {});
  expect(await least.newest()).toEqual(['10.00', '20.00']);
  await checkInvariants(least.scene);
  const most = await subscribed([calls], { limits: { maximum: { USD: '60' } } });
  await use(most.scene, most.customer, 'calls', ['2026-06-10', '9000']);
  await most.scene.advance('2026-07-01');
  expect(await most.newest()).toEqual(['90.00', '-30.00']);
  await checkInvariants(most.scene);
});

test('a plan with phases bills each period by the terms of its phase', async () => {
  const cheaper = (amount: string) => [{ price_index: 0, parameters: { amounts: { USD: amount } } }];
  const phases = [
    { name: 'First', length: { unit: 'month', count: 2 }, overrides: cheaper('29.00') },
    { name: 'Ramp', length: { unit: 'month', count: 1 }, overrides: cheaper('39.00'), quantity: 2 },
  ];
  const seats = { model: 'per_seat', amounts: { USD: '49.00' }, description: 'Seats' };
  const life = await subscribed([seats], { phases });
  await life.scene.advance('2026-09-01');
  expect((await life.scene.invoices(life.subscription)).map(amountsOf)).toEqual([
    ['29.00'],
    ['29.00'],
    ['78.00'],
    ['49.00'],
  ]);
  await checkInvariants(life.scene);
});

test("a customer's own price holds from the next period on, until it is taken back", async () => {
  const life = await subscribed([flat('49.00')]);
  const { versions } = await life.scene.api.get<{ versions: { prices: Made[] }[] }>(`/plans/${life.plan}`);
  const own = { price_id: versions[0]?.prices[0]?.id, parameters: { amounts: { USD: '39.00' } } };
  const made = await life.scene.api.post<Made>(`${life.path}/price-overrides`, own);
  expect(await life.upcoming()).toEqual(['39.00']);
  await life.scene.advance('2026-07-01');
  expect(await life.newest()).toEqual(['39.00']);
  await life.scene.api.post(`${life.path}/remove-price-override`, { override_id: made.id });
  await life.scene.advance('2026-08-01');
  expect(await life.newest()).toEqual(['49.00']);
  const unpriced = { ...own, parameters: { amounts: { EUR: '1' }, included: 'many' } };
  const refused = await life.scene.refusal(life.scene.api.post(`${life.path}/price-overrides`, unpriced));
  expect(refused).toBe('validation_failed');
  await checkInvariants(life.scene);
});

test('an add-on is billed for the rest of the period, then with each, and credited when it ends', async () => {
  const life = await subscribed([flat('49.00')]);
  const price = await life.price(flat('30.00', { description: 'Support' }));
  await life.scene.advance('2026-06-16');
  const booked = await life.scene.api.post<Made>(`${life.path}/add-ons`, { price_id: price, quantity: 1 });
  expect(await life.newest()).toEqual(['15.00']);
  const twice = life.scene.api.post(`${life.path}/add-ons`, { price_id: price });
  expect(await life.scene.refusal(twice)).toBe('add_on_exists');
  await life.scene.command(life.subscription, 'change-plan', { plan_id: await life.scene.plan([flat('99.00')]) });
  expect(await life.newest()).toEqual(['-24.50', '49.50']);
  await life.scene.advance('2026-07-16');
  expect(await life.newest()).toEqual(['99.00', '30.00']);
  await life.scene.api.post(`${life.path}/remove-add-on`, { add_on_id: booked.id });
  expect(await life.newest()).toEqual(['-15.48']);
  await life.scene.advance('2026-08-01');
  expect(await life.newest()).toEqual(['99.00']);
  await checkInvariants(life.scene);
});

test('a charge is billed at once, or waits for the next invoice, and for the last one of a cancellation', async () => {
  const life = await subscribed([flat('49.00')]);
  const usd = (amount: string) => ({ amount, currency: 'USD' });
  await life.scene.api.post(`${life.path}/charges`, { amount: usd('120.00'), description: 'Set-up' });
  expect(await life.newest()).toEqual(['120.00']);
  const waiting = { amount: usd('7.50'), description: 'Parcel', quantity: 1, invoice: 'next' };
  await life.scene.api.post(`${life.path}/charges`, waiting);
  expect(await life.upcoming()).toEqual(['49.00', '7.50']);
  await life.scene.advance('2026-07-01');
  expect(await life.newest()).toEqual(['49.00', '7.50']);
  await life.scene.api.post(`${life.path}/charges`, waiting);
  await life.scene.command(life.subscription, 'cancel', { at_period_end: true });
  await life.scene.advance('2026-08-02');
  expect(await life.newest()).toEqual(['7.50']);
  await checkInvariants(life.scene);
});

const policies: readonly (readonly [policy: string, addOn: string[], fee: string, minimum: string[]])[] = [
  ['seconds', ['22.22'], '26.78', ['0.00', '26.78']],
  ['day', ['22.87'], '26.13', ['0.00', '26.13']],
  ['day_inclusive', ['22.87'], '27.77', ['0.00', '27.77']],
  ['fixed_30', ['22.87'], '26.13', ['0.00', '26.13']],
  ['none', [], '49.00', []],
];

test.each(policies)(
  'by the policy %s an add-on, a fee in arrears and a minimum of 49.00 are cut on 17 June at 09:30',
  async (proration, addOn, fee, minimum) => {
    const life = await subscribed([flat('49.00', { timing: 'in_arrears' })], { proration });
    const committed = await subscribed([calls], { proration, limits: { minimum: { USD: '49.00' } } });
    const price = await life.price(flat('49.00', { description: 'Support' }));
    for (const { scene } of [life, committed]) await scene.advance('2026-06-17T09:30:00.000Z');
    await life.scene.api.post(`${life.path}/add-ons`, { price_id: price });
    expect(await life.newest()).toEqual(addOn);
    await life.scene.command(life.subscription, 'cancel', {});
    expect(await life.newest()).toEqual([fee]);
    await committed.scene.command(committed.subscription, 'cancel', {});
    expect(await committed.newest()).toEqual(minimum);
    for (const { scene } of [life, committed]) await checkInvariants(scene);
  },
);

test('added seats wait for the next invoice where the plan says so, and removed ones lower it', async () => {
  const life = await subscribed([perSeat('12.00')], { seats: { added: 'next_invoice' } });
  await life.scene.command(life.subscription, 'change-quantity', { quantity: 5 });
  await life.scene.advance('2026-06-16');
  await life.scene.command(life.subscription, 'change-quantity', { quantity: 8 });
  await life.scene.advance('2026-06-21');
  await life.scene.command(life.subscription, 'change-quantity', { quantity: 6 });
  expect((await life.scene.invoices(life.subscription)).map(amountsOf)).toEqual([['12.00']]);
  // Four seats for the whole of June, three from the 16th on, less two from the 21st on.
  expect(await life.upcoming()).toEqual(['72.00', '48.00', '18.00', '-8.00']);
  await life.scene.advance('2026-07-01');
  expect(await life.newest()).toEqual(['72.00', '48.00', '18.00', '-8.00']);
  await checkInvariants(life.scene);
});

test('seats that are kept stay paid to the end of the period, and filling them again costs nothing', async () => {
  const life = await subscribed([perSeat('12.00')], { seats: { removed: 'keep' } });
  await life.scene.command(life.subscription, 'change-quantity', { quantity: 10 });
  await life.scene.advance('2026-06-16');
  for (const quantity of [5, 8]) await life.scene.command(life.subscription, 'change-quantity', { quantity });
  expect(await life.scene.invoices(life.subscription)).toHaveLength(2);
  await life.scene.command(life.subscription, 'change-quantity', { quantity: 12 });
  expect(await life.newest()).toEqual(['-60.00', '72.00']);
  await checkInvariants(life.scene);
});

/** What stands beside a plan from the start on, what it would cost before it is made, and add-ons that a meter counts. */
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { amountsOf, flat, type InvoiceView, Scene } from '../support/scenario';
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
interface Problem {
  readonly problem: { readonly code: string; readonly errors?: readonly { readonly field: string }[] };
}

const usd = (amount: string) => ({ amount, currency: 'USD' });
const calls = { model: 'per_unit', amounts: { USD: '0.01' }, meter: 'calls', description: 'Calls' };

const priceIds = async (scene: Scene, plan: string): Promise<string[]> => {
  const { versions } = await scene.api.get<{ versions: { prices: Made[] }[] }>(`/plans/${plan}`);
  return (versions[0]?.prices ?? []).map(({ id }) => id);
};

const refusedFields = (request: Promise<unknown>): Promise<string[]> =>
  request.then(
    () => ['nothing was refused'],
    ({ problem }: Problem) => (problem.errors ?? []).map(({ field }) => field),
  );

async function opened(prices: readonly object[] = [flat('49.00')]) {
  const scene = await Scene.open(engine, { now: '2026-06-01' });
  await meter(scene, 'calls');
  const [customer, plan] = [await scene.customer(), await scene.plan(prices)];
  return { scene, customer, plan, ids: await priceIds(scene, plan) };
}

async function priceBeside(scene: Scene, body: object): Promise<string> {
  const product = await scene.api.post<Made>('/products', { name: 'Beside' });
  return (await scene.api.post<Made>('/prices', { product_id: product.id, ...body })).id;
}

test('a subscription is made with prices of its own and a coupon; the preview costs the same and writes nothing', async () => {
  const { scene, customer, plan, ids } = await opened([flat('49.00'), calls]);
  const coupon = await scene.api.post<Made>('/coupons', { name: 'Tenth', percent: '10', duration: 'once' });
  const own = {
    price_overrides: [
      { price_id: ids[0], parameters: { amounts: { USD: '39.00' } } },
      { price_id: ids[1], parameters: { amounts: { USD: '0.005' } } },
    ],
    coupons: [{ coupon_id: coupon.id }],
  };
  const body = { customer_id: customer, plan_id: plan, currency: 'USD', ...own };
  const preview = await scene.api.post<InvoiceView>('/subscriptions/preview', body);
  expect([amountsOf(preview), preview.total.amount]).toEqual([['39.00'], '35.10']);
  const written = await scene.api.get<{ data: object[] }>(`/subscriptions?customer_id=${customer}`);
  const { redemptions } = await scene.api.get<{ redemptions: number }>(`/coupons/${coupon.id}`);
  expect([written.data, redemptions]).toEqual([[], 0]);
  const subscription = await scene.subscribe(customer, plan, own);
  expect((await scene.newestInvoice(subscription)).total.amount).toBe('35.10');
  await use(scene, customer, 'calls', ['2026-06-10', '1000']);
  await scene.advance('2026-07-01');
  expect(amountsOf(await scene.newestInvoice(subscription))).toEqual(['39.00', '5.00']);
  await checkInvariants(scene);
});

test('a preview of a subscription with a trial shows the invoice at the end of the trial', async () => {
  const { scene, customer, plan } = await opened();
  const body = { customer_id: customer, plan_id: plan, currency: 'USD', trial_days: 14 };
  const preview = await scene.api.post<InvoiceView>('/subscriptions/preview', body);
  expect([preview.period.start, amountsOf(preview)]).toEqual(['2026-06-15T00:00:00.000Z', ['49.00']]);
});

test('what is wrong with prices of its own is told field by field, when previewed and when made', async () => {
  const { scene, customer, plan, ids } = await opened();
  const cases: [override: object, field: string][] = [
    [{ price_id: 'price_01kav5xq8yfz2s1m3c4d5e6f7g', parameters: {} }, 'price_overrides.0.price_id'],
    [{ price_id: ids[0], parameters: { amounts: { USD: '-1' } } }, 'price_overrides.0.parameters.amounts.USD'],
    [{ price_id: ids[0], parameters: { colour: 'red' } }, 'price_overrides.0.parameters.colour'],
    [{ price_id: ids[0], model: 'percentage', parameters: {} }, 'price_overrides.0.model'],
  ];
  for (const path of ['/subscriptions/preview', '/subscriptions'])
    for (const [override, field] of cases) {
      const body = { customer_id: customer, plan_id: plan, currency: 'USD', price_overrides: [override] };
      expect(await refusedFields(scene.api.post(path, body))).toEqual([field]);
    }
});

test('an override may be of another model: a flat fee becomes seats for one customer', async () => {
  const { scene, customer, plan, ids } = await opened();
  const own = { price_id: ids[0], model: 'per_seat', parameters: { amounts: { USD: '12.00' } } };
  const subscription = await scene.subscribe(customer, plan, { quantity: 3, price_overrides: [own] });
  expect(amountsOf(await scene.newestInvoice(subscription))).toEqual(['36.00']);
  await scene.api.post(`/subscriptions/${subscription}/price-overrides`, {
    ...own,
    model: 'volume',
    parameters: {
      tiers: [{ up_to: null, amounts: { USD: '10.00' } }],
    },
  });
  await scene.advance('2026-07-01');
  expect(amountsOf(await scene.newestInvoice(subscription))).toEqual(['30.00']);
  await checkInvariants(scene);
});

test('what an add-on and a charge would cost is told before, to the cent', async () => {
  const { scene, customer, plan } = await opened();
  const subscription = await scene.subscribe(customer, plan);
  const path = `/subscriptions/${subscription}`;
  const support = await priceBeside(scene, flat('30.00', { description: 'Support' }));
  await scene.advance('2026-06-16');
  const addOn = { price_id: support, quantity: 1 };
  const preview = await scene.api.post<InvoiceView>(`${path}/preview-add-on`, addOn);
  expect(await scene.invoices(subscription)).toHaveLength(1);
  await scene.api.post(`${path}/add-ons`, addOn);
  expect([preview, await scene.newestInvoice(subscription)].map(amountsOf)).toEqual([['15.00'], ['15.00']]);
  expect(await scene.refusal(scene.api.post(`${path}/preview-add-on`, addOn))).toBe('add_on_exists');
  const now = { amount: usd('120.00'), description: 'Set-up' };
  const next = { ...now, invoice: 'next' };
  const said = [now, next].map((body) => scene.api.post<InvoiceView>(`${path}/preview-charge`, body));
  expect((await Promise.all(said)).map(amountsOf)).toEqual([['120.00'], ['49.00', '30.00', '120.00']]);
  await scene.api.post(`${path}/charges`, next);
  await scene.advance('2026-07-01');
  expect(amountsOf(await scene.newestInvoice(subscription))).toEqual(['49.00', '30.00', '120.00']);
  await checkInvariants(scene);
});

test('a charge is priced by the tiers of its model', async () => {
  const { scene, customer, plan } = await opened();
  const subscription = await scene.subscribe(customer, plan);
  const tiers = [
    { up_to: '10', amounts: { USD: '2.00' } },
    { up_to: null, amounts: { USD: '1.00' } },
  ];
  const graduated = { kind: 'one_off', model: 'graduated', parameters: { tiers }, description: 'Cards' };
  const order = { price_id: await priceBeside(scene, graduated), quantity: 25 };
  const preview = await scene.api.post<InvoiceView>(`/subscriptions/${subscription}/preview-charge`, order);
  await scene.api.post(`/subscriptions/${subscription}/charges`, order);
  expect([preview, await scene.newestInvoice(subscription)].map(amountsOf)).toEqual([['35.00'], ['35.00']]);
  await checkInvariants(scene);
});

test('an add-on that a meter counts bills what was used while it was booked, and nothing before or after', async () => {
  const { scene, customer, plan } = await opened();
  const subscription = await scene.subscribe(customer, plan);
  const path = `/subscriptions/${subscription}`;
  await use(scene, customer, 'calls', ['2026-06-10', '10000']);
  await scene.advance('2026-06-16');
  const booked = await scene.api.post<Made>(`${path}/add-ons`, { price_id: await priceBeside(scene, calls) });
  await use(scene, customer, 'calls', ['2026-06-20', '500']);
  const upcoming = await scene.api.get<InvoiceView>(`${path}/upcoming-invoice`);
  await scene.advance('2026-07-01');
  const july = await scene.newestInvoice(subscription);
  expect([upcoming, july].map(amountsOf)).toEqual(Array(2).fill(['49.00', '5.00']));
  expect(july.lines[1]).toMatchObject({ kind: 'usage', plan_id: null, period: { start: '2026-06-16T00:00:00.000Z' } });
  await use(scene, customer, 'calls', ['2026-07-05', '300'], ['2026-07-20', '7000']);
  await scene.advance('2026-07-11');
  await scene.api.post(`${path}/remove-add-on`, { add_on_id: booked.id });
  await scene.advance('2026-08-01');
  expect(amountsOf(await scene.newestInvoice(subscription))).toEqual(['49.00', '3.00']);
  await scene.advance('2026-09-01');
  expect(amountsOf(await scene.newestInvoice(subscription))).toEqual(['49.00']);
  const { data } = await scene.api.get<{ data: { settled: boolean }[] }>(`${path}/items`);
  expect(data.map(({ settled }) => settled)).toEqual([true]);
  await checkInvariants(scene);
});

test('a metered add-on goes on through a change of plan, and counts for no limit of the plan', async () => {
  const { scene, customer } = await opened();
  const committed = await scene.plan([flat('10.00')], { limits: { minimum: { USD: '30.00' } } });
  const subscription = await scene.subscribe(customer, committed);
  const path = `/subscriptions/${subscription}`;
  await scene.api.post(`${path}/add-ons`, { price_id: await priceBeside(scene, calls) });
  await use(scene, customer, 'calls', ['2026-06-10', '1000'], ['2026-06-20', '500']);
  await scene.advance('2026-06-16');
  await scene.command(subscription, 'change-plan', { plan_id: await scene.plan([flat('20.00')]) });
  // Half of June of each plan, the minimum of the first half short by 10.00, and what was counted until then.
  expect(amountsOf(await scene.newestInvoice(subscription)).sort()).toEqual(['-5.00', '10.00', '10.00', '10.00']);
  await scene.advance('2026-07-01');
  expect(amountsOf(await scene.newestInvoice(subscription))).toEqual(['20.00', '5.00']);
  await checkInvariants(scene);
});

test('a price cannot stand beside a plan that has it, nor wait for what it is not', async () => {
  const { scene, customer, plan, ids } = await opened([flat('49.00'), calls]);
  const subscription = await scene.subscribe(customer, plan);
  const path = `/subscriptions/${subscription}`;
  const twice = scene.api.post(`${path}/add-ons`, { price_id: ids[1] });
  expect(await scene.refusal(twice)).toBe('price_unsuitable');
  const arrears = await priceBeside(scene, flat('5.00', { timing: 'in_arrears' }));
  for (const name of ['add-ons', 'preview-add-on', 'charges', 'preview-charge'])
    expect(await scene.refusal(scene.api.post(`${path}/${name}`, { price_id: arrears }))).toBe('price_unsuitable');
});

/** Usage in arrears: every pricing model bills what its meter counted, with the amounts of the billing conventions. */
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { amountsOf, flat, Scene } from '../support/scenario';
import { correct, meter, statesOf, use } from '../support/usage';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

const open = (tenant: object = {}) => Scene.open(engine, { now: '2026-06-01', tenant });
const tiers = [
  { up_to: '1000', amounts: { USD: '0.012' }, fees: { USD: '3' } },
  { up_to: '5000', amounts: { USD: '0.009' }, fees: null },
  { up_to: null, amounts: { USD: '0.005' }, fees: { USD: '10' } },
];
const metered = (model: string, parameters: object, more: object = {}) => ({
  model,
  parameters,
  meter: 'calls',
  description: 'Calls',
  ...more,
});

const models: readonly (readonly [name: string, price: object, used: readonly string[], amount: string])[] = [
  ['per_unit', { parameters: { included: '100' }, amounts: { USD: '0.0125' } }, ['150.5', '49.5'], '1.25'],
  ['graduated', { parameters: { tiers } }, ['7000', '250'], '72.25'],
  ['volume', { parameters: { tiers } }, ['7000', '250'], '46.25'],
  ['package', { parameters: { size: '100', free: '40' }, amounts: { USD: '7.50' } }, ['140', '1'], '15.00'],
  [
    'stairstep',
    {
      parameters: {
        tiers: [
          { up_to: '100', amounts: { USD: '10' } },
          { up_to: '500', amounts: { USD: '40' } },
          { up_to: null, amounts: { USD: '90' } },
        ],
      },
    },
    ['100', '1'],
    '40.00',
  ],
  [
    'capacity',
    { amounts: { USD: '20' }, parameters: { capacity: '1000', overage: { USD: '0.02' } } },
    ['1500'],
    '30.00',
  ],
  [
    'percentage',
    {
      parameters: {
        percent: '2.9',
        fixed: { USD: '0.30' },
        minimum: { USD: '0.50' },
        maximum: { USD: '25' },
        free: null,
        period_minimum: null,
        period_maximum: null,
      },
    },
    ['4.10', '99.99', '1250'],
    '28.70',
  ],
  [
    'graduated_percentage',
    {
      parameters: {
        tiers: [
          { up_to: { USD: '1000' }, percent: '2' },
          { up_to: { USD: '10000' }, percent: '1' },
          { up_to: null, percent: '0.5' },
        ],
      },
    },
    ['12000', '345.67'],
    '121.73',
  ],
];

test.each(models)('a price of the model %s bills the usage of the ended period', async (model, price, used, amount) => {
  const scene = await open();
  await meter(scene, 'calls');
  const customer = await scene.customer();
  const plan = await scene.plan([flat('10.00'), metered(model, {}, price)]);
  const subscription = await scene.subscribe(customer, plan);
  await use(scene, customer, 'calls', ...used.map((n, day) => [`2026-06-0${day + 2}`, n] as const));
  // The next period's; not this one's.
  await use(scene, customer, 'calls', ['2026-07-01', '1']);
  const upcoming = await scene.api.get<{ lines: { amount: { amount: string } }[] }>(
    `/subscriptions/${subscription}/upcoming-invoice`,
  );
  await scene.advance('2026-07-01');
  const invoice = await scene.newestInvoice(subscription);
  expect(amountsOf(invoice)).toEqual(['10.00', amount]);
  expect(upcoming.lines.map((line) => line.amount.amount)).toEqual(['10.00', amount]);
  expect(invoice.status).toBe('paid');
  await checkInvariants(scene);
});

const perCall = (amount: string, more: object = {}) => metered('per_unit', {}, { amounts: { USD: amount }, ...more });
const feeInArrears = flat('30.00', { description: 'Fee', timing: 'in_arrears' });

/** A customer with a metered subscription from 1 June on. */
async function metering(prices: readonly object[], more: object = {}, meterMore: object = {}) {
  const scene = await open();
  await meter(scene, 'calls', meterMore);
  const customer = await scene.customer();
  const subscription = await scene.subscribe(customer, await scene.plan(prices, more));
  const used = (...events: readonly (readonly [string, string | Record<string, unknown>])[]) =>
    use(scene, customer, 'calls', ...events);
  return { scene, customer, subscription, used };
}

test('events that carry their price, and dimensions with prices of their own, are billed together in one plan', async () => {
  const dynamic = metered('dynamic', { currencies: ['USD'] });
  const matrix = metered('matrix', {
    dimensions: ['region'],
    cells: [{ when: { region: 'eu' }, amounts: { USD: '0.10' } }],
    default: { USD: '0.08' },
  });
  const { scene, subscription, used } = await metering(
    [flat('10.00'), dynamic, matrix],
    {},
    {
      group_by: ['region'],
      price_property: 'price',
    },
  );
  await used(
    ['2026-06-02', { n: '10', price: '0.35', region: 'eu' }],
    ['2026-06-03', { n: '5', price: '1.10', region: 'us' }],
  );
  await scene.advance('2026-07-01');
  // 10 × 0.35 + 5 × 1.10, and 10 × 0.10 + 5 × 0.08.
  expect(amountsOf(await scene.newestInvoice(subscription))).toEqual(['10.00', '9.00', '1.40']);
  await checkInvariants(scene);
});

test('a fee in arrears is billed when its period is over', async () => {
  const { scene, subscription } = await metering([feeInArrears]);
  await scene.advance('2026-08-01');
  expect((await scene.invoices(subscription)).map(amountsOf)).toEqual([[], ['30.00'], ['30.00']]);
  await checkInvariants(scene);
});

test('tiers by the volume of a contract go on counting from period to period', async () => {
  const contract = metered('cumulative_volume', {
    tiers: [
      { up_to: '1000', amounts: { USD: '0.012' }, fees: null },
      { up_to: null, amounts: { USD: '0.009' }, fees: null },
    ],
  });
  const { scene, subscription, used } = await metering([contract]);
  await used(['2026-06-10', '800'], ['2026-07-10', '400']);
  await scene.advance('2026-07-20');
  // June is known to be more by 100 units after its invoice: they are counted after all that was billed.
  await used(['2026-06-11', '100']);
  await scene.advance('2026-08-01');
  // 800 × 0.012; then 100 × 0.012 late, and 100 × 0.012 + 300 × 0.009.
  expect((await scene.invoices(subscription)).map(amountsOf)).toEqual([[], ['9.60'], ['1.20', '3.90']]);
  await checkInvariants(scene);
});

test('a change of plan bills what was used before it by the old plan, and the instant of the change belongs to the new one', async () => {
  const { scene, subscription, used } = await metering([perCall('0.01'), feeInArrears]);
  await used(['2026-06-05', '100'], ['2026-06-16', '50']);
  await scene.advance('2026-06-16');
  const plan = await scene.plan([perCall('0.04')]);
  const preview = await scene.api.post(`/subscriptions/${subscription}/preview-change`, { plan_id: plan });
  await scene.command(subscription, 'change-plan', { plan_id: plan });
  const invoice = await scene.newestInvoice(subscription);
  expect(amountsOf(invoice)).toEqual(['15.00', '1.00']);
  expect(preview).toMatchObject({ total: invoice.total });
  await scene.advance('2026-07-01');
  expect(amountsOf(await scene.newestInvoice(subscription))).toEqual(['2.00']);
  await checkInvariants(scene);
});

test('packages are counted once over the parts of a period', async () => {
  const packages = (amount: string) => metered('package', { size: '100' }, { amounts: { USD: amount } });
  const { scene, subscription, used } = await metering([packages('7.50')]);
  await used(['2026-06-05', '50'], ['2026-06-20', '40']);
  await scene.advance('2026-06-16');
  await scene.command(subscription, 'change-plan', { plan_id: await scene.plan([packages('9.00')]) });
  await scene.advance('2026-07-01');
  expect((await scene.invoices(subscription)).map(amountsOf)).toEqual([[], ['7.50'], ['0.00']]);
  await checkInvariants(scene);
});

test('a cancellation bills what was used until then, and the part of the fee in arrears', async () => {
  const { scene, subscription, used } = await metering([flat('10.00'), perCall('0.01'), feeInArrears]);
  await used(['2026-06-05', '100'], ['2026-06-20', '50']);
  await scene.advance('2026-06-16');
  await scene.command(subscription, 'cancel', {});
  const invoice = await scene.newestInvoice(subscription);
  expect(amountsOf(invoice)).toEqual(['15.00', '1.00']);
  const paid = await scene.until(subscription, 'Paid', ({ collection }) => collection === null);
  expect([paid.status, (await scene.billed(subscription)).at(-1)]).toEqual(['canceled', 'paid 16.00']);
  await checkInvariants(scene);
});

test('a cancellation at the end of the period bills the whole period then', async () => {
  const { scene, subscription, used } = await metering([flat('10.00'), perCall('0.01')]);
  await used(['2026-06-05', '100'], ['2026-06-20', '50']);
  await scene.command(subscription, 'cancel', { at_period_end: true });
  const last = await scene.api.get(`/subscriptions/${subscription}/upcoming-invoice`);
  expect(last).toMatchObject({ at: '2026-07-01T00:00:00.000Z', total: { amount: '1.50' } });
  await scene.advance('2026-07-02');
  expect((await scene.invoices(subscription)).map(amountsOf)).toEqual([['10.00'], ['1.50']]);
  await checkInvariants(scene);
});

test('what is used in a trial is free, unless the plan bills it', async () => {
  const used: string[][] = [];
  for (const usage of ['free', 'billed']) {
    const trial = { days: 14, payment_method_required: false, usage };
    const life = await metering([flat('10.00'), perCall('0.01')], { trial });
    await life.used(['2026-06-05', '100'], ['2026-06-20', '50']);
    await life.scene.advance('2026-07-15');
    used.push(...(await life.scene.invoices(life.subscription)).map(amountsOf));
    await checkInvariants(life.scene);
  }
  expect(used).toEqual([
    ['10.00', '0.00'],
    ['10.00', '0.50'],
    ['10.00', '1.00'],
    ['10.00', '0.50'],
  ]);
});

test('a flat fee of the first tier is billed without usage, unless the price skips it', async () => {
  const graduated = (more: object) => metered('graduated', { tiers }, more);
  const { scene, subscription } = await metering([graduated({}), graduated({ skip_zero_usage: true })]);
  await scene.advance('2026-07-01');
  expect(amountsOf(await scene.newestInvoice(subscription))).toEqual(['3.00']);
  await checkInvariants(scene);
});

test('what comes late or is voided after its invoice is put on the next one, and every event ends billed', async () => {
  const { scene, customer, subscription, used } = await metering([flat('10.00'), perCall('0.01')]);
  const [first = ''] = await used(['2026-06-05', '100']);
  await scene.advance('2026-07-01');
  const late = await used(['2026-06-20', '50']);
  expect(await statesOf(scene, [first, ...late])).toEqual(['billed', 'late']);
  await scene.advance('2026-08-01');
  expect(amountsOf(await scene.newestInvoice(subscription))).toEqual(['10.00', '0.50', '0.00']);
  expect(await statesOf(scene, [first, ...late])).toEqual(['billed', 'billed']);
  await correct(scene, customer, 'calls', { voids: first });
  await scene.advance('2026-09-01');
  const credited = await scene.newestInvoice(subscription);
  expect([amountsOf(credited), credited.total.amount]).toEqual([['10.00', '-1.00', '0.00'], '9.00']);
  await checkInvariants(scene);
});

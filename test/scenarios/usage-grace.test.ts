/** Dated stories of usage that comes late: before the grace is over it is on the invoice of its period, whatever happens meanwhile. */
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { amountsOf, flat, Scene, spanOf } from '../support/scenario';
import { meter, statesOf, use } from '../support/usage';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

const perCall = (amount: string, more: object = {}) => ({
  model: 'per_unit',
  meter: 'calls',
  description: 'Calls',
  amounts: { USD: amount },
  ...more,
});

/** A metered subscription from 1 June on, of a tenant whose usage waits for 48 hours. */
async function metering(prices: readonly object[], more: object = {}, card: string | null = 'pm_card_visa') {
  const scene = await Scene.open(engine, { now: '2026-06-01', tenant: { usage_grace_hours: 48 } });
  await meter(scene, 'calls');
  const customer = await scene.customer(card);
  const subscription = await scene.subscribe(customer, await scene.plan(prices, more));
  const used = (...events: readonly (readonly [string, string])[]) => use(scene, customer, 'calls', ...events);
  const bills = async () => (await scene.invoices(subscription)).map((one) => [spanOf(one), amountsOf(one).join(' ')]);
  return { scene, customer, subscription, used, bills };
}

test('Jul 1: the fee is billed; Jul 3: the usage of June with what came late, and without what July used', async () => {
  const { scene, subscription, used, bills } = await metering([flat('10.00'), perCall('0.01')]);
  const inTime = await used(['2026-06-05', '100']);
  await scene.advance('2026-07-01');
  expect(await bills()).toEqual([
    ['2026-06-01..2026-07-01', '10.00'],
    ['2026-07-01..2026-08-01', '10.00'],
  ]);
  await scene.advance('2026-07-02');
  const late = await used(['2026-06-30T23:59:59.999Z', '50']);
  const next = await used(['2026-07-01', '7']);
  expect(await statesOf(scene, [...inTime, ...late, ...next])).toEqual(['pending', 'pending', 'pending']);
  expect((await scene.subscription(subscription)).next_due_at).toBe('2026-07-03T00:00:00.000Z');
  await scene.advance('2026-07-03');
  expect((await bills()).at(-1)).toEqual(['2026-06-01..2026-07-01', '1.50']);
  expect(await statesOf(scene, [...inTime, ...late, ...next])).toEqual(['billed', 'billed', 'pending']);
  const [tooLate = ''] = await used(['2026-06-20', '30']);
  expect(await statesOf(scene, [tooLate])).toEqual(['late']);
  await scene.advance('2026-08-03');
  expect((await scene.newestInvoice(subscription)).lines.map(({ kind, amount }) => `${kind} ${amount.amount}`)).toEqual(
    ['usage_adjustment 0.30', 'usage 0.07'],
  );
  await checkInvariants(scene);
});

test('a cancellation bills its usage when the grace is over, and the subscription is at its end then', async () => {
  const { scene, subscription, used, bills } = await metering([flat('10.00'), perCall('0.01')]);
  await used(['2026-06-05', '100']);
  await scene.advance('2026-06-16');
  await scene.command(subscription, 'cancel', {});
  await used(['2026-06-15', '20'], ['2026-06-16', '1000']);
  expect((await scene.subscription(subscription)).status).toBe('canceled');
  expect(await bills()).toEqual([['2026-06-01..2026-07-01', '10.00']]);
  await scene.advance('2026-06-20');
  expect((await bills()).at(-1)).toEqual(['2026-06-01..2026-06-16', '1.20']);
  expect((await scene.billed(subscription)).at(-1)).toBe('paid 1.20');
  expect((await scene.subscription(subscription)).next_due_at).toBeNull();
  await checkInvariants(scene);
});

test('in the grace the plan changes and the subscription is paused: June is billed by the plan of June', async () => {
  const { scene, subscription, used, bills } = await metering([flat('10.00'), perCall('0.01')]);
  await used(['2026-06-05', '100']);
  await scene.advance('2026-07-02');
  const dearer = await scene.plan([flat('10.00'), perCall('0.04')]);
  await scene.command(subscription, 'change-plan', { plan_id: dearer });
  await scene.command(subscription, 'pause', {});
  await used(['2026-06-30', '50'], ['2026-07-01T12:00:00.000Z', '10'], ['2026-07-02', '10']);
  await scene.advance('2026-07-10');
  expect((await bills()).filter(([, amounts]) => amounts !== '10.00')).toEqual([
    ['2026-07-02..2026-08-01', '-9.68 9.68'],
    ['2026-06-01..2026-07-01', '1.50'],
    ['2026-07-01..2026-07-02', '0.10'],
  ]);
  await scene.command(subscription, 'resume', {});
  await scene.advance('2026-08-05');
  expect((await bills()).at(-1)).toEqual(['2026-07-02..2026-08-01', '0.40']);
  await checkInvariants(scene);
});

test('a minimum is measured with the usage, once that is billed; a stretch without either makes no invoice', async () => {
  const minimum = { limits: { minimum: { USD: '20.00' } } };
  const committed = await metering([flat('10.00'), perCall('0.01')], minimum);
  await committed.scene.advance('2026-07-01');
  await committed.used(['2026-06-05', '400']);
  await committed.scene.advance('2026-07-04');
  expect((await committed.bills()).at(-1)).toEqual(['2026-06-01..2026-07-01', '4.00 6.00']);
  await checkInvariants(committed.scene);
  const idle = await metering([flat('10.00'), perCall('0.01')]);
  await idle.scene.advance('2026-07-04');
  expect(await idle.bills()).toHaveLength(2);
  const [late = ''] = await idle.used(['2026-06-05', '400']);
  expect(await statesOf(idle.scene, [late])).toEqual(['late']);
  await idle.scene.advance('2026-08-04');
  expect((await idle.bills()).at(-1)).toEqual(['2026-07-01..2026-08-01', '4.00 0.00']);
  await checkInvariants(idle.scene);
});

test('usage whose payment is declined is dunned like any invoice, and periods shorter than the grace are billed in their order', async () => {
  const daily = { interval: { unit: 'day', count: 1 } };
  const { scene, customer, subscription, used, bills } = await metering([perCall('0.01')], daily);
  await used(['2026-06-01', '100'], ['2026-06-02', '200']);
  const declined = await scene.card(customer, 'pm_card_chargeCustomerFail');
  expect(declined).not.toBe('');
  await scene.advance('2026-06-04');
  expect((await bills()).filter(([, amounts]) => amounts !== '')).toEqual([
    ['2026-06-01..2026-06-02', '1.00'],
    ['2026-06-02..2026-06-03', '2.00'],
  ]);
  expect((await scene.subscription(subscription)).status).toBe('past_due');
  await checkInvariants(scene);
});

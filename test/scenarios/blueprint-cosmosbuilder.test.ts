/** cosmosbuilder: plans by the month and the year with their trials, an upgrade, fees of the chains and of the marketplace. */
import { applyBlueprint, feeOf, planOf } from '../support/blueprint';
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { amountsOf, Scene, spanOf } from '../support/scenario';

let engine: TestEngine;
let scene: Scene;

beforeAll(async () => {
  engine = await startTestEngine();
  scene = await Scene.open(engine, { now: '2026-01-01' });
  await applyBlueprint(scene.api, 'cosmosbuilder');
});
afterAll(async () => {
  await checkInvariants(scene);
  await checkDelivered({ engine });
  await engine.stop();
});

const subscribe = async (code: string) => scene.subscribe(await scene.customer(), await planOf(scene.api, code));

test('a customer tries Starter for 14 days, pays by the month and moves up to Professional in the middle of one', async () => {
  const subscription = await subscribe('cosmosbuilder-starter-monthly');
  expect((await scene.subscription(subscription)).trial_end).toBe('2026-01-15T00:00:00.000Z');
  await scene.advance('2026-02-20');
  const [trial, first, second] = await scene.invoices(subscription);
  const shown = [trial, first, second].flatMap((one) =>
    one ? [`${spanOf(one)} ${one.status} ${one.total.amount}`] : [],
  );
  expect(shown).toEqual(['2026-01-15..2026-02-15 paid 199.00', '2026-02-15..2026-03-15 paid 199.00']);
  await scene.advance('2026-03-01');
  await scene.command(subscription, 'change-plan', {
    plan_id: await planOf(scene.api, 'cosmosbuilder-professional-monthly'),
  });
  // 14 of the 28 days are left: half of 199.00 back, half of 999.00 for the rest.
  expect(amountsOf(await scene.newestInvoice(subscription))).toEqual(['-99.50', '499.50']);
  await scene.advance('2026-03-16');
  expect((await scene.newestInvoice(subscription)).total.amount).toBe('999.00');
});

test.each([
  ['cosmosbuilder-starter-yearly', 14, '1990.00'],
  ['cosmosbuilder-professional-yearly', 14, '9990.00'],
  ['cosmosbuilder-enterprise-monthly', 30, '4999.00'],
  ['cosmosbuilder-enterprise-yearly', 30, '49990.00'],
  ['cosmosbuilder-sovereign-monthly', 30, '19999.00'],
  ['cosmosbuilder-sovereign-yearly', 30, '199990.00'],
])('%s is tried for %i days and then costs %s', async (code, days, amount) => {
  const { api } = scene;
  const plan = await api.get<{ versions: { trial: { days: number } | null }[] }>(`/plans/${await planOf(api, code)}`);
  expect(plan.versions.at(-1)?.trial?.days).toBe(days);
  type Preview = { readonly total: { readonly amount: string } };
  const subscription = await subscribe(code);
  const upcoming = await api.get<Preview>(`/subscriptions/${subscription}/upcoming-invoice`);
  expect(upcoming.total.amount).toBe(amount);
  await scene.command(subscription, 'cancel');
});

interface Check {
  readonly allowed: boolean;
  readonly reason: string;
  readonly value: string | null;
  readonly usage: string | null;
  readonly limit: string | null;
}

test('Starter deploys 100 times a month and no more; Professional, from the day of the upgrade, 500 times', async () => {
  const { api } = scene;
  const customer = await scene.customer();
  const subscription = await scene.subscribe(customer, await planOf(api, 'cosmosbuilder-starter-monthly'), {
    trial: 'none',
  });
  const { current_period: period } = await scene.subscription(subscription);
  const check = (feature: string) =>
    api.post<Check>('/entitlements/check', { customer_id: customer, feature: `cosmosbuilder-${feature}` });
  const events = Array.from({ length: 100 }, (_, index) => ({
    id: `deployment-${index}`,
    type: 'deployment.finished',
    customer_id: customer,
    time: period?.start,
  }));
  expect(await check('deployments')).toMatchObject({ allowed: true, usage: '0', limit: '100' });
  await api.post('/usage-events', { events });
  expect(await check('deployments')).toMatchObject({ allowed: false, usage: '100', limit: '100' });
  expect((await check('chains')).value).toBe('1');
  await scene.command(subscription, 'change-plan', {
    plan_id: await planOf(api, 'cosmosbuilder-professional-monthly'),
  });
  expect(await check('deployments')).toMatchObject({ allowed: true, usage: '100', limit: '500' });
  expect([(await check('chains')).value, (await check('support')).value]).toEqual(['5', 'priority']);
  expect(await check('api-calls')).toMatchObject({ allowed: true, limit: null });
});

test('a chain transaction costs 0.1 % on top, and of a module 15 % are kept', async () => {
  const usd = (amount: string) => ({ value: { amount, currency: 'USD' } });
  expect((await feeOf(scene.api, 'cosmosbuilder-chain-transactions', usd('12345.67'))).fee.amount).toBe('12.35');
  const sale = await feeOf(scene.api, 'cosmosbuilder-marketplace', usd('249.00'));
  expect([sale.fee.amount, sale.remainder?.party, sale.remainder?.amount.amount]).toEqual([
    '37.35',
    'seller',
    '211.65',
  ]);
});

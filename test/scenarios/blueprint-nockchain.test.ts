/** nockchain: analytics by the month, contracts by the year, fees of trading and of the bridge, eight streams with targets. */
import { applyBlueprint, feeOf, planOf } from '../support/blueprint';
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { amountsOf, Scene } from '../support/scenario';

let engine: TestEngine;
let scene: Scene;

beforeAll(async () => {
  engine = await startTestEngine();
  scene = await Scene.open(engine, { now: '2026-01-01' });
  await applyBlueprint(scene.api, 'nockchain');
});
afterAll(async () => {
  await checkInvariants(scene);
  await checkDelivered({ engine });
  await engine.stop();
});

const subscribe = async (code: string) => scene.subscribe(await scene.customer(), await planOf(scene.api, code));

test('analytics cost 49, 199, 999 and 299 a month; an upgrade on 17 January is billed by the second', async () => {
  const codes = ['basic', 'professional', 'enterprise', 'api'];
  const subscriptions: string[] = [];
  for (const code of codes) subscriptions.push(await subscribe(`nockchain-analytics-${code}`));
  const [basic = ''] = subscriptions;
  await scene.advance('2026-01-17');
  await scene.command(basic, 'change-plan', { plan_id: await planOf(scene.api, 'nockchain-analytics-professional') });
  // 15 of 31 days are left: 49.00 × 15/31 back, 199.00 × 15/31 for the rest.
  expect(amountsOf(await scene.newestInvoice(basic))).toEqual(['-23.71', '96.29']);
  await scene.advance('2026-02-01');
  expect(await scene.billed(basic)).toEqual(['paid 49.00', 'paid 72.58', 'paid 199.00']);
  const [, ...others] = subscriptions;
  const billed = await Promise.all(others.map((id) => scene.billed(id)));
  expect(billed).toEqual([
    ['paid 199.00', 'paid 199.00'],
    ['paid 999.00', 'paid 999.00'],
    ['paid 299.00', 'paid 299.00'],
  ]);
  expect(await scene.account('receivable')).toBe('0.00');
});

test.each([
  ['standard', '25000.00'],
  ['premium', '100000.00'],
  ['enterprise', '500000.00'],
])('a contract of the kind %s costs %s for its first year', async (kind, amount) => {
  const subscription = await subscribe(`nockchain-contract-${kind}`);
  const invoice = await scene.newestInvoice(subscription);
  expect([invoice.status, invoice.total.amount, invoice.period.start.slice(5, 10)]).toEqual([
    'paid',
    amount,
    invoice.period.end.slice(5, 10),
  ]);
  await scene.command(subscription, 'cancel', { at_period_end: true });
});

test('Basic has 1,000 API calls a month, 5 indicators and 1 dashboard; Professional ten times and more', async () => {
  const { api } = scene;
  const standing = async (code: string) => {
    const customer = await scene.customer();
    const subscription = await scene.subscribe(customer, await planOf(api, `nockchain-analytics-${code}`));
    const { current_period: period } = await scene.subscription(subscription);
    const check = (feature: string, quantity = '1') =>
      api.post<{ allowed: boolean; limit: string | null; value: string | null }>('/entitlements/check', {
        customer_id: customer,
        feature: `nockchain-${feature}`,
        quantity,
      });
    const [fits, exceeds] = [await check('api-calls', '1000'), await check('api-calls', '10001')];
    const events = [{ id: code, type: 'nockchain.api.call', customer_id: customer, time: period?.start }];
    await api.post('/usage-events', { events });
    const after = await check('api-calls', '1000');
    const values = [(await check('indicators')).value, (await check('dashboards')).value];
    return [fits.limit, fits.allowed, after.allowed, exceeds.allowed, ...values];
  };
  expect(await standing('basic')).toEqual(['1000', true, false, false, '5', '1']);
  expect(await standing('professional')).toEqual(['10000', true, true, false, '50', '10']);
});

const usd = (amount: string, more: object = {}) => ({ value: { amount, currency: 'USD' }, ...more });

test.each([
  ['nockchain-trading', usd('20000.00', { rate: 'maker' }), '20.00'],
  ['nockchain-trading', usd('20000.00', { rate: 'taker' }), '50.00'],
  ['nockchain-bridge', usd('12.00'), '0.10'],
  ['nockchain-bridge', usd('4000.00'), '10.00'],
  ['nockchain-bridge', usd('4000.00', { volume: '50000' }), '9.00'],
  ['nockchain-bridge', usd('4000.00', { volume: '200000' }), '7.50'],
  ['nockchain-bridge', usd('4000.00', { volume: '1000000' }), '5.00'],
  ['nockchain-bridge', usd('90000.00', { volume: '1000000' }), '25.00'],
  ['nockchain-bridge', usd('90000.00', { multipliers: ['express'] }), '150.00'],
  ['nockchain-bridge', usd('90000.00', { volume: '60000', multipliers: ['express'] }), '135.00'],
])('%s for %j is %s', async (schedule, question, fee) => {
  expect((await feeOf(scene.api, schedule, question)).fee.amount).toBe(fee);
});

test('the streams add up to more than the overall target, and both are kept', async () => {
  type Targets = { data: { target: { amount: string } }[] };
  const streams = await scene.api.get<Targets>('/revenue-streams?limit=100');
  const [overall] = (await scene.api.get<Targets>('/revenue-targets')).data;
  const whole = streams.data.reduce((sum, { target }) => sum + BigInt(target.amount.replace('.', '')), 0n);
  expect([streams.data.length, whole, overall?.target.amount]).toEqual([8, 298000000n, '2095000.00']);
});

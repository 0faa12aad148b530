/** ton-civilization: memberships and commissions in TON, which no card carries: invoices stay open until a chain can collect them. */
import { applyBlueprint, feeOf, planOf } from '../support/blueprint';
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { Scene } from '../support/scenario';

let engine: TestEngine;
let scene: Scene;

beforeAll(async () => {
  engine = await startTestEngine();
  scene = await Scene.open(engine, { now: '2026-01-01' });
  await applyBlueprint(scene.api, 'ton-civilization');
});
afterAll(async () => {
  await checkInvariants(scene);
  await checkDelivered({ engine });
  await engine.stop();
});

const currency = 'ton:native';
const ton = (amount: string) => ({ value: { amount, currency } });

test.each([
  [1, '10.000000000'],
  [2, '25.000000000'],
  [3, '50.000000000'],
  [4, '100.000000000'],
  [5, '250.000000000'],
  [6, '500.000000000'],
  [7, '1000.000000000'],
])('a membership of tier %i is billed with %s TON, to the last of nine places', async (tier, amount) => {
  const plan = await planOf(scene.api, `ton-membership-${tier}`);
  const subscription = await scene.subscribe(await scene.customer(null), plan, { currency });
  const invoice = await scene.newestInvoice(subscription);
  expect([invoice.status, invoice.total, invoice.amount_due]).toEqual([
    'open',
    { amount, currency },
    { amount, currency },
  ]);
  await scene.command(subscription, 'cancel');
});

test('credits in TON pay a membership from month to month, and a change of tier is exact to the ninth place', async () => {
  const customer = await scene.customer(null);
  const { id: wallet } = await scene.api.post<{ id: string }>('/wallets', { customer_id: customer, currency });
  await scene.api.post(`/wallets/${wallet}/grants`, { amount: '1800', reason: 'paid on the chain' });
  const [small, great] = [await planOf(scene.api, 'ton-membership-1'), await planOf(scene.api, 'ton-membership-7')];
  const subscription = await scene.subscribe(customer, small, { currency });
  await scene.advance('2026-01-08');
  await scene.command(subscription, 'change-plan', { plan_id: great });
  const lines = (await scene.newestInvoice(subscription)).lines.map(({ amount }) => amount.amount);
  // 24 of the 31 days are left.
  expect(lines).toEqual(['-7.741935484', '774.193548387']);
  await scene.advance('2026-02-01');
  expect(await scene.billed(subscription)).toEqual(['paid 10.000000000', 'paid 766.451612903', 'paid 1000.000000000']);
  const { balance } = await scene.api.get<{ balance: { total: string } }>(`/wallets/${wallet}`);
  expect(balance.total).toBe('23.548387097');
});

test('a membership that nothing pays is past due, and ends with the dunning', async () => {
  const plan = await planOf(scene.api, 'ton-membership-1');
  const subscription = await scene.subscribe(await scene.customer(null), plan, { currency });
  expect((await scene.subscription(subscription)).status).toBe('past_due');
  await scene.advance('2026-02-28');
  expect((await scene.subscription(subscription)).status).toBe('canceled');
});

test.each(['memberships', 'land', 'education', 'gaming', 'marketplace', 'creators', 'wellness', 'luxury'])(
  'of what is paid for %s a fifth is kept, and the seller gets the rest',
  async (mechanism) => {
    const { fee, remainder } = await feeOf(scene.api, `ton-${mechanism}`, ton('12.345678901'));
    expect([fee.amount, remainder?.party, remainder?.amount.amount]).toEqual(['2.469135780', 'seller', '9.876543121']);
  },
);

test('eight streams have a daily target, and together come to the overall one of a million', async () => {
  type Targets = { data: { target: { amount: string; interval: string } }[] };
  const { data } = await scene.api.get<Targets>('/revenue-streams?limit=100');
  const nanotons = data.reduce((sum, { target }) => sum + BigInt(target.amount.replace('.', '')), 0n);
  const [overall] = (await scene.api.get<Targets>('/revenue-targets')).data;
  expect([data.length, data.every(({ target }) => target.interval === 'day')]).toEqual([8, true]);
  expect([nanotons, overall?.target.amount]).toEqual([10n ** 15n, '1000000.000000000']);
});

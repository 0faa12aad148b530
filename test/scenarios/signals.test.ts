/** Commands as signals, from operators and other systems, and the audit of what was refused. */
import { waitFor } from '../../dev/stack/wait';
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { flat, perSeat, Scene } from '../support/scenario';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

interface AuditView {
  readonly actor: string;
  readonly action: string;
  readonly outcome: string;
}

async function subscribed() {
  const scene = await Scene.open(engine, { now: '2026-06-01' });
  const plan = await scene.plan([perSeat('10.00')]);
  const subscription = await scene.subscribe(await scene.customer(), plan, { quantity: 3 });
  const audit = async (): Promise<string[]> => {
    const page = await scene.api.get<{ data: AuditView[] }>(`/audit-log?subject_id=${subscription}&limit=100`);
    return [...page.data].reverse().map(({ actor, action, outcome }) => `${actor} ${action} ${outcome}`);
  };
  return { scene, subscription, audit };
}

test('a signal does what the request does, in the name of the operator', async () => {
  const { scene, subscription, audit } = await subscribed();
  await scene.advance('2026-06-16');
  await scene.signal(subscription, 'changeQuantity', { quantity: 5 });
  await scene.until(subscription, 'Five seats', ({ quantity, collection }) => quantity === 5 && collection === null);
  expect(await scene.billed(subscription)).toEqual(['paid 30.00', 'paid 10.00']);
  expect((await audit()).at(-1)).toBe('operator changeQuantity applied');
  await checkInvariants(scene);
});

test('a signal that the rules refuse changes nothing and leaves command.refused in the audit log', async () => {
  const { scene, subscription, audit } = await subscribed();
  const before = await scene.subscription(subscription);
  await scene.signal(subscription, 'resume');
  await scene.signal(subscription, 'changeQuantity', { quantity: -3 });
  await scene.signal(subscription, 'pause', { until: 'Monday' });
  const refused = async () =>
    (await audit()).filter((entry) => entry === 'operator command.refused refused').length === 3;
  await waitFor('Three refusals', refused);
  type Refusals = { data: readonly { refusal: { command: string; code: string } | null }[] };
  const log = await scene.api.get<Refusals>(`/audit-log?subject_id=${subscription}&action=command.refused`);
  expect(log.data.map(({ refusal }) => [refusal?.command, refusal?.code])).toEqual([
    ['pause', 'validation_failed'],
    ['changeQuantity', 'validation_failed'],
    ['resume', 'not_paused'],
  ]);
  expect(await scene.subscription(subscription)).toEqual(before);
  await checkInvariants(scene);
});

test('signals are carried out in their order, one after the other', async () => {
  const { scene, subscription } = await subscribed();
  for (const quantity of [7, 1, 4]) await scene.signal(subscription, 'changeQuantity', { quantity });
  await scene.signal(subscription, 'cancel', { atPeriodEnd: true });
  await scene.signal(subscription, 'uncancel');
  await scene.signal(subscription, 'cancel', { atPeriodEnd: true });
  const done = await scene.until(
    subscription,
    'All are done',
    ({ cancel_at: at, quantity }) => at !== null && quantity === 4,
  );
  expect(done.cancel_at).toBe('2026-07-01T00:00:00.000Z');
  await checkInvariants(scene);
  await scene.advance('2026-07-01');
  expect((await scene.subscription(subscription)).status).toBe('canceled');
  await checkInvariants(scene);
});

test('the same request twice at once, under one key, is one command', async () => {
  const { scene, subscription } = await subscribed();
  await scene.advance('2026-06-16');
  const path = `/subscriptions/${subscription}/change-quantity`;
  const send = () => scene.api.post(path, { quantity: 6 }, 'the-same-key');
  const answers = await Promise.allSettled([send(), send()]);
  expect(answers.some(({ status }) => status === 'fulfilled')).toBe(true);
  expect(await send()).toMatchObject({ quantity: 6 });
  expect(await scene.invoices(subscription)).toHaveLength(2);
  await checkInvariants(scene);
});

test('a subscription that has ended refuses every command in words', async () => {
  const { scene, subscription } = await subscribed();
  await scene.command(subscription, 'cancel');
  const refused: string[] = [];
  for (const [path, body] of [
    ['cancel', {}],
    ['pause', {}],
    ['change-quantity', { quantity: 1 }],
    ['uncancel', {}],
  ] as const)
    refused.push(await scene.refusal(scene.command(subscription, path, body)));
  // Just after the end, the workflow itself still answers a second cancellation.
  expect(['already_canceled', 'subscription_ended']).toContain(refused[0]);
  expect(refused.slice(1)).toEqual(Array.from({ length: 3 }, () => 'subscription_ended'));
  await checkInvariants(scene);
});

test('a cancellation at the end of the period is undone, and the subscription renews', async () => {
  const { scene, subscription } = await subscribed();
  await scene.command(subscription, 'cancel', { at_period_end: true });
  expect(await scene.refusal(scene.command(subscription, 'cancel', { at_period_end: true }))).toBe('already_canceled');
  await scene.command(subscription, 'uncancel');
  expect(await scene.refusal(scene.command(subscription, 'uncancel'))).toBe('cancel_not_scheduled');
  await scene.advance('2026-07-01');
  expect(await scene.billed(subscription)).toEqual(['paid 30.00', 'paid 30.00']);
  await checkInvariants(scene);
});

test('a plan priced every 2 seconds renews by itself in real time', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const plan = await scene.plan([flat('1.00')], { interval: { unit: 'second', count: 2 } });
  const customer = await scene.api.post<{ id: string }>('/customers', { name: 'In real time' });
  await scene.card(customer.id, 'pm_card_visa');
  const subscription = await scene.subscribe(customer.id, plan);
  const renewed = async () =>
    (await scene.invoices(subscription)).filter(({ status }) => status === 'paid').length >= 4;
  await waitFor('Three renewals', renewed, { timeoutMs: 30_000 });
  await scene.command(subscription, 'cancel');
  const invoices = await scene.invoices(subscription);
  const starts = invoices.map(({ period }) => Date.parse(period.start));
  expect(starts.slice(1).map((start, index) => start - (starts[index] ?? 0))).toEqual(starts.slice(1).map(() => 2_000));
  await checkInvariants(scene);
});

test('a live tenant can have no plan priced every few seconds', async () => {
  const live = await engine.admin.post<{ key: string }>('/tenants', { name: 'Live', mode: 'live' });
  const api = engine.admin.as(live.key);
  const { id } = await api.post<{ id: string }>('/products', { name: 'Product' });
  const body = {
    product_id: id,
    code: 'fast',
    name: 'Fast',
    interval: { unit: 'second', count: 2 },
    prices: [flat('1.00')],
  };
  expect((await api.send('POST', '/plans', body)).status).toBeGreaterThanOrEqual(400);
});

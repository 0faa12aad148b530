/** qmoi: ten services, each billed by the daily cycle in shillings, and the daily targets of two rails. */
import { applyBlueprint, planOf } from '../support/blueprint';
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { Scene } from '../support/scenario';

let engine: TestEngine;
let scene: Scene;

beforeAll(async () => {
  engine = await startTestEngine();
  scene = await Scene.open(engine, { now: '2026-05-01T21:00:00.000Z', tenant: { time_zone: 'Africa/Nairobi' } });
  await applyBlueprint(scene.api, 'qmoi');
});
afterAll(async () => {
  await checkInvariants(scene);
  await checkDelivered({ engine });
  await engine.stop();
});

const cycles = {
  'mpesa-trading': '500.00',
  'mpesa-ai-services': '300.00',
  'mpesa-automation': '200.00',
  'mpesa-consultation': '150.00',
  'mpesa-maintenance': '100.00',
  'airtel-mobile-services': '400.00',
  'airtel-digital-payments': '250.00',
  'airtel-airtime': '180.00',
  'airtel-data': '120.00',
  'airtel-utilities': '80.00',
} as const;

test('each service is billed at every cycle, and its income counts to its own stream', async () => {
  const subscriptions: [string, string][] = [];
  for (const code of Object.keys(cycles)) {
    const plan = await planOf(scene.api, `qmoi-${code}-daily`);
    subscriptions.push([code, await scene.subscribe(await scene.customer(), plan, { currency: 'KES' })]);
  }
  await scene.advance('2026-05-03T21:00:00.000Z');
  for (const [code, id] of subscriptions) {
    const invoices = await scene.invoices(id);
    expect([code, invoices.map(({ status, total }) => `${status} ${total.amount} ${total.currency}`)]).toEqual([
      code,
      Array.from({ length: 3 }, () => `paid ${cycles[code as keyof typeof cycles]} KES`),
    ]);
  }
});

test('a rail has a target of 10,000 a day and at least 8,000; both together 20,000 and at least 16,000', async () => {
  type Targets = { data: { key: string; streams: string[]; target: { amount: string; minimum: string } }[] };
  const { data } = await scene.api.get<Targets>('/revenue-targets');
  const shown = data.map(({ key, streams, target }) => [key, streams.length, target.amount, target.minimum]);
  expect(shown.sort()).toEqual([
    ['qmoi_airtel', 5, '10000.00', '8000.00'],
    ['qmoi_combined', 10, '20000.00', '16000.00'],
    ['qmoi_mpesa', 5, '10000.00', '8000.00'],
  ]);
});

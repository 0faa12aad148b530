/** What was billed ahead becomes revenue by the close of each month, day by day of its service; every amount is computed by hand. */
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { amountsOf, flat, Scene, yearly, type MoneyView } from '../support/scenario';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

interface Entry {
  readonly occurred_at: string;
  readonly postings: readonly { readonly account: string; readonly amount: MoneyView }[];
}

/** What each close posted to revenue, oldest first: "2026-01 31.00". */
async function recognized(scene: Scene): Promise<string[]> {
  const { data } = await scene.api.get<{ data: readonly Entry[] }>('/ledger/entries?kind=recognition&limit=100');
  const shown = data.map(({ occurred_at: at, postings }) => {
    const deferred = postings.find(({ account }) => account === 'deferred:subscriptions');
    return `${at.slice(0, 7)} ${deferred?.amount.amount}`;
  });
  return shown.sort();
}

const deferred = (scene: Scene) => scene.account('deferred:subscriptions');
const revenue = (scene: Scene) => scene.account('revenue:subscriptions');

test('a year of 365.00 is earned by twelve closes, a day at a time, and the next year begins deferred', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  const plan = await scene.plan([flat('365.00')], { interval: yearly });
  await scene.subscribe(await scene.customer(), plan);
  expect(await deferred(scene)).toBe('-365.00');
  await scene.advance('2026-02-01');
  expect([await deferred(scene), await revenue(scene)]).toEqual(['-334.00', '-31.00']);
  await scene.advance('2027-01-01');
  expect(await recognized(scene)).toEqual(
    [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].map(
      (days, index) => `2026-${String(index + 1).padStart(2, '0')} ${days}.00`,
    ),
  );
  expect([await deferred(scene), await revenue(scene)]).toEqual(['-365.00', '-365.00']);
  await checkInvariants(scene);
});

/** 49.00 a month from 15 June: 29 days of 1.63, and 1.73 on the last. */
async function fromMidJune(now = '2026-06-15') {
  const scene = await Scene.open(engine, { now });
  const customer = await scene.customer(null);
  const card = await scene.card(customer, 'pm_card_visa');
  const subscribe = async () => scene.subscribe(customer, await scene.plan([flat('49.00')]));
  return { scene, card, subscribe };
}

const noFunds = { kind: 'decline', decline_code: 'insufficient_funds', network_advice_code: null } as const;

test('an upgrade in mid-month: credit and charge are earned over what is left of the period', async () => {
  const { scene, subscribe } = await fromMidJune();
  const subscription = await subscribe();
  await scene.advance('2026-06-30');
  await scene.command(subscription, 'change-plan', { plan_id: await scene.plan([flat('199.00')]) });
  expect(amountsOf(await scene.newestInvoice(subscription))).toEqual(['-24.50', '99.50']);
  await scene.advance('2026-08-01');
  // June: 16 days of 1.63 are 26.08; of the credit and the charge (15 days) one day each: -1.63 and 6.63.
  // July: to date 49.00 - 24.50 + 99.50, and of 199.00 (31 days from 15 July, 6.41 each) 17 days are 108.97: 232.97 in all.
  expect(await recognized(scene)).toEqual(['2026-06 31.08', '2026-07 201.89']);
  expect(await deferred(scene)).toBe('-90.03');
  await checkInvariants(scene);
});

test('a cancellation without credit earns at the end of its month all that was billed', async () => {
  const { scene, subscribe } = await fromMidJune();
  const subscription = await subscribe();
  await scene.advance('2026-06-20');
  await scene.command(subscription, 'cancel');
  expect(await deferred(scene)).toBe('-49.00');
  await scene.advance('2026-08-01');
  expect(await recognized(scene)).toEqual(['2026-06 49.00']);
  expect([await deferred(scene), await revenue(scene)]).toEqual(['0.00', '-49.00']);
  await checkInvariants(scene);
});

test('a cancellation with credit after a close earns what was not given back', async () => {
  const { scene, subscribe } = await fromMidJune();
  const subscription = await subscribe();
  await scene.advance('2026-07-05');
  await scene.command(subscription, 'cancel', { credit: true });
  // 20 of 30 days are served: the credit is 49.00 / 3.
  expect(amountsOf(await scene.newestInvoice(subscription))).toEqual(['-16.33']);
  await scene.advance('2026-08-01');
  expect(await recognized(scene)).toEqual(['2026-06 26.08', '2026-07 6.59']);
  expect([await deferred(scene), await revenue(scene)]).toEqual(['0.00', '-32.67']);
  await checkInvariants(scene);
});

test('an invoice that is voided after a close: the next close takes back what was earned of it', async () => {
  const { scene, card, subscribe } = await fromMidJune('2026-06-25');
  await scene.script(card, { always: noFunds });
  const subscription = await subscribe();
  await scene.advance('2026-07-01');
  // 6 days of 1.63.
  expect([await deferred(scene), await revenue(scene)]).toEqual(['-39.22', '-9.78']);
  const invoice = await scene.newestInvoice(subscription);
  await scene.api.post(`/invoices/${invoice.id}/void`);
  // The void takes back what the invoice posted: all of it was deferred.
  expect([await deferred(scene), await revenue(scene)]).toEqual(['9.78', '-9.78']);
  await checkInvariants(scene);
  await scene.command(subscription, 'cancel', { at_period_end: true });
  await scene.advance('2026-08-01');
  expect(await recognized(scene)).toEqual(['2026-06 9.78', '2026-07 -9.78']);
  expect([await deferred(scene), await revenue(scene)]).toEqual(['0.00', '0.00']);
  await checkInvariants(scene);
});

/** Dated stories of voided invoices: what they used is there to be used again, usage and coupons alike. */
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { flat, Scene } from '../support/scenario';
import { meter, statesOf, use } from '../support/usage';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

const perCall = { model: 'per_unit', meter: 'calls', description: 'Calls', amounts: { USD: '0.01' } };
const patient = { dunning_policy: { steps_days: [100], end: 'leave_unpaid' } };

/** A metered subscription from 1 June on, whose card pays June and nothing after it. */
async function declined() {
  const scene = await Scene.open(engine, { now: '2026-06-01', tenant: patient });
  await meter(scene, 'calls');
  const customer = await scene.customer();
  const subscription = await scene.subscribe(customer, await scene.plan([flat('10.00'), perCall]));
  await scene.card(customer, 'pm_card_chargeCustomerFail');
  const used = (...events: readonly (readonly [string, string])[]) => use(scene, customer, 'calls', ...events);
  const newest = async () => {
    const { id, status, lines, total } = await scene.newestInvoice(subscription);
    return { id, status, total: total.amount, lines: lines.map(({ kind, amount }) => `${kind} ${amount.amount}`) };
  };
  const voidIt = (id: string, body?: object) => scene.api.post(`/invoices/${id}/void`, body);
  return { scene, customer, subscription, used, newest, voidIt };
}

test('the usage of a voided invoice is billed again with the next one, with what came meanwhile', async () => {
  const { scene, used, newest, voidIt } = await declined();
  const events = await used(['2026-06-05', '100']);
  await scene.advance('2026-07-01');
  const { id } = await newest();
  await voidIt(id);
  expect(await statesOf(scene, events)).toEqual(['pending']);
  await used(['2026-06-20', '50'], ['2026-07-05', '7']);
  await scene.advance('2026-08-01');
  expect((await newest()).lines).toEqual(['recurring 10.00', 'usage 1.50', 'usage 0.07']);
  expect(await statesOf(scene, events)).toEqual(['billed']);
  await checkInvariants(scene);
});

test('a void that keeps the usage asks for nothing more of it', async () => {
  const { scene, used, newest, voidIt } = await declined();
  const events = await used(['2026-06-05', '100']);
  await scene.advance('2026-07-01');
  await voidIt((await newest()).id, { usage: 'keep' });
  expect(await statesOf(scene, events)).toEqual(['billed']);
  await scene.advance('2026-08-01');
  expect((await newest()).lines).toEqual(['recurring 10.00', 'usage 0.00']);
  await checkInvariants(scene);
});

test('of usage that two invoices billed, the void of one brings back what that one charged, in whatever order', async () => {
  const { scene, used, newest, voidIt } = await declined();
  const events = await used(['2026-06-05', '100']);
  await scene.advance('2026-07-01');
  const first = await newest();
  events.push(...(await used(['2026-06-20', '50'])));
  await scene.advance('2026-08-01');
  const second = await newest();
  expect(second.lines).toEqual(['recurring 10.00', 'usage_adjustment 0.50', 'usage 0.00']);
  await voidIt(first.id);
  await scene.advance('2026-09-01');
  const third = await newest();
  expect(third.lines).toEqual(['recurring 10.00', 'usage_adjustment 1.00', 'usage 0.00']);
  await voidIt(second.id);
  await voidIt(third.id);
  await scene.advance('2026-10-01');
  expect((await newest()).lines).toEqual(['recurring 10.00', 'usage 1.50', 'usage 0.00', 'usage 0.00', 'usage 0.00']);
  expect(await statesOf(scene, events)).toEqual(['billed', 'billed']);
  await checkInvariants(scene);
});

test('usage of a voided invoice is billed though the plan meters nothing any more', async () => {
  const { scene, subscription, used, newest, voidIt } = await declined();
  await used(['2026-06-05', '100']);
  await scene.advance('2026-07-01');
  await voidIt((await newest()).id);
  const plan = await scene.plan([flat('10.00')]);
  await scene.command(subscription, 'change-plan', { plan_id: plan, at_period_end: true });
  await scene.advance('2026-08-01');
  expect((await newest()).lines).toContain('usage 1.00');
  await scene.advance('2026-09-01');
  expect((await newest()).lines).toEqual(['recurring 10.00']);
  await checkInvariants(scene);
});

test('the last invoice of a canceled subscription keeps its usage: nothing follows that could bill it', async () => {
  const { scene, subscription, used, newest, voidIt } = await declined();
  const events = await used(['2026-06-05', '100']);
  await scene.advance('2026-06-10');
  await scene.command(subscription, 'cancel', {});
  const { id } = await newest();
  expect(await scene.refusal(voidIt(id, { usage: 'rebill' }))).toBe('subscription_not_in_state');
  await voidIt(id);
  expect(await statesOf(scene, events)).toEqual(['billed']);
  await checkInvariants(scene);
});

test.each([
  ['once', { duration: 'once' }, ['9.00', '9.00', '10.00']],
  ['for two periods', { duration: 'periods', periods: 2 }, ['9.00', '9.00', '9.00']],
])('a coupon %s that a voided invoice had used is there for the next one', async (_name, terms, totals) => {
  const scene = await Scene.open(engine, { now: '2026-06-01', tenant: patient });
  const customer = await scene.customer();
  const subscription = await scene.subscribe(customer, await scene.plan([flat('10.00')]));
  const coupon = await scene.api.post<{ id: string }>('/coupons', { name: 'Ten', percent: '10', ...terms });
  await scene.api.post(`/customers/${customer}/coupons`, { coupon_id: coupon.id });
  await scene.card(customer, 'pm_card_chargeCustomerFail');
  const months = ['2026-07-01', '2026-08-01', '2026-09-01'];
  const seen: string[] = [];
  for (const month of months) {
    await scene.advance(month);
    const { id, total } = await scene.newestInvoice(subscription);
    seen.push(total.amount);
    if (month === months[0]) await scene.api.post(`/invoices/${id}/void`);
  }
  expect(seen).toEqual(totals);
  await checkInvariants(scene);
});

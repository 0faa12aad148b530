/** hephaestus: a payment of 97.00 once, a membership with a trial, a refund, and three currencies. */
import { waitFor } from '../../dev/stack/wait';
import { applyBlueprint, planOf } from '../support/blueprint';
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { Scene } from '../support/scenario';

let engine: TestEngine;
let scene: Scene;

beforeAll(async () => {
  engine = await startTestEngine();
  scene = await Scene.open(engine, { now: '2026-03-01' });
  await applyBlueprint(scene.api, 'hephaestus');
});
afterAll(async () => {
  await checkInvariants(scene);
  await checkDelivered({ engine });
  await engine.stop();
});

const subscribe = async (code: string, more: object = {}) =>
  scene.subscribe(await scene.customer(), await planOf(scene.api, code), more);

test('the course is paid once, and its year ends without another invoice', async () => {
  const course = await subscribe('hephaestus-course');
  await scene.command(course, 'cancel', { at_period_end: true });
  expect(await scene.billed(course)).toEqual(['paid 97.00']);
  await scene.advance('2027-03-02');
  expect([(await scene.subscription(course)).status, await scene.billed(course)]).toEqual(['canceled', ['paid 97.00']]);
});

test.each(['USD', 'EUR', 'GBP'])('a membership in %s is free for 14 days and then 97.00 a month', async (currency) => {
  const membership = await subscribe('hephaestus-membership-monthly', { currency });
  expect(await scene.billed(membership)).toEqual([]);
  const { trial_end: end } = await scene.subscription(membership);
  await scene.advance(`${(end ?? '').slice(0, 10)}T00:00:00.000Z`);
  const [invoice] = await scene.invoices(membership);
  expect([invoice?.status, invoice?.total]).toEqual(['paid', { amount: '97.00', currency }]);
  await scene.command(membership, 'cancel');
});

test('a refund of 27.00 leaves 70.00', async () => {
  const course = await subscribe('hephaestus-course');
  const payment = await scene.payment((await scene.newestInvoice(course)).id);
  const body = {
    payment_id: payment.id,
    amount: { amount: '27.00', currency: 'USD' },
    reason: 'requested_by_customer',
  };
  const refund = await scene.api.post<{ id: string }>('/refunds', body);
  const done = async () => (await scene.api.get<{ status: string }>(`/refunds/${refund.id}`)).status === 'succeeded';
  await waitFor('The refund arrives', done, { timeoutMs: 30_000 });
  type Payment = { amount: { amount: string }; amount_refunded: { amount: string } };
  const { amount, amount_refunded: back } = await scene.api.get<Payment>(`/payments/${payment.id}`);
  expect([amount.amount, back.amount]).toEqual(['97.00', '27.00']);
});

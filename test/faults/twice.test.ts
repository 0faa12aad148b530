/**
 * The same thing asked twice at once: by one client under one key, by two clients, by API and operator. It happens once.
 */
import { subscriptionWorkflowId } from '../../domain/ids';
import { waitFor } from '../../dev/stack/wait';
import {
  advance,
  dayAfterRenewal,
  declineCard,
  makeCast,
  newKey,
  paidSubscription,
  pastDueSubscription,
  readInvoices,
  readSubscription,
  settleMsMax,
  type Cast,
} from '../support/faults/cast';
import { insist } from '../support/faults/insist';
import { atProvider } from '../support/faults/provider-facts';
import { expectSound } from '../support/faults/soundness';
import { startTestEngine, type TestEngine } from '../support/perennial';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(() => engine.stop());
jest.setTimeout(2 * settleMsMax);

const newCast = (): Promise<Cast> => makeCast(engine, engine.sandbox.url);
const five = [1, 2, 3, 4, 5];

test('five creations under one key make one subscription', async () => {
  const cast = await newCast();
  const key = newKey();
  const body = { customer_id: cast.customerId, plan_id: cast.starterId, currency: 'USD' };
  const answers = await Promise.all(five.map(() => insist(cast.api, '/subscriptions', body, key)));
  expect(new Set(answers.map(({ status, body: { id } }) => `${status} ${id}`)).size).toBe(1);
  expect(await readInvoices(cast)).toHaveLength(1);
  await expectSound(cast);
});

test('five changes of plan under one key change it once', async () => {
  const cast = await newCast();
  const { id } = await paidSubscription(cast);
  const key = newKey();
  const path = `/subscriptions/${id}/change-plan`;
  const answers = await Promise.all(five.map(() => insist(cast.api, path, { plan_id: cast.proId }, key)));
  expect(answers.map(({ status }) => status)).toEqual(five.map(() => 200));
  expect(await readInvoices(cast)).toHaveLength(2);
  await expectSound(cast);
});

test('a payment asked for twice at once under two keys is charged once', async () => {
  const cast = await newCast();
  const { id } = await pastDueSubscription(cast);
  await cast.control.script({ target: cast.cardRef, always: { kind: 'succeed' } });
  await advance(cast, dayAfterRenewal);
  const path = `/subscriptions/${id}/retry-payment`;
  const answers = await Promise.all(five.map(() => insist(cast.api, path, {})));
  // Whoever comes after the charge is told that nothing is owed.
  expect(answers.map(({ status }) => status).filter((status) => status !== 200 && status !== 409)).toEqual([]);
  await waitFor('the subscription is active', async () => (await readSubscription(cast, id)).status === 'active');
  await expectSound(cast);
});

test('a payment that operators ask for five times at once is tried once more that day, and the no of the bank is counted', async () => {
  const cast = await newCast();
  const { id } = await pastDueSubscription(cast);
  await declineCard(cast);
  await advance(cast, dayAfterRenewal);
  await Promise.all(five.map(() => insist(cast.api, `/subscriptions/${id}/retry-payment`, {})));
  const { status, collection } = await readSubscription(cast, id);
  expect([status, collection?.attempts]).toEqual(['past_due', 2]);
  expect((await atProvider(cast, 'charges')).filter((charge) => charge.status === 'failed')).toHaveLength(
    collection?.attempts ?? 0,
  );
  await expectSound(cast);
});

test('two whole refunds at once give the money back once', async () => {
  const cast = await newCast();
  await paidSubscription(cast);
  const { data } = await cast.api.get<{ data: { id: string }[] }>('/payments');
  const answers = await Promise.all([1, 2].map(() => insist(cast.api, '/refunds', { payment_id: data[0]?.id })));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  expect((await atProvider(cast, 'refunds')).map(({ amount }) => amount)).toEqual([4_900]);
  await expectSound(cast);
});

test('a cancellation by API and by an operator at once cancels once, with one credit', async () => {
  const cast = await newCast();
  const { id } = await paidSubscription(cast);
  const workflow = engine.temporal.workflow.getHandle(subscriptionWorkflowId(cast.tenantId, id));
  await Promise.all([
    insist(cast.api, `/subscriptions/${id}/cancel`, { credit: true }),
    workflow.signal('cancel', { credit: true }),
  ]);
  await waitFor('it is canceled', async () => (await readSubscription(cast, id)).status === 'canceled');
  const { balances } = await cast.api.get<{ balances: object[] }>(`/customers/${cast.customerId}/balance`);
  expect(balances).toEqual([{ amount: '49.00', currency: 'USD' }]);
  await expectSound(cast);
});

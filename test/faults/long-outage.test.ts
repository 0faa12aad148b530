/**
 * An outage longer than 24 hours: the provider has forgotten the idempotency keys by the time we ask again. What the provider holds is
 * read before anything is sent, so that nobody pays or is paid twice.
 */
import {
  advance,
  declineCard,
  firstRenewal,
  beginAdvance,
  arrived,
  makeCast,
  paidSubscription,
  pastDueSubscription,
  readInvoices,
  readSubscription,
  settleMsMax,
  type Cast,
} from '../support/faults/cast';
import { insist } from '../support/faults/insist';
import { atProvider, declinesAtProvider } from '../support/faults/provider-facts';
import { loseDay } from '../support/faults/provider-outage';
import { expectSound } from '../support/faults/soundness';
import { startTestEngine, type TestEngine } from '../support/perennial';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(() => engine.stop());
jest.setTimeout(2 * settleMsMax);

const confirm = '/v1/payment_intents/*/confirm';
const create = '/v1/payment_intents';

async function renewThrough(cast: Cast, path: string, moment: 'before' | 'after'): Promise<void> {
  await paidSubscription(cast);
  await loseDay(cast.control, { path, moment }, () => beginAdvance(cast, firstRenewal));
  // Advanced again: while a step fails the clock does not wait for it.
  await arrived(cast, firstRenewal);
}

const newCast = (): Promise<Cast> => makeCast(engine, engine.sandbox.url);

test.each([
  ['the reply to a payment is lost after the provider took the money', confirm, 'after'],
  ['a payment is lost before the provider took the money', confirm, 'before'],
  ["the reply to the payment's creation is lost", create, 'after'],
  ["the payment's creation is lost", create, 'before'],
] as const)('%s and the day is forgotten: one charge', async (_what, path, moment) => {
  const cast = await newCast();
  await renewThrough(cast, path, moment);
  expect((await readInvoices(cast)).map(({ status }) => status)).toEqual(['paid', 'paid']);
  await expectSound(cast);
});

test('a decline whose reply is lost for a day is not asked for again', async () => {
  const cast = await newCast();
  const { id } = await paidSubscription(cast);
  await declineCard(cast);
  await loseDay(cast.control, { path: confirm, moment: 'after' }, () => beginAdvance(cast, firstRenewal));
  await arrived(cast, firstRenewal);
  const { status, collection } = await readSubscription(cast, id);
  expect([status, collection?.attempts, await declinesAtProvider(cast)]).toEqual(['past_due', 1, 1]);
  await expectSound(cast);
});

test.each([
  ['whose reply is lost for a day is told apart from the first', 'after'],
  ['that was lost for a day before the bank heard of it is made', 'before'],
] as const)('a second attempt %s: two declines', async (_what, moment) => {
  const cast = await newCast();
  const { id } = await pastDueSubscription(cast);
  const secondTry = '2026-02-04T00:00:00.000Z';
  await loseDay(cast.control, { path: confirm, moment }, () => beginAdvance(cast, secondTry));
  await arrived(cast, secondTry);
  const { status, collection } = await readSubscription(cast, id);
  expect([status, collection?.attempts, await declinesAtProvider(cast)]).toEqual(['past_due', 2, 2]);
  await expectSound(cast);
});

test('a refund whose reply is lost for a day is paid out once', async () => {
  const cast = await newCast();
  await paidSubscription(cast);
  const { data } = await cast.api.get<{ data: { id: string }[] }>('/payments');
  const amount = { amount: '10.00', currency: 'USD' };
  let asked: ReturnType<typeof insist> | undefined;
  await loseDay(cast.control, { path: '/v1/refunds', moment: 'after' }, () => {
    asked = insist(cast.api, '/refunds', { payment_id: data[0]?.id, amount });
  });
  const answer = await asked;
  expect(answer?.status).toBe(201);
  await advance(cast, firstRenewal);
  expect((await atProvider(cast, 'refunds')).map(({ amount: cents }) => cents)).toEqual([1_000]);
  await expectSound(cast);
});

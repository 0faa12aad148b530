/**
 * What a provider can do wrong in the middle of a renewal. Each fault is met once; afterwards the invoice is paid by one charge.
 */
import { waitFor } from '../../dev/stack/wait';
import type { FaultOrder } from '../../sandbox/stripe/control/client';
import {
  advance,
  declineCard,
  firstRenewal,
  makeCast,
  paidSubscription,
  readInvoices,
  readSubscription,
  settleMsMax,
  type Cast,
} from '../support/faults/cast';
import { atProvider, declinesAtProvider } from '../support/faults/provider-facts';
import { expectSound } from '../support/faults/soundness';
import { startTestEngine, type TestEngine } from '../support/perennial';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
});
afterAll(() => engine.stop());
jest.setTimeout(2 * settleMsMax);

const newCast = (): Promise<Cast> => makeCast(engine, engine.sandbox.url);
const confirm = '/v1/payment_intents/*/confirm';
const create = '/v1/payment_intents';
const read = '/v1/payment_intents/*';

/** Longer than the rail waits for an answer. */
const tooSlowMs = 4_500;

/** Longer than the fast path waits, and than the ordinary one needs to read and to ask again. */
const thinksMs = 9_000;

type Faulty = readonly [what: string, order: Pick<FaultOrder, 'path' | 'kind'> & Partial<FaultOrder>];

const faults: readonly Faulty[] = [
  ['500 before the charge', { path: confirm, kind: 'error_500' }],
  ['500 after the charge', { path: confirm, kind: 'error_500', moment: 'after' }],
  ['500 before the payment is made', { path: create, kind: 'error_500' }],
  ['500 after the payment is made, kept under its key', { path: create, kind: 'error_500', moment: 'after' }],
  ['429 too many requests', { path: confirm, kind: 'rate_limit' }],
  ['429 a lock that is held', { path: confirm, kind: 'lock_timeout' }],
  ['409 the key in use', { path: confirm, kind: 'conflict' }],
  ['a page in HTML with 502', { path: confirm, kind: 'bad_gateway' }],
  ['a page in HTML with 502 for the new payment', { path: create, kind: 'bad_gateway' }],
  ['no answer, before the charge', { path: confirm, kind: 'hang' }],
  ['no answer, after the charge', { path: confirm, kind: 'hang', moment: 'after' }],
  ['an answer that comes too late', { path: confirm, kind: 'latency', delay_ms: tooSlowMs }],
  ['a closed socket before the charge', { path: confirm, kind: 'lose_reply', count: 2 }],
  ['a closed socket after the charge', { path: confirm, kind: 'lose_reply', moment: 'after', count: 2 }],
];

test.each(faults)('%s: one charge, and the subscription goes on', async (_what, order) => {
  const cast = await newCast();
  const { id } = await paidSubscription(cast);
  await cast.control.fault({ method: 'POST', ...order });
  await advance(cast, firstRenewal);
  expect(await cast.control.faults()).toEqual([]);
  expect((await readInvoices(cast)).map(({ status }) => status)).toEqual(['paid', 'paid']);
  expect((await readSubscription(cast, id)).status).toBe('active');
  await expectSound(cast);
});

test('a reading that fails too is repeated before anything is sent', async () => {
  const cast = await newCast();
  await paidSubscription(cast);
  await cast.control.fault({ method: 'POST', path: confirm, kind: 'hang', moment: 'after' });
  await cast.control.fault({ method: 'GET', path: read, kind: 'error_500' });
  await advance(cast, firstRenewal);
  expect(await cast.control.faults()).toEqual([]);
  await expectSound(cast);
});

test('a decline behind an unknown outcome is one decline, and the bank is asked once', async () => {
  const cast = await newCast();
  const { id } = await paidSubscription(cast);
  await declineCard(cast);
  await cast.control.fault({ method: 'POST', path: confirm, kind: 'hang', moment: 'after' });
  await advance(cast, firstRenewal);
  const { status, collection } = await readSubscription(cast, id);
  expect([status, collection?.attempts, await declinesAtProvider(cast)]).toEqual(['past_due', 1, 1]);
  await expectSound(cast);
});

test('a decline that the bank takes long over is asked for once: who asks again meanwhile comes under the same key', async () => {
  const cast = await newCast();
  const { id } = await paidSubscription(cast);
  await declineCard(cast);
  const before = (await cast.control.requests()).length;
  // While it is under way, the reading that follows the lost answer still says that nothing was tried.
  await cast.control.fault({ method: 'POST', path: confirm, kind: 'latency', moment: 'before', delay_ms: thinksMs });
  await advance(cast, firstRenewal);
  const isExecuted = async () =>
    (await cast.control.requests()).slice(before).every((request) => request.status !== null);
  await waitFor('the bank has answered everything', isExecuted, { timeoutMs: settleMsMax });
  const { status, collection } = await readSubscription(cast, id);
  expect([status, collection?.attempts, await declinesAtProvider(cast)]).toEqual(['past_due', 1, 1]);
  await expectSound(cast);
});

test('a payment that was made and whose answer is lost is not made a second time', async () => {
  const cast = await newCast();
  await paidSubscription(cast);
  await cast.control.fault({ method: 'POST', path: create, kind: 'hang', moment: 'after' });
  await advance(cast, firstRenewal);
  expect(await cast.control.faults()).toEqual([]);
  expect((await atProvider(cast, 'payment_intents')).map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
  await expectSound(cast);
});

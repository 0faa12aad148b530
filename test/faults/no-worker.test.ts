/**
 * No worker runs: what is asked for stands and is told as not yet done, and is done once when one comes.
 */
import {
  makeCast,
  newKey,
  paidSubscription,
  readInvoices,
  readSubscription,
  settleMsMax,
  subscribe,
  type Cast,
} from '../support/faults/cast';
import { waitFor } from '../../dev/stack/wait';
import { insist } from '../support/faults/insist';
import { startKillableWorker, type KillableWorker } from '../support/faults/killable-worker';
import { expectSound } from '../support/faults/soundness';
import { startTestEngine, type TestEngine } from '../support/perennial';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine({ worker: false });
});
afterAll(() => engine.stop());
jest.setTimeout(2 * settleMsMax);

const newCast = (): Promise<Cast> => makeCast(engine, engine.sandbox.url);

async function withWorker<T>(play: (worker: KillableWorker) => Promise<T>): Promise<T> {
  const worker = await startKillableWorker(engine);
  try {
    return await play(worker);
  } finally {
    await worker.stop();
  }
}

async function isPaid(cast: Cast, id: string): Promise<boolean> {
  const { status, collection } = await readSubscription(cast, id);
  return status === 'active' && collection === null;
}

test('a subscription that is made while no worker runs waits as pending, and is billed and paid once when one does', async () => {
  const cast = await newCast();
  const made = await subscribe(cast);
  expect([made.status, (await readInvoices(cast)).length]).toEqual(['pending', 0]);
  await withWorker(async () => {
    await waitFor('it is paid', () => isPaid(cast, made.id), { timeoutMs: settleMsMax });
    expect((await readInvoices(cast)).map(({ status }) => status)).toEqual(['paid']);
    await expectSound(cast);
  });
});

/** Two invoices: the first month, and the difference to Pro. */
async function expectChangedOnce(cast: Cast, id: string): Promise<void> {
  expect((await readSubscription(cast, id)).plan_id).toBe(cast.proId);
  expect((await readInvoices(cast)).map(({ total }) => total.amount)).toEqual(['49.00', '150.00']);
  await expectSound(cast);
}

test('a command that was accepted answers 202 while no worker completes it, and its repetition 200 once one runs', async () => {
  const cast = await newCast();
  const key = newKey();
  await withWorker(async (worker) => {
    const { id } = await paidSubscription(cast);
    const path = `/subscriptions/${id}/change-plan`;
    const body = { plan_id: cast.proId };
    // It dies once the command stands in the history.
    worker.order({ tenantId: cast.tenantId, activity: 'executeCommand', moment: 'asks', path: 'ordinary' });
    const first = await cast.api.send('POST', path, body, { 'idempotency-key': key });
    expect([first.status, first.headers.get('idempotency-key'), first.body['plan_id']]).toEqual([
      202,
      key,
      cast.starterId,
    ]);
    await worker.whenDead();
    await worker.startAgain();
    const again = await insist(cast.api, path, body, key);
    expect(again.status).toBe(200);
    await expectChangedOnce(cast, id);
  });
});

test('a command that no worker heard of answers 503, and its repetition 200 once one runs', async () => {
  const cast = await newCast();
  const { id } = await withWorker(() => paidSubscription(cast));
  const path = `/subscriptions/${id}/change-plan`;
  const body = { plan_id: cast.proId };
  const key = newKey();
  const first = await cast.api.send('POST', path, body, { 'idempotency-key': key });
  expect([first.status, first.body['code'], first.headers.get('retry-after')]).toEqual([
    503,
    'temporal_unavailable',
    '2',
  ]);
  await withWorker(async () => {
    expect((await insist(cast.api, path, body, key)).status).toBe(200);
    await expectChangedOnce(cast, id);
  });
});

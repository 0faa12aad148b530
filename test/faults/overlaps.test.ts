/**
 * Two that do the same work at once, or in another order than the one before them: a slow twin, a second worker, a command between a lost
 * commit and its repetition, a step that can never succeed.
 */
import { Context } from '@temporalio/activity';
import type { ActivityDependencies } from '../../activities/dependencies';
import type { Database, Queryable } from '../../db/pool';
import { waitFor } from '../../dev/stack/wait';
import { subscriptionWorkflowId } from '../../domain/ids';
import {
  advance,
  arrived,
  beginAdvance,
  firstRenewal,
  makeCast,
  paidSubscription,
  readInvoices,
  readSubscription,
  settleMsMax,
  subscribe,
} from '../support/faults/cast';
import { insist } from '../support/faults/insist';
import { startKillableWorker } from '../support/faults/killable-worker';
import { expectSound } from '../support/faults/soundness';
import { startTestEngine } from '../support/perennial';

jest.setTimeout(2 * settleMsMax);

const paidTwice = ['paid', 'paid'];

test('a local activity whose answer comes after its time is up meets the ordinary one: one charge, one fact', async () => {
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  let isClosed = false;
  const wrap = (deps: ActivityDependencies): ActivityDependencies => ({
    ...deps,
    railNamed: (name) => {
      const rail = deps.railNamed(name);
      const confirmPayment: typeof rail.confirmPayment = async (request) => {
        const answer = await rail.confirmPayment(request);
        if (isClosed && Context.current().info.isLocal) await gate;
        return answer;
      };
      return { ...rail, confirmPayment };
    },
  });
  const engine = await startTestEngine({ wrap });
  const cast = await makeCast(engine, engine.sandbox.url);
  await paidSubscription(cast);
  isClosed = true;
  await advance(cast, firstRenewal);
  // The ordinary one has recorded it; now the slow twin comes with the same answer.
  open();
  await advance(cast, '2026-02-15T00:00:00.000Z');
  expect((await readInvoices(cast)).map(({ status }) => status)).toEqual(paidTwice);
  await expectSound(cast);
  await engine.stop();
});

test('two workers serve one queue and one of them is killed: every renewal is paid once', async () => {
  const engine = await startTestEngine();
  const second = await startKillableWorker(engine);
  const cast = await makeCast(engine, engine.sandbox.url);
  const ids = (await Promise.all(Array.from({ length: 12 }, () => subscribe(cast)))).map(({ id }) => id);
  second.order({ tenantId: cast.tenantId, activity: 'collectPayment', moment: 'answered', path: 'fast' });
  beginAdvance(cast, firstRenewal);
  await second.whenDead();
  await arrived(cast, firstRenewal);
  await second.startAgain();
  await advance(cast, '2026-03-01T00:00:00.000Z');
  expect(await readInvoices(cast)).toHaveLength(3 * ids.length);
  await expectSound(cast);
  await second.stop();
  await engine.stop();
});

test('commands that come between a lost commit and its repetition wait for the fact that stands there', async () => {
  const engine = await startTestEngine({ worker: false });
  const worker = await startKillableWorker(engine);
  const cast = await makeCast(engine, engine.sandbox.url);
  const { id } = await paidSubscription(cast);
  worker.order({ tenantId: cast.tenantId, activity: 'issueInvoice', moment: 'recorded', path: 'fast' });
  beginAdvance(cast, firstRenewal);
  await worker.whenDead();
  const workflow = engine.temporal.workflow.getHandle(subscriptionWorkflowId(cast.tenantId, id));
  await workflow.signal('changePlan', { planId: cast.proId, proration: 'none' });
  await workflow.signal('cancel', { atPeriodEnd: true });
  await worker.startAgain();
  await arrived(cast, firstRenewal);
  await waitFor('both commands are carried out', async () => (await readSubscription(cast, id)).cancel_at !== null, {
    timeoutMs: settleMsMax,
  });
  const { plan_id: planId, cancel_at: cancelAt } = await readSubscription(cast, id);
  expect([planId, cancelAt]).toEqual([cast.proId, '2026-03-01T00:00:00.000Z']);
  expect((await readInvoices(cast)).map(({ status }) => status)).toEqual(paidTwice);
  await expectSound(cast);
  await worker.stop();
  await engine.stop();
});

test('a command that can never succeed is answered, and holds up neither the next command nor the billing', async () => {
  let isBroken = false;
  const broken = (db: Queryable): Queryable => ({
    async query(statement, values) {
      const isMeant =
        isBroken && statement.name.startsWith('record_') && Context.current().info.activityType === 'executeCommand';
      if (isMeant) throw new TypeError('A bug of this test.');
      return db.query(statement, values);
    },
  });
  const wrap = (deps: ActivityDependencies): ActivityDependencies => ({
    ...deps,
    database: { ...deps.database, as: (tenantId) => broken(deps.database.as(tenantId)) },
  });
  const engine = await startTestEngine({ wrap });
  const cast = await makeCast(engine, engine.sandbox.url);
  const { id } = await paidSubscription(cast);
  isBroken = true;
  const refused = await cast.api.send('POST', `/subscriptions/${id}/change-plan`, { plan_id: cast.proId });
  expect([refused.status, refused.body['code']]).toEqual([500, 'internal']);
  expect((await readSubscription(cast, id)).attention).toMatch(/bug of this test/);
  isBroken = false;
  expect((await insist(cast.api, `/subscriptions/${id}/change-plan`, { plan_id: cast.proId })).status).toBe(200);
  await advance(cast, firstRenewal);
  expect((await readInvoices(cast)).map(({ total }) => total.amount)).toEqual(['49.00', '150.00', '199.00']);
  await expectSound(cast);
  await engine.stop();
});

/** How many facts a statement of a round carries: its rows are lists in JSON behind the tenant. */
const factsOf = ([, first]: readonly unknown[]): number => (JSON.parse(String(first)) as unknown[]).length;

test('rounds of facts whose answers are lost after their commit: each fact stands once', async () => {
  let isLossy = false;
  const lost: number[] = [];
  const lossy = (db: Queryable): Queryable => ({
    async query(statement, values) {
      const rows = await db.query<never>(statement, values);
      const isRound = statement.name.startsWith('record_') && factsOf(values) > 1;
      if (!isLossy || !isRound) return rows;
      lost.push(factsOf(values));
      throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
    },
  });
  // The same object for the same tenant, or nobody would share a round.
  const tenants = new Map<string, Queryable>();
  const as = (database: Database, tenantId: string): Queryable => {
    const queryable = tenants.get(tenantId) ?? lossy(database.as(tenantId));
    tenants.set(tenantId, queryable);
    return queryable;
  };
  const wrap = (deps: ActivityDependencies): ActivityDependencies => ({
    ...deps,
    database: { ...deps.database, as: (tenantId) => as(deps.database, tenantId) },
  });
  const engine = await startTestEngine({ wrap });
  const cast = await makeCast(engine, engine.sandbox.url);
  const ids = (await Promise.all(Array.from({ length: 12 }, () => subscribe(cast)))).map(({ id }) => id);
  isLossy = true;
  await advance(cast, firstRenewal);
  isLossy = false;
  expect(lost.length).toBeGreaterThan(0);
  expect((await readInvoices(cast)).map(({ status }) => status)).toEqual(ids.flatMap(() => paidTwice));
  await expectSound(cast);
  await engine.stop();
});

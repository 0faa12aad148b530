/**
 * The worker is killed in the middle of a plan migration, and subscriptions do not answer: in the end each has one result and one change.
 */
import type { ActivityDependencies } from '../../activities/dependencies';
import { waitFor } from '../../dev/stack/wait';
import { startKillableWorker, type KillableWorker } from '../support/faults/killable-worker';
import type { Moment } from '../support/faults/kill-order';
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { amountsOf, flat, Scene } from '../support/scenario';

/** A lost activity is noticed after 30 s, a lost task after 10 s; the rest is for a busy machine. */
const recoveryMsMax = 180_000;

interface Migration {
  readonly id: string;
  readonly status: string;
  readonly counts: Readonly<Record<string, number>>;
}

async function storyOf(engine: TestEngine, count: number) {
  const scene = await Scene.open(engine, { now: '2026-06-01' });
  const plan = await scene.plan([flat('49.00')]);
  const customer = await scene.customer();
  const subscriptions: string[] = [];
  for (let made = 0; made < count; made++) subscriptions.push(await scene.subscribe(customer, plan));
  const interval = { unit: 'month', count: 1 };
  await scene.api.post(`/plans/${plan}/versions`, { interval, prices: [flat('59.00')] });
  await scene.advance('2026-06-16');
  return { scene, subscriptions, order: { plan_id: plan, when: 'now', per_second: 50 } };
}

async function completed(scene: Scene, id: string): Promise<Migration> {
  const done = async () => {
    const now = await scene.api.get<Migration>(`/plan-migrations/${id}`);
    return now.status === 'completed' ? now : null;
  };
  return waitFor('the migration is completed', done, { timeoutMs: recoveryMsMax, intervalMs: 500 });
}

/** How often the audit log says that a subscription changed its plan. */
async function changes(scene: Scene, subscriptionId: string): Promise<number> {
  const path = `/audit-log?subject_id=${subscriptionId}&action=changePlan`;
  return (await scene.api.get<{ data: object[] }>(path)).data.length;
}

describe('a worker that is killed', () => {
  let engine: TestEngine;
  let worker: KillableWorker;
  beforeAll(async () => {
    engine = await startTestEngine({ worker: false });
    worker = await startKillableWorker(engine);
  });
  afterAll(async () => {
    await checkDelivered({ engine });
    await worker.stop();
    await engine.stop();
  });

  const killed: [string, Moment][] = [
    ['after subscriptions were changed, before a result was written', 'asks'],
    ['after a result was written, among others that were not', 'executed'],
    ['after a page, before the workflow heard of it', 'recorded'],
  ];
  test.each(killed)(
    '%s, leaves a migration that another one completes: each is changed and told once',
    async (_name, moment) => {
      const { scene, subscriptions, order } = await storyOf(engine, 12);
      worker.order({ tenantId: scene.tenantId, activity: 'migrateSubscriptions', moment, path: 'ordinary' });
      const { id } = await scene.api.post<Migration>('/plan-migrations', order);
      await worker.whenDead();
      await worker.startAgain();
      const { counts } = await completed(scene, id);
      expect(counts).toEqual({ selected: 12, waiting: 0, migrated: 12, unchanged: 0, refused: 0, gone: 0 });
      for (const subscription of subscriptions) {
        const invoices = await scene.invoices(subscription);
        expect(invoices.map(amountsOf)).toEqual([['49.00'], ['-24.50', '29.50']]);
        expect(await changes(scene, subscription)).toBe(1);
      }
      await checkInvariants(scene);
    },
    recoveryMsMax + 120_000,
  );
});

describe('a subscription that does not answer', () => {
  /** How often each is still to be deaf. */
  const deafness = new Map<string, number>();
  const deaf = (deps: ActivityDependencies): ActivityDependencies => ({
    ...deps,
    changePlan: async (facts) => {
      const left = deafness.get(facts.subscriptionId) ?? 0;
      deafness.set(facts.subscriptionId, left - 1);
      return left > 0 ? { kind: 'unanswered' } : deps.changePlan(facts);
    },
  });
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await startTestEngine({ wrap: deaf });
  });
  afterAll(() => engine.stop());

  test(
    'is asked again once the others are through, and is refused after the last round',
    async () => {
      const { scene, subscriptions, order } = await storyOf(engine, 3);
      const [late = '', never = ''] = subscriptions;
      deafness.set(late, 1).set(never, 99);
      const { id } = await scene.api.post<Migration>('/plan-migrations', order);
      const { counts } = await completed(scene, id);
      expect(counts).toMatchObject({ selected: 3, migrated: 2, refused: 1 });
      const path = `/plan-migrations/${id}/subscriptions?outcome=refused`;
      expect((await scene.api.get<{ data: object[] }>(path)).data).toMatchObject([
        { subscription_id: never, reason: { code: 'subscription_unanswered' } },
      ]);
      expect([await changes(scene, late), await changes(scene, never)]).toEqual([1, 0]);
    },
    recoveryMsMax,
  );
});

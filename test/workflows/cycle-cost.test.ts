/**
 * What a paid cycle costs Temporal, counted from the real histories of subscriptions that renew by real timers. The benchmark counts
 * with the same functions.
 */
import { costOf, historiesOf } from '../../dev/bench/histories';
import { measureLongLife, type LongLifeResult } from '../../dev/bench/long-life';
import { createBusiness } from '../../dev/bench/population';
import { startTestEngine, testAdminKey, type TestEngine } from '../support/perennial';

/** More than one run's worth, so that continue-as-new has its share in the average. */
const cyclesPerLife = 12;
/** Long enough that a machine which is busy with other tests does not fall behind: cycles that are late join the one before. */
const periodSeconds = 3;
const lifeTimeoutMs = 4_000 * periodSeconds * cyclesPerLife + 60_000;

let engine: TestEngine;
let life: LongLifeResult;

beforeAll(async () => {
  engine = await startTestEngine();
  const business = await createBusiness(engine.apiUrl, testAdminKey);
  const adminUrl = engine.testDatabase.adminUrl;
  life = await measureLongLife(
    { client: engine.temporal, business, adminUrl },
    { cycles: cyclesPerLife, periodSeconds },
  );
}, lifeTimeoutMs);

afterAll(async () => {
  await engine.stop();
});

test('a paid cycle costs at most 2.5 actions, new runs included', () => {
  expect(life.cycles).toBeGreaterThan(2 * cyclesPerLife);
  expect(life.runs).toBeGreaterThan(3);
  expect(life.actionsPerCycle).toBeLessThanOrEqual(2.5);
});

test('a paid cycle costs at most 9 history events, new runs included', () => {
  expect(life.eventsPerCycle).toBeLessThanOrEqual(9);
});

test('each cycle waits for its own timer and is one workflow task', async () => {
  const runs = await historiesOf(engine.temporal, life.workflowId);
  const events = runs.flatMap((run) => run.events ?? []);
  const { cyclesDoneAt } = costOf(runs);
  const timers = events.filter((event) => event.timerFiredEventAttributes).length;
  const ordinary = events.filter((event) => event.activityTaskScheduledEventAttributes).length;
  // A machine that is very busy may be late for a cycle, which then joins the one before, or give one to the ordinary activity.
  expect(timers).toBeGreaterThanOrEqual(cyclesDoneAt.length / 2);
  expect(ordinary).toBeLessThanOrEqual(cyclesDoneAt.length / 5);
});

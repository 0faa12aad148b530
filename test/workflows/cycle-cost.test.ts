/**
 * What a paid cycle costs Temporal, counted from the real histories of subscriptions that renew by real timers. The benchmark counts
 * with the same functions.
 */
import { costOf, historiesOf } from '../../dev/bench/histories';
import { measureLongLife, type LongLifeResult } from '../../dev/bench/long-life';
import { createBusiness } from '../../dev/bench/population';
import { startTestEngine, testAdminKey, type TestEngine } from '../support/perennial';

/** More than two runs' worth, so that continue-as-new has its share in the average. */
const cyclesPerLife = 20;
/** Three lives of a second per cycle, on a machine that may be busy with other tests. */
const lifeTimeoutMs = 120_000;

let engine: TestEngine;
let life: LongLifeResult;

beforeAll(async () => {
  engine = await startTestEngine();
  const business = await createBusiness(engine.apiUrl, testAdminKey);
  const adminUrl = engine.testDatabase.adminUrl;
  life = await measureLongLife({ client: engine.temporal, business, adminUrl }, cyclesPerLife);
}, lifeTimeoutMs);

afterAll(async () => {
  await engine.stop();
});

test('a paid cycle costs at most 2.5 actions, new runs included', () => {
  expect(life.cycles).toBeGreaterThanOrEqual(3 * cyclesPerLife);
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

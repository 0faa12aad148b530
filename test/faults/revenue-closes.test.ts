/** A clock's advance that dies between its closes goes on where it stopped: each month is posted once, and none is left out. */
import type { ActivityDependencies } from '../../activities/dependencies';
import type { Database } from '../../db/pool';
import { checkDelivered, checkInvariants } from '../support/invariants';
import { startTestEngine, type TestEngine } from '../support/perennial';
import { flat, Scene, yearly } from '../support/scenario';

/** How the next transactions end, in their order: after their commit nobody hears of them, or they are rolled back. */
const ends: ('unheard' | 'undone')[] = [];

const dying = (database: Database): Database => ({
  ...database,
  async transaction(tenantId, work) {
    const end = ends.shift();
    const result = await database.transaction(tenantId, async (db) => {
      const answer = await work(db);
      if (end === 'undone') throw new Error('killed before the commit');
      return answer;
    });
    if (end === 'unheard') throw new Error('killed after the commit');
    return result;
  },
});

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine({
    wrap: (deps: ActivityDependencies) => ({ ...deps, database: dying(deps.database) }),
  });
});
afterAll(async () => {
  await checkDelivered({ engine });
  await engine.stop();
});

test('killed after a commit and before one, the advance closes four months once each', async () => {
  const scene = await Scene.open(engine, { now: '2026-01-01' });
  await scene.subscribe(await scene.customer(), await scene.plan([flat('365.00')], { interval: yearly }));
  ends.push('unheard', 'undone', 'unheard');
  await scene.advance('2026-05-01');
  expect(ends).toEqual([]);
  const { data } = await scene.api.get<{ data: { month: string; streams: { recognized: { amount: string } }[] }[] }>(
    `/revenue-closes?test_clock_id=${scene.clockId}`,
  );
  expect(data.map(({ month, streams }) => `${month} ${streams[0]?.recognized.amount}`)).toEqual([
    '2026-04 30.00',
    '2026-03 31.00',
    '2026-02 28.00',
    '2026-01 31.00',
  ]);
  expect(await scene.account('revenue:subscriptions')).toBe('-120.00');
  await checkInvariants(scene);
});

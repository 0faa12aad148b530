/** Processes share a provider's limit through the database: what they lease together never exceeds it. */
import fc from 'fast-check';
import { RailUnavailable } from '../../adapters/rails/port';
import { createThrottle, type Throttle } from '../../adapters/rails/throttle';
import { allTenants, openDatabase, type Database } from '../../db/pool';
import { leaseFromLimits } from '../../db/queries/rate-limits';
import { createTestDatabase, type TestDatabase } from '../support/database';

let testDatabase: TestDatabase;
/** Two processes: each has a pool of its own. */
let processes: Database[];
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  processes = [1, 2].map(() => openDatabase({ url: testDatabase.url, poolSizeMax: 4, onError: () => undefined }));
});
afterAll(async () => {
  for (const database of processes) await database.close();
  await testDatabase.drop();
});

const process = (index: number): Database => processes[index % processes.length]!;
const clear = () => process(0).as(allTenants).query({ name: 'test_clear_limits', text: 'delete from rate_limits' }, []);

/** A window that began long ago and ends long after the test. */
const longWindowMs = 1_000_000_000;

const lease = (index: number, perWindow: number, wanted: number, name = 'stripe') =>
  leaseFromLimits(process(index).as(allTenants), {
    windowMs: longWindowMs,
    limits: [{ name, perWindow, wanted }],
  });

test('however many processes ask at once, a window gives what it has and no more', async () => {
  const asks = fc.record({
    perWindow: fc.integer({ min: 0, max: 40 }),
    wanted: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(asks, async ({ perWindow, wanted }) => {
      await clear();
      const leases = await Promise.all(wanted.map((count, index) => lease(index, perWindow, count)));
      const total = leases.flat().reduce((sum, { granted }) => sum + granted, 0);
      expect(total).toBe(
        Math.min(
          perWindow,
          wanted.reduce((sum, count) => sum + count, 0),
        ),
      );
    }),
    { numRuns: 40 },
  );
});

test('limits are leased together in any order without a deadlock, each for itself', async () => {
  await clear();
  const names = ['stripe:read', 'stripe', 'stripe:confirm', 'stripe:create'];
  const ask = (index: number) => {
    const limits = [...names.slice(index % 4), ...names.slice(0, index % 4)];
    return leaseFromLimits(process(index).as(allTenants), {
      windowMs: longWindowMs,
      limits: limits.map((name) => ({ name, perWindow: 10, wanted: 1 })),
    });
  };
  const leases = (await Promise.all(Array.from({ length: 40 }, (_, index) => ask(index)))).flat();
  for (const name of names) {
    const own = leases.filter((one) => one.name === name);
    expect([own.length, own.reduce((sum, { granted }) => sum + granted, 0)]).toEqual([40, 10]);
  }
});

test('a fraction of a token per window comes to its rate over the windows', async () => {
  await clear();
  let granted = 0;
  const windows = new Set<number>();
  const windowMs = 5;
  while (windows.size < 40) {
    const [one] = await leaseFromLimits(process(windows.size).as(allTenants), {
      windowMs,
      limits: [{ name: 'slow', perWindow: 0.25, wanted: 1 }],
    });
    granted += one?.granted ?? 0;
    const text = 'select (window_number % 1000000)::integer as n from rate_limits where name = $1';
    const [row] = await process(0).as(allTenants).query<{ n: number }>({ name: 'test_window', text }, ['slow']);
    windows.add(row?.n ?? 0);
  }
  const [first, last] = [Math.min(...windows), Math.max(...windows)];
  expect(granted).toBeLessThanOrEqual(Math.ceil((last - first + 1) / 4));
  expect(granted).toBeGreaterThan(0);
});

function throttleOf(index: number, requestsPerSecondMax: number): Throttle {
  const shared = (request: Parameters<typeof leaseFromLimits>[1]) =>
    leaseFromLimits(process(index).as(allTenants), request);
  return createThrottle({ rail: 'stripe', requestsPerSecondMax, lease: shared, waitMsMax: 60_000 });
}

/** The most calls that began within any one second. */
const mostInASecond = (times: readonly number[]): number =>
  Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));

/** Sends calls through the limiters until so many have passed, and notes when each did. */
async function pass(limits: readonly Throttle[], calls: number): Promise<{ endpoint: string; at: number }[]> {
  const send = async (_: unknown, index: number) => {
    const endpoint = `endpoint ${index % 5}`;
    await limits[index % limits.length]!.take(endpoint, 'background');
    return { endpoint, at: performance.now() };
  };
  return Promise.all(Array.from({ length: calls }, send));
}

test('two processes together keep to 25 calls per endpoint and 100 in all in any second when 80 are allowed', async () => {
  await clear();
  const began = performance.now();
  const passed = await pass([throttleOf(0, 80), throttleOf(1, 80)], 200);
  const seconds = (performance.now() - began) / 1_000;
  expect(mostInASecond(passed.map(({ at }) => at))).toBeLessThanOrEqual(100);
  for (let index = 0; index < 5; index += 1) {
    const own = passed.filter(({ endpoint }) => endpoint === `endpoint ${index}`).map(({ at }) => at);
    expect(mostInASecond(own)).toBeLessThanOrEqual(25);
  }
  // The limit is used, too: it takes 200 calls at 80 a second, and a window or two of waste.
  expect(seconds).toBeLessThan(5);
});

test('a process that begins anew, and a count that is lost in a crash, give no more than one window on top', async () => {
  await clear();
  await pass([throttleOf(0, 8)], 2);
  // A restarted process knows nothing of what it had leased; the database does.
  const again = createThrottle({
    rail: 'stripe',
    requestsPerSecondMax: 8,
    waitMsMax: 0,
    lease: (request) => leaseFromLimits(process(0).as(allTenants), { ...request, windowMs: longWindowMs }),
  });
  await expect(again.take('endpoint 0', 'background')).rejects.toBeInstanceOf(RailUnavailable);
  await clear();
  expect(await pass([throttleOf(1, 8)], 2)).toHaveLength(2);
});

import type { LeaseRequest, LeaseTokens } from '../../../adapters/rails/leased-tokens';
import { RailUnavailable } from '../../../adapters/rails/port';
import { createThrottle, type Throttle, type ThrottlePriority } from '../../../adapters/rails/throttle';

/** A reply that takes its time, in the clock of the test. */
function answerAfter<T>(replyMs: number, answer: T): Promise<T> {
  return new Promise((resolve) => {
    setTimeout(resolve, replyMs, answer);
  });
}

/** What the processes share, as the database would count it, in the clock of the test. */
function sharedLimit(replyMs = 0): { lease: LeaseTokens; asked: LeaseRequest[] } {
  const taken = new Map<string, { window: number; count: number }>();
  const asked: LeaseRequest[] = [];
  const lease: LeaseTokens = async (request) => {
    asked.push(request);
    const now = Date.now();
    const window = Math.floor(now / request.windowMs);
    const leases = request.limits.map(({ name, perWindow, wanted }) => {
      const held = taken.get(name);
      const count = held?.window === window ? held.count : 0;
      const allowed = Math.floor((window + 1) * perWindow) - Math.floor(window * perWindow);
      const granted = Math.max(0, Math.min(wanted, allowed - count));
      taken.set(name, { window, count: count + granted });
      return { name, granted, windowEndsInMs: (window + 1) * request.windowMs - now };
    });
    return replyMs === 0 ? leases : answerAfter(replyMs, leases);
  };
  return { lease, asked };
}

const throttle = (lease: LeaseTokens, requestsPerSecondMax: number, waitMsMax = 60_000): Throttle =>
  createThrottle({ rail: 'test', requestsPerSecondMax, lease, waitMsMax, now: () => Date.now() });

function recorder(): {
  given: { name: string; at: number }[];
  ask: (limit: Throttle, name: string, endpoint: string, priority?: ThrottlePriority) => void;
} {
  const start = Date.now();
  const given: { name: string; at: number }[] = [];
  const ask = (limit: Throttle, name: string, endpoint: string, priority: ThrottlePriority = 'background'): void => {
    void limit.take(endpoint, priority).then(() => given.push({ name, at: Date.now() - start }));
  };
  return { given, ask };
}

const most = (given: readonly { at: number }[]): number =>
  Math.max(...given.map(({ at }) => given.filter((other) => other.at >= at && other.at < at + 1_000).length));

describe('a limit that processes share', () => {
  beforeEach(() => jest.useFakeTimers({ now: 1_000_000_037 }));
  afterEach(() => jest.useRealTimers());

  it.each([
    [80, 100],
    [25, 32],
    [16, 20],
    // So few that a window must be longer to hold a call to each endpoint.
    [7, 12],
  ])('of %i a second lets three processes pass at most %i in any second, and nearly its rate', async (rate, limit) => {
    const { lease } = sharedLimit(3);
    const { given, ask } = recorder();
    const processes = [1, 2, 3].map(() => throttle(lease, rate));
    for (let index = 0; index < rate * 6; index += 1) ask(processes[index % 3]!, 'call', `endpoint ${index % 8}`);
    await jest.advanceTimersByTimeAsync(4_000);
    expect(most(given)).toBeLessThanOrEqual(limit);
    expect(given.length).toBeGreaterThan(rate * 4 * 0.75);
  });

  it('of 80 a second lets at most 25 calls to one endpoint pass in any second, over two processes', async () => {
    const { lease } = sharedLimit(1);
    const { given, ask } = recorder();
    const processes = [throttle(lease, 80), throttle(lease, 80)];
    for (let index = 0; index < 120; index += 1) ask(processes[index % 2]!, 'call', 'confirm');
    await jest.advanceTimersByTimeAsync(6_000);
    expect(most(given)).toBeLessThanOrEqual(25);
    expect(given.length).toBeGreaterThanOrEqual(100);
  });

  it('costs a process that pays twenty invoices a second far less than a lease for each', async () => {
    const { lease, asked } = sharedLimit();
    const { given, ask } = recorder();
    const one = throttle(lease, 200);
    for (let cycle = 0; cycle < 200; cycle += 1) {
      ask(one, 'create', 'create');
      ask(one, 'confirm', 'confirm');
      await jest.advanceTimersByTimeAsync(50);
    }
    expect(given).toHaveLength(400);
    expect(asked.length).toBeLessThanOrEqual(60);
  });

  it('costs next to nothing when it is high', async () => {
    const { lease, asked } = sharedLimit();
    const { given, ask } = recorder();
    const one = throttle(lease, 10_000);
    for (let moment = 0; moment < 200; moment += 1) {
      for (let index = 0; index < 10; index += 1) ask(one, 'call', index % 2 === 0 ? 'create' : 'confirm');
      await jest.advanceTimersByTimeAsync(10);
    }
    expect(given).toHaveLength(2_000);
    expect(asked.length).toBeLessThanOrEqual(10);
  });

  it('asks for nothing while nobody calls', async () => {
    const { lease, asked } = sharedLimit();
    const { ask } = recorder();
    ask(throttle(lease, 80), 'call', 'confirm');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('spends nothing that it leased in a window once that window is over', async () => {
    const { lease, asked } = sharedLimit();
    const { given, ask } = recorder();
    const one = throttle(lease, 80);
    ask(one, 'first', 'confirm');
    await jest.advanceTimersByTimeAsync(1_000);
    ask(one, 'second', 'confirm');
    await jest.advanceTimersByTimeAsync(1);
    expect([given.length, asked.length]).toEqual([2, 2]);
  });

  it('lets no call pass while the shared count is out of reach, and goes on when it is back', async () => {
    const { lease } = sharedLimit();
    let isDown = true;
    const one = throttle((request) => (isDown ? Promise.reject(new Error('down')) : lease(request)), 80, 1_000);
    const refused = one.take('confirm', 'background').catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await refused).toBeInstanceOf(RailUnavailable);
    expect(await refused).toMatchObject({ message: 'throttled' });
    const { given, ask } = recorder();
    ask(one, 'later', 'confirm');
    await jest.advanceTimersByTimeAsync(300);
    expect(given).toEqual([]);
    isDown = false;
    await jest.advanceTimersByTimeAsync(300);
    expect(given.map(({ name }) => name)).toEqual(['later']);
  });

  it('serves a present customer before every waiting call of the background', async () => {
    const { lease } = sharedLimit();
    const { given, ask } = recorder();
    const one = throttle(lease, 4);
    for (const name of ['first', 'second', 'third']) ask(one, name, 'confirm');
    ask(one, 'present', 'confirm', 'customer_present');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(given.map(({ name }) => name)).toEqual(['present', 'first', 'second', 'third']);
  });

  it('leaves half of a window to the others: a second process need not wait for the next one', async () => {
    const { lease } = sharedLimit();
    const { given, ask } = recorder();
    ask(throttle(lease, 80), 'one', 'confirm');
    await jest.advanceTimersByTimeAsync(1);
    ask(throttle(lease, 80), 'other', 'confirm');
    await jest.advanceTimersByTimeAsync(1);
    expect(given.map(({ name }) => name)).toEqual(['one', 'other']);
  });
});

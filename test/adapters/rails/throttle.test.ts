import { RailUnavailable } from '../../../adapters/rails/port';
import { createThrottle, type Throttle, type ThrottlePriority } from '../../../adapters/rails/throttle';

const throttle = (requestsPerSecondMax: number, waitMsMax = 60_000): Throttle =>
  createThrottle({ rail: 'test', requestsPerSecondMax, waitMsMax, now: () => Date.now() });

/** Asks for tokens and notes, by name, the millisecond at which each was given. */
function recorder(limit: Throttle): {
  ask: (name: string, endpoint: string, priority?: ThrottlePriority) => void;
  given: [string, number][];
} {
  const start = Date.now();
  const given: [string, number][] = [];
  return {
    given,
    ask: (name, endpoint, priority = 'background') => {
      void limit.take(endpoint, priority).then(() => given.push([name, Date.now() - start]));
    },
  };
}

describe('throttle', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('lets everything through at once when the limit is 0', async () => {
    const { ask, given } = recorder(throttle(0));
    for (let index = 0; index < 500; index += 1) ask('call', 'confirm');
    await jest.advanceTimersByTimeAsync(0);
    expect(given).toHaveLength(500);
  });

  it('never lets more than 25 calls to one endpoint pass in any second when 80 a second are allowed in all', async () => {
    const { ask, given } = recorder(throttle(80));
    for (let index = 0; index < 100; index += 1) ask('call', 'confirm');
    await jest.advanceTimersByTimeAsync(5_000);
    const times = given.map(([, time]) => time);
    expect(times).toHaveLength(100);
    for (const time of times)
      expect(times.filter((other) => other >= time && other < time + 1_000).length).toBeLessThanOrEqual(25);
  });

  it('never lets more than 100 calls to all endpoints pass in any second when 80 a second are allowed', async () => {
    const { ask, given } = recorder(throttle(80));
    for (let index = 0; index < 240; index += 1) ask('call', `endpoint ${index % 12}`);
    await jest.advanceTimersByTimeAsync(5_000);
    const times = given.map(([, time]) => time);
    expect(times).toHaveLength(240);
    for (const time of times)
      expect(times.filter((other) => other >= time && other < time + 1_000).length).toBeLessThanOrEqual(100);
  });

  it('uses the rate it is given: 20 a second for one endpoint of 80', async () => {
    const { ask, given } = recorder(throttle(80));
    for (let index = 0; index < 200; index += 1) ask('call', 'confirm');
    await jest.advanceTimersByTimeAsync(4_000);
    expect(given.length).toBeGreaterThanOrEqual(80);
    expect(given.length).toBeLessThanOrEqual(85);
  });

  it('serves a present customer before every waiting call of the background', async () => {
    const { ask, given } = recorder(throttle(4));
    for (const name of ['first', 'second', 'third']) ask(name, 'confirm');
    ask('present', 'confirm', 'customer_present');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(given.map(([name]) => name)).toEqual(['first', 'present', 'second', 'third']);
  });

  it('serves calls of one priority in the order in which they came', async () => {
    const { ask, given } = recorder(throttle(4));
    for (const name of ['a', 'b', 'c', 'd']) ask(name, 'confirm');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(given.map(([name]) => name)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('lets another endpoint pass while one is exhausted', async () => {
    const { ask, given } = recorder(throttle(8));
    for (const name of ['a', 'b', 'c']) ask(name, 'confirm');
    ask('read', 'read');
    await jest.advanceTimersByTimeAsync(0);
    expect(given.map(([name]) => name)).toContain('read');
  });

  it('refuses as unavailable what gets no token in time, and tells when to come back', async () => {
    const limit = throttle(4, 300);
    await limit.take('confirm', 'background');
    const late = limit.take('confirm', 'background').catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(300);
    const error = await late;
    expect(error).toBeInstanceOf(RailUnavailable);
    expect(error).toMatchObject({ message: 'throttled', retryAfterMs: 700 });
  });

  it('does not charge a token for a call that it refused', async () => {
    const limit = throttle(4, 300);
    await limit.take('confirm', 'background');
    await Promise.all([
      ...['a', 'b', 'c'].map(() => limit.take('confirm', 'background').catch(() => null)),
      jest.advanceTimersByTimeAsync(300),
    ]);
    await jest.advanceTimersByTimeAsync(700);
    const { ask, given } = recorder(limit);
    ask('next', 'confirm');
    await jest.advanceTimersByTimeAsync(0);
    expect(given).toEqual([['next', 0]]);
  });

  it('leaves no timer behind when nothing waits', async () => {
    const { ask } = recorder(throttle(4));
    for (const name of ['a', 'b']) ask(name, 'confirm');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(jest.getTimerCount()).toBe(0);
  });
});

/** Callers who come together share a round; whoever fails does so alone, and nobody is answered with another's answer. */
import fc from 'fast-check';
import { gather } from '../../db/gather';
import '../support/seed';

/** A question whose rounds are answered by hand. */
function byHand() {
  const rounds: { requests: readonly number[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const ask = (requests: readonly number[]) =>
    new Promise<readonly string[]>((resolve, reject) => {
      rounds.push({ requests, answer: () => resolve(requests.map((request) => `answer ${request}`)), fail: reject });
    });
  return { rounds, ask };
}

const nextTurn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

test('whoever comes in the same turn goes along in one round', async () => {
  const { rounds, ask } = byHand();
  const question = gather({ ask, roundMax: 10 });
  const answers = Promise.all([question(1), question(2), question(3)]);
  await nextTurn();
  expect(rounds.map(({ requests }) => requests)).toEqual([[1, 2, 3]]);
  rounds[0]?.answer();
  expect(await answers).toEqual(['answer 1', 'answer 2', 'answer 3']);
});

test('two rounds are under way at most; who comes meanwhile gathers for the next', async () => {
  const { rounds, ask } = byHand();
  const question = gather({ ask, roundMax: 10 });
  const asked = [question(1)];
  await nextTurn();
  asked.push(question(2));
  await nextTurn();
  asked.push(question(3));
  await nextTurn();
  asked.push(question(4));
  await nextTurn();
  expect(rounds.map(({ requests }) => requests)).toEqual([[1], [2]]);
  rounds[1]?.answer();
  await nextTurn();
  expect(rounds.map(({ requests }) => requests)).toEqual([[1], [2], [3, 4]]);
  rounds.forEach((round) => round.answer());
  expect(await Promise.all(asked)).toEqual(['answer 1', 'answer 2', 'answer 3', 'answer 4']);
});

test('a round that fails is asked again one by one, so that only the guilty request fails', async () => {
  const asked: (readonly number[])[] = [];
  const ask = (requests: readonly number[]) => {
    asked.push(requests);
    return requests.includes(2) ? Promise.reject(new Error('two')) : Promise.resolve(requests.map(String));
  };
  const question = gather({ ask, roundMax: 10 });
  const outcomes = await Promise.allSettled([question(1), question(2), question(3)]);
  expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : String(outcome.reason)))).toEqual([
    '1',
    'Error: two',
    '3',
  ]);
  expect(asked).toEqual([[1, 2, 3], [1], [2], [3]]);
});

test('a round that meets a stopped database fails at once, and is not asked again', async () => {
  const asked: (readonly number[])[] = [];
  const ask = (requests: readonly number[]): Promise<string[]> => {
    asked.push(requests);
    return Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
  };
  const question = gather({ ask, roundMax: 10 });
  const outcomes = await Promise.allSettled([question(1), question(2), question(3)]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(asked).toEqual([[1, 2, 3]]);
});

test('with a wait, the first of a round waits for company', async () => {
  jest.useFakeTimers();
  try {
    const asked: (readonly number[])[] = [];
    const ask = (requests: readonly number[]) => {
      asked.push(requests);
      return Promise.resolve(requests.map(String));
    };
    const question = gather({ ask, roundMax: 10, waitMs: 25 });
    void question(1);
    jest.advanceTimersByTime(24);
    void question(2);
    expect(asked).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(asked).toEqual([[1, 2]]);
  } finally {
    jest.useRealTimers();
  }
});

test('everybody gets their own answer, in rounds of at most the bound, whatever fails', async () => {
  const requests = fc.array(fc.record({ value: fc.integer(), fails: fc.boolean() }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(requests, fc.integer({ min: 1, max: 7 }), async (given, roundMax) => {
      let largest = 0;
      const ask = async (round: readonly (typeof given)[number][]) => {
        largest = Math.max(largest, round.length);
        await Promise.resolve();
        if (round.some(({ fails }) => fails)) throw new Error('refused');
        return round.map(({ value }) => value);
      };
      const question = gather({ ask, roundMax });
      const outcomes = await Promise.allSettled(given.map((request) => question(request)));
      expect(largest).toBeLessThanOrEqual(roundMax);
      expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : 'refused'))).toEqual(
        given.map(({ value, fails }) => (fails ? 'refused' : value)),
      );
    }),
  );
});

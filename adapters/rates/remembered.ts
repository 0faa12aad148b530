/** Asks a source once for many quotes: their limits are some requests in ten seconds, and a price that is seconds old says so itself. */
import type { RateAnswer, RateSource } from './port';

interface Remembered {
  readonly at: number;
  readonly answer: Promise<RateAnswer>;
}

/**
 * The source, asked at most once in so many milliseconds for each pair. An outage is not remembered.
 * @param clock milliseconds that never go back
 */
export function remembered(source: RateSource, forMs: number, clock: () => number): RateSource {
  const answers = new Map<string, Remembered>();
  return {
    name: source.name,
    observe: (question) => {
      const key = `${question.asset} ${question.currency}`;
      const known = answers.get(key);
      if (known !== undefined && clock() - known.at < forMs) return known.answer;
      const answer = source.observe(question);
      const entry = { at: clock(), answer };
      answers.set(key, entry);
      answer.catch(() => {
        if (answers.get(key) === entry) answers.delete(key);
      });
      return answer;
    },
  };
}

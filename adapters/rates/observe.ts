/** What all sources say about a pair at once; the ones that do not answer are named. */
import type { RateObservation } from '../../domain/quote/agree-on-rate';
import { type RateQuestion, type RateSource, RateSourceUnavailable } from './port';

export interface Observations {
  readonly observations: readonly RateObservation[];
  readonly unavailable: readonly { readonly source: string; readonly reason: string }[];
}

/** Asks every source at once. An outage of one is no outage of the others. @throws what is no outage: a bug. */
export async function observeRate(sources: readonly RateSource[], question: RateQuestion): Promise<Observations> {
  const answers = await Promise.all(
    sources.map((source) =>
      source.observe(question).catch((error: unknown) => {
        if (error instanceof RateSourceUnavailable) return error;
        throw error;
      }),
    ),
  );
  return {
    observations: answers.flatMap((answer) =>
      !(answer instanceof Error) && answer.kind === 'observed' ? [answer.observation] : [],
    ),
    unavailable: answers.flatMap((answer) =>
      answer instanceof Error ? [{ source: answer.source, reason: answer.message }] : [],
    ),
  };
}

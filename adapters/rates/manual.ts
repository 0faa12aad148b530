/** Prices that a person set, for markets too thin for any source. */
import type { Instant } from '../../domain/time';
import type { RateQuestion, RateSource } from './port';

export interface ManualPrice extends RateQuestion {
  /** A plain decimal. */
  readonly price: string;
  readonly setAt: Instant;
}

/** A source of what a person set; `read` is asked each time, so a new price holds at once. */
export function createManualSource(read: () => Promise<readonly ManualPrice[]>): RateSource {
  return {
    name: 'manual',
    observe: async ({ asset, currency }) => {
      const found = (await read()).find((one) => one.asset === asset && one.currency === currency);
      if (found === undefined) return { kind: 'unknown' };
      const { price, setAt: publishedAt } = found;
      return { kind: 'observed', observation: { source: 'manual', price, publishedAt, confidence: null } };
    },
  };
}

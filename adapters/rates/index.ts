/** The registry of sources of rates. A new one is one file behind the port and one line here; the conformance suite tests it. */
import { createCoinGecko } from './coingecko';
import type { HttpSourceOptions } from './http-source';
import { createManualSource, type ManualPrice } from './manual';
import type { RateSource } from './port';
import { createPyth } from './pyth';
import { remembered } from './remembered';

/** What each source needs; the composition root fills it from the configuration. */
export interface RateSourcesOptions {
  readonly pyth: HttpSourceOptions;
  readonly coingecko: HttpSourceOptions;
  readonly manual: () => Promise<readonly ManualPrice[]>;
  /** Milliseconds that never go back. */
  readonly clock: () => number;
}

/** A tenth of the least age that a policy allows: many quotes a second are one request. */
const rememberedMs = 5_000;

/** One line per source: how it is made. */
export const rateSourceFactories = {
  pyth: ({ pyth, clock }) => remembered(createPyth(pyth), rememberedMs, clock),
  coingecko: ({ coingecko, clock }) => remembered(createCoinGecko(coingecko), rememberedMs, clock),
  manual: ({ manual }) => createManualSource(manual),
} satisfies Record<string, (options: RateSourcesOptions) => RateSource>;

export type RateSourceName = keyof typeof rateSourceFactories;

/** Makes every source of the registry, once per process. One that has no ids configured knows no pair. */
export function createRateSources(options: RateSourcesOptions): readonly RateSource[] {
  return Object.values(rateSourceFactories).map((create) => create(options));
}

/**
 * How a quote is made, as data: which sources are believed, for how long, and what a payer is given. A quote keeps the version that it was made
 * by, so a later policy changes nothing that was quoted.
 */
import type { DepositPolicy } from '../settlement/state';
import { dayMs, minuteMs } from '../time';

/** What holds for one kind of asset. */
export interface QuotePolicy {
  /** Never reused for other terms; a quote names it. */
  readonly version: string;
  /** At least so many sources must agree. */
  readonly sourcesMin: number;
  /** A price that was published longer ago is not counted, in milliseconds. */
  readonly ageMaxMs: number;
  /** A source's own uncertainty, in percent of its price; beyond it the source is not counted. */
  readonly confidencePercentMax: string;
  /** Between the lowest and the highest price counted, in percent of the median; beyond it nothing is quoted. */
  readonly divergencePercentMax: string;
  /** For coins that promise a price: what the median must lie in, or nothing is quoted; the promised price is taken. Null: no such promise. */
  readonly band: { readonly price: string; readonly percentMax: string } | null;
  /** On top of the rate, in basis points: what the price may do while the payer pays. */
  readonly spreadBasisPoints: number;
  /** How long the payer has. */
  readonly windowMs: number;
  /** A payment that is short by at most so many percent counts as paid. */
  readonly underTolerancePercent: string;
  /** Too much by at most this, in the fiat currency, is a credit: to send it back would cost more. */
  readonly overToleranceAmount: string;
  readonly under: DepositPolicy['under'];
  readonly over: DepositPolicy['over'];
  /** `requote`: what came late is worth what it is worth when it was first seen (`requoteLate`). */
  readonly late: DepositPolicy['late'] | 'requote';
  /** So long after the window a payment is still looked for. */
  readonly lateForMs: number;
}

const tolerant = {
  underTolerancePercent: '0.5',
  overToleranceAmount: '1',
  under: 'refund',
  over: 'refund',
  // As BTCPay Server watches.
  lateForMs: dayMs,
} as const satisfies Partial<QuotePolicy>;

/** Policies that ship with the engine. Windows and limits: those of BTCPay Server, Pyth's guidance on age and confidence, and caution. */
export const quotePolicies = {
  /** A coin with a market: the median of at least two sources. */
  volatile: {
    ...tolerant,
    version: 'volatile-1',
    sourcesMin: 2,
    ageMaxMs: minuteMs,
    confidencePercentMax: '1',
    divergencePercentMax: '2',
    band: null,
    spreadBasisPoints: 50,
    windowMs: 15 * minuteMs,
    late: 'requote',
  },
  /** A coin that promises a dollar: one to one, while the market believes it. */
  stablecoin: {
    ...tolerant,
    version: 'stablecoin-1',
    sourcesMin: 2,
    ageMaxMs: 5 * minuteMs,
    confidencePercentMax: '1',
    divergencePercentMax: '1',
    band: { price: '1', percentMax: '1' },
    spreadBasisPoints: 0,
    windowMs: 60 * minuteMs,
    late: 'accept',
  },
  /** A thin market: a price that a person set, believed for a day, with a wide spread. */
  manual: {
    ...tolerant,
    version: 'manual-1',
    sourcesMin: 1,
    ageMaxMs: dayMs,
    confidencePercentMax: '1',
    divergencePercentMax: '2',
    band: null,
    spreadBasisPoints: 300,
    windowMs: 15 * minuteMs,
    late: 'requote',
  },
} as const satisfies Record<string, QuotePolicy>;

/**
 * One rate from several sources: the median of those that are fresh and sure of themselves, and only when they agree. A wrong price is paid at
 * once and for ever, so no price is the better answer.
 */
import { Decimal } from '../money';
import { compareDecimals, factorOfPercent, minus, plus, times } from '../pricing/exact';
import type { Instant } from '../time';
import type { QuotePolicy } from './rate-policy';

/** What one source says. */
export interface RateObservation {
  /** Its name, such as `pyth`. */
  readonly source: string;
  /** What one major unit of the asset is worth in the fiat currency: a plain decimal above zero. */
  readonly price: string;
  /** When the source says that this was the price, not when it was asked. */
  readonly publishedAt: Instant;
  /** Half the width of the source's own uncertainty, in the fiat currency; null where it names none. */
  readonly confidence: string | null;
}

export type RateRefusal =
  | { readonly kind: 'too_few_sources'; readonly usable: number; readonly needed: number }
  | { readonly kind: 'diverging'; readonly percent: string }
  /** A coin does not hold the price that it promises. */
  | { readonly kind: 'outside_band'; readonly median: string };

/** Why a source was not counted. */
export interface UnusedSource {
  readonly source: string;
  readonly reason: 'stale' | 'from_the_future' | 'uncertain' | 'not_a_price';
}

export type RateAgreement =
  | {
      readonly kind: 'agreed';
      /** What one major unit of the asset is worth. */
      readonly rate: string;
      readonly used: readonly RateObservation[];
      readonly unused: readonly UnusedSource[];
    }
  | { readonly kind: 'refused'; readonly why: RateRefusal; readonly unused: readonly UnusedSource[] };

/** Clocks differ; a price from later than this was not published yet, whatever it says. */
const clockDifferenceMs = 10_000;

const isPrice = (text: string): boolean => /^\d{1,40}(\.\d{1,40})?$/.test(text) && compareDecimals(text, '0') > 0;

function obstacleOf(policy: QuotePolicy, seen: RateObservation, now: Instant): UnusedSource['reason'] | null {
  if (!isPrice(seen.price)) return 'not_a_price';
  if (now - seen.publishedAt > policy.ageMaxMs) return 'stale';
  if (seen.publishedAt - now > clockDifferenceMs) return 'from_the_future';
  const sure = times(seen.price, factorOfPercent(policy.confidencePercentMax));
  return seen.confidence !== null && compareDecimals(seen.confidence, sure) > 0 ? 'uncertain' : null;
}

/** The middle one; of an even number the mean of the two in the middle, which is exact. */
function medianOf(prices: readonly string[]): string {
  const sorted = [...prices].sort(compareDecimals);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? '0';
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? '0';
  return times(plus(lower, upper), '0.5');
}

/** Between the lowest and the highest, in percent of the median; for people, and compared without rounding elsewhere. */
const percentText = (spread: string, median: string): string =>
  new Decimal(spread).times(100).dividedBy(median).toSignificantDigits(6).toString();

const isWithin = (difference: string, median: string, percentMax: string): boolean =>
  compareDecimals(difference, times(median, factorOfPercent(percentMax))) <= 0;

function judge(policy: QuotePolicy, used: readonly RateObservation[]): { readonly rate: string } | RateRefusal {
  if (used.length < policy.sourcesMin) {
    return { kind: 'too_few_sources', usable: used.length, needed: policy.sourcesMin };
  }
  const prices = used.map(({ price }) => price).sort(compareDecimals);
  const median = medianOf(prices);
  const spread = minus(prices.at(-1) ?? '0', prices[0] ?? '0');
  if (!isWithin(spread, median, policy.divergencePercentMax)) {
    return { kind: 'diverging', percent: percentText(spread, median) };
  }
  const { band } = policy;
  if (band === null) return { rate: median };
  const away = minus(median, band.price);
  const distance = away.startsWith('-') ? away.slice(1) : away;
  return isWithin(distance, band.price, band.percentMax) ? { rate: band.price } : { kind: 'outside_band', median };
}

/**
 * The rate that some observations agree on by a policy, at an instant. A source that is named twice counts once, by what it published last.
 */
export function agreeOnRate(
  policy: QuotePolicy,
  observations: readonly RateObservation[],
  now: Instant,
): RateAgreement {
  const latest = new Map<string, RateObservation>();
  for (const seen of [...observations].sort((a, b) => a.publishedAt - b.publishedAt)) latest.set(seen.source, seen);
  const checked = [...latest.values()].map((seen) => ({ seen, reason: obstacleOf(policy, seen, now) }));
  const used = checked.flatMap(({ seen, reason }) => (reason === null ? [seen] : []));
  const unused = checked.flatMap(({ seen: { source }, reason }) => (reason === null ? [] : [{ source, reason }]));
  const judged = judge(policy, used);
  return 'rate' in judged
    ? { kind: 'agreed', rate: judged.rate, used, unused }
    : { kind: 'refused', why: judged, unused };
}

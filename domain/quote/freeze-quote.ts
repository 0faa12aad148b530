/**
 * A quote: what somebody pays in an asset for an amount of fiat money, frozen with all that led to it. It is never computed again; whoever pays
 * by then pays exactly this.
 */
import { type Asset, assetOf, moneyOfBaseUnits } from '../chain/asset';
import type { Units } from '../chain/units';
import { fail } from '../errors';
import type { Money } from '../money';
import { compareDecimals } from '../pricing/exact';
import type { Instant } from '../time';
import { agreeOnRate, type RateObservation, type RateRefusal, type UnusedSource } from './agree-on-rate';
import type { QuotePolicy } from './rate-policy';

export interface QuoteRequest {
  readonly id: string;
  /** What it is for, in fiat money. */
  readonly value: Money;
  /** CAIP-19: what it is paid in. */
  readonly asset: string;
}

/** JSON. */
export interface Quote {
  readonly id: string;
  readonly value: Money;
  /** What is to be paid, in major units of the asset. */
  readonly amount: Money;
  /** The same in base units: rounded up, so that it is never worth less than the value. */
  readonly units: Units;
  /** What one major unit of the asset is worth in the currency of the value, without the spread: the books use it. */
  readonly rate: string;
  readonly spreadBasisPoints: number;
  /** Who said what, and when it was published. */
  readonly sources: readonly RateObservation[];
  readonly policyVersion: string;
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
}

export type QuoteOutcome =
  | { readonly kind: 'quoted'; readonly quote: Quote }
  | { readonly kind: 'refused'; readonly why: RateRefusal; readonly unused: readonly UnusedSource[] };

const basisPoints = 10_000n;

/** Two exact decimals as whole numbers of one scale: their ratio is that of the decimals. */
function ratioOf(above: string, below: string): readonly [bigint, bigint] {
  const places = (text: string): number => text.split('.')[1]?.length ?? 0;
  const scale = Math.max(places(above), places(below));
  const whole = (text: string): bigint => BigInt(text.replace('.', '') + '0'.repeat(scale - places(text)));
  return [whole(above), whole(below)];
}

const inMajorUnit = ({ baseUnits, decimals }: Asset): bigint => baseUnits ?? 10n ** BigInt(decimals);

/** Base units worth a value at a rate with a spread: value / rate × (1 + spread), rounded up. */
export function unitsWorth(value: Money, asset: string, rate: string, spreadBasisPoints: number): Units {
  if (compareDecimals(rate, '0') <= 0) fail('invalid_amount', { amount: rate });
  const [above, below] = ratioOf(value.amount, rate);
  const numerator = above * inMajorUnit(assetOf(asset)) * (basisPoints + BigInt(spreadBasisPoints));
  const denominator = below * basisPoints;
  return String((numerator + denominator - 1n) / denominator);
}

/**
 * Quotes a value in an asset, or says why nothing can be quoted.
 * @throws PerennialError `invalid_currency` for an asset that nobody registered; `invalid_amount` for a value that is not above zero.
 */
export function freezeQuote(
  policy: QuotePolicy,
  { id, value, asset }: QuoteRequest,
  observations: readonly RateObservation[],
  now: Instant,
): QuoteOutcome {
  if (compareDecimals(value.amount, '0') <= 0) fail('invalid_amount', { amount: value.amount });
  const agreement = agreeOnRate(policy, observations, now);
  if (agreement.kind === 'refused') return agreement;
  const { rate, used: sources } = agreement;
  const { spreadBasisPoints, version: policyVersion, windowMs } = policy;
  const units = unitsWorth(value, asset, rate, spreadBasisPoints);
  const amount = moneyOfBaseUnits(BigInt(units), asset);
  const frozen = { id, value, amount, units, rate, spreadBasisPoints, sources, policyVersion };
  return { kind: 'quoted', quote: { ...frozen, issuedAt: now, expiresAt: now + windowMs } };
}

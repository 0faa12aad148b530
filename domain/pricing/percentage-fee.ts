/** What a percentage charges for transactions, and which of them are free. */
import { fail } from '../errors';
import { type Amounts, amountIn } from './amounts';
import { compareDecimals, factorOfPercent, isAbove, lesser, minus, plus, times } from './exact';
import type { TransactionBand } from './usage';

export interface FreeAllowance {
  /** So many transactions, the first of the period; null when a value is free. */
  readonly transactions: string | null;
  /** So much value, the first of the period, by currency; null when a number of transactions is free. */
  readonly value: Amounts | null;
}

/** The limits of a transaction's fee in one currency. */
export interface FeeRule {
  /** The percentage as a factor. */
  readonly factor: string;
  readonly fixed: string;
  readonly minimum: string | null;
  readonly maximum: string | null;
}

/** On which side of its limits a fee lies. */
export type FeeSide = 'minimum' | 'between' | 'maximum';

export interface FeeParameters {
  readonly percent: string;
  readonly fixed: Amounts;
  readonly minimum: Amounts | null;
  readonly maximum: Amounts | null;
  readonly free: FreeAllowance | null;
}

/** The rule for one currency. @throws PerennialError `currency_not_priced`. */
export function feeRule({ percent, fixed, minimum, maximum }: FeeParameters, currency: string): FeeRule {
  const amountOf = (list: Amounts | null): string | null => (list === null ? null : amountIn(list, currency));
  return {
    factor: factorOfPercent(percent),
    fixed: amountIn(fixed, currency),
    minimum: amountOf(minimum),
    maximum: amountOf(maximum),
  };
}

/** The side on which all values from `least` to `most` lie, or null when they lie on several. */
export function sideOf({ factor, fixed, minimum, maximum }: FeeRule, least: string, most: string): FeeSide | null {
  const [low, high] = [least, most].map((value) => plus(times(value, factor), fixed)) as [string, string];
  if (minimum !== null && compareDecimals(high, minimum) <= 0) return 'minimum';
  if (maximum !== null && compareDecimals(low, maximum) >= 0) return 'maximum';
  const isBelow = minimum !== null && isAbove(minimum, low);
  const isBeyond = maximum !== null && isAbove(high, maximum);
  return isBelow || isBeyond ? null : 'between';
}

export interface Allowed {
  /** The value that is free. */
  readonly free: string;
  /** What is left to charge. */
  readonly charged: readonly TransactionBand[];
}

const single = (value: string): TransactionBand => ({ count: '1', value, least: value, most: value });

/** What is free and what is charged of a band, as long as `left` of the allowance stands. */
type Share = (band: TransactionBand, left: string) => { readonly used: string; readonly allowed: Allowed };

const straddles = (): never => fail('usage_invalid', { reason: 'a band reaches over the end of the free allowance' });

const shareByCount: Share = ({ count, value, least, most }, left) => {
  const used = lesser(count, left);
  if (used === count) return { used, allowed: { free: value, charged: [] } };
  if (used === '0') return { used, allowed: { free: '0', charged: [{ count, value, least, most }] } };
  if (least !== most) return straddles();
  const rest = minus(count, used);
  return {
    used,
    allowed: { free: times(used, least), charged: [{ count: rest, value: times(rest, least), least, most }] },
  };
};

const shareByValue: Share = (band, left) => {
  const { count, value } = band;
  if (left === '0') return { used: '0', allowed: { free: '0', charged: [band] } };
  if (!isAbove(value, left)) return { used: value, allowed: { free: value, charged: [] } };
  if (count !== '1') return straddles();
  return { used: left, allowed: { free: left, charged: [single(minus(value, left))] } };
};

/**
 * Takes the free allowance off transactions in the order of time. A transaction that reaches over a free value is charged for the rest of
 * its value.
 * @throws PerennialError `usage_invalid` when a band of several reaches over the end of the allowance.
 */
export function applyAllowance(
  bands: readonly TransactionBand[],
  free: FreeAllowance | null,
  currency: string,
): Allowed {
  if (free === null) return { free: '0', charged: bands };
  const share = free.transactions === null ? shareByValue : shareByCount;
  let left = times(free.transactions ?? amountIn(free.value ?? {}, currency), '1');
  let freeValue = '0';
  const charged = bands.flatMap((band) => {
    const { used, allowed } = share(band, left);
    left = minus(left, used);
    freeValue = plus(freeValue, allowed.free);
    return allowed.charged;
  });
  return { free: freeValue, charged };
}

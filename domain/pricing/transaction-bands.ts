/**
 * Sums a stream of transactions up into the few bands that a percentage price needs: what a meter does in SQL, for values that are at
 * hand. Memory does not grow with their number.
 *
 * In SQL: number and sum up in the order of time (`row_number()`, `sum(value) over (order by occurred_at, id)`) to cut off what is free
 * and the one transaction that reaches over a free value, then group the rest by the side of the limits on which
 * `value * percent / 100 + fixed` lies.
 */
import { amountIn } from './amounts';
import { greater, isAbove, lesser, minus, plus } from './exact';
import { type FeeParameters, feeRule, sideOf } from './percentage-fee';
import type { TransactionBand, TransactionUsage } from './usage';

const grown = (band: TransactionBand | undefined, value: string): TransactionBand =>
  band === undefined
    ? { count: '1', value, least: value, most: value }
    : {
        count: plus(band.count, '1'),
        value: plus(band.value, value),
        least: lesser(band.least, value),
        most: greater(band.most, value),
      };

/** What is left of a free allowance: transactions or value. */
interface Left {
  readonly unit: 'transactions' | 'value';
  readonly amount: string;
}

function allowanceOf({ free }: FeeParameters, currency: string): Left {
  if (free === null) return { unit: 'transactions', amount: '0' };
  if (free.transactions !== null) return { unit: 'transactions', amount: free.transactions };
  return { unit: 'value', amount: amountIn(free.value ?? {}, currency) };
}

/** The name of the band that a value belongs to; the order of these names is the order of time. */
const order = ['free', 'crossing', 'minimum', 'between', 'maximum'] as const;
type BandName = (typeof order)[number];

/**
 * The usage of transactions whose values come in the order of time.
 * @throws PerennialError `currency_not_priced`, `invalid_amount`.
 */
export function bandTransactions(
  parameters: FeeParameters,
  currency: string,
  values: Iterable<string>,
): TransactionUsage {
  const rule = feeRule(parameters, currency);
  const bands = new Map<BandName, TransactionBand>();
  let left = allowanceOf(parameters, currency);
  const nameOf = (value: string): BandName => {
    if (!isAbove(left.amount, '0')) return sideOf(rule, value, value) ?? 'between';
    const size = left.unit === 'transactions' ? '1' : value;
    const isFree = !isAbove(size, left.amount);
    left = { ...left, amount: isFree ? minus(left.amount, size) : '0' };
    return isFree ? 'free' : 'crossing';
  };
  for (const value of values) {
    const name = nameOf(value);
    bands.set(name, grown(bands.get(name), value));
  }
  return { form: 'transactions', currency, bands: order.flatMap((name) => bands.get(name) ?? []) };
}

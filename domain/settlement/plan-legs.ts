/** Which payouts a collected amount leads to: by percentages, which conserve the total, or by amounts that do not exceed it. */
import type { FieldError } from '../errors';
import { allocate, compare, type Money, subtract, sum } from '../money';
import { compareDecimals, minus, total } from '../pricing/exact';

export interface WantedLeg {
  /** "80" of the collected amount; null: an amount is named. */
  readonly percent: string | null;
  /** In the asset of the payout; null: a percentage is named. */
  readonly amount: Money | null;
  /** What the amount is of the collected asset, where the payout is in another one. */
  readonly source: Money | null;
}

export interface PlannedLeg {
  readonly amount: Money;
  readonly source: Money;
}

const wrong = (path: string, message: string): FieldError => ({ path, message });

function byPercent(collected: Money, legs: readonly WantedLeg[]): readonly PlannedLeg[] | readonly FieldError[] {
  const percents = legs.map(({ percent }) => percent ?? '0');
  const named = total(percents);
  if (compareDecimals(named, '100') > 0) return [wrong('legs', `must be at most 100 percent together, not ${named}`)];
  const parts = allocate(collected, [...percents, minus('100', named)]);
  return legs.flatMap((_leg, index) => {
    const amount = parts[index];
    return amount === undefined ? [] : [{ amount, source: amount }];
  });
}

function byAmount(collected: Money, legs: readonly WantedLeg[]): readonly PlannedLeg[] | readonly FieldError[] {
  const planned: PlannedLeg[] = [];
  const errors: FieldError[] = [];
  legs.forEach(({ amount, source }, index) => {
    if (amount === null) return;
    const of = source ?? (amount.currency === collected.currency ? amount : null);
    if (of === null || of.currency !== collected.currency)
      errors.push(wrong(`legs.${index}.source_amount`, 'must say what it is of the collected asset'));
    else planned.push({ amount, source: of });
  });
  if (errors.length > 0) return errors;
  const paid = sum(
    planned.map(({ source }) => source),
    collected.currency,
  );
  if (compare(paid, collected) <= 0) return planned;
  return [wrong('legs', `must not be above the amount together: ${subtract(paid, collected).amount} too much`)];
}

/** The payouts, each with what it is of the collected asset; or what is wrong by field. Amounts come out in the order of the legs. */
export function planLegs(
  collected: Money,
  legs: readonly WantedLeg[],
): { readonly legs: readonly PlannedLeg[] } | { readonly errors: readonly FieldError[] } {
  const isByPercent = legs.every(({ percent }) => percent !== null);
  if (!isByPercent && legs.some(({ percent }) => percent !== null))
    return { errors: [wrong('legs', 'must all name a percentage, or all an amount')] };
  const made = isByPercent ? byPercent(collected, legs) : byAmount(collected, legs);
  const errors = made.filter((one): one is FieldError => 'path' in one);
  return errors.length > 0 ? { errors } : { legs: made.filter((one): one is PlannedLeg => 'source' in one) };
}

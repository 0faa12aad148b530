/**
 * Tiers: tier i covers the quantities `(from, up_to]`, its upper bound included; the first begins at 0 and holds it, the last has no bound.
 */
import type { FieldError } from '../errors';
import { type Amounts, amountIn } from './amounts';
import { excess, isAbove, lesser } from './exact';
import { feeSteps, type PriceStep } from './explanation';
import { amounts, currencyErrors, type Field, listOf, nullable, objectOf, positive, where } from './fields';

export interface Tier {
  /** The greatest quantity of the tier; null for the last. */
  readonly up_to: string | null;
  /** Price of one unit (of a step: of the whole), by currency. */
  readonly amounts: Amounts;
  /** Charged once as soon as the tier is entered, by currency; null for nothing. */
  readonly fees: Amounts | null;
}

/** Price lists with more tiers are made by mistake, and nobody reads them on an invoice. */
export const tiersMax = 100;

/** Errors of bounds that do not rise or do not end in an unbounded tier. */
export function boundErrors(bounds: readonly (string | null)[], pathOf: (index: number) => string): FieldError[] {
  return bounds.flatMap((bound, index) => {
    const path = pathOf(index);
    const before = bounds[index - 1] ?? '0';
    const isLast = index === bounds.length - 1;
    if (isLast) return bound === null ? [] : [{ path, message: 'must be null: the last tier has no bound' }];
    if (bound === null) return [{ path, message: 'must be a bound: only the last tier has none' }];
    return isAbove(bound, before) ? [] : [{ path, message: `must be above ${before}, where the tier begins` }];
  });
}

function tierErrors(tiers: readonly Tier[], path: string): FieldError[] {
  return [
    ...boundErrors(
      tiers.map(({ up_to }) => up_to),
      (index) => `${path}.${index}.up_to`,
    ),
    ...currencyErrors(
      tiers.flatMap((tier, index) => [
        [`${path}.${index}.amounts`, tier.amounts] as const,
        [`${path}.${index}.fees`, tier.fees] as const,
      ]),
    ),
  ];
}

/** Reads tiers: bounds rise, the last has none, all cover the same currencies. */
export const tiers: Field<readonly Tier[]> = where(
  listOf(objectOf<Tier>({ up_to: nullable(positive), amounts, fees: nullable(amounts) }), tiersMax),
  tierErrors,
);

/** The currencies of tiers, which all have the same. */
export const currenciesOfTiers = ([first]: readonly Tier[]): string[] => Object.keys(first?.amounts ?? {});

/** A stretch of quantity in terms of a tier. */
export interface Stretch<Bounded> {
  readonly tier: Bounded;
  readonly from: string;
  readonly upTo: string | null;
  /** How much of `(low, high]` lies in the tier. */
  readonly units: string;
  /** The first tier, or one that reaches beyond its lower bound between low and high. */
  readonly entered: boolean;
  readonly isFirst: boolean;
}

/** Walks the quantities `(low, high]` through tiers; tiers that lie wholly outside have no units. */
export function walk<Bounded>(
  list: readonly Bounded[],
  upToOf: (tier: Bounded) => string | null,
  low: string,
  high: string,
): Stretch<Bounded>[] {
  return list.map((tier, index) => {
    const previous = list[index - 1];
    const from = previous === undefined ? '0' : (upToOf(previous) ?? '0');
    const upTo = upToOf(tier);
    const below = (quantity: string): string => excess(upTo === null ? quantity : lesser(quantity, upTo), from);
    const entered = isAbove(high, from) && !isAbove(low, from);
    return { tier, from, upTo, units: excess(below(high), below(low)), entered, isFirst: index === 0 };
  });
}

/** The stretch that holds a quantity; the first one holds 0. */
export function stretchOf<Bounded>(stretches: readonly Stretch<Bounded>[], quantity: string): Stretch<Bounded> {
  const holds = ({ upTo }: Stretch<Bounded>): boolean => upTo === null || !isAbove(quantity, upTo);
  return stretches.find(holds) as Stretch<Bounded>;
}

/** "0 to 1000", "above 5000", and nothing for the only tier. */
export function labelOf({ from, upTo }: Pick<Stretch<unknown>, 'from' | 'upTo'>): string {
  if (upTo !== null) return `${from} to ${upTo}`;
  return from === '0' ? '' : `above ${from}`;
}

/** The bounds of a stretch, as a step shows them. */
export const tierOf = ({ from, upTo }: Stretch<unknown>): { tier: { from: string; upTo: string | null } } => ({
  tier: { from, upTo },
});

/** The fee of a tier as none or one step. */
export function tierFee(stretch: Stretch<Tier>, currency: string): PriceStep[] {
  const { fees } = stretch.tier;
  if (fees === null) return [];
  const label = labelOf(stretch);
  return feeSteps('fee', amountIn(fees, currency), label === '' ? 'fee' : `fee, ${label}`);
}

/** The units of a stretch at its tier's unit price. */
export function tierUnits(stretch: Stretch<Tier>, units: string, currency: string): PriceStep {
  const unitAmount = amountIn(stretch.tier.amounts, currency);
  return { what: 'units', units, quantity: units, unitAmount, ...tierOf(stretch), label: labelOf(stretch) };
}

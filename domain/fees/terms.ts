/**
 * The terms of a fee schedule: what a transaction costs, by its value, the volume before it and how it is carried out; and who gets the fee.
 * The data of a version as the API takes and stores it, so names are written as in the API.
 */
import type { FieldError } from '../errors';
import type { Rounding } from '../money';
import { type Amounts } from '../pricing/amounts';
import { compareDecimals, isAbove, total } from '../pricing/exact';
import {
  amounts,
  checked,
  currencyErrors,
  decimal,
  listOf,
  nullable,
  objectOf,
  oneOf,
  orderErrors,
  parameters,
  positive,
  where,
  withDefault,
} from '../pricing/fields';

/** From this volume of the month on (inclusive), by currency, this percentage holds. */
export interface VolumeStep {
  readonly from: Amounts;
  readonly percent: string;
}

/** What one kind of transaction costs: percent × value + fixed, not below the minimum nor above the maximum. */
export interface FeeRate {
  /** Which kind, such as `maker`. */
  readonly key: string;
  /** "0.25" for 0.25 %. */
  readonly percent: string;
  /** Other percentages from a volume on; null: always the same one. */
  readonly volume_percents: readonly VolumeStep[] | null;
  readonly fixed: Amounts | null;
  readonly minimum: Amounts | null;
  readonly maximum: Amounts | null;
}

/** A way of carrying the transaction out that multiplies its fee, such as `express` × 3. */
export interface FeeMultiplier {
  readonly key: string;
  readonly factor: string;
}

/** A cost that is passed on with a markup, such as gas: cost × (100 + percent) % + fixed. */
export interface CostMarkup {
  readonly key: string;
  readonly percent: string;
  readonly fixed: Amounts | null;
}

/** A part of the fee that a party gets. */
export interface FeeShare {
  readonly party: string;
  readonly percent: string;
}

export interface FeeTerms {
  readonly rates: readonly FeeRate[];
  /** Off the fee after its minimum and maximum, from a volume of the month on; null: none. */
  readonly volume_discounts: readonly VolumeStep[] | null;
  readonly multipliers: readonly FeeMultiplier[] | null;
  readonly cost_markups: readonly CostMarkup[] | null;
  readonly rounding: Exclude<Rounding, 'exact' | 'ceiling' | 'floor'>;
  /** `on_top`: the payer pays it beside the value. `withheld`: it is kept of the value, and never above it. */
  readonly collection: 'on_top' | 'withheld';
  /** Who gets what is left of the value when the fee is withheld; null when it is on top. */
  readonly remainder_to: string | null;
  /** Who gets the fee, 100 % together; null: all is the tenant's own. */
  readonly shares: readonly FeeShare[] | null;
  /**
   * A fee below this is not collected by itself, since the network's own fee would eat it: it is added up with others of its payer until
   * they reach it. Null: each is collected at once. Versions from before it was known do not have it.
   */
  readonly accrue_below?: Amounts | null;
}

/** More entries than a person can check by eye. */
const entriesMax = 50;
const word = checked(
  (value): value is string => typeof value === 'string' && /^[a-z][a-z0-9_-]{0,39}$/.test(value),
  'must be 1 to 40 lower-case letters, digits, _ or -',
);

const upToHundred = where(decimal, (value, path) =>
  compareDecimals(value, '100') > 0 ? [{ path, message: 'must not be above 100' }] : [],
);

/** Each step begins above the one before it, in every currency. */
function risingErrors(steps: readonly VolumeStep[], path: string): FieldError[] {
  return steps.flatMap(({ from }, index) => {
    const before = steps[index - 1]?.from ?? {};
    return Object.entries(from)
      .filter(([currency, amount]) => before[currency] !== undefined && !isAbove(amount, before[currency]))
      .map(([currency]) => ({
        path: `${path}.${index}.from.${currency}`,
        message: 'must be above the one before it',
      }));
  });
}

const volumeSteps = nullable(
  where(listOf(objectOf<VolumeStep>({ from: amounts, percent: upToHundred }), entriesMax), risingErrors),
);

const twice = (list: readonly string[], path: string, name: string): FieldError[] =>
  list.flatMap((key, index) =>
    list.indexOf(key) < index ? [{ path: `${path}.${index}.${name}`, message: 'must not name the same twice' }] : [],
  );

const rate = where(
  objectOf<FeeRate>({
    key: withDefault(word, 'standard'),
    percent: upToHundred,
    volume_percents: volumeSteps,
    fixed: nullable(amounts),
    minimum: nullable(amounts),
    maximum: nullable(amounts),
  }),
  ({ minimum, maximum }, path) => orderErrors(minimum, maximum, `${path}.maximum`),
);

const shares = where(listOf(objectOf<FeeShare>({ party: word, percent: upToHundred }), entriesMax), (list, path) => {
  const sum = total(list.map(({ percent }) => percent));
  const errors = twice(
    list.map(({ party }) => party),
    path,
    'party',
  );
  return sum === '100' ? errors : [...errors, { path, message: `must be 100 percent together, not ${sum}` }];
});

/** All amounts of some terms with their paths. */
function amountsIn(terms: FeeTerms): (readonly [string, Amounts | null])[] {
  const stepsOf = (steps: readonly VolumeStep[] | null, path: string) =>
    (steps ?? []).map(({ from }, index): readonly [string, Amounts] => [`${path}.${index}.from`, from]);
  return [
    ...terms.rates.flatMap((it, index): (readonly [string, Amounts | null])[] => [
      [`rates.${index}.fixed`, it.fixed],
      [`rates.${index}.minimum`, it.minimum],
      [`rates.${index}.maximum`, it.maximum],
      ...stepsOf(it.volume_percents, `rates.${index}.volume_percents`),
    ]),
    ['accrue_below', terms.accrue_below ?? null],
    ...stepsOf(terms.volume_discounts, 'volume_discounts'),
    ...(terms.cost_markups ?? []).map((it, index): readonly [string, Amounts | null] => [
      `cost_markups.${index}.fixed`,
      it.fixed,
    ]),
  ];
}

/** A fee that is kept of the value leaves something, and somebody gets it; one on top leaves nothing. */
function remainderErrors({ collection, remainder_to: party }: FeeTerms): FieldError[] {
  if ((collection === 'withheld') === (party !== null)) return [];
  const message = party === null ? 'is required when the fee is withheld' : 'must be left out when the fee is on top';
  return [{ path: 'remainder_to', message }];
}

/** What is kept of the value is collected by keeping it. */
const accrualErrors = ({ collection, accrue_below: least }: FeeTerms): FieldError[] =>
  collection === 'withheld' && least != null
    ? [{ path: 'accrue_below', message: 'must be left out when the fee is withheld' }]
    : [];

const keysOf = (list: readonly { readonly key: string }[] | null): string[] => (list ?? []).map(({ key }) => key);

const termsErrors = (terms: FeeTerms): FieldError[] => [
  ...twice(keysOf(terms.rates), 'rates', 'key'),
  ...twice(keysOf(terms.multipliers), 'multipliers', 'key'),
  ...twice(keysOf(terms.cost_markups), 'cost_markups', 'key'),
  ...remainderErrors(terms),
  ...accrualErrors(terms),
  ...currencyErrors(amountsIn(terms)),
];

/** Terms from outside, defaults filled in, or what is wrong by field. */
export const parseFeeTerms = parameters(
  where(
    objectOf<FeeTerms>({
      rates: listOf(rate, entriesMax),
      volume_discounts: volumeSteps,
      multipliers: nullable(listOf(objectOf<FeeMultiplier>({ key: word, factor: positive }), entriesMax)),
      cost_markups: nullable(
        listOf(objectOf<CostMarkup>({ key: word, percent: decimal, fixed: nullable(amounts) }), entriesMax),
      ),
      rounding: withDefault(oneOf('half_up', 'half_even', 'up', 'down'), 'half_up'),
      collection: withDefault(oneOf('on_top', 'withheld'), 'on_top'),
      remainder_to: nullable(word),
      shares: nullable(shares),
      accrue_below: nullable(amounts),
    }),
    termsErrors,
  ),
);

/** The currencies that a fee can be quoted in; null: any, since no amount of the terms names one. */
export function currenciesOfTerms(terms: FeeTerms): string[] | null {
  const [first] = amountsIn(terms).flatMap(([, list]) => (list === null ? [] : [list]));
  return first === undefined ? null : Object.keys(first).sort();
}

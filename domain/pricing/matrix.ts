/** Matrix: the quantity of each combination of dimension values at the price of its cell; others at a default price, or refused. */
import { type FieldError, fail } from '../errors';
import { type Amounts, amountIn, isRecord } from './amounts';
import { plus, total } from './exact';
import { priced, type PriceStep, unitStep } from './explanation';
import { amounts, currencyErrors, type Field, listOf, name, nullable, objectOf, parameters, where } from './fields';
import type { PricingModel } from './model';
import { groupsOf, type UsageGroup } from './usage';

export interface MatrixCell {
  /** The value of each dimension. */
  readonly when: Readonly<Record<string, string>>;
  /** Price of one unit, by currency. */
  readonly amounts: Amounts;
}

export interface MatrixParameters {
  readonly dimensions: readonly string[];
  readonly cells: readonly MatrixCell[];
  /** Price of one unit of a combination that has no cell; null: such usage is refused. */
  readonly default: Amounts | null;
}

/** More dimensions make a price list that nobody can check. */
const dimensionsMax = 5;
/** Enough for 200 countries × 5 sizes, and still one readable document. */
const cellsMax = 1000;
/** A line with more combinations than these is not read by anybody. */
const defaultsInExplanationMax = 100;

const when: Field<Readonly<Record<string, string>>> = (value, path) => {
  if (!isRecord(value)) return { errors: [{ path, message: 'must be an object of values by dimension' }] };
  const errors = Object.entries(value).flatMap(([dimension, part]) => {
    const read = name(part, `${path}.${dimension}`);
    return 'errors' in read ? read.errors : [];
  });
  return errors.length > 0 ? { errors } : { value: value as Record<string, string> };
};

/** One text for a combination of values; a dimension that is missing is no value at all. */
const keyOf = (dimensions: readonly string[], values: Readonly<Record<string, string>>): string =>
  JSON.stringify(dimensions.map((dimension) => (Object.hasOwn(values, dimension) ? values[dimension] : null)));

function whenErrors(dimensions: readonly string[], cell: MatrixCell, path: string): FieldError[] {
  const missing = dimensions.filter((dimension) => !Object.hasOwn(cell.when, dimension));
  const unknown = Object.keys(cell.when).filter((dimension) => !dimensions.includes(dimension));
  return [
    ...missing.map((dimension) => ({ path: `${path}.when.${dimension}`, message: 'must have a value' })),
    ...unknown.map((dimension) => ({ path: `${path}.when.${dimension}`, message: 'is not one of the dimensions' })),
  ];
}

function matrixErrors({ dimensions, cells, default: fallback }: MatrixParameters): FieldError[] {
  if (new Set(dimensions).size < dimensions.length)
    return [{ path: 'dimensions', message: 'must name each dimension once' }];
  const firsts = new Map<string, number>();
  cells.forEach((cell, index) => {
    const key = keyOf(dimensions, cell.when);
    firsts.set(key, firsts.get(key) ?? index);
  });
  return [
    ...cells.flatMap((cell, index) => whenErrors(dimensions, cell, `cells.${index}`)),
    ...cells.flatMap((cell, index) =>
      firsts.get(keyOf(dimensions, cell.when)) === index
        ? []
        : [{ path: `cells.${index}.when`, message: 'has a cell already' }],
    ),
    ...currencyErrors([
      ...cells.map((cell, index) => [`cells.${index}.amounts`, cell.amounts] as const),
      ['default', fallback],
    ]),
  ];
}

const field = where(
  objectOf<MatrixParameters>({
    dimensions: listOf(name, dimensionsMax),
    cells: listOf(objectOf<MatrixCell>({ when, amounts }), cellsMax),
    default: nullable(amounts),
  }),
  matrixErrors,
);

/** A value on an invoice is cut where nobody reads on; events may carry anything. */
const valueLengthMax = 60;

/** "region eu, size large". */
const textOf = (dimensions: readonly string[], values: Readonly<Record<string, string>>): string =>
  dimensions
    .map((dimension) => {
      const value = Object.hasOwn(values, dimension) ? String(values[dimension]) : 'unknown';
      return `${dimension} ${value.slice(0, valueLengthMax)}`;
    })
    .join(', ');

interface Combination {
  readonly text: string;
  readonly quantity: string;
}

/** The quantity of each combination of values that was used. */
function combinationsOf(groups: readonly UsageGroup[], dimensions: readonly string[]): Map<string, Combination> {
  const used = new Map<string, Combination>();
  for (const { dimensions: values, quantity } of groups) {
    const key = keyOf(dimensions, values);
    used.set(key, { text: textOf(dimensions, values), quantity: plus(used.get(key)?.quantity ?? '0', quantity) });
  }
  return used;
}

/** What has no cell, each combination by itself and those that nobody would read in one step. */
function defaultSteps(others: readonly Combination[], it: MatrixParameters, currency: string): PriceStep[] {
  const [first] = others;
  if (first === undefined) return [];
  if (it.default === null) return fail('usage_not_priced', { what: first.text });
  const unitAmount = amountIn(it.default, currency);
  const rest = others.slice(defaultsInExplanationMax).map(({ quantity }) => quantity);
  return [
    ...others
      .slice(0, defaultsInExplanationMax)
      .map(({ text, quantity }) => unitStep(quantity, unitAmount, `${text}: default`)),
    ...(rest.length === 0 ? [] : [unitStep(total(rest), unitAmount, `${rest.length} other combinations: default`)]),
  ];
}

export const matrix: PricingModel<MatrixParameters> = {
  kind: 'matrix',
  capabilities: {
    usage: 'groups',
    before: 'none',
    usesQuantity: true,
    monotone: true,
    zeroAtZero: true,
    wholeQuantities: false,
  },
  samples: [
    {
      dimensions: ['region', 'size'],
      cells: [
        { when: { region: 'eu', size: 'small' }, amounts: { USD: '0.10', EUR: '0.09' } },
        { when: { region: 'eu', size: 'large' }, amounts: { USD: '0.25', EUR: '0.22' } },
        { when: { region: 'us', size: 'small' }, amounts: { USD: '0.08', EUR: '0.07' } },
      ],
      default: { USD: '0.5', EUR: '0.45' },
    },
    { dimensions: ['model'], cells: [{ when: { model: 'base' }, amounts: { KWD: '0.0000125' } }], default: null },
  ],
  parse: parameters(field),
  currencies: (it) => Object.keys(it.cells[0]?.amounts ?? {}),

  price(it, usage, currency) {
    const used = combinationsOf(groupsOf(usage), it.dimensions);
    const cells = it.cells.flatMap((cell) => {
      const unitAmount = amountIn(cell.amounts, currency);
      const key = keyOf(it.dimensions, cell.when);
      const found = used.get(key);
      used.delete(key);
      return found === undefined ? [] : [unitStep(found.quantity, unitAmount, found.text)];
    });
    const steps = [...cells, ...defaultSteps([...used.values()], it, currency)];
    return priced({ model: 'matrix', currency, quantity: total(steps.map(({ units }) => units)), steps });
  },
};

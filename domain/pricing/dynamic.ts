/** Dynamic: each event carries its price: the sum of price × quantity. */
import { isCurrency } from '../money';
import { type FieldError, fail } from '../errors';
import { total } from './exact';
import { amountOfStep, priced, type PriceStep, unitStep } from './explanation';
import { type Field, listOf, objectOf, parameters, where } from './fields';
import type { PricingModel } from './model';
import { pricedRowsOf, type PricedRow } from './usage';

export interface DynamicParameters {
  /** The currencies in which events may carry their price. */
  readonly currencies: readonly string[];
}

/** A line with more prices is not read by anybody: the others stand in one sum. */
const pricesInExplanationMax = 100;
/** There are fewer than 200 currencies in the world. */
const currenciesMax = 200;

const currency: Field<string> = (value, path) =>
  isCurrency(value) ? { value } : { errors: [{ path, message: 'is not a known currency' }] };

const repeated = (list: readonly string[], path: string): FieldError[] =>
  new Set(list).size === list.length ? [] : [{ path, message: 'must name each currency once' }];

const stepOf = ({ quantity, unitAmount }: PricedRow): PriceStep => unitStep(quantity, unitAmount);

/** The prices beyond the shown ones, together. */
function restSteps(steps: readonly PriceStep[]): PriceStep[] {
  if (steps.length === 0) return [];
  const units = total(steps.map((step) => step.units));
  const unitAmount = total(steps.map(amountOfStep));
  return [{ what: 'units', units, quantity: '1', unitAmount, label: `sum at ${steps.length} lower prices` }];
}

export const dynamic: PricingModel<DynamicParameters> = {
  kind: 'dynamic',
  capabilities: {
    usage: 'prices',
    before: 'none',
    usesQuantity: true,
    monotone: true,
    zeroAtZero: true,
    wholeQuantities: false,
  },
  samples: [{ currencies: ['USD', 'KES'] }, { currencies: ['KWD'] }],
  parse: parameters(objectOf<DynamicParameters>({ currencies: where(listOf(currency, currenciesMax), repeated) })),
  currencies: (it) => it.currencies,

  price(it, usage, currency) {
    if (!it.currencies.includes(currency)) fail('currency_not_priced', { currency });
    const all = pricedRowsOf(usage, currency).map(stepOf);
    const steps = [...all.slice(0, pricesInExplanationMax), ...restSteps(all.slice(pricesInExplanationMax))];
    return priced({ model: 'dynamic', currency, quantity: total(all.map(({ units }) => units)), steps });
  },
};

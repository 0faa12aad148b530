/** Per unit: max(0, quantity − included) × unit amount; parts of a unit are sold. */
import { type Amounts, amountIn } from './amounts';
import { excess, lesser } from './exact';
import { includedSteps, priced, unitStep } from './explanation';
import { amounts, decimal, objectOf, parameters, withDefault } from './fields';
import type { PricingModel } from './model';
import { quantityOf } from './usage';

export interface PerUnitParameters {
  /** Price of one unit, by currency; may be finer than the currency. */
  readonly amounts: Amounts;
  /** Units that cost nothing; "0" unless given. */
  readonly included: string;
}

export const perUnit: PricingModel<PerUnitParameters> = {
  kind: 'per_unit',
  capabilities: {
    usage: 'quantity',
    before: 'none',
    usesQuantity: true,
    monotone: true,
    zeroAtZero: true,
    wholeQuantities: false,
  },
  samples: [
    { amounts: { USD: '0.0004', JPY: '3' }, included: '0' },
    { amounts: { USD: '1.25', KWD: '0.0005' }, included: '100.5' },
  ],
  parse: parameters(objectOf<PerUnitParameters>({ amounts, included: withDefault(decimal, '0') })),
  currencies: (it) => Object.keys(it.amounts),

  price({ amounts: prices, included }, usage, currency) {
    const quantity = quantityOf(usage);
    const free = lesser(quantity, included);
    const label = free === '0' ? '' : `${free} of ${quantity} included`;
    const steps = [...includedSteps(free), unitStep(excess(quantity, included), amountIn(prices, currency), label)];
    return priced({ model: 'per_unit', currency, quantity, steps });
  },
};

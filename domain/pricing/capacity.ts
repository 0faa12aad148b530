/** Capacity with overage: a base fee for a capacity, and max(0, quantity − capacity) × overage. */
import { type Amounts, amountIn } from './amounts';
import { excess, lesser } from './exact';
import { priced, type PriceStep, unitStep } from './explanation';
import { amounts, currencyErrors, decimal, objectOf, parameters, where } from './fields';
import type { PricingModel } from './model';
import { quantityOf } from './usage';

export interface CapacityParameters {
  /** Price of the whole capacity, used or not, by currency. */
  readonly amounts: Amounts;
  /** Units that the base fee covers. */
  readonly capacity: string;
  /** Price of one unit above, by currency. */
  readonly overage: Amounts;
}

const field = where(objectOf<CapacityParameters>({ amounts, capacity: decimal, overage: amounts }), (it) =>
  currencyErrors([
    ['amounts', it.amounts],
    ['overage', it.overage],
  ]),
);

export const capacity: PricingModel<CapacityParameters> = {
  kind: 'capacity',
  capabilities: {
    usage: 'quantity',
    before: 'none',
    usesQuantity: true,
    monotone: true,
    zeroAtZero: false,
    wholeQuantities: false,
  },
  samples: [
    { amounts: { USD: '500', EUR: '450' }, capacity: '1000', overage: { USD: '0.75', EUR: '0.7' } },
    { amounts: { KWD: '1.5' }, capacity: '0.5', overage: { KWD: '0.0125' } },
  ],
  parse: parameters(field),
  currencies: (it) => Object.keys(it.amounts),

  price(it, usage, currency) {
    const quantity = quantityOf(usage);
    const base: PriceStep = {
      what: 'fee',
      units: lesser(quantity, it.capacity),
      quantity: '1',
      unitAmount: amountIn(it.amounts, currency),
      label: `capacity of ${it.capacity}`,
    };
    const above = unitStep(excess(quantity, it.capacity), amountIn(it.overage, currency), `above ${it.capacity}`);
    return priced({ model: 'capacity', currency, quantity, steps: [base, above] });
  },
};

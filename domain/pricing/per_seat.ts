/** Per seat: max(0, quantity − included) × unit amount. Seats are whole. */
import { type Amounts, amountIn } from './amounts';
import { excess, lesser } from './exact';
import { includedSteps, priced, unitStep } from './explanation';
import { amounts, objectOf, parameters, whole, withDefault } from './fields';
import type { PricingModel } from './model';
import { wholeQuantityOf } from './usage';

export interface PerSeatParameters {
  /** Price of one seat for one period, by currency; may be finer than the currency. */
  readonly amounts: Amounts;
  /** Seats that cost nothing; a whole number, "0" unless given. */
  readonly included: string;
}

export const perSeat: PricingModel<PerSeatParameters> = {
  kind: 'per_seat',
  capabilities: {
    usage: 'quantity',
    before: 'none',
    usesQuantity: true,
    monotone: true,
    zeroAtZero: true,
    wholeQuantities: true,
  },
  samples: [
    { amounts: { USD: '12.00', JPY: '1500' }, included: '0' },
    { amounts: { USD: '0.012', KWD: '1.5' }, included: '3' },
  ],
  parse: parameters(objectOf<PerSeatParameters>({ amounts, included: withDefault(whole, '0') })),
  currencies: (it) => Object.keys(it.amounts),

  price({ amounts: prices, included }, usage, currency) {
    const quantity = wholeQuantityOf(usage);
    const label = included === '0' ? '' : `${included} of ${quantity} included`;
    const steps = [
      ...includedSteps(lesser(quantity, included)),
      unitStep(excess(quantity, included), amountIn(prices, currency), label),
    ];
    return priced({ model: 'per_seat', currency, quantity, steps });
  },
};

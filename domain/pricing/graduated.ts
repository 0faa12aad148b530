/** Graduated: each unit at the price of its own tier, and the fee of each tier that is entered. */
import { type PriceStep, priced } from './explanation';
import { flag, objectOf, parameters, withDefault } from './fields';
import type { PricingModel } from './model';
import { currenciesOfTiers, type Stretch, type Tier, tierFee, tiers, tierUnits, walk } from './tiers';
import { quantityOf } from './usage';

export interface GraduatedParameters {
  readonly tiers: readonly Tier[];
  /** True: a quantity of zero does not enter the first tier, so its fee is not charged. */
  readonly skip_zero_usage: boolean;
}

/** The steps of the stretches that hold units, and of the first even when it is empty. */
function stepsOf(stretches: readonly Stretch<Tier>[], currency: string, skipFirst: boolean): PriceStep[] {
  return stretches
    .filter(({ isFirst, entered }) => isFirst || entered)
    .flatMap((stretch) => [
      tierUnits(stretch, stretch.units, currency),
      ...(skipFirst && stretch.isFirst ? [] : tierFee(stretch, currency)),
    ]);
}

export const graduated: PricingModel<GraduatedParameters> = {
  kind: 'graduated',
  capabilities: {
    usage: 'quantity',
    before: 'none',
    usesQuantity: true,
    monotone: true,
    zeroAtZero: false,
    wholeQuantities: false,
  },
  samples: [
    {
      tiers: [
        { up_to: '1000', amounts: { USD: '0.012', JPY: '2' }, fees: { USD: '3', JPY: '500' } },
        { up_to: '5000', amounts: { USD: '0.009', JPY: '1' }, fees: null },
        { up_to: null, amounts: { USD: '0.005', JPY: '0' }, fees: { USD: '10', JPY: '0' } },
      ],
      skip_zero_usage: false,
    },
    {
      tiers: [
        { up_to: '0.5', amounts: { KWD: '0' }, fees: { KWD: '1.125' } },
        { up_to: null, amounts: { KWD: '0.0015' }, fees: null },
      ],
      skip_zero_usage: true,
    },
    { tiers: [{ up_to: null, amounts: { EUR: '2.50' }, fees: null }], skip_zero_usage: false },
  ],
  parse: parameters(objectOf<GraduatedParameters>({ tiers, skip_zero_usage: withDefault(flag, false) })),
  currencies: (it) => currenciesOfTiers(it.tiers),

  price(it, usage, currency) {
    const quantity = quantityOf(usage);
    const stretches = walk(it.tiers, ({ up_to }) => up_to, '0', quantity);
    const skipsFee = it.skip_zero_usage && stretches.every(({ entered }) => !entered);
    return priced({ model: 'graduated', currency, quantity, steps: stepsOf(stretches, currency, skipsFee) });
  },
};

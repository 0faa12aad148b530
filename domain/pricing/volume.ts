/** Volume: all units at the price of the tier that holds the quantity, and that tier's fee. The total may fall at a bound. */
import { priced } from './explanation';
import { flag, objectOf, parameters, withDefault } from './fields';
import type { PricingModel } from './model';
import { currenciesOfTiers, stretchOf, type Tier, tierFee, tiers, tierUnits, walk } from './tiers';
import { quantityOf } from './usage';

export interface VolumeParameters {
  readonly tiers: readonly Tier[];
  /** True: a quantity of zero is in no tier, so the fee of the first is not charged. */
  readonly skip_zero_usage: boolean;
}

export const volume: PricingModel<VolumeParameters> = {
  kind: 'volume',
  capabilities: {
    usage: 'quantity',
    before: 'none',
    usesQuantity: true,
    monotone: false,
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
        { up_to: '99.5', amounts: { KWD: '0.125' }, fees: { KWD: '1' } },
        { up_to: null, amounts: { KWD: '0.1' }, fees: null },
      ],
      skip_zero_usage: true,
    },
  ],
  parse: parameters(objectOf<VolumeParameters>({ tiers, skip_zero_usage: withDefault(flag, false) })),
  currencies: (it) => currenciesOfTiers(it.tiers),

  price(it, usage, currency) {
    const quantity = quantityOf(usage);
    const stretches = walk(it.tiers, ({ up_to }) => up_to, '0', quantity);
    const stretch = stretchOf(stretches, quantity);
    const isUnused = stretches.every(({ entered }) => !entered);
    const fee = it.skip_zero_usage && isUnused ? [] : tierFee(stretch, currency);
    return priced({
      model: 'volume',
      currency,
      quantity,
      steps: [tierUnits(stretch, quantity, currency), ...fee],
    });
  },
};

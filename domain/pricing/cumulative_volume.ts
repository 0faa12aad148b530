/**
 * Cumulative volume: tiers that are counted over the whole contract: T(before + quantity) − T(before), T being graduated. So the periods
 * of a contract add up to the graduated price of all that was used in it.
 */
import type { FieldError } from '../errors';
import { plus } from './exact';
import { priced } from './explanation';
import { objectOf, parameters, where } from './fields';
import type { PricingModel } from './model';
import { currenciesOfTiers, type Tier, tierFee, tiers, tierUnits, walk } from './tiers';
import { runningQuantityOf } from './usage';

export interface CumulativeVolumeParameters {
  readonly tiers: readonly Tier[];
}

/** T(0) holds a fee of the first tier, so T(before + quantity) − T(before) never would. */
const firstFeeErrors = ([first]: readonly Tier[], path: string): FieldError[] =>
  first?.fees === null
    ? []
    : [{ path: `${path}.0.fees`, message: 'must be null: the first tier is entered before anything is used' }];

export const cumulativeVolume: PricingModel<CumulativeVolumeParameters> = {
  kind: 'cumulative_volume',
  capabilities: {
    usage: 'quantity',
    before: 'contract',
    usesQuantity: true,
    monotone: true,
    zeroAtZero: true,
    wholeQuantities: false,
  },
  samples: [
    {
      tiers: [
        { up_to: '1000', amounts: { USD: '0.012', JPY: '2' }, fees: null },
        { up_to: '5000', amounts: { USD: '0.009', JPY: '1' }, fees: { USD: '5', JPY: '700' } },
        { up_to: null, amounts: { USD: '0.005', JPY: '0' }, fees: null },
      ],
    },
    { tiers: [{ up_to: null, amounts: { KWD: '0.0015' }, fees: null }] },
  ],
  parse: parameters(objectOf<CumulativeVolumeParameters>({ tiers: where(tiers, firstFeeErrors) })),
  currencies: (it) => currenciesOfTiers(it.tiers),

  price(it, usage, currency) {
    const { quantity, before } = runningQuantityOf(usage);
    const stretches = walk(it.tiers, ({ up_to }) => up_to, before, plus(before, quantity));
    const used = stretches.filter(({ units }) => units !== '0');
    const steps = (used.length === 0 ? stretches.slice(0, 1) : used).flatMap((stretch) => [
      tierUnits(stretch, stretch.units, currency),
      ...(stretch.entered ? tierFee(stretch, currency) : []),
    ]);
    return priced({ model: 'cumulative_volume', currency, quantity, before, steps });
  },
};

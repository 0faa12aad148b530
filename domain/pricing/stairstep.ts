/** Stairstep: one price for the step that the quantity has reached; cumulative: the prices of all steps up to it. */
import { type Amounts, amountIn } from './amounts';
import { priced, type PriceStep } from './explanation';
import {
  amounts,
  currencyErrors,
  type Field,
  flag,
  listOf,
  nullable,
  objectOf,
  parameters,
  positive,
  where,
  withDefault,
} from './fields';
import type { PricingModel } from './model';
import { boundErrors, labelOf, type Stretch, stretchOf, tierOf, tiersMax, walk } from './tiers';
import { quantityOf } from './usage';

export interface Stair {
  /** The greatest quantity of the step; null for the last. */
  readonly up_to: string | null;
  /** Price of the step, by currency. */
  readonly amounts: Amounts;
}

export interface StairstepParameters {
  readonly tiers: readonly Stair[];
  /** True: the steps below are charged, too. */
  readonly cumulative: boolean;
  /** True: a quantity of zero is on no step and costs nothing. */
  readonly skip_zero_usage: boolean;
}

const stairs: Field<readonly Stair[]> = where(
  listOf(objectOf<Stair>({ up_to: nullable(positive), amounts }), tiersMax),
  (list, path) => [
    ...boundErrors(
      list.map(({ up_to }) => up_to),
      (index) => `${path}.${index}.up_to`,
    ),
    ...currencyErrors(list.map((stair, index) => [`${path}.${index}.amounts`, stair.amounts])),
  ],
);

function stairStep(stretch: Stretch<Stair>, units: string, currency: string): PriceStep {
  const label = labelOf(stretch);
  return {
    what: 'step',
    units,
    quantity: '1',
    unitAmount: amountIn(stretch.tier.amounts, currency),
    ...tierOf(stretch),
    label: label === '' ? 'any quantity' : label,
  };
}

export const stairstep: PricingModel<StairstepParameters> = {
  kind: 'stairstep',
  capabilities: {
    usage: 'quantity',
    before: 'none',
    usesQuantity: true,
    // A later step may be cheaper: nothing forbids it.
    monotone: false,
    zeroAtZero: false,
    wholeQuantities: false,
  },
  samples: [
    {
      tiers: [
        { up_to: '10', amounts: { USD: '50', EUR: '45' } },
        { up_to: '50', amounts: { USD: '200', EUR: '180' } },
        { up_to: null, amounts: { USD: '350', EUR: '320' } },
      ],
      cumulative: false,
      skip_zero_usage: false,
    },
    {
      tiers: [
        { up_to: '2.5', amounts: { KWD: '1.125' } },
        { up_to: null, amounts: { KWD: '1' } },
      ],
      cumulative: true,
      skip_zero_usage: true,
    },
    {
      tiers: [
        { up_to: '100', amounts: { USD: '20' } },
        { up_to: null, amounts: { USD: '10' } },
      ],
      cumulative: false,
      skip_zero_usage: false,
    },
  ],
  parse: parameters(
    objectOf<StairstepParameters>({
      tiers: stairs,
      cumulative: withDefault(flag, false),
      skip_zero_usage: withDefault(flag, false),
    }),
  ),
  currencies: ({ tiers }) => Object.keys(tiers[0]?.amounts ?? {}),

  price(it, usage, currency) {
    const quantity = quantityOf(usage);
    const stretches = walk(it.tiers, ({ up_to }) => up_to, '0', quantity);
    const reached = stretchOf(stretches, quantity);
    amountIn(reached.tier.amounts, currency);
    const isUnused = stretches.every(({ entered }) => !entered);
    const single = [stairStep(reached, quantity, currency)];
    const climbed = stretches
      .filter(({ isFirst, entered }) => isFirst || entered)
      .map((stretch) => stairStep(stretch, stretch.units, currency));
    const steps = it.skip_zero_usage && isUnused ? [] : it.cumulative ? climbed : single;
    return priced({ model: 'stairstep', currency, quantity, steps });
  },
};

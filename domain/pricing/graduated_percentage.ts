/** Graduated percentage: each part of the value of all transactions at the percentage of its own tier, and the fee of each tier entered. */
import type { FieldError } from '../errors';
import { type Amounts, amountIn } from './amounts';
import { factorOfPercent, total } from './exact';
import { feeSteps, priced, type PriceStep } from './explanation';
import { amounts, currencyErrors, decimal, type Field, listOf, nullable, objectOf, parameters, where } from './fields';
import type { PricingModel } from './model';
import { boundErrors, labelOf, type Stretch, tierOf, tiersMax, walk } from './tiers';
import { bandsOf } from './usage';

export interface PercentageTier {
  /** The greatest value of the tier, by currency; null for the last. */
  readonly up_to: Amounts | null;
  /** "2" for 2 %. */
  readonly percent: string;
  /** Charged once as soon as the tier is entered, by currency; null for nothing. */
  readonly fees: Amounts | null;
}

export interface GraduatedPercentageParameters {
  readonly tiers: readonly PercentageTier[];
}

/** Bounds are money, so they are checked in each currency. */
function tierErrors(list: readonly PercentageTier[], path: string): FieldError[] {
  if (list.length < 2)
    return [{ path, message: 'must have two tiers or more; one percentage is the model percentage' }];
  const currencies = currencyErrors(
    list.flatMap((tier, index) => [
      [`${path}.${index}.up_to`, tier.up_to] as const,
      [`${path}.${index}.fees`, tier.fees] as const,
    ]),
  );
  if (currencies.length > 0) return currencies;
  const errors = Object.keys(list[0]?.up_to ?? { any: '' }).flatMap((currency) =>
    boundErrors(
      list.map(({ up_to }) => up_to?.[currency] ?? null),
      (index) => `${path}.${index}.up_to`,
    ),
  );
  return errors.filter(({ path: at }, index) => errors.findIndex((error) => error.path === at) === index);
}

const tiers: Field<readonly PercentageTier[]> = where(
  listOf(objectOf<PercentageTier>({ up_to: nullable(amounts), percent: decimal, fees: nullable(amounts) }), tiersMax),
  tierErrors,
);

function stepsOf(stretch: Stretch<PercentageTier>, currency: string): PriceStep[] {
  const { percent, fees } = stretch.tier;
  const { units } = stretch;
  const label = labelOf(stretch);
  const unitAmount = factorOfPercent(percent);
  return [
    { what: 'percentage', units, quantity: units, unitAmount, ...tierOf(stretch), label: `${percent} %, ${label}` },
    ...(fees === null ? [] : feeSteps('fee', amountIn(fees, currency), `fee, ${label}`)),
  ];
}

export const graduatedPercentage: PricingModel<GraduatedPercentageParameters> = {
  kind: 'graduated_percentage',
  capabilities: {
    usage: 'transactions',
    before: 'none',
    usesQuantity: true,
    monotone: true,
    zeroAtZero: false,
    wholeQuantities: false,
  },
  samples: [
    {
      tiers: [
        { up_to: { USD: '1000', KES: '130000' }, percent: '2', fees: null },
        { up_to: { USD: '10000', KES: '1300000' }, percent: '1', fees: null },
        { up_to: null, percent: '0.5', fees: null },
      ],
    },
    {
      tiers: [
        { up_to: { KWD: '50.125' }, percent: '0', fees: { KWD: '5' } },
        { up_to: null, percent: '0.0025', fees: { KWD: '0.0125' } },
      ],
    },
  ],
  parse: parameters(objectOf<GraduatedPercentageParameters>({ tiers })),
  currencies: (it) => Object.keys(it.tiers[0]?.up_to ?? {}),

  price(it, usage, currency) {
    amountIn(it.tiers[0]?.up_to ?? {}, currency);
    const quantity = total(bandsOf(usage, currency).map(({ value }) => value));
    const upToOf = ({ up_to }: PercentageTier): string | null => (up_to === null ? null : amountIn(up_to, currency));
    const steps = walk(it.tiers, upToOf, '0', quantity)
      .filter(({ isFirst, entered }) => isFirst || entered)
      .flatMap((stretch) => stepsOf(stretch, currency));
    return priced({ model: 'graduated_percentage', currency, quantity, steps });
  },
};

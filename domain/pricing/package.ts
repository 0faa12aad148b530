/**
 * Package: packages of a size × amount, after what is free: ceil(max(0, quantity − free) / size), or floor. A billing period that is
 * billed in parts counts its packages once: each part is charged the packages that it adds.
 */
import { type Amounts, amountIn } from './amounts';
import { excess, minus, plus, wholeQuotient } from './exact';
import { includedSteps, priced, type PriceStep } from './explanation';
import { amounts, decimal, objectOf, oneOf, parameters, positive, withDefault } from './fields';
import type { PricingModel } from './model';
import { runningQuantityOf } from './usage';

export interface PackageParameters {
  /** Price of one package, by currency. */
  readonly amounts: Amounts;
  /** Units in a package. */
  readonly size: string;
  /** Units that cost nothing, before the first package; "0" unless given. */
  readonly free: string;
  /** `up`: a started package is charged; `down`: only a full one. */
  readonly round: 'up' | 'down';
}

/** Packages in a quantity counted from zero. */
const packagesIn = (quantity: string, { size, free, round }: PackageParameters): string =>
  wholeQuotient(excess(quantity, free), size, round);

/** "packages of 100 beyond 40 free, rounded up, 2 before": all that the count follows from. */
function labelOf(it: PackageParameters, before: string): string {
  const beyond = it.free === '0' ? '' : ` beyond ${it.free} free`;
  const charged = before === '0' ? '' : `, ${packagesIn(before, it)} before`;
  return `packages of ${it.size}${beyond}, rounded ${it.round}${charged}`;
}

export const packages: PricingModel<PackageParameters> = {
  kind: 'package',
  capabilities: {
    usage: 'quantity',
    before: 'period',
    usesQuantity: true,
    monotone: true,
    zeroAtZero: true,
    wholeQuantities: false,
  },
  samples: [
    { amounts: { USD: '7.50', JPY: '800' }, size: '100', free: '40', round: 'up' },
    { amounts: { USD: '7.50' }, size: '100', free: '40', round: 'down' },
    { amounts: { KWD: '0.0125' }, size: '0.5', free: '0', round: 'up' },
  ],
  parse: parameters(
    objectOf<PackageParameters>({
      amounts,
      size: positive,
      free: withDefault(decimal, '0'),
      round: withDefault(oneOf('up', 'down'), 'up'),
    }),
  ),
  currencies: (it) => Object.keys(it.amounts),

  price(it, usage, currency) {
    const { quantity, before } = runningQuantityOf(usage);
    const after = plus(before, quantity);
    const chargedUnits = minus(excess(after, it.free), excess(before, it.free));
    const free = minus(quantity, chargedUnits);
    const packaged: PriceStep = {
      what: 'package',
      units: chargedUnits,
      quantity: minus(packagesIn(after, it), packagesIn(before, it)),
      unitAmount: amountIn(it.amounts, currency),
      label: labelOf(it, before),
    };
    const steps = [...includedSteps(free, 'free'), packaged];
    return priced({ model: 'package', currency, quantity, ...(before === '0' ? {} : { before }), steps });
  },
};

/**
 * Percentage: of each transaction, percent × value + fixed, not below a minimum nor above a maximum; after a free allowance; and the sum
 * not below or above limits of the period.
 */
import { type FieldError, fail } from '../errors';
import { type Amounts, amountIn } from './amounts';
import { excess, minus, total } from './exact';
import { amountOfStep, feeSteps, includedSteps, priced, type PriceStep } from './explanation';
import {
  amounts,
  currencyErrors,
  decimal,
  nullable,
  objectOf,
  orderErrors,
  parameters,
  where,
  wholePositive,
} from './fields';
import type { PricingModel } from './model';
import { applyAllowance, type FeeRule, feeRule, type FeeSide, type FreeAllowance, sideOf } from './percentage-fee';
import { bandsOf, type TransactionBand } from './usage';

export interface PercentageParameters {
  /** "2.9" for 2.9 %. */
  readonly percent: string;
  /** Charged for each transaction on top, by currency; it names the currencies, so write "0" for nothing. */
  readonly fixed: Amounts;
  /** Least and most that one transaction costs, by currency. */
  readonly minimum: Amounts | null;
  readonly maximum: Amounts | null;
  readonly free: FreeAllowance | null;
  /** Least and most that a period costs, by currency; the least also without any transaction. */
  readonly period_minimum: Amounts | null;
  readonly period_maximum: Amounts | null;
}

function percentageErrors(it: PercentageParameters): FieldError[] {
  const currencies = currencyErrors([
    ['fixed', it.fixed],
    ['minimum', it.minimum],
    ['maximum', it.maximum],
    ['free.value', it.free?.value ?? null],
    ['period_minimum', it.period_minimum],
    ['period_maximum', it.period_maximum],
  ]);
  if (currencies.length > 0) return currencies;
  return [
    ...orderErrors(it.minimum, it.maximum, 'maximum'),
    ...orderErrors(it.period_minimum, it.period_maximum, 'period_maximum'),
  ];
}

const free = where(
  objectOf<FreeAllowance>({ transactions: nullable(wholePositive), value: nullable(amounts) }),
  ({ transactions, value }, path) =>
    (transactions === null) === (value === null) ? [{ path, message: 'must be either transactions or value' }] : [],
);

const field = where(
  objectOf<PercentageParameters>({
    percent: decimal,
    fixed: amounts,
    minimum: nullable(amounts),
    maximum: nullable(amounts),
    free: nullable(free),
    period_minimum: nullable(amounts),
    period_maximum: nullable(amounts),
  }),
  percentageErrors,
);

type Sorted = Readonly<Record<FeeSide, readonly TransactionBand[]>>;

/** Bands by the side of the limits on which their fees lie. */
function sorted(bands: readonly TransactionBand[], rule: FeeRule): Sorted {
  const sides = bands.map((band) => ({ band, side: sideOf(rule, band.least, band.most) }));
  if (sides.some(({ side }) => side === null))
    fail('usage_invalid', { reason: 'a band has transactions on both sides of a limit' });
  const on = (wanted: FeeSide) => sides.filter(({ side }) => side === wanted).map(({ band }) => band);
  return { minimum: on('minimum'), between: on('between'), maximum: on('maximum') };
}

const countOf = (bands: readonly TransactionBand[]): string => total(bands.map(({ count }) => count));
const valueOf = (bands: readonly TransactionBand[]): string => total(bands.map(({ value }) => value));

function limitStep(what: 'minimum' | 'maximum', bands: readonly TransactionBand[], limit: string | null): PriceStep[] {
  if (limit === null || bands.length === 0) return [];
  const quantity = countOf(bands);
  const label = what === 'minimum' ? 'at least, for each transaction' : 'at most, for each transaction';
  return [{ what, units: valueOf(bands), quantity, unitAmount: limit, label }];
}

function transactionSteps({ minimum, between, maximum }: Sorted, rule: FeeRule, percent: string): PriceStep[] {
  const value = valueOf(between);
  const fixed: PriceStep[] = feeSteps('fixed', rule.fixed, 'for each transaction').map((step) => ({
    ...step,
    quantity: countOf(between),
  }));
  return [
    ...limitStep('minimum', minimum, rule.minimum),
    { what: 'percentage', units: value, quantity: value, unitAmount: rule.factor, label: `${percent} %` },
    ...(between.length === 0 ? [] : fixed),
    ...limitStep('maximum', maximum, rule.maximum),
  ];
}

/** Brings the sum of a period up to its minimum or down to its maximum. */
function periodSteps(steps: readonly PriceStep[], it: PercentageParameters, currency: string): PriceStep[] {
  const sum = total(steps.map(amountOfStep));
  const least = it.period_minimum === null ? sum : amountIn(it.period_minimum, currency);
  const most = it.period_maximum === null ? sum : amountIn(it.period_maximum, currency);
  return [
    ...feeSteps('limit', excess(least, sum), `up to the ${least} ${currency} of a period`),
    ...feeSteps('limit', minus('0', excess(sum, most)), `down to the ${most} ${currency} of a period`),
  ];
}

export const percentage: PricingModel<PercentageParameters> = {
  kind: 'percentage',
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
      percent: '2.9',
      fixed: { USD: '0.30', KES: '40' },
      minimum: { USD: '0.50', KES: '60' },
      maximum: { USD: '25', KES: '3500' },
      free: null,
      period_minimum: null,
      period_maximum: null,
    },
    {
      percent: '0.25',
      fixed: { USD: '0' },
      minimum: null,
      maximum: null,
      free: { transactions: '3', value: null },
      period_minimum: { USD: '1' },
      period_maximum: { USD: '1000' },
    },
    {
      percent: '1.5',
      fixed: { USD: '0.05', KWD: '0.0125' },
      minimum: { USD: '0.06', KWD: '0.02' },
      maximum: null,
      free: { transactions: null, value: { USD: '250.5', KWD: '80' } },
      period_minimum: null,
      period_maximum: null,
    },
  ],
  parse: parameters(field),
  currencies: (it) => Object.keys(it.fixed),

  price(it, usage, currency) {
    const rule = feeRule(it, currency);
    const bands = bandsOf(usage, currency);
    const allowed = applyAllowance(bands, it.free, currency);
    const steps = [
      ...includedSteps(allowed.free, 'free'),
      ...transactionSteps(sorted(allowed.charged, rule), rule, it.percent),
    ];
    return priced({
      model: 'percentage',
      currency,
      quantity: valueOf(bands),
      steps: [...steps, ...periodSteps(steps, it, currency)],
    });
  },
};

/** Plans of every kind that a world sells: each pricing model once, limits, phases, seats, trials, allowances. */
import { multiplyDecimals } from '../../domain/money';
import { flat, perSeat, type Scene } from '../support/scenario';
import { allowance } from './offers';

export interface SimulatedPlan {
  readonly id: string;
  readonly interval: string;
  readonly isMetered: boolean;
  /** What its versions are made of. */
  readonly kind: PlanKind;
}

interface Amounts {
  readonly [currency: string]: string;
}

type Price = Readonly<Record<string, unknown>>;

interface PlanKind {
  readonly prices: readonly Price[];
  readonly terms: Readonly<Record<string, unknown>> & { readonly interval: object };
}

/** Amounts of one price in every currency; what is a small amount in one is one in all. */
export const amounts = (usd: string, eur: string, jpy: string, kes: string): Amounts => ({
  USD: usd,
  EUR: eur,
  JPY: jpy,
  KES: kes,
});

const every = (unit: string, count = 1) => ({ interval: { unit, count } });
const monthly = every('month');
const seats = { parameters: { included: '2' }, description: 'Seats' };
const perSeatPrice: Price = {
  ...perSeat('0'),
  ...seats,
  amounts: amounts('12.50', '11.25', '1750', '1600.50'),
  stream: 'seats',
};
const fee = (...given: Parameters<typeof amounts>): Price => flat(amounts(...given)) as Price;
const freeTrial = (days: number, end: string) => ({
  trial: { days, payment_method_required: false, end_behavior: end },
});

const kind = (prices: readonly Price[], terms: PlanKind['terms']): PlanKind => ({ prices, terms });

const plainKinds: readonly PlanKind[] = [
  kind([fee('49.00', '45.00', '7000', '6300.00')], monthly),
  kind([fee('199.00', '180.00', '28000', '25000.00')], monthly),
  kind([{ ...fee('20.00', '18.00', '2900', '2500.00'), description: 'Base' }, perSeatPrice], monthly),
  kind([fee('490.00', '450.00', '70000', '63000.00')], every('year')),
  kind([fee('3.33', '2.99', '333', '420.10')], every('week', 2)),
  kind([fee('0.20', '0.20', '20', '0.20')], monthly),
  kind(
    [
      fee('99.99', '89.99', '9999', '9999.99'),
      flat(amounts('10.00', '9.00', '1000', '1000.00'), { kind: 'one_off' }) as Price,
    ],
    every('month', 3),
  ),
  kind([fee('15.00', '14.00', '1500', '1900.00')], { ...monthly, trial: { days: 14 } }),
  ...['charge', 'pause', 'cancel'].map((end) =>
    kind([fee('25.00', '24.00', '2500', '2900.00')], { ...monthly, ...freeTrial(10, end) }),
  ),
];

const onMeter = (meter: string, model: string, parameters: object, more: object = {}): Price => ({
  meter,
  description: `Of ${meter}`,
  model,
  parameters,
  ...more,
});

const calls = { meter: 'calls', description: 'Calls' };
const perCall: Price = { ...calls, model: 'per_unit', amounts: amounts('0.011', '0.01', '1.5', '1.3') };
const packages: Price = {
  ...calls,
  model: 'package',
  amounts: amounts('2.50', '2.40', '300', '310.00'),
  parameters: { size: '100' },
};
const least = { limits: { minimum: amounts('12.00', '11.00', '1500', '1600.00') } };
const most = { limits: { maximum: amounts('30.00', '28.00', '4000', '3900.00') } };
const inArrears = flat(amounts('9.00', '8.00', '900', '950.00'), {
  timing: 'in_arrears',
  description: 'In arrears',
}) as Price;
const tiers = [
  {
    up_to: '800',
    amounts: amounts('0.012', '0.011', '1.7', '1.45'),
    fees: amounts('3', '2.75', '400', '390'),
  },
  { up_to: null, amounts: amounts('0.009', '0.008', '1.3', '1.1') },
];
const withoutFees = tiers.map(({ up_to, amounts: unit }) => ({ up_to, amounts: unit }));
const regions = {
  dimensions: ['region'],
  cells: [{ when: { region: 'eu' }, amounts: amounts('0.02', '0.018', '2.5', '2.2') }],
  default: amounts('0.013', '0.012', '1.9', '1.75'),
};
const cut = {
  percent: '2.9',
  fixed: amounts('0.30', '0.25', '40', '35'),
  minimum: amounts('0.50', '0.45', '70', '65'),
};

/** Plans that bill what was used, commitments and seats when a period is over. */
const meteredKinds: readonly PlanKind[] = [
  kind([fee('5.00', '4.50', '500', '600.00'), perCall], { ...monthly, ...least, ...allowance }),
  kind([packages, inArrears], { ...monthly, ...allowance }),
  kind([packages], { ...every('week', 2), ...freeTrial(5, 'charge') }),
  kind([onMeter('calls', 'graduated', { tiers }), onMeter('visits', 'volume', { tiers })], { ...monthly, ...most }),
  kind([onMeter('traffic', 'matrix', regions), onMeter('sales', 'percentage', cut)], monthly),
  kind([onMeter('calls', 'cumulative_volume', { tiers: withoutFees })], every('month', 2)),
  kind(
    [
      { ...perCall, meter: 'people', description: 'People' },
      { ...perCall, meter: 'peak', description: 'Peak', skip_zero_usage: true },
      { ...perCall, meter: 'level', description: 'Level' },
    ],
    monthly,
  ),
];

const phased = (price: Amounts) => [{ price_index: 0, parameters: { amounts: price } }];

/** Plans whose terms change by themselves, or wait for the next invoice. */
const changingKinds: readonly PlanKind[] = [
  kind([perSeatPrice], { ...monthly, seats: { added: 'next_invoice', removed: 'credit' } }),
  kind([perSeatPrice], { ...monthly, seats: { added: 'at_once', removed: 'keep' } }),
  kind([{ ...fee('49.00', '45.00', '7000', '6300.00') }, perSeatPrice, perCall], {
    ...monthly,
    phases: [
      {
        name: 'Cheaper',
        length: { unit: 'month', count: 2 },
        overrides: phased(amounts('19.00', '18.00', '2900', '2700.00')),
      },
      {
        name: 'Ramp',
        length: { unit: 'month', count: 3 },
        overrides: phased(amounts('29.00', '27.00', '4100', '3900.00')),
        quantity: 4,
        ...least,
      },
    ],
  }),
];

const dearerAmounts = (list: Amounts): Amounts =>
  Object.fromEntries(Object.entries(list).map(([currency, amount]) => [currency, multiplyDecimals(amount, '1.1')]));

/** The price of a new version: a tenth more where it has amounts of its own. */
const dearer = (price: Price): Price =>
  'amounts' in price ? { ...price, amounts: dearerAmounts(price['amounts'] as Amounts) } : price;

/** Makes a new version of a plan, a tenth dearer. Answers its number. */
export async function raisePrices({ api }: Scene, { id, kind: made }: SimulatedPlan): Promise<number> {
  const body = { ...made.terms, prices: made.prices.map(dearer) };
  return (await api.post<{ current_version: number }>(`/plans/${id}/versions`, body)).current_version;
}

/** Makes all plans. */
export async function makePlans(scene: Scene): Promise<SimulatedPlan[]> {
  const plans: SimulatedPlan[] = [];
  for (const made of [...plainKinds, ...meteredKinds, ...changingKinds]) {
    const { prices, terms } = made;
    plans.push({
      id: await scene.plan(prices, terms),
      interval: JSON.stringify(terms.interval),
      isMetered: prices.some((price) => 'meter' in price),
      kind: made,
    });
  }
  return plans;
}

/** The price of an add-on in every currency; answers its id. */
export async function makeAddOn({ api }: Scene): Promise<string> {
  const product = await api.post<{ id: string }>('/products', { name: 'Beside' });
  const price = flat(amounts('6.00', '5.50', '600', '700.00'), { description: 'Support' });
  return (await api.post<{ id: string }>('/prices', { product_id: product.id, ...price })).id;
}

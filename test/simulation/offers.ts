/** What a world offers beside plans: coupons, a limit on what is used, and the tax that its tenant collects. */
import type { Scene } from '../support/scenario';
import { meter } from '../support/usage';
import type { Random } from './random';

interface Identified {
  readonly id: string;
}

/** What the plans that bill calls grant of them: an allowance that is reached now and then. */
export const allowance = {
  entitlements: [
    { feature: 'calls', limit: '2000', limit_type: 'hard', rollover: { maximum: '500' }, thresholds: [50, 100] },
  ],
};

const couponTerms = (meterId: string): readonly object[] => [
  { name: 'Fifth', percent: '20', duration: 'forever' },
  { name: 'Half once', percent: '50', duration: 'once' },
  { name: 'Odd', percent: '33.3', duration: 'periods', periods: 2, redemptions_max: 3 },
  {
    name: 'Five',
    amounts: { USD: '5.00', EUR: '4.50', JPY: '500', KES: '600.00' },
    duration: 'forever',
    redemptions_per_customer_max: 2,
  },
  { name: 'Free once', percent: '100', duration: 'once', redemptions_max: 2 },
  { name: 'Calls', percent: '10', duration: 'periods', periods: 4, limits: { meter_ids: [meterId] } },
];

/** Makes a coupon of each kind; answers their ids. */
export async function makeCoupons({ api }: Scene, meterId: string): Promise<string[]> {
  const made: string[] = [];
  for (const terms of couponTerms(meterId)) made.push((await api.post<Identified>('/coupons', terms)).id);
  return made;
}

const hours = { divisor: '3600', places: '2', rounding: 'half_up' };

/** Meters of each kind; answers the id of the one that adds calls up. */
export async function makeMeters(scene: Scene): Promise<string> {
  const visits = { event_type: 'visit', aggregation: 'count', value_property: null };
  await meter(scene, 'visits', visits);
  await meter(scene, 'people', { ...visits, aggregation: 'unique', value_property: 'who' });
  await meter(scene, 'traffic', { event_type: 'visit', group_by: ['region'] });
  await meter(scene, 'sales', { event_type: 'sale' });
  await meter(scene, 'peak', { event_type: 'sale', aggregation: 'max' });
  await meter(scene, 'level', { aggregation: 'time_weighted_sum', conversion: hours });
  return meter(scene, 'calls', { event_type: 'call' });
}

/** The feature that the meter of calls measures. */
export async function makeFeature({ api }: Scene, meterId: string): Promise<void> {
  await api.post('/features', { key: 'calls', name: 'Calls', type: 'metered', meter_id: meterId });
}

const registrations = ['DE', 'FR', 'KE'].map((country) => ({ country, from: '2020-01-01' }));

/** So many of a hundred worlds tax. */
const percentTaxed = 75;

/** How the tenant taxes; null: it does not. */
export async function makeTax({ api }: Scene, random: Random): Promise<object | null> {
  if (!random.percent(percentTaxed)) return null;
  const settings = {
    seller: { country: 'DE', registrations, union_scheme: random.percent(50) },
    prices: random.pick(['exclusive', 'inclusive']),
    rounding: random.pick(['per_rate', 'per_line']),
    evidence: 'one',
  };
  await api.patch('/tax-settings', settings);
  return settings;
}

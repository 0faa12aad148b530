/** What a customer's usage and next invoices will come to if they go on as they did. Nothing is written. */
import { forecastOf, forecastUsage, reachedAt, type Forecast } from '../../domain/entitlements/forecast';
import type { Money } from '../../domain/money';
import type { Usage } from '../../domain/pricing/usage';
import type { SubscriptionState } from '../../domain/subscription/state';
import type { Instant } from '../../domain/time';
import type { Database } from '../pool';
import { listSubscriptions } from '../queries/subscriptions';
import { type FeatureStanding, loadStanding, type MeteredPart } from '../transactions/entitlement-standing';
import type { UsageQuestion } from '../transactions/usage-buckets';
import { type PreviewMeans, previewUpcoming } from './invoice-preview';

export interface FeatureForecast {
  readonly feature: string;
  readonly metered: MeteredPart;
  readonly forecast: Forecast;
  /** Null: not in this window, or nobody can say. */
  readonly limitReachedAt: Instant | null;
}

export interface InvoiceForecast {
  readonly subscriptionId: string;
  /** When the invoice is made. */
  readonly at: Instant;
  /** With the usage so far. */
  readonly soFar: Money;
  /** With the usage that is foreseen. */
  readonly foreseen: Money;
}

export interface UsageForecast {
  readonly customerId: string;
  readonly now: Instant;
  readonly features: readonly FeatureForecast[];
  readonly invoices: readonly InvoiceForecast[];
}

/** One page of the newest; nobody has more in force. */
const subscriptionsMax = 100;

function forecastFeature({ feature, metered }: FeatureStanding, now: Instant): FeatureForecast[] {
  if (metered === null) return [];
  const { aggregation } = metered.meter.definition;
  const { usage, limit, window } = metered;
  const forecast = forecastOf(aggregation, usage, window, now);
  const limitReachedAt = limit === null ? null : reachedAt(aggregation, { usage, limit }, window, now);
  return [{ feature, metered, forecast, limitReachedAt }];
}

async function forecastInvoice(
  database: Database,
  state: SubscriptionState,
  now: Instant,
  means: PreviewMeans,
): Promise<InvoiceForecast[]> {
  const foresee = (usage: Usage, { meter, from, to }: UsageQuestion): Usage =>
    forecastUsage(meter.definition.aggregation, usage, { from, to }, now);
  const [soFar, foreseen] = await Promise.all([
    previewUpcoming(database, state, means),
    previewUpcoming(database, state, means, foresee),
  ]);
  if (soFar === null || foreseen === null) return [];
  const { subscriptionId } = state;
  return [{ subscriptionId, at: soFar.at, soFar: soFar.totals.total, foreseen: foreseen.totals.total }];
}

/** Foresees; null when the customer is none of the tenant. */
export async function forecastUsageOf(
  database: Database,
  request: { readonly tenantId: string; readonly customerId: string; readonly wallClock: Instant },
  means: PreviewMeans,
): Promise<UsageForecast | null> {
  const { tenantId, customerId, wallClock } = request;
  const standing = await loadStanding(database, tenantId, { customerId, feature: null, wallClock });
  if (standing === null) return null;
  const { now } = standing;
  const page = { limit: subscriptionsMax, startingAfter: null, endingBefore: null };
  const { data } = await listSubscriptions(database.as(tenantId), tenantId, { customerId }, page);
  const invoices = [];
  for (const { state } of data) invoices.push(...(await forecastInvoice(database, state, now, means)));
  const features = standing.features.flatMap((one) => forecastFeature(one, now));
  return { customerId, now, features, invoices };
}

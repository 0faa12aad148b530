/** Tells once per window that a threshold of a limit is reached, as an event. */
import { percentageOf, reachedOf } from '../../domain/entitlements/check';
import { idFromFacts } from '../../domain/ids';
import { type Instant, toIso } from '../../domain/time';
import type { Database, Statement } from '../pool';
import type { CustomerStanding, FeatureStanding } from './entitlement-standing';

interface Alert {
  readonly event_id: string;
  readonly customer_id: string;
  readonly feature: string;
  readonly window_start: string;
  readonly threshold: number;
  readonly occurred_at: string;
  readonly data: object;
}

const raiseStatement: Statement = {
  name: 'entitlement_alerts_raise',
  text: `
with asked as (
  select * from jsonb_to_recordset($2) as a(event_id text, customer_id text, feature text, window_start timestamptz, threshold integer,
    occurred_at timestamptz, data jsonb)
), raised as (
  insert into entitlement_alerts (tenant_id, customer_id, feature, window_start, threshold, event_id, occurred_at)
  select $1, customer_id, feature, window_start, threshold, event_id, occurred_at from asked
  on conflict do nothing returning event_id
)
insert into events (id, tenant_id, type, customer_id, data, occurred_at)
select a.event_id, $1, 'entitlement.threshold_reached', a.customer_id, a.data, a.occurred_at from asked a where a.event_id in (select event_id from raised)
on conflict do nothing returning id`,
};

function alertsOf(tenantId: string, customerId: string, now: Instant, { feature, metered }: FeatureStanding): Alert[] {
  if (metered === null) return [];
  const { window, limit, usage } = metered;
  const from = toIso(window.from);
  return reachedOf(metered, metered.thresholds).map((threshold) => ({
    event_id: idFromFacts('evt', 'threshold', tenantId, customerId, feature, from, String(threshold)),
    customer_id: customerId,
    feature,
    window_start: from,
    threshold,
    occurred_at: toIso(now),
    data: {
      customer_id: customerId,
      feature,
      threshold,
      usage,
      limit,
      usage_percentage: percentageOf(metered),
      window: { from, to: toIso(window.to) },
    },
  }));
}

/** What this process raised already; more begin anew, which costs one statement each. */
const knownMax = 100_000;
const known = new WeakMap<Database, Set<string>>();

/** Raises what is reached and was not raised before. Answers how many were new. */
export async function raiseAlerts(
  database: Database,
  tenantId: string,
  standings: readonly CustomerStanding[],
): Promise<number> {
  const raised = known.get(database) ?? new Set<string>();
  known.set(database, raised);
  const alerts = standings
    .flatMap(({ customerId, now, features }) => features.flatMap((one) => alertsOf(tenantId, customerId, now, one)))
    .filter(({ event_id: id }) => !raised.has(id));
  if (alerts.length === 0) return 0;
  const rows = await database.as(tenantId).query(raiseStatement, [tenantId, JSON.stringify(alerts)]);
  if (raised.size >= knownMax) raised.clear();
  for (const { event_id: id } of alerts) raised.add(id);
  return rows.length;
}

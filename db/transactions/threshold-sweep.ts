/**
 * Looks for thresholds that usage has reached, without slowing down how usage is taken in: now and then, for the customers whose events are
 * new since the last look, from their buckets. A look that is broken off is made again; an alert is raised once all the same.
 */
import type { Instant } from '../../domain/time';
import { allTenants, type Database, type Statement } from '../pool';
import { raiseAlerts } from './entitlement-alerts';
import { type CustomerStanding, loadStandings } from './entitlement-standing';

/** A process that dies during a look is followed by another one after this. */
const claimSeconds = 60;

const claimStatement: Statement = {
  name: 'threshold_sweep_claim',
  text: `update usage_sweeps set claimed_until = now() + make_interval(secs => $1) where name = 'thresholds' and claimed_until < now()
    returning seen::text, since`,
};

// A transaction that the snapshot of this look lacks may have begun before it, and its events carry the time of its beginning: the next look
// goes back to the oldest one. Asked before the snapshot is taken; who has not written yet counts too.
const oldestStatement: Statement = {
  name: 'threshold_sweep_oldest',
  text: `select least(now(), min(xact_start)) as since from pg_stat_activity where datname = current_database()`,
};

// The plan is made before the instant is known, and would rather read whole months.
const byIndexStatement: Statement = { name: 'threshold_sweep_by_index', text: 'set local enable_seqscan = off' };

// The meters of features are few, and looked up once; what no feature counts is skipped before anything is grouped.
const changedStatement: Statement = {
  name: 'threshold_sweep_changed',
  text: `
with counted as materialized (select array_agg(distinct meter_id) as meters from features where meter_id is not null),
changed as (
  select distinct e.tenant_id, e.customer_id, m.id as meter_id
  from usage_events e cross join counted cross join lateral unnest(e.meters) as m(id)
  where e.recorded_at >= $1 and not pg_visible_in_snapshot(e.written_by, $2::pg_snapshot) and e.meters && counted.meters
)
select c.tenant_id, c.customer_id, f.key as feature, pg_current_snapshot()::text as seen
from changed c join features f on f.meter_id = c.meter_id and f.tenant_id = c.tenant_id
union all select null, null, null, pg_current_snapshot()::text`,
};

const closeStatement: Statement = {
  name: 'threshold_sweep_close',
  text: `update usage_sweeps set seen = $1::pg_snapshot, since = $2, claimed_until = '-infinity' where name = 'thresholds'`,
};

interface ChangedRow {
  [column: string]: unknown;
  tenant_id: string | null;
  customer_id: string | null;
  feature: string | null;
  seen: string;
}

export interface SweepResult {
  /** Customers and features that were looked at. */
  readonly looked: number;
  /** Events that were raised. */
  readonly alerts: number;
}

interface Pair {
  readonly customerId: string;
  readonly feature: string;
}

/** Two statements each. */
const batchMax = 200;

function byTenant(rows: readonly ChangedRow[]): Map<string, Pair[]> {
  const pairs = new Map<string, Pair[]>();
  for (const { tenant_id: tenantId, customer_id: customerId, feature } of rows) {
    if (tenantId === null || customerId === null || feature === null) continue;
    pairs.set(tenantId, [...(pairs.get(tenantId) ?? []), { customerId, feature }]);
  }
  return pairs;
}

async function look(database: Database, tenantId: string, pairs: readonly Pair[], wallClock: Instant): Promise<number> {
  let alerts = 0;
  for (let from = 0; from < pairs.length; from += batchMax) {
    const batch = pairs.slice(from, from + batchMax).map((pair) => ({ ...pair, wallClock }));
    const standings = await loadStandings(database, tenantId, batch);
    const found = standings.filter((one): one is CustomerStanding => one !== null);
    alerts += await raiseAlerts(database, tenantId, found);
  }
  return alerts;
}

/** Looks once. Null when another process is looking. */
export async function sweepThresholds(database: Database, wallClock: Instant): Promise<SweepResult | null> {
  const db = database.as(allTenants);
  const [claim] = await db.query<{ seen: string; since: Date }>(claimStatement, [claimSeconds]);
  if (claim === undefined) return null;
  const [oldest] = await db.query<{ since: Date }>(oldestStatement, []);
  const rows = await database.transaction(allTenants, async (transaction) => {
    await transaction.query(byIndexStatement, []);
    return transaction.query<ChangedRow>(changedStatement, [claim.since, claim.seen]);
  });
  let alerts = 0;
  for (const [tenantId, pairs] of byTenant(rows)) alerts += await look(database, tenantId, pairs, wallClock);
  await db.query(closeStatement, [rows.at(-1)?.seen ?? claim.seen, oldest?.since ?? claim.since]);
  return { looked: rows.length - 1, alerts };
}

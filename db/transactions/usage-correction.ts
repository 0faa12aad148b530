/**
 * Amends or voids a usage event by another one. The event that is corrected stays as it is; what it counted is taken out of the buckets,
 * and an amendment counts in its place. All in one transaction.
 */
import { aggregations } from '../../domain/metering/aggregations';
import { bucketOf } from '../../domain/metering/bucket';
import { matchEvent, type MeterPart, type Properties, type UnmatchedReason } from '../../domain/metering/match';
import type { CorrectionKind, UsageEvent } from '../../domain/metering/usage-event';
import { hourOf, type Window } from '../../domain/metering/window';
import { hourMs, toIso, type Instant } from '../../domain/time';
import { isConflict } from '../errors';
import type { Database, Queryable, Statement } from '../pool';
import { usageKey } from '../usage-key';
import { meterStanding, type MeterStanding } from './meter-standing';
import { bucketsOfEvents } from './usage-buckets';
import { layOutRound, type JudgedEvent } from './usage-round';
import { ensurePartition, takeIn, type Taken } from './usage-statement';

/** A correction: `corrects` is given. */
export type UsageCorrection = UsageEvent & { readonly corrects: NonNullable<UsageEvent['corrects']> };

/** What is corrected. */
interface Target {
  readonly key: string;
  readonly type: string;
  readonly customerId: string;
  readonly occurredAt: Instant;
  readonly properties: Properties;
  readonly meterIds: readonly string[];
}

interface TargetRow {
  [column: string]: unknown;
  type: string;
  customer_id: string;
  occurred_at: Date;
  properties: Properties;
  meters: string[];
  corrected: boolean;
  voids: boolean;
}

// As a round does: whoever cuts an hour waits for this correction, or is seen by it.
const lockCuts: Statement = {
  name: 'usage_correction_lock',
  text: `select pg_advisory_xact_lock_shared(hashtextextended('usage:' || $1::text, 0))`,
};
// Two corrections of one event wait for each other here; the second sees the first.
const lockTarget: Statement = {
  name: 'usage_target_lock',
  text: 'select key from usage_event_keys where tenant_id = $1 and key = $2 for update',
};
const readTarget: Statement = {
  name: 'usage_target_read',
  text: `select e.type, e.customer_id, e.occurred_at, e.properties, e.meters,
      exists (select from usage_corrections c where c.target = e.key) as corrected,
      exists (select from usage_corrections c where c.corrected_by = e.key and c.kind = 'void') as voids
    from usage_events e
    where e.tenant_id = $1 and e.key = $2 and e.occurred_at = (select occurred_at from usage_event_keys where key = $2)`,
};
const insertCorrection: Statement = {
  name: 'usage_correction_insert',
  text: 'insert into usage_corrections (tenant_id, target, kind, corrected_by) values ($1, $2, $3, $4)',
};
/** `$1` to `$5` are the tenant, the meter, the customer, the start and the dimensions; a part of an hour also has its end, `$6`. */
const thisHour =
  'tenant_id = $1 and meter_id = $2 and customer_id = $3 and starts_at = $4 and dimensions = $5::jsonb and $6::timestamptz is not null';
const thisPart = `${thisHour} and ends_at = $6`;
const lessOf = 'set events = events - 1, total = total - $7::numeric, moment = moment - $8::numeric';
const extremesOf = 'set most = $7::numeric, latest = $8::numeric, latest_at = $9, latest_key = $10';

/** The two tables that keep buckets. */
const tables = {
  hours: {
    takeOut: { name: 'usage_bucket_take_out', text: `update usage_buckets ${lessOf} where ${thisHour}` },
    setExtremes: { name: 'usage_bucket_set_extremes', text: `update usage_buckets ${extremesOf} where ${thisHour}` },
  },
  edges: {
    takeOut: { name: 'usage_edge_take_out', text: `update usage_edges ${lessOf} where ${thisPart}` },
    setExtremes: { name: 'usage_edge_set_extremes', text: `update usage_edges ${extremesOf} where ${thisPart}` },
  },
} as const satisfies Record<string, Record<'takeOut' | 'setExtremes', Statement>>;

const edgesAround: Statement = {
  name: 'usage_edges_around',
  text: `select starts_at, ends_at from usage_edges where tenant_id = $1 and meter_id = $2 and customer_id = $3
      and starts_at <= $4 and $4 < ends_at and dimensions = $5::jsonb order by starts_at, ends_at`,
};
const takeValueOut: Statement = {
  name: 'usage_value_take_out',
  text: `update usage_unique_values set events = events - 1
    where tenant_id = $1 and meter_id = $2 and customer_id = $3 and starts_at = $4 and dimensions = $5::jsonb and value = $6`,
};
const dropEmptyValue: Statement = {
  name: 'usage_value_drop_empty',
  text: `delete from usage_unique_values
    where tenant_id = $1 and meter_id = $2 and customer_id = $3 and starts_at = $4 and dimensions = $5::jsonb and value = $6 and events = 0`,
};
type Found = { readonly target: Target } | { readonly reason: UnmatchedReason };

async function findTarget(db: Queryable, tenantId: string, { corrects }: UsageCorrection): Promise<Found> {
  const key = usageKey(tenantId, corrects.source, corrects.eventId);
  if ((await db.query(lockTarget, [tenantId, key])).length === 0) return { reason: 'target_unknown' };
  const [row] = await db.query<TargetRow>(readTarget, [tenantId, key]);
  if (row === undefined) return { reason: 'target_unknown' };
  if (row.corrected) return { reason: 'target_corrected' };
  if (row.voids) return { reason: 'target_voids' };
  const { type, customer_id: customerId, properties, meters: meterIds } = row;
  return { target: { key, type, customerId, occurredAt: row.occurred_at.getTime(), properties, meterIds } };
}

/** The event that is written, and how: a void is of its target's type, customer and time, and counts nothing itself. */
function judge(event: UsageCorrection, found: Found, { byType }: MeterStanding): JudgedEvent {
  if ('reason' in found) return { event, match: { kind: 'unmatched', reason: found.reason } };
  if (event.corrects.kind === 'amend')
    return { event, match: matchEvent(byType.get(event.type) ?? [], event.properties) };
  const { type, customerId, occurredAt, meterIds } = found.target;
  return { event: { ...event, type, customerId, occurredAt }, match: { kind: 'counted', parts: [] }, meters: meterIds };
}

/** What the target put into one meter's buckets. */
interface Portion {
  readonly tenantId: string;
  readonly target: Target;
  readonly part: MeterPart;
  readonly dimensions: string;
}

/** A maximum and a latest value cannot be taken back: the span is rolled up anew from the events that are left. */
async function rollUpAnew(
  db: Queryable,
  statement: Statement,
  { tenantId, target, part, dimensions }: Portion,
  bucket: { readonly span: Window; readonly values: readonly unknown[] },
): Promise<void> {
  const { span, values } = bucket;
  const question = { tenantId, meter: part.meter, customerId: target.customerId, ...span };
  const groups = await bucketsOfEvents(db, question, span);
  const { most = null, latest = null } = groups.get(dimensions) ?? {};
  const at = latest === null ? null : toIso(latest.at);
  await db.query(statement, [...values, most, latest?.value ?? null, at, latest?.key ?? null]);
}

/** Takes a portion out of one bucket. The row is locked by it, so that rounds wait. */
async function takeOutOf(db: Queryable, kind: keyof typeof tables, portion: Portion, span: Window): Promise<void> {
  const { tenantId, target, part, dimensions } = portion;
  const { takeOut, setExtremes } = tables[kind];
  const { aggregation } = part.meter.definition;
  const values = [tenantId, part.meter.id, target.customerId, toIso(span.from), dimensions, toIso(span.to)];
  const state = bucketOf(aggregation, { at: target.occurredAt, key: target.key, value: part.value });
  // The bucket of a count holds 1 per event as its total, as the round writes it.
  const total = aggregations[aggregation].reads === 'nothing' ? '1' : state.total;
  const moment = aggregation === 'latest' || aggregation === 'time_weighted_sum' ? state.moment : '0';
  await db.query(takeOut, [...values, total, moment]);
  if (aggregation === 'max' || aggregation === 'latest') await rollUpAnew(db, setExtremes, portion, { span, values });
}

async function takeUniqueOut(db: Queryable, { tenantId, target, part, dimensions }: Portion): Promise<void> {
  const hour = toIso(hourOf(target.occurredAt));
  const value = [tenantId, part.meter.id, target.customerId, hour, dimensions, part.value];
  await db.query(takeValueOut, value);
  await db.query(dropEmptyValue, value);
}

/** Takes out of one meter's buckets what the target put in: the hour's, and those of its parts where the hour is cut. */
async function takePartOut(db: Queryable, tenantId: string, target: Target, part: MeterPart): Promise<void> {
  const portion = { tenantId, target, part, dimensions: JSON.stringify(part.dimensions) };
  const from = hourOf(target.occurredAt);
  await takeOutOf(db, 'hours', portion, { from, to: from + hourMs });
  if (aggregations[part.meter.definition.aggregation].reads === 'text') return takeUniqueOut(db, portion);
  const at = toIso(target.occurredAt);
  const around = [tenantId, part.meter.id, target.customerId, at, portion.dimensions];
  const edges = await db.query<{ starts_at: Date; ends_at: Date }>(edgesAround, around);
  for (const { starts_at, ends_at } of edges)
    await takeOutOf(db, 'edges', portion, { from: starts_at.getTime(), to: ends_at.getTime() });
}

async function takeTargetOut(
  db: Queryable,
  tenantId: string,
  target: Target,
  { byType }: MeterStanding,
): Promise<void> {
  const meters = (byType.get(target.type) ?? []).filter(({ id }) => target.meterIds.includes(id));
  const match = matchEvent(meters, target.properties);
  if (match.kind !== 'counted') return;
  // In the order in which rounds lock buckets.
  const parts = [...match.parts].sort((left, right) => (left.meter.id < right.meter.id ? -1 : 1));
  for (const part of parts) await takePartOut(db, tenantId, target, part);
}

async function correct(db: Queryable, tenantId: string, event: UsageCorrection): Promise<Taken> {
  await db.query(lockCuts, [tenantId]);
  const found = await findTarget(db, tenantId, event);
  const standing = await meterStanding(db, tenantId);
  const judged = judge(event, found, standing);
  await ensurePartition(db, toIso(judged.event.occurredAt));
  const round = await layOutRound(tenantId, () => judged, [event], standing.count);
  const [taken] = await takeIn(db, round);
  if (taken === undefined) throw new Error('a round of one event has one answer');
  const kind: CorrectionKind = event.corrects.kind;
  // An amendment that nothing counts corrects nothing: its target would be lost.
  const counts = taken.state !== 'unmatched' || kind === 'void';
  if (taken.state === 'duplicate' || !counts || 'reason' in found) return taken;
  const { target } = found;
  await db.query(insertCorrection, [tenantId, target.key, kind, round.keys[0]]);
  await takeTargetOut(db, tenantId, target, standing);
  return taken;
}

const triesMax = 5;

/**
 * Takes a correction in, and says what became of it. Repeated, it is a duplicate; a target that is not known, or was corrected before,
 * leaves it unmatched with that reason, and so does an amendment that no meter counts.
 */
export async function correctUsage(database: Database, tenantId: string, event: UsageCorrection): Promise<Taken> {
  for (let tries = 1; ; tries++) {
    try {
      return await database.transaction(tenantId, (db) => correct(db, tenantId, event));
    } catch (error) {
      if (!isConflict(error) || tries === triesMax) throw error;
    }
  }
}

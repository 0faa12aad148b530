/**
 * Reads the usage of a window: whole hours from the buckets, and the parts of hours at its ends from the events. The cost follows the
 * length of the window, not the number of events in it.
 */
import { aggregations } from '../../domain/metering/aggregations';
import { type BucketState, bucketOf, emptyBucket, mergeBuckets } from '../../domain/metering/bucket';
import { matchEvent, type Properties } from '../../domain/metering/match';
import type { Meter } from '../../domain/metering/meter';
import { quantityOfBucket, soldQuantity } from '../../domain/metering/quantity';
import { hourOf, partsOf, type Window } from '../../domain/metering/window';
import type { Usage } from '../../domain/pricing/usage';
import { toIso, type Instant } from '../../domain/time';
import type { Database, Queryable, Statement } from '../pool';

export interface UsageQuestion {
  readonly tenantId: string;
  readonly meter: Meter;
  readonly customerId: string;
  /** The window is half-open: events of `to` are not in it. */
  readonly from: Instant;
  readonly to: Instant;
  /** By which of the meter's dimensions the quantity is kept apart; all of them unless given. */
  readonly by?: readonly string[];
}

/** Buckets by the values of their dimensions, as JSON in the order of the names. */
type Groups = Map<string, BucketState>;

interface HoursRow {
  [column: string]: unknown;
  dimensions: Record<string, string>;
  events: string;
  total: string;
  most: string | null;
  latest: string | null;
  latest_at: Date | null;
  latest_key: string | null;
  moment: string;
}

/** The dimensions that are asked for; `$1` is the tenant, `$2` the meter, `$3` the customer, `$4` to `$5` the hours, `$6` their names. */
const projected = `coalesce((select jsonb_object_agg(name, b.dimensions -> name) from unnest($6::text[]) as name), '{}')`;

const hoursStatement: Statement = {
  name: 'usage_hours',
  text: `select ${projected} as dimensions, sum(b.events)::text as events, sum(b.total)::text as total, max(b.most)::text as most,
      (array_agg(b.latest::text order by b.latest_at desc nulls last, b.latest_key desc))[1] as latest, max(b.latest_at) as latest_at,
      (array_agg(b.latest_key::text order by b.latest_at desc nulls last, b.latest_key desc))[1] as latest_key, sum(b.moment)::text as moment
    from usage_buckets b
    where b.tenant_id = $1 and b.meter_id = $2 and b.customer_id = $3 and b.starts_at >= $4 and b.starts_at < $5 and b.events > 0
    group by 1`,
};

const uniqueStatement: Statement = {
  name: 'usage_unique_hours',
  text: `select dimensions, count(distinct value)::text as events from (
      select ${projected} as dimensions, b.value from usage_unique_values b
      where b.tenant_id = $1 and b.meter_id = $2 and b.customer_id = $3 and b.starts_at >= $4 and b.starts_at < $5
      union all select dimensions, value from jsonb_to_recordset($7::jsonb) as edge(dimensions jsonb, value text)
    ) seen group by dimensions`,
};

const eventsStatement: Statement = {
  name: 'usage_events_of_edge',
  text: `select e.key, e.occurred_at, e.properties from usage_events e
    where e.tenant_id = $1 and e.meters @> array[$2::text] and e.customer_id = $3 and e.occurred_at >= $4 and e.occurred_at < $5
      and not exists (select from usage_corrections c where c.target = e.key)
      and not exists (select from usage_corrections c where c.corrected_by = e.key and c.kind = 'void')`,
};

interface EventRow {
  [column: string]: unknown;
  key: string;
  occurred_at: Date;
  properties: Properties;
}

const keyOf = (dimensions: Readonly<Record<string, string>>, by: readonly string[]): string =>
  JSON.stringify(Object.fromEntries([...by].sort().map((name) => [name, dimensions[name] ?? ''])));

function add(groups: Groups, key: string, bucket: BucketState): void {
  groups.set(key, mergeBuckets(groups.get(key) ?? emptyBucket, bucket));
}

const stateOf = (row: HoursRow): BucketState => ({
  events: row.events,
  total: row.total,
  most: row.most,
  latest:
    row.latest === null || row.latest_at === null || row.latest_key === null
      ? null
      : { at: row.latest_at.getTime(), key: row.latest_key.replaceAll('-', ''), value: row.latest },
  moment: row.moment,
  values: [],
});

const dimensionsAsked = ({ meter, by }: UsageQuestion): readonly string[] => by ?? meter.definition.group_by;

const valuesOf = ({ tenantId, meter, customerId }: UsageQuestion, { from, to }: Window): unknown[] => [
  tenantId,
  meter.id,
  customerId,
  toIso(from),
  toIso(to),
];

/** What the events of a span say, straight from the events: for parts of hours, and to roll an hour up anew. */
export async function bucketsOfEvents(db: Queryable, question: UsageQuestion, span: Window): Promise<Groups> {
  const groups: Groups = new Map();
  const { meter } = question;
  for (const row of await db.query<EventRow>(eventsStatement, valuesOf(question, span))) {
    const match = matchEvent([meter], row.properties);
    if (match.kind !== 'counted') continue;
    const at = row.occurred_at.getTime();
    for (const { dimensions, value } of match.parts)
      add(
        groups,
        keyOf(dimensions, dimensionsAsked(question)),
        bucketOf(meter.definition.aggregation, { at, key: row.key.replaceAll('-', ''), value }),
      );
  }
  return groups;
}

async function bucketsOfHours(db: Queryable, question: UsageQuestion, hours: Window): Promise<Groups> {
  const by = dimensionsAsked(question);
  const rows = await db.query<HoursRow>(hoursStatement, [...valuesOf(question, hours), by]);
  return new Map(rows.map((row) => [keyOf(row.dimensions, by), stateOf(row)]));
}

/** The merged buckets of a window. */
async function bucketsOfWindow(db: Queryable, question: UsageQuestion, window: Window): Promise<Groups> {
  const { hours, edges } = partsOf(window);
  const parts = await Promise.all([
    ...(hours === null ? [] : [bucketsOfHours(db, question, hours)]),
    ...edges.map((edge) => bucketsOfEvents(db, question, edge)),
  ]);
  const groups: Groups = new Map();
  for (const part of parts) for (const [key, bucket] of part) add(groups, key, bucket);
  return groups;
}

/** The total of each group before the window, from the first event on. */
async function levelsBefore(db: Queryable, question: UsageQuestion): Promise<Map<string, string>> {
  const hours = { from: 0, to: hourOf(question.from) };
  const edge = { from: hours.to, to: question.from };
  const [whole, part] = await Promise.all([
    bucketsOfHours(db, question, hours),
    edge.from < edge.to ? bucketsOfEvents(db, question, edge) : new Map<string, BucketState>(),
  ]);
  for (const [key, bucket] of part) add(whole, key, bucket);
  return new Map([...whole].map(([key, { total }]) => [key, total]));
}

async function uniqueQuantities(db: Queryable, question: UsageQuestion): Promise<Map<string, string>> {
  const { hours, edges } = partsOf(question);
  const parts = await Promise.all(edges.map((edge) => bucketsOfEvents(db, question, edge)));
  const values = parts.flatMap((groups) =>
    [...groups].flatMap(([key, bucket]) =>
      bucket.values.map((value) => ({ dimensions: JSON.parse(key) as unknown, value })),
    ),
  );
  const by = dimensionsAsked(question);
  const span = hours ?? { from: question.from, to: question.from };
  const rows = await db.query<Pick<HoursRow, 'dimensions' | 'events'>>(uniqueStatement, [
    ...valuesOf(question, span),
    by,
    JSON.stringify(values),
  ]);
  const { definition } = question.meter;
  return new Map(rows.map((row) => [keyOf(row.dimensions, by), soldQuantity(definition, row.events)]));
}

async function quantities(db: Queryable, question: UsageQuestion): Promise<Map<string, string>> {
  const { definition } = question.meter;
  const { reads, carries } = aggregations[definition.aggregation];
  if (reads === 'text') return uniqueQuantities(db, question);
  const [groups, levels] = await Promise.all([
    bucketsOfWindow(db, question, question),
    carries ? levelsBefore(db, question) : new Map<string, string>(),
  ]);
  const keys = new Set([...groups.keys(), ...levels.keys()]);
  return new Map(
    [...keys].map((key) => [
      key,
      quantityOfBucket(definition, groups.get(key) ?? emptyBucket, question, levels.get(key)),
    ]),
  );
}

/**
 * The usage of a customer by a meter in a window, as prices read it: groups when it is kept apart by dimensions, else one quantity ("0"
 * when there was none). Converted and rounded as the meter says, per group.
 */
export async function usageOf(db: Queryable, question: UsageQuestion): Promise<Usage> {
  const found = await quantities(db, question);
  const by = dimensionsAsked(question);
  if (by.length === 0) {
    const { definition } = question.meter;
    const none = quantityOfBucket(definition, emptyBucket, question);
    return { form: 'quantity', quantity: found.get('{}') ?? none };
  }
  const groups = [...found].sort(([left], [right]) => (left < right ? -1 : 1));
  return {
    form: 'groups',
    groups: groups.map(([key, quantity]) => ({ dimensions: JSON.parse(key) as Record<string, string>, quantity })),
  };
}

/** Usage that is to be billed, with what the reading could see. */
export interface MeasuredUsage {
  readonly usage: Usage;
  /** For `insertUsageBilling`: an event that is not in it came late, to the event exactly. */
  readonly counted: string;
}

const oneSnapshot: Statement = { name: 'usage_one_snapshot', text: 'set transaction isolation level repeatable read' };
const snapshot: Statement = {
  name: 'usage_snapshot',
  text: 'select pg_current_snapshot()::text as counted',
};

/** Reads usage for a bill: all of it in one snapshot, which is told with it. */
export async function measureUsage(database: Database, question: UsageQuestion): Promise<MeasuredUsage> {
  return database.transaction(question.tenantId, async (db) => {
    await db.query(oneSnapshot, []);
    const [row] = await db.query<{ counted: string }>(snapshot, []);
    return { usage: await usageOf(db, question), counted: row?.counted ?? '' };
  });
}

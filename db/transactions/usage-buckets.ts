/** Reads what customers used, as buckets: of whole hours, of parts of hours, and straight from the events. */
import { type BucketState, bucketOf, type Contribution, emptyBucket, mergeBuckets } from '../../domain/metering/bucket';
import { matchEvent, type Properties } from '../../domain/metering/match';
import type { Meter } from '../../domain/metering/meter';
import type { Window } from '../../domain/metering/window';
import { toIso, type Instant } from '../../domain/time';
import type { Queryable, Statement } from '../pool';

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
export type Groups = Map<string, BucketState>;

export interface HoursRow {
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
export const projected = `coalesce((select jsonb_object_agg(name, b.dimensions -> name) from unnest($6::text[]) as name), '{}')`;

const merged = `select ${projected} as dimensions, sum(b.events)::text as events, sum(b.total)::text as total, max(b.most)::text as most,
      (array_agg(b.latest::text order by b.latest_at desc nulls last, b.latest_key desc))[1] as latest, max(b.latest_at) as latest_at,
      (array_agg(b.latest_key::text order by b.latest_at desc nulls last, b.latest_key desc))[1] as latest_key, sum(b.moment)::text as moment`;
const ofCustomer = 'b.tenant_id = $1 and b.meter_id = $2 and b.customer_id = $3 and b.events > 0';

const hoursStatement: Statement = {
  name: 'usage_hours',
  text: `${merged} from usage_buckets b where ${ofCustomer} and b.starts_at >= $4 and b.starts_at < $5 group by 1`,
};

const edgeStatement: Statement = {
  name: 'usage_edge',
  text: `${merged} from usage_edges b where ${ofCustomer} and b.starts_at = $4 and b.ends_at = $5 group by 1`,
};

/** An hour may hold more events than fit into memory at once. */
const eventsPage = 5_000;

const eventsStatement: Statement = {
  name: 'usage_events_of_edge',
  text: `select e.key, e.occurred_at, e.properties from usage_events e
    where e.tenant_id = $1 and e.meters @> array[$2::text] and e.customer_id = $3 and e.occurred_at >= $4 and e.occurred_at < $5
      and not exists (select from usage_corrections c where c.target = e.key)
      and not exists (select from usage_corrections c where c.corrected_by = e.key and c.kind = 'void')
      and ($6::timestamptz is null or (e.occurred_at, e.key) > ($6, $7::uuid))
    order by e.occurred_at, e.key limit ${eventsPage}`,
};

interface EventRow {
  [column: string]: unknown;
  key: string;
  occurred_at: Date;
  properties: Properties;
}

/** How a group is named: the dimensions that are asked for, as JSON in the order of their names. */
export const keyOf = (dimensions: Readonly<Record<string, string>>, by: readonly string[]): string =>
  JSON.stringify(Object.fromEntries([...by].sort().map((name) => [name, dimensions[name] ?? ''])));

/** Merges a bucket into its group. */
export function addTo(groups: Groups, key: string, bucket: BucketState): void {
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

/** All of the meter's unless the question names some. */
export const dimensionsAsked = ({ meter, by }: UsageQuestion): readonly string[] => by ?? meter.definition.group_by;

/** The first five parameters of each statement here. */
export const valuesOf = ({ tenantId, meter, customerId }: UsageQuestion, { from, to }: Window): unknown[] => [
  tenantId,
  meter.id,
  customerId,
  toIso(from),
  toIso(to),
];

async function* eventsOf(db: Queryable, question: UsageQuestion, span: Window): AsyncGenerator<EventRow> {
  let after: readonly unknown[] = [null, null];
  for (;;) {
    const rows = await db.query<EventRow>(eventsStatement, [...valuesOf(question, span), ...after]);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < eventsPage) return;
    after = [last.occurred_at, last.key];
  }
}

/** What the events of a span add to the meter, each with the name of its group. */
export async function* contributionsOf(
  db: Queryable,
  question: UsageQuestion,
  span: Window,
): AsyncGenerator<{ readonly group: string; readonly contribution: Contribution }> {
  const by = dimensionsAsked(question);
  for await (const { key, occurred_at, properties } of eventsOf(db, question, span)) {
    const match = matchEvent([question.meter], properties);
    if (match.kind !== 'counted') continue;
    for (const { dimensions, value } of match.parts) {
      const contribution = { at: occurred_at.getTime(), key: key.replaceAll('-', ''), value };
      yield { group: keyOf(dimensions, by), contribution };
    }
  }
}

/** What the events of a span say, straight from the events: for parts of hours, and to roll an hour up anew. */
export async function bucketsOfEvents(db: Queryable, question: UsageQuestion, span: Window): Promise<Groups> {
  const groups: Groups = new Map();
  const { aggregation } = question.meter.definition;
  for await (const { group, contribution } of contributionsOf(db, question, span))
    addTo(groups, group, bucketOf(aggregation, contribution));
  return groups;
}

/** A part of an hour: from its own bucket where the hour is cut there, else from its events. */
export async function bucketsOfEdge(db: Queryable, question: UsageQuestion, edge: Window): Promise<Groups> {
  const by = dimensionsAsked(question);
  const rows = await db.query<HoursRow>(edgeStatement, [...valuesOf(question, edge), by]);
  // No rows: the hour is not cut here, or there are no events to read.
  if (rows.length === 0) return bucketsOfEvents(db, question, edge);
  return new Map(rows.map((row) => [keyOf(row.dimensions, by), stateOf(row)]));
}

/** What whole hours hold. */
export async function bucketsOfHours(db: Queryable, question: UsageQuestion, hours: Window): Promise<Groups> {
  const by = dimensionsAsked(question);
  const rows = await db.query<HoursRow>(hoursStatement, [...valuesOf(question, hours), by]);
  return new Map(rows.map((row) => [keyOf(row.dimensions, by), stateOf(row)]));
}

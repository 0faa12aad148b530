/**
 * The usage of several windows in one statement, as one number each: for limit checks, whose cost must not follow the number of events.
 * As `currentUsage` (usage-of.ts), without dimensions.
 */
import { aggregations } from '../../domain/metering/aggregations';
import { type BucketState, emptyBucket, mergeBuckets } from '../../domain/metering/bucket';
import type { Meter } from '../../domain/metering/meter';
import { quantityOfBucket } from '../../domain/metering/quantity';
import { hourOf, partsOf, type Window } from '../../domain/metering/window';
import { fromIso, type Instant, toIso } from '../../domain/time';
import type { Database, Queryable, Statement } from '../pool';
import { bucketsOfEvents, type UsageQuestion } from './usage-buckets';
import { cutUsage } from './usage-cut';
import { usageOf } from './usage-of';

export interface NowQuestion {
  readonly meter: Meter;
  readonly customerId: string;
  readonly window: Window;
  /** A level counts up to now, and not to the end of the window. */
  readonly now: Instant;
}

/** Reservations that are held, asked for in the same statement: what a commit turns into usage is seen once, in one place or the other. */
export interface HeldQuestion {
  readonly customerId: string;
  readonly feature: string;
  readonly now: Instant;
}

export interface UsageNow {
  /** One per question. */
  readonly usages: readonly string[];
  readonly held: readonly string[];
}

type PartKind = 'hours' | 'edge' | 'held';

interface Part {
  /** The question. */
  readonly n: number;
  readonly kind: PartKind;
  /** The part belongs to the time before the window: what a level began with. */
  readonly before: boolean;
  readonly meter_id: string;
  readonly customer_id: string;
  readonly starts_at: string;
  readonly ends_at: string;
  /** Of an edge: its hour, and the instant at which it is cut. */
  readonly hour?: string;
  readonly cut?: string;
  /** Whether the latest value is asked for: finding it costs a sort. */
  readonly latest: boolean;
}

const summed = `sum(b.events)::text as events, sum(b.total)::text as total, max(b.most)::text as most, sum(b.moment)::text as moment,
    (array_agg(jsonb_build_object('at', b.latest_at, 'key', b.latest_key, 'value', b.latest::text) order by b.latest_at desc, b.latest_key desc)
      filter (where a.latest and b.latest_at is not null))[1] as latest`;

const partsStatement: Statement = {
  name: 'usage_now',
  text: `
with asked as (
  select * from jsonb_to_recordset($2) as a(place integer, kind text, meter_id text, customer_id text, starts_at timestamptz,
    ends_at timestamptz, hour timestamptz, cut timestamptz, latest boolean)
)
select a.place, found.*, null::bigint as hour_events from asked a cross join lateral (
  select ${summed} from usage_buckets b
  where b.tenant_id = $1 and b.meter_id = a.meter_id and b.customer_id = a.customer_id and b.starts_at >= a.starts_at and b.starts_at < a.ends_at
    and b.events > 0
  offset 0) found
where a.kind = 'hours'
union all
select a.place, found.*, case when exists (
    select from usage_cuts c where c.meter_id = a.meter_id and c.customer_id = a.customer_id and c.at = a.cut) then 0 else (
    select coalesce(sum(b.events), 0) from usage_buckets b
    where b.tenant_id = $1 and b.meter_id = a.meter_id and b.customer_id = a.customer_id and b.starts_at = a.hour) end
from asked a cross join lateral (
  select ${summed} from usage_edges b
  where b.tenant_id = $1 and b.meter_id = a.meter_id and b.customer_id = a.customer_id and b.starts_at = a.starts_at and b.ends_at = a.ends_at
    and b.events > 0
  offset 0) found
where a.kind = 'edge'
union all
select a.place, coalesce(sum(r.quantity), 0)::text, null, null, null, null, null from asked a
left join entitlement_reservations r on r.customer_id = a.customer_id and r.feature = a.meter_id and r.status = 'held' and r.expires_at > a.starts_at
where a.kind = 'held' group by 1`,
};

interface PartRow {
  [column: string]: unknown;
  place: number;
  events: string | null;
  total: string | null;
  most: string | null;
  moment: string | null;
  latest: { readonly at: string; readonly key: string; readonly value: string } | null;
  hour_events: string | null;
}

/** Reading so many events takes as long as a round trip; above it, the hour is cut. */
const edgeEventsMax = 50;

const earliest: Instant = 0;

/** The instant inside an edge's hour at which it meets the hour's other part; none where it meets it at both ends: no cut makes such a part. */
function cutOf({ from, to }: Window): Instant | null {
  if (from === hourOf(from)) return to;
  return to === hourOf(to) ? from : null;
}

function edgePart(n: number, before: boolean, { meter, customerId }: NowQuestion, edge: Window): Part {
  const cut = cutOf(edge);
  return {
    ...hoursPart(n, before, { meter, customerId }, edge),
    kind: 'edge',
    hour: toIso(hourOf(edge.from)),
    ...(cut === null ? {} : { cut: toIso(cut) }),
  };
}

function hoursPart(
  n: number,
  before: boolean,
  { meter, customerId }: Pick<NowQuestion, 'meter' | 'customerId'>,
  { from, to }: Window,
): Part {
  const latest = meter.definition.aggregation === 'latest';
  const span = { starts_at: toIso(from), ends_at: toIso(to) };
  return { n, kind: 'hours', before, meter_id: meter.id, customer_id: customerId, ...span, latest };
}

function windowParts(n: number, question: NowQuestion, window: Window, before: boolean): Part[] {
  const { hours, edges } = partsOf(window);
  return [
    ...(hours === null ? [] : [hoursPart(n, before, question, hours)]),
    ...edges.map((edge) => edgePart(n, before, question, edge)),
  ];
}

/** Values that are counted once need all of them in one place: they are read the general way. */
const isRead = ({ meter }: NowQuestion): boolean => aggregations[meter.definition.aggregation].reads !== 'text';

function partsOfQuestion(question: NowQuestion, n: number): Part[] {
  const { window, meter } = question;
  if (!isRead(question) || window.from >= window.to) return [];
  const own = windowParts(n, question, window, false);
  if (!aggregations[meter.definition.aggregation].carries) return own;
  return [...own, ...windowParts(n, question, { from: earliest, to: window.from }, true)];
}

const heldPart = ({ customerId, feature, now }: HeldQuestion, n: number): Part => {
  const at = toIso(now);
  const rest = { before: false, latest: false, starts_at: at, ends_at: at };
  return { n, kind: 'held', meter_id: feature, customer_id: customerId, ...rest };
};

const stateOf = ({ events, total, most, moment, latest }: PartRow): BucketState => ({
  events: events ?? '0',
  total: total ?? '0',
  most,
  moment: moment ?? '0',
  latest:
    latest === null ? null : { at: Date.parse(latest.at), key: latest.key.replaceAll('-', ''), value: latest.value },
  values: [],
});

const questionOf = (tenantId: string, { meter, customerId, window }: NowQuestion): UsageQuestion => ({
  tenantId,
  meter,
  customerId,
  from: window.from,
  to: window.to,
  by: [],
});

/** How a part of an hour is read that is not kept apart: its few events, or, if it may be cut, cut and asked for again. */
interface Reader {
  readonly db: Queryable;
  readonly tenantId: string;
  /** Null inside of a transaction: a cut is one of its own. */
  readonly database: Database | null;
}

async function edgeState(reader: Reader, question: NowQuestion, part: Part, row: PartRow): Promise<BucketState> {
  if (row.hour_events === null || row.hour_events === '0' || row.events !== null) return stateOf(row);
  const { tenantId, database, db } = reader;
  const edge = { from: fromIso(part.starts_at), to: fromIso(part.ends_at) };
  const asked = questionOf(tenantId, { ...question, window: edge });
  // Cutting it is for the next reading; this one is right without.
  if (database !== null && Number.parseInt(row.hour_events, 10) > edgeEventsMax && part.cut !== undefined)
    await cutUsage(database, asked, fromIso(part.cut));
  const groups = await bucketsOfEvents(db, asked, edge);
  return [...groups.values()].reduce(mergeBuckets, emptyBucket);
}

function quantityNow({ meter, window, now }: NowQuestion, state: BucketState, level: string): string {
  const { carries } = aggregations[meter.definition.aggregation];
  const to = carries ? Math.max(window.from, Math.min(now, window.to)) : window.to;
  return quantityOfBucket(meter.definition, state, { from: window.from, to }, level);
}

async function unlikeOthers({ db, tenantId }: Reader, question: NowQuestion): Promise<string> {
  const usage = await usageOf(db, questionOf(tenantId, question));
  return usage.form === 'quantity' ? usage.quantity : '0';
}

/**
 * Reads usages and held reservations of a tenant in one statement; a second one only where a window begins or ends inside of an hour with
 * a few events.
 */
export async function readUsageNow(
  reader: Reader,
  questions: readonly NowQuestion[],
  held: readonly HeldQuestion[],
): Promise<UsageNow> {
  const parts = [...questions.flatMap(partsOfQuestion), ...held.map(heldPart)];
  const rows =
    parts.length === 0
      ? []
      : await reader.db.query<PartRow>(partsStatement, [
          reader.tenantId,
          JSON.stringify(parts.map((part, place) => ({ ...part, place }))),
        ]);
  const byPlace = new Map(rows.map((row) => [row.place, row]));
  const within = new Map<number, BucketState>();
  const levels = new Map<number, BucketState>();
  for (const [place, part] of parts.entries()) {
    const row = byPlace.get(place);
    const question = questions[part.n];
    if (part.kind === 'held' || row === undefined || question === undefined) continue;
    const state = await edgeState(reader, question, part, row);
    const into = part.before ? levels : within;
    into.set(part.n, mergeBuckets(into.get(part.n) ?? emptyBucket, state));
  }
  const usages: string[] = [];
  for (const [n, question] of questions.entries()) {
    const general = !isRead(question);
    const state = within.get(n) ?? emptyBucket;
    usages.push(
      general ? await unlikeOthers(reader, question) : quantityNow(question, state, levels.get(n)?.total ?? '0'),
    );
  }
  const first = parts.length - held.length;
  return { usages, held: held.map((_, index) => byPlace.get(first + index)?.events ?? '0') };
}

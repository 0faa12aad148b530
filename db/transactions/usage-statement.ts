/**
 * The one statement that takes usage events in: it keeps the keys, the events, the buckets and the duplicates, or nothing at all.
 *
 * Written for arrays of thousands: everything that is compared row by row is a hashed subplan (`x in (select …)` in a select list), never
 * a join, because the plan is made before the arrays are known and would take nested loops for them.
 */
import type { UnmatchedReason } from '../../domain/metering/match';
import { hourMs } from '../../domain/time';
import type { Queryable, Statement } from '../pool';
import { usageEventId } from '../usage-key';
import type { Round } from './usage-round';

/** What became of an event that was sent. Its state may change later: `pending` becomes `billed`. */
export type Taken =
  | { readonly id: string; readonly state: 'pending' | 'late' | 'duplicate' }
  | { readonly id: string; readonly state: 'unmatched'; readonly reason: UnmatchedReason };

/** What a bucket keeps, of contributions without and with more than a value. Columns as in `columns`. */
const columns = 'events, total, most, latest, latest_at, latest_key, moment';
const sums = `count(*) as events, sum(value) as total, max(value) as most, null::numeric as latest, null::timestamptz as latest_at,
    null::uuid as latest_key, 0::numeric as moment`;
const particularSums = `count(*), coalesce(sum(value), 0), max(value), (array_agg(value order by at desc, key desc))[1],
    to_timestamp(max(at) filter (where value is not null) / 1000.0),
    (array_agg(key order by at desc, key desc) filter (where value is not null))[1], coalesce(sum(moment), 0)`;

/** Adds a row that came to the one that is there. */
function addingTo(table: string): string {
  const isLater = `(excluded.latest_at, excluded.latest_key) > (${table}.latest_at, ${table}.latest_key) or ${table}.latest_at is null`;
  const taken = (column: string): string =>
    `${column} = case when ${isLater} then excluded.${column} else ${table}.${column} end`;
  const added = ['events', 'total', 'moment'].map((column) => `${column} = ${table}.${column} + excluded.${column}`);
  return [
    ...added,
    `most = greatest(${table}.most, excluded.most)`,
    taken('latest'),
    taken('latest_at'),
    taken('latest_key'),
  ].join(', ');
}

const takeUsageIn: Statement = {
  name: 'usage_take_in',
  text: `
with asked as materialized (
  select key, source, event_id, type, customer_id, to_timestamp(at::double precision / 1000) as occurred_at, shape, first, properties, n
  from rows from (
    unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]), unnest($6::text[]), unnest($7::bigint[]),
    unnest($8::integer[]), unnest($9::boolean[]), jsonb_array_elements($10::jsonb)
  ) with ordinality as a(key, source, event_id, type, customer_id, at, shape, first, properties, n)
), fresh as (
  -- In the order of the keys, so that two statements with the same events wait for each other and never in a circle.
  insert into usage_event_keys (key, tenant_id, occurred_at)
  select key, $1, occurred_at from asked where first order by key
  on conflict (key) do nothing returning key
), known as materialized (
  select c.id, exists (select from usage_billings b where b.customer_id = c.id) as billed
  from customers c where c.tenant_id = $1 and c.id = any($11::text[])
), judged as materialized (
  select a.*, a.first and a.key in (select key from fresh) as is_fresh, a.customer_id in (select id from known) as is_known,
    a.customer_id in (select id from known where billed) as is_billed,
    ($12::text[])[a.shape] as unmatched, ($13::text[])[a.shape]::text[] as meters
  from asked a
), written as (
  insert into usage_events (key, tenant_id, source, event_id, type, customer_id, occurred_at, properties, meters, reason)
  select key, $1, source, event_id, type, customer_id, occurred_at, properties,
    case when is_known then meters else '{}' end,
    coalesce(unmatched, case when not is_known then 'customer_unknown' end)
  from judged where is_fresh
), repeated as (
  insert into usage_duplicates (key, tenant_id, times, type, customer_id, occurred_at, properties)
  select distinct on (key) key, $1, count(*) over (partition by key), type, customer_id, occurred_at, properties
  from judged where not is_fresh order by key, n desc
  on conflict (key) do update set times = usage_duplicates.times + excluded.times, type = excluded.type,
    customer_id = excluded.customer_id, occurred_at = excluded.occurred_at, properties = excluded.properties, recorded_at = now()
), counted as materialized (
  select n::integer from judged where is_fresh and is_known
), cuts as materialized (
  select array_position($20::text[], k.meter_id) as meter, array_position($11::text[], k.customer_id) as customer,
    (extract(epoch from k.at) * 1000)::bigint as at
  from usage_cuts_of($1, $11::text[]) k where k.meter_id = any($20::text[])
), plain as materialized (
  select meter, customer, dimensions, at, value
  from unnest($14::integer[], $15::integer[], $16::integer[], $17::integer[], $18::bigint[], $19::numeric[])
    as p(n, meter, customer, dimensions, at, value)
  where (p.n in (select n from counted)) is true
), particular as materialized (
  select * from jsonb_to_recordset($22::jsonb) as p(n integer, meter integer, customer integer, dimensions integer, at bigint,
    value numeric, key uuid, moment numeric, text text)
  where (p.n in (select n from counted)) is true
), hours as (
  select meter, customer, dimensions, at / ${hourMs} as hour, ${sums}
  from plain group by 1, 2, 3, 4
  union all
  select meter, customer, dimensions, at / ${hourMs}, ${particularSums}
  from particular group by 1, 2, 3, 4
), rolled as (
  insert into usage_buckets (meter_id, customer_id, starts_at, dimensions, tenant_id, ${columns})
  select ($20::text[])[meter], ($11::text[])[customer], to_timestamp(hour * 3600), ($21::text[])[dimensions]::jsonb, $1, ${columns}
  from hours order by 1, 2, 3, 4
  on conflict (meter_id, customer_id, starts_at, dimensions) do update set ${addingTo('usage_buckets')}
), parts as (
  select c.meter, c.customer, dimensions, c.at as cut, p.at < c.at as is_before, ${sums}
  from plain p join cuts c on c.meter = p.meter and c.customer = p.customer and c.at / ${hourMs} = p.at / ${hourMs}
  group by 1, 2, 3, 4, 5
  union all
  select c.meter, c.customer, dimensions, c.at, p.at < c.at, ${particularSums.replaceAll(/\bat\b/g, 'p.at')}
  from particular p join cuts c on c.meter = p.meter and c.customer = p.customer and c.at / ${hourMs} = p.at / ${hourMs}
  where p.text is null group by 1, 2, 3, 4, 5
), edged as (
  insert into usage_edges (meter_id, customer_id, starts_at, ends_at, dimensions, tenant_id, ${columns})
  select ($20::text[])[meter], ($11::text[])[customer],
    to_timestamp((case when is_before then cut - cut % ${hourMs} else cut end) / 1000.0),
    to_timestamp((case when is_before then cut else cut - cut % ${hourMs} + ${hourMs} end) / 1000.0), ($21::text[])[dimensions]::jsonb, $1, ${columns}
  from parts order by 1, 2, 3, 4, 5
  on conflict (meter_id, customer_id, starts_at, ends_at, dimensions) do update set ${addingTo('usage_edges')}
), distinguished as (
  insert into usage_unique_values (meter_id, customer_id, starts_at, dimensions, value, tenant_id, events)
  select ($20::text[])[meter], ($11::text[])[customer], to_timestamp(at / ${hourMs} * 3600), ($21::text[])[dimensions]::jsonb, text, $1, count(*)
  from particular where text is not null group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
  on conflict (meter_id, customer_id, starts_at, dimensions, value) do update set events = usage_unique_values.events + excluded.events
)
select array_agg(n::integer) filter (where not is_fresh) as duplicates,
  array_agg(n::integer) filter (where is_fresh and not is_known) as strangers,
  array_agg(n::integer) filter (where is_fresh and is_billed and unmatched is null
    and case when is_billed then usage_state(customer_id, meters, occurred_at, pg_current_xact_id()) = 'late' end) as late,
  -- Meters are added and never changed: as many as were matched with means the same ones.
  insist((select count(*) from meters where tenant_id = $1), $23, 'a meter was added meanwhile') as meters_hold
from judged`,
};

interface Answer {
  [column: string]: unknown;
  duplicates: number[] | null;
  strangers: number[] | null;
  late: number[] | null;
}

function takenOf({ keys, reasons }: Round, answer: Answer | undefined): Taken[] {
  const duplicates = new Set(answer?.duplicates);
  const strangers = new Set(answer?.strangers);
  const late = new Set(answer?.late);
  return keys.map((key, index) => {
    const id = usageEventId(key);
    if (duplicates.has(index + 1)) return { id, state: 'duplicate' };
    const reason = reasons[index] ?? (strangers.has(index + 1) ? 'customer_unknown' : null);
    if (reason !== null) return { id, state: 'unmatched', reason };
    return { id, state: late.has(index + 1) ? 'late' : 'pending' };
  });
}

/**
 * Takes a round in.
 * @throws a conflict (db/errors.ts) when a meter was added meanwhile: match again with all of them
 */
export async function takeIn(db: Queryable, round: Round): Promise<Taken[]> {
  const [answer] = await db.query<Answer>(takeUsageIn, round.values);
  return takenOf(round, answer);
}

const ensureMonth: Statement = { name: 'usage_ensure_month', text: 'select ensure_usage_partition($1)' };

/** Makes the partition of the month that an instant (ISO 8601) lies in, unless it is there. */
export async function ensurePartition(db: Queryable, instant: string): Promise<void> {
  await db.query(ensureMonth, [instant]);
}

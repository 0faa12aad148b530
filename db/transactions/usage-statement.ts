/**
 * The one statement that takes usage events in: it keeps the keys, the events, the buckets and the duplicates, or nothing at all.
 *
 * Written for arrays of thousands: everything that is compared row by row is a hashed subplan (`x in (select …)` in a select list), never
 * a join, because the plan is made before the arrays are known and would take nested loops for them.
 */
import type { UnmatchedReason } from '../../domain/metering/match';
import type { Queryable, Statement } from '../pool';
import { usageEventId } from '../usage-key';
import type { Round } from './usage-round';

/** What became of an event that was sent. Its state may change later: `pending` becomes `billed`. */
export type Taken =
  | { readonly id: string; readonly state: 'pending' | 'late' | 'duplicate' }
  | { readonly id: string; readonly state: 'unmatched'; readonly reason: UnmatchedReason };

const takeUsageIn: Statement = {
  name: 'usage_take_in',
  text: `
with asked as materialized (
  select * from rows from (
    unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[]), unnest($5::text[]), unnest($6::text[]), unnest($7::timestamptz[]),
    unnest($8::integer[]), unnest($9::boolean[]), jsonb_array_elements($10::jsonb)
  ) with ordinality as a(key, source, event_id, type, customer_id, occurred_at, shape, first, properties, n)
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
), plain as (
  select meter, customer, dimensions, hour, count(*) as events, sum(value) as total, max(value) as most,
    null::numeric as latest, null::timestamptz as latest_at, null::uuid as latest_key, 0::numeric as moment
  from unnest($14::integer[], $15::integer[], $16::integer[], $17::integer[], $18::integer[], $19::numeric[])
    as p(n, meter, customer, dimensions, hour, value)
  where (p.n in (select n from counted)) is true
  group by meter, customer, dimensions, hour
), particular as materialized (
  select * from jsonb_to_recordset($20::jsonb) as p(n integer, meter integer, customer integer, dimensions integer, hour integer,
    value numeric, at timestamptz, key uuid, moment numeric, text text)
  where (p.n in (select n from counted)) is true
), merged as (
  select * from plain
  union all
  select meter, customer, dimensions, hour, count(*), coalesce(sum(value), 0), max(value), (array_agg(value order by at desc, key desc))[1],
    max(at) filter (where value is not null), (array_agg(key order by at desc, key desc) filter (where value is not null))[1], coalesce(sum(moment), 0)
  from particular group by meter, customer, dimensions, hour
), rolled as (
  insert into usage_buckets (meter_id, customer_id, starts_at, dimensions, tenant_id, events, total, most, latest, latest_at, latest_key, moment)
  select ($21::text[])[meter], ($11::text[])[customer], to_timestamp(hour::bigint * 3600), ($22::text[])[dimensions]::jsonb, $1,
    events, total, most, latest, latest_at, latest_key, moment
  from merged order by 1, 2, 3, 4
  on conflict (meter_id, customer_id, starts_at, dimensions) do update set
    events = usage_buckets.events + excluded.events, total = usage_buckets.total + excluded.total,
    moment = usage_buckets.moment + excluded.moment, most = greatest(usage_buckets.most, excluded.most),
    latest = case when (excluded.latest_at, excluded.latest_key) > (usage_buckets.latest_at, usage_buckets.latest_key)
      or usage_buckets.latest_at is null then excluded.latest else usage_buckets.latest end,
    latest_key = case when (excluded.latest_at, excluded.latest_key) > (usage_buckets.latest_at, usage_buckets.latest_key)
      or usage_buckets.latest_at is null then excluded.latest_key else usage_buckets.latest_key end,
    latest_at = greatest(usage_buckets.latest_at, excluded.latest_at)
), distinguished as (
  insert into usage_unique_values (meter_id, customer_id, starts_at, dimensions, value, tenant_id, events)
  select ($21::text[])[meter], ($11::text[])[customer], to_timestamp(hour::bigint * 3600), ($22::text[])[dimensions]::jsonb, text, $1, count(*)
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

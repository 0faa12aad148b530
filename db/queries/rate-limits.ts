/** The limits that all processes share: how much of the present window of each is taken. Windows go by the database's own clock. */
import type { Queryable, Statement } from '../pool';

export interface LimitLease {
  readonly name: string;
  readonly granted: number;
  readonly windowEndsInMs: number;
}

export interface LimitRequest {
  readonly windowMs: number;
  readonly limits: readonly { readonly name: string; readonly perWindow: number; readonly wanted: number }[];
}

// What is asked for is counted, also what is not granted: who asks for a window that is used up only raises its count, and the next window
// begins anew. The present window is looked up once the row is locked, since the wait for it may have passed over a boundary; rows
// are locked in the order of their names.
const lease: Statement = {
  name: 'rate_limits_lease',
  text: `
with wanted as (
  select * from jsonb_to_recordset($1::jsonb) as w(name text, per_window numeric, tokens integer)
), leased as (
  insert into rate_limits as r (name, window_number, taken)
  select name, floor(extract(epoch from clock_timestamp()) * 1000 / $2::integer), tokens from wanted order by name
  on conflict (name) do update set (window_number, taken) = (
    select w.present, case when r.window_number = w.present then r.taken + excluded.taken else excluded.taken end
    from (select floor(extract(epoch from clock_timestamp()) * 1000 / $2::integer)::bigint as present offset 0) w)
  returning r.name, r.window_number, r.taken
)
select l.name,
  greatest(0, least(w.tokens, floor((l.window_number + 1) * w.per_window) - floor(l.window_number * w.per_window) - (l.taken - w.tokens)))::integer
    as granted,
  ((l.window_number + 1) * $2::integer - extract(epoch from clock_timestamp()) * 1000)::double precision as ends_in_ms
from leased l join wanted w on w.name = l.name`,
};

/** Takes up to what is wanted out of the present window of each limit. */
export async function leaseFromLimits(db: Queryable, { windowMs, limits }: LimitRequest): Promise<LimitLease[]> {
  const wanted = limits.map(({ name, perWindow, wanted: tokens }) => ({ name, per_window: perWindow, tokens }));
  const rows = await db.query<{ name: string; granted: number; ends_in_ms: number }>(lease, [
    JSON.stringify(wanted),
    windowMs,
  ]);
  return rows.map((row) => ({ name: row.name, granted: row.granted, windowEndsInMs: row.ends_in_ms }));
}

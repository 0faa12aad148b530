/** Usage events with the state that they are in: read only, they are written by the statement that takes them in. */
import type { CorrectionKind } from '../../domain/metering/usage-event';
import type { UnmatchedReason } from '../../domain/metering/match';
import { fromIso, toIso, type Instant } from '../../domain/time';
import type { Queryable, Statement } from '../pool';
import { idOfStoredKey, keyOfUsageEventId } from '../usage-key';
import type { Page, PageRequest } from './page';
import { firstOf } from './row-values';

export const usageEventStates = ['pending', 'billed', 'late', 'unmatched', 'duplicate', 'amended', 'voided'] as const;
export type UsageEventState = (typeof usageEventStates)[number];

export interface StoredUsageEvent {
  readonly id: string;
  readonly eventId: string;
  readonly source: string;
  readonly type: string;
  readonly customerId: string;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
  readonly properties: unknown;
  readonly state: UsageEventState;
  readonly reason: UnmatchedReason | null;
  readonly meterIds: readonly string[];
  /** The event that it amends or voids. */
  readonly corrects: { readonly id: string; readonly kind: CorrectionKind } | null;
  /** The event that amended or voided it. */
  readonly correctedBy: string | null;
  /** How often it came again. */
  readonly repeats: number;
  /** Of a duplicate: whether it differs from what is kept. */
  readonly differs: boolean | null;
}

interface Row {
  [column: string]: unknown;
  key: string;
  event_id: string;
  source: string;
  type: string;
  customer_id: string;
  occurred_at: Date;
  recorded_at: Date;
  properties: unknown;
  state: UsageEventState;
  reason: UnmatchedReason | null;
  meters: string[];
  corrects: string | null;
  correction_kind: CorrectionKind | null;
  corrected_by: string | null;
  repeats: number;
  differs: boolean | null;
}

const idOrNull = (key: string | null): string | null => (key === null ? null : idOfStoredKey(key));

const fromRow = (row: Row): StoredUsageEvent => ({
  id: idOfStoredKey(row.key),
  eventId: row.event_id,
  source: row.source,
  type: row.type,
  customerId: row.customer_id,
  occurredAt: row.occurred_at.getTime(),
  recordedAt: row.recorded_at.getTime(),
  properties: row.properties,
  state: row.state,
  reason: row.reason,
  meterIds: row.meters,
  corrects:
    row.corrects === null || row.correction_kind === null
      ? null
      : { id: idOfStoredKey(row.corrects), kind: row.correction_kind },
  correctedBy: idOrNull(row.corrected_by),
  repeats: row.repeats,
  differs: row.differs,
});

const stateOf = `case c.kind when 'void' then 'voided' when 'amend' then 'amended'
  else case when e.reason is not null then 'unmatched' else usage_state(e.customer_id, e.meters, e.occurred_at, e.written_by) end end`;
const columns = `e.key, e.event_id, e.source, e.type, e.customer_id, e.occurred_at, e.recorded_at, e.properties, ${stateOf} as state,
  e.reason, e.meters, t.target as corrects, t.kind as correction_kind, c.corrected_by, coalesce(u.times, 0)::integer as repeats, null::boolean as differs`;
const from = `usage_events e
  left join usage_corrections c on c.target = e.key
  left join usage_corrections t on t.corrected_by = e.key
  left join usage_duplicates u on u.key = e.key`;

const byKey: Statement = {
  name: 'usage_events_by_key',
  text: `select ${columns} from ${from} where e.tenant_id = $1 and e.key = $2
    and e.occurred_at = (select k.occurred_at from usage_event_keys k where k.key = $2)`,
};

/** An event by its id, or null; also when retention took it away. */
export async function findUsageEvent(db: Queryable, tenantId: string, id: string): Promise<StoredUsageEvent | null> {
  const key = keyOfUsageEventId(id);
  return key === null ? null : firstOf((await db.query<Row>(byKey, [tenantId, key])).map(fromRow));
}

export interface UsageEventFilters {
  readonly state?: UsageEventState | undefined;
  readonly customerId?: string | undefined;
  readonly type?: string | undefined;
  readonly reason?: string | undefined;
  /** Half-open: from the first, before the second. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

type FilterName = keyof UsageEventFilters;

const counted = `e.reason is null and c.target is null and ${stateOf} =`;
/** A state as a condition that an index can serve where there is one; `$?` is the filter's place. */
const conditions: Readonly<Record<FilterName, (place: string, filters: UsageEventFilters) => string>> = {
  state: (place, { state }) => {
    if (state === 'unmatched') return `(e.reason is not null and c.target is null and ${place}::text is not null)`;
    if (state === 'voided' || state === 'amended') return `${stateOf} = ${place}`;
    return `(${counted} ${place})`;
  },
  customerId: (place) => `e.customer_id = ${place}`,
  type: (place) => `e.type = ${place}`,
  reason: (place) => `e.reason = ${place}`,
  from: (place) => `e.occurred_at >= ${place}`,
  to: (place) => `e.occurred_at < ${place}`,
};

const statements = new Map<string, Statement>();

/** Where a page begins: after or before the event of a cursor. An id of nobody begins nowhere, and finds nothing. */
function listing(filters: UsageEventFilters, used: readonly FilterName[], direction: 'first' | 'older' | 'newer') {
  const name = ['usage_events_page', direction, filters.state ?? '', ...used].join('_');
  const known = statements.get(name);
  if (known !== undefined) return known;
  const where = ['e.tenant_id = $1', ...used.map((filter, at) => conditions[filter](`$${at + 3}`, filters))];
  const cursor = `$${used.length + 3}::uuid`;
  if (direction !== 'first')
    where.push(
      `(e.occurred_at, e.key) ${direction === 'older' ? '<' : '>'} ((select k.occurred_at from usage_event_keys k where k.key = ${cursor}), ${cursor})`,
    );
  const order = direction === 'newer' ? 'asc' : 'desc';
  const text = `select ${columns} from ${from} where ${where.join(' and ')} order by e.occurred_at ${order}, e.key ${order} limit $2`;
  const statement = { name, text };
  statements.set(name, statement);
  return statement;
}

const instantFilters: ReadonlySet<FilterName> = new Set(['from', 'to']);

/** Events of a tenant by their own time, the newest first; each carries the state that it is in now. */
export async function listUsageEvents(
  db: Queryable,
  tenantId: string,
  filters: UsageEventFilters,
  page: PageRequest,
): Promise<Page<StoredUsageEvent>> {
  const used = (Object.keys(conditions) as FilterName[]).filter((name) => filters[name] !== undefined);
  const direction = page.endingBefore !== null ? 'newer' : page.startingAfter !== null ? 'older' : 'first';
  const cursor = page.endingBefore ?? page.startingAfter;
  const key = cursor === null ? null : keyOfUsageEventId(cursor);
  if (cursor !== null && key === null) return { data: [], hasMore: false };
  const given = used.map((name) =>
    instantFilters.has(name) ? toIso(fromIso(String(filters[name]))) : String(filters[name]),
  );
  const values = [tenantId, page.limit + 1, ...given, ...(key === null ? [] : [key])];
  const rows = (await db.query<Row>(listing(filters, used, direction), values)).map(fromRow);
  const data = rows.slice(0, page.limit);
  return { data: direction === 'newer' ? data.reverse() : data, hasMore: rows.length > page.limit };
}

const duplicates: Statement = {
  name: 'usage_duplicates_page',
  text: `select u.key, e.event_id, e.source, u.type, u.customer_id, u.occurred_at, u.recorded_at, u.properties, 'duplicate' as state,
      null as reason, '{}'::text[] as meters, null::uuid as corrects, null as correction_kind, null::uuid as corrected_by,
      u.times::integer as repeats,
      (u.type, u.customer_id, u.occurred_at, u.properties) is distinct from (e.type, e.customer_id, e.occurred_at, e.properties) as differs
    from usage_duplicates u
    join usage_event_keys k on k.key = u.key
    join usage_events e on e.key = u.key and e.occurred_at = k.occurred_at
    where u.tenant_id = $1 and ($3::uuid is null or (u.recorded_at, u.key) < (select d.recorded_at, d.key from usage_duplicates d where d.key = $3))
    order by u.recorded_at desc, u.key desc limit $2`,
};

/** What came again, last first: what was sent then, and whether it differs from the event that is kept. */
export async function listUsageDuplicates(
  db: Queryable,
  tenantId: string,
  page: PageRequest,
): Promise<Page<StoredUsageEvent>> {
  const key = page.startingAfter === null ? null : keyOfUsageEventId(page.startingAfter);
  const rows = (await db.query<Row>(duplicates, [tenantId, page.limit + 1, key])).map(fromRow);
  return { data: rows.slice(0, page.limit), hasMore: rows.length > page.limit };
}

/**
 * Cuts a customer's busy hour in two where a window begins or ends inside of it: from then on both parts are kept as buckets of their own,
 * exactly, and nobody reads the events of the hour any more.
 */
import { aggregations } from '../../domain/metering/aggregations';
import { hourOf, partsOf, type Window } from '../../domain/metering/window';
import { hourMs, toIso, type Instant } from '../../domain/time';
import type { Database, Queryable, Statement } from '../pool';
import { bucketsOfEvents, type UsageQuestion } from './usage-buckets';

/** So many events are read in the time of a round trip: below it, a cut does not pay. */
const edgeEventsMax = 50;

// Waits for the rounds of the tenant that are under way, and holds those that come, until the cut is there (see usage_cuts_of).
const lockRounds: Statement = {
  name: 'usage_cut_lock',
  text: `select pg_advisory_xact_lock(hashtextextended('usage:' || $1::text, 0))`,
};
const insertCut: Statement = {
  name: 'usage_cut_insert',
  text: `insert into usage_cuts (tenant_id, meter_id, customer_id, at) values ($1, $2, $3, $4) on conflict do nothing returning at`,
};
const insertEdge: Statement = {
  name: 'usage_edge_insert',
  text: `insert into usage_edges (tenant_id, meter_id, customer_id, starts_at, ends_at, dimensions, events, total, most, latest, latest_at,
      latest_key, moment) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
};
const eventsOfHour: Statement = {
  name: 'usage_cut_needed',
  text: `select coalesce(sum(b.events), 0)::integer as events,
      exists (select from usage_cuts c where c.meter_id = $2 and c.customer_id = $3 and c.at = $5) as is_cut
    from usage_buckets b where b.tenant_id = $1 and b.meter_id = $2 and b.customer_id = $3 and b.starts_at = $4`,
};

async function fillEdge(db: Queryable, question: UsageQuestion, span: Window): Promise<void> {
  const { tenantId, meter, customerId } = question;
  const groups = await bucketsOfEvents(db, { tenantId, meter, customerId, ...span }, span);
  for (const [dimensions, { events, total, most, latest, moment }] of groups) {
    const at = latest === null ? null : toIso(latest.at);
    const state = [events, total, most, latest?.value ?? null, at, latest?.key ?? null, moment];
    await db.query(insertEdge, [
      tenantId,
      meter.id,
      customerId,
      toIso(span.from),
      toIso(span.to),
      dimensions,
      ...state,
    ]);
  }
}

/** Cuts the hour of an instant there. Nothing happens when it is cut there already. */
export async function cutUsage(database: Database, question: UsageQuestion, at: Instant): Promise<void> {
  const { tenantId, meter, customerId } = question;
  const from = hourOf(at);
  await database.transaction(tenantId, async (db) => {
    await db.query(lockRounds, [tenantId]);
    const made = await db.query(insertCut, [tenantId, meter.id, customerId, toIso(at)]);
    if (made.length === 0) return;
    await fillEdge(db, question, { from, to: at });
    await fillEdge(db, question, { from: at, to: from + hourMs });
  });
}

/** Cuts are for ever, so a process asks for each once; more than these begin anew. */
const knownMax = 100_000;
const known = new WeakMap<Database, Set<string>>();

/** The instant inside an hour at which an edge meets its hour's other part; null when it meets it at both ends. */
function cutOf({ from, to }: Window): Instant | null {
  if (from === hourOf(from)) return to;
  return to === hourOf(to) ? from : null;
}

async function cutIfBusy(database: Database, question: UsageQuestion, at: Instant): Promise<void> {
  const { tenantId, meter, customerId } = question;
  const cuts = known.get(database) ?? new Set<string>();
  known.set(database, cuts);
  const name = `${meter.id}/${customerId}/${at}`;
  if (cuts.has(name)) return;
  const values = [tenantId, meter.id, customerId, toIso(hourOf(at)), toIso(at)];
  const [found] = await database.as(tenantId).query<{ events: number; is_cut: boolean }>(eventsOfHour, values);
  if (found === undefined || (found.events <= edgeEventsMax && !found.is_cut)) return;
  if (!found.is_cut) await cutUsage(database, question, at);
  if (cuts.size >= knownMax) cuts.clear();
  cuts.add(name);
}

/** Cuts the hours at the ends of a window where they hold too many events to read. Sets of different values are always read. */
export async function cutWhereNeeded(database: Database, question: UsageQuestion): Promise<void> {
  if (aggregations[question.meter.definition.aggregation].reads === 'text') return;
  const cuts = partsOf(question).edges.flatMap((edge) => cutOf(edge) ?? []);
  await Promise.all([...new Set(cuts)].map((at) => cutIfBusy(database, question, at)));
}

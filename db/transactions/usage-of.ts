/**
 * Reads the usage of a window: whole hours from the buckets, and the parts of hours at its ends from buckets of their own, or from their
 * few events. The cost follows the length of the window, not the number of events in it.
 */
import { aggregations } from '../../domain/metering/aggregations';
import { type BucketState, emptyBucket } from '../../domain/metering/bucket';
import { quantityOfBucket, soldQuantity } from '../../domain/metering/quantity';
import { hourOf, partsOf, type Window } from '../../domain/metering/window';
import type { Usage } from '../../domain/pricing/usage';
import type { Database, Queryable, Statement } from '../pool';
import {
  addTo,
  bucketsOfEdge,
  bucketsOfHours,
  contributionsOf,
  dimensionsAsked,
  type Groups,
  type HoursRow,
  keyOf,
  projected,
  type UsageQuestion,
  valuesOf,
} from './usage-buckets';
import { cutWhereNeeded } from './usage-cut';

const uniqueStatement: Statement = {
  name: 'usage_unique_hours',
  text: `select dimensions, count(distinct value)::text as events from (
      select ${projected} as dimensions, b.value from usage_unique_values b
      where b.tenant_id = $1 and b.meter_id = $2 and b.customer_id = $3 and b.starts_at >= $4 and b.starts_at < $5
      union all select dimensions, value from jsonb_to_recordset($7::jsonb) as edge(dimensions jsonb, value text)
    ) seen group by dimensions`,
};

/** The merged buckets of a window. */
async function bucketsOfWindow(db: Queryable, question: UsageQuestion, window: Window): Promise<Groups> {
  const { hours, edges } = partsOf(window);
  const parts = await Promise.all([
    ...(hours === null ? [] : [bucketsOfHours(db, question, hours)]),
    ...edges.map((edge) => bucketsOfEdge(db, question, edge)),
  ]);
  const groups: Groups = new Map();
  for (const part of parts) for (const [key, bucket] of part) addTo(groups, key, bucket);
  return groups;
}

/** The total of each group before the window, from the first event on. */
async function levelsBefore(db: Queryable, question: UsageQuestion): Promise<Map<string, string>> {
  const hours = { from: 0, to: hourOf(question.from) };
  const edge = { from: hours.to, to: question.from };
  const [whole, part] = await Promise.all([
    bucketsOfHours(db, question, hours),
    edge.from < edge.to ? bucketsOfEdge(db, question, edge) : new Map<string, BucketState>(),
  ]);
  for (const [key, bucket] of part) addTo(whole, key, bucket);
  return new Map([...whole].map(([key, { total }]) => [key, total]));
}

/** The different values of a span, per group. */
async function distinctOf(db: Queryable, question: UsageQuestion, span: Window): Promise<string[][]> {
  const seen = new Map<string, Set<string>>();
  for await (const { group, contribution } of contributionsOf(db, question, span)) {
    const values = seen.get(group) ?? new Set<string>();
    seen.set(group, values.add(contribution.value));
  }
  return [...seen].flatMap(([group, values]) => [...values].map((value) => [group, value]));
}

async function uniqueQuantities(db: Queryable, question: UsageQuestion): Promise<Map<string, string>> {
  const { hours, edges } = partsOf(question);
  const found = (await Promise.all(edges.map((edge) => distinctOf(db, question, edge)))).flat();
  const values = found.map(([group = '{}', value]) => ({ dimensions: JSON.parse(group) as unknown, value }));
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

/**
 * As `usageOf`, at a cost that does not depend on the number of events even where the window cuts a busy hour: for a limit check, or the
 * current bill. The first reading of such a window may take longer.
 */
export async function currentUsage(database: Database, question: UsageQuestion): Promise<Usage> {
  await cutWhereNeeded(database, question);
  return usageOf(database.as(question.tenantId), question);
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
  const { usages, counted } = await measureTogether(database, [question], usageOf);
  return { usage: usages[0] ?? { form: 'groups', groups: [] }, counted };
}

/** As `measureUsage`, for several questions of one tenant: all answers are of the same moment. Each is read by `read`. */
export async function measureTogether<Q extends UsageQuestion>(
  database: Database,
  questions: readonly [Q, ...Q[]],
  read: (db: Queryable, question: Q) => Promise<Usage>,
): Promise<{ readonly usages: readonly Usage[]; readonly counted: string }> {
  for (const question of questions) await cutWhereNeeded(database, question);
  return database.transaction(questions[0].tenantId, async (db) => {
    await db.query(oneSnapshot, []);
    const [row] = await db.query<{ counted: string }>(snapshot, []);
    const usages: Usage[] = [];
    for (const question of questions) usages.push(await read(db, question));
    return { usages, counted: row?.counted ?? '' };
  });
}

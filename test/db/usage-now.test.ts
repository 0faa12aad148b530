/** The usage of limit checks is the usage that everything else reads, in two statements however many ask. */
import type { Database, Queryable } from '../../db/pool';
import { loadStanding } from '../../db/transactions/entitlement-standing';
import { readUsageNow } from '../../db/transactions/usage-now';
import { usageOf } from '../../db/transactions/usage-of';
import { aggregationKinds } from '../../domain/metering/aggregations';
import type { Meter } from '../../domain/metering/meter';
import { dayMs, fromIso, hourMs, toIso } from '../../domain/time';
import { granted, openEntitledTenant, type EntitledTenant } from '../support/entitled';

let tenant: EntitledTenant;
beforeAll(async () => {
  tenant = await openEntitledTenant();
});
afterAll(() => tenant.close());

const begin = fromIso('2026-03-01T00:00:00Z');
/** Windows with ends on hours, inside of busy and of quiet hours, within one hour, and empty ones. */
const windows = [
  { from: begin, to: begin + dayMs },
  { from: begin + 1_234_567, to: begin + dayMs },
  { from: begin + 1_234_567, to: begin + 5 * hourMs + 89_012 },
  { from: begin + 100_000, to: begin + 200_000 },
  { from: begin + 4 * hourMs, to: begin + 4 * hourMs + 1 },
  { from: begin - dayMs, to: begin },
];

/** Half in the first hour, which is cut where a window begins in it; the others over the day. */
async function send(type: string): Promise<void> {
  const events = Array.from({ length: 240 }, (_, index) => ({
    id: `${type}-${index}`,
    type,
    time: toIso(begin + (index % 2 === 0 ? index * 14_000 : index * 350_000)),
    properties: {
      value: index % 7 === 0 ? `-${index % 5}.5`.replace('-0', '0') : `${index % 11}`,
      model: `m${index % 3}`,
    },
  }));
  await tenant.send(...events);
}

describe.each(aggregationKinds)('%s', (aggregation) => {
  let meter: Meter;
  beforeAll(async () => {
    const definition = { event_type: aggregation, aggregation, group_by: ['model'] };
    meter = await tenant.meter(aggregation === 'count' ? definition : { ...definition, value_property: 'value' });
    await send(aggregation);
  });

  test('every window reads as the meter reads it, also once its hours are cut', async () => {
    const { tenantId, customerId, database } = tenant;
    const db = database.as(tenantId);
    const asked = windows.map((window) => ({ meter, customerId, window, now: window.to }));
    const expected = [];
    for (const window of windows) {
      const usage = await usageOf(db, { tenantId, meter, customerId, ...window, by: [] });
      expected.push(usage.form === 'quantity' ? usage.quantity : 'none');
    }
    for (let turn = 0; turn < 2; turn += 1) {
      const { usages } = await readUsageNow({ db, tenantId, database }, asked, []);
      expect(usages).toEqual(expected);
    }
    expect(new Set(expected).size).toBeGreaterThan(1);
    const { rowCount } = await tenant.admin.query('select from usage_cuts where meter_id = $1', [meter.id]);
    // Different values are always read.
    expect((rowCount ?? 0) > 0).toBe(aggregation !== 'unique');
  });
});

test('a level counts up to now, not to the end of the window', async () => {
  const meter = await tenant.meter({ event_type: 'seat', aggregation: 'time_weighted_sum', value_property: 'value' });
  await tenant.send({ id: 'seat', type: 'seat', time: toIso(begin), properties: { value: 3 } });
  const { tenantId, customerId, database } = tenant;
  const window = { from: begin + hourMs, to: begin + dayMs };
  const question = { meter, customerId, window, now: begin + 3 * hourMs };
  const { usages } = await readUsageNow({ db: database.as(tenantId), tenantId, database }, [question], []);
  expect(usages).toEqual([String(3 * 2 * 3_600)]);
});

/** Counts the statements by name. */
function counting(database: Database): { database: Database; names: string[] } {
  const names: string[] = [];
  const wrapped = new Map<string, Queryable>();
  const as = (tenantId: string): Queryable => {
    const db = database.as(tenantId);
    const known = wrapped.get(tenantId) ?? {
      query: (statement, values) => {
        names.push(statement.name);
        return db.query(statement, values);
      },
    };
    wrapped.set(tenantId, known);
    return known;
  };
  return { database: { ...database, as }, names };
}

test('a check reads two statements, and a hundred that come at once share them', async () => {
  const meter = await tenant.meter({ event_type: 'many', aggregation: 'count' });
  const feature = await tenant.feature('many', meter.id);
  const month = { from: '2026-03-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z' };
  for (const customerId of tenant.customers)
    await tenant.subscribe([granted(feature, { limit: '5' })], { ...month, customerId });
  const { database, names } = counting(tenant.database);
  const ask = (number: number) => {
    const customerId = tenant.customers[number % tenant.customers.length] ?? '';
    return loadStanding(database, tenant.tenantId, { customerId, feature: 'many', wallClock: begin });
  };
  await ask(0);
  names.length = 0;
  await ask(0);
  expect(names).toEqual(['entitlement_facts', 'usage_now']);
  names.length = 0;
  const standings = await Promise.all(Array.from({ length: 100 }, (_, number) => ask(number)));
  expect(standings.every((standing) => standing?.features[0]?.metered?.limit === '5')).toBe(true);
  expect(names.length).toBeLessThanOrEqual(6);
});

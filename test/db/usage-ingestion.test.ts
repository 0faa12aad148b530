/** Usage events count once, reach a named state, and are rolled up to exactly what they say. */
import fc from 'fast-check';
import { findUsageEvent, listUsageDuplicates, listUsageEvents } from '../../db/queries/usage-events';
import { insertUsageBilling } from '../../db/queries/usage-billings';
import { measureUsage } from '../../db/transactions/usage-of';
import { type AggregationKind, aggregationKinds } from '../../domain/metering/aggregations';
import { bucketOf, emptyBucket, mergeBuckets } from '../../domain/metering/bucket';
import { quantityOfBucket } from '../../domain/metering/quantity';
import type { Usage } from '../../domain/pricing/usage';
import { fromIso, toIso } from '../../domain/time';
import { openMeteredTenant, type MeteredTenant } from '../support/metering';

let tenant: MeteredTenant;
beforeEach(async () => {
  tenant = await openMeteredTenant();
});
afterEach(() => tenant.close());

const day = ['2026-03-10T00:00:00Z', '2026-03-11T00:00:00Z'] as const;
const first = { limit: 20, startingAfter: null, endingBefore: null };
const states = (taken: readonly { state: string; reason?: string }[]) =>
  taken.map(({ state, reason }) => reason ?? state);
const quantity = (value: string): Usage => ({ form: 'quantity', quantity: value });
const db = () => tenant.database.as(tenant.tenantId);

test('an event counts once, whoever sends it again, also with another time or at the same moment', async () => {
  const meter = await tenant.meter({});
  const event = { id: 'e1', time: '2026-03-10T10:00:00Z' };
  const [both, again] = await Promise.all([tenant.send(event, event), tenant.send(event)]);
  expect([...states(both), ...states(again)].sort()).toEqual(['duplicate', 'duplicate', 'pending']);
  expect(states(await tenant.send({ ...event, time: '2026-04-10T10:00:00Z' }))).toEqual(['duplicate']);
  expect(states(await tenant.send({ ...event, source: 'other' }))).toEqual(['pending']);
  expect(await tenant.usage(meter, ...day)).toEqual(quantity('2'));
  expect(await tenant.usage(meter, '2026-04-01T00:00:00Z', '2026-05-01T00:00:00Z')).toEqual(quantity('0'));
});

test('many senders of the same events, in any order, count each once', async () => {
  const meter = await tenant.meter({ aggregation: 'sum', value_property: 'n' });
  const events = Array.from({ length: 60 }, (_, at) => ({ id: `e${at}`, properties: { n: at } }));
  const orders = [events, [...events].reverse(), [...events].sort((a, b) => (a.id < b.id ? -1 : 1))];
  const taken = (await Promise.all([...orders, ...orders].map((order) => tenant.send(...order)))).flat();
  expect(taken.filter(({ state }) => state === 'pending')).toHaveLength(60);
  expect(await tenant.usage(meter, ...day)).toEqual(quantity(String((59 * 60) / 2)));
});

test('each event is told its state, and why nothing counts it', async () => {
  await tenant.meter({
    aggregation: 'sum',
    value_property: 'n',
    filters: [{ property: 'ok', operator: 'in', values: ['true'] }],
  });
  const taken = await tenant.send(
    { id: '1', properties: { n: 1, ok: true } },
    { id: '2', type: 'other' },
    { id: '3', properties: { n: 1, ok: false } },
    { id: '4', properties: { ok: true } },
    { id: '5', properties: { n: 'x', ok: true } },
    { id: '6', properties: { n: 1, ok: true }, customer_id: 'cus_nobody' },
  );
  const reasons = ['no_meter', 'filtered_out', 'value_missing', 'value_invalid', 'customer_unknown'];
  expect(states(taken)).toEqual(['pending', ...reasons]);
  const unmatched = await listUsageEvents(db(), tenant.tenantId, { state: 'unmatched' }, first);
  expect(unmatched.data.map(({ reason }) => reason).sort()).toEqual([...reasons].sort());
  const pending = await listUsageEvents(db(), tenant.tenantId, { state: 'pending' }, first);
  expect(pending.data.map(({ eventId, id }) => [eventId, id])).toEqual([['1', taken[0]?.id]]);
});

test('a meter counts from the moment on at which it is there, also for a process that knew of none', async () => {
  expect(states(await tenant.send({ id: '1' }))).toEqual(['no_meter']);
  const meter = await tenant.meter({});
  expect(states(await tenant.send({ id: '2' }))).toEqual(['pending']);
  expect(await tenant.usage(meter, ...day)).toEqual(quantity('1'));
});

test('what came again is listed with how often, and whether it differs', async () => {
  await tenant.meter({});
  await tenant.send({ id: '1', properties: { a: 1 } }, { id: '2', properties: { a: 1 } });
  await tenant.send({ id: '1', properties: { a: 1 } }, { id: '1', properties: { a: 1 } });
  await tenant.send({ id: '2', properties: { a: 2 } });
  const { data } = await listUsageDuplicates(db(), tenant.tenantId, first);
  expect(data.map(({ eventId, repeats, differs, properties }) => [eventId, repeats, differs, properties])).toEqual([
    ['2', 1, true, { a: 2 }],
    ['1', 2, false, { a: 1 }],
  ]);
});

test('an event is billed when its window was, and one that comes after that is late, to the event', async () => {
  const meter = await tenant.meter({});
  const customerId = tenant.customers[0] ?? '';
  const [kept] = await tenant.send({ id: '1' });
  const question = { tenantId: tenant.tenantId, meter, customerId, from: fromIso(day[0]), to: fromIso(day[1]) };
  // An event whose transaction began before the reading and ends after it is not in what was read.
  await tenant.admin.query('begin');
  await tenant.admin.query(
    `insert into usage_events (key, tenant_id, source, event_id, type, customer_id, occurred_at, properties, meters)
      values (gen_random_uuid(), $1, 'api', 'slow', 'call', $2, '2026-03-10T11:00:00Z', '{}', array[$3])`,
    [tenant.tenantId, customerId, meter.id],
  );
  const { usage, counted } = await measureUsage(tenant.database, question);
  await tenant.admin.query('commit');
  // The invoice itself is beside the point here.
  await tenant.admin.query('alter table usage_billings disable trigger all');
  const billing = { ...question, meterId: meter.id, invoiceId: 'inv_1', usage, counted };
  await insertUsageBilling(db(), billing);
  await insertUsageBilling(db(), billing);
  expect(usage).toEqual(quantity('1'));
  expect((await findUsageEvent(db(), tenant.tenantId, kept?.id ?? ''))?.state).toBe('billed');
  expect(states(await tenant.send({ id: '2' }, { id: '3', time: day[1] }))).toEqual(['late', 'pending']);
  const listed = async (state: 'late' | 'billed' | 'pending') =>
    (await listUsageEvents(db(), tenant.tenantId, { state }, first)).data.map(({ eventId }) => eventId).sort();
  expect(await listed('late')).toEqual(['2', 'slow']);
  expect(await listed('billed')).toEqual(['1']);
  expect(await listed('pending')).toEqual(['3']);
});

test('another tenant can have the same event, and sees nothing of this one', async () => {
  await tenant.meter({});
  const [taken] = await tenant.send({ id: '1' });
  const other = tenant.database.as('ten_other');
  expect(await findUsageEvent(other, 'ten_other', taken?.id ?? '')).toBeNull();
  for (const table of ['usage_events', 'usage_event_keys', 'usage_buckets', 'usage_events_2026_03'])
    expect(await other.query({ name: `all_${table}`, text: `select from ${table}` }, []).catch(() => [])).toEqual([]);
});

test('pages lead through all events of a customer by their own time, across months, back and forth', async () => {
  await tenant.meter({});
  const times = ['2026-01-31T23:00:00Z', '2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'];
  await tenant.send(...times.map((time, at) => ({ id: `e${at}`, time })));
  const read = (page: object) =>
    listUsageEvents(db(), tenant.tenantId, { customerId: tenant.customers[0] }, { ...first, limit: 2, ...page });
  const newest = await read({});
  const older = await read({ startingAfter: newest.data[1]?.id ?? null });
  expect([newest.hasMore, older.hasMore]).toEqual([true, false]);
  expect(new Set([...newest.data, ...older.data].map(({ eventId }) => eventId)).size).toBe(4);
  expect((await read({ endingBefore: older.data[0]?.id ?? null })).data).toEqual(newest.data);
  const february = { from: '2026-02-01T00:00:00Z', to: '2026-03-01T00:00:00Z' };
  expect((await listUsageEvents(db(), tenant.tenantId, february, first)).data).toHaveLength(2);
});

test('the usage of any window is what its events say, for every aggregation', async () => {
  const start = fromIso('2026-03-10T09:00:00Z');
  const instant = fc.integer({ min: 0, max: 4 * 3600 * 4 }).map((quarters) => start + quarters * 250);
  const event = fc.record({ at: instant, n: fc.integer({ min: -3, max: 9 }), zone: fc.constantFrom('a', 'b') });
  const meters = new Map<AggregationKind, Awaited<ReturnType<typeof tenant.meter>>>();
  for (const aggregation of aggregationKinds)
    meters.set(
      aggregation,
      await tenant.meter({ aggregation, value_property: aggregation === 'count' ? null : 'n', group_by: ['zone'] }),
    );
  let sent = 0;
  const list = fc.sample(event, 40).map((one) => ({ ...one, id: `e${(sent += 1)}` }));
  const bodies = list.map(({ id, at, n, zone }) => ({ id, time: toIso(at), properties: { n, zone } }));
  const taken = [...(await tenant.send(...bodies.slice(0, 15))), ...(await tenant.send(...bodies.slice(15)))];
  expect(new Set(states(taken))).toEqual(new Set(['pending']));
  const expected = (aggregation: AggregationKind, from: number, to: number) => {
    const definition = meters.get(aggregation)!.definition;
    const merged = (within: (at: number) => boolean) =>
      list
        .map((one, at) => ({ ...one, key: taken[at]?.id ?? '' }))
        .filter(({ at }) => within(at))
        .map(({ at, key, n }) => bucketOf(aggregation, { at, key, value: String(n) }))
        .reduce(mergeBuckets, emptyBucket);
    const level = aggregation === 'time_weighted_sum' ? merged((at) => at < from).total : '0';
    return quantityOfBucket(
      definition,
      merged((at) => at >= from && at < to),
      { from, to },
      level,
    );
  };
  await fc.assert(
    fc.asyncProperty(instant, instant, fc.constantFrom(...aggregationKinds), async (a, b, aggregation) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b) + 1];
      const usage = await tenant.usage(meters.get(aggregation)!, toIso(from), toIso(to), []);
      expect(usage).toEqual(quantity(expected(aggregation, from, to)));
    }),
    { numRuns: 60 },
  );
});

test('usage is kept apart by the dimensions that are asked for', async () => {
  const meter = await tenant.meter({ aggregation: 'sum', value_property: 'n', group_by: ['zone', 'size'] });
  const event = (id: string, zone: string, size: string) => ({ id, properties: { n: 1, zone, size } });
  await tenant.send(event('1', 'a', 's'), event('2', 'a', 'l'), event('3', 'b', 's'), event('4', 'b', 's'));
  expect(await tenant.usage(meter, ...day, ['zone'])).toEqual({
    form: 'groups',
    groups: [
      { dimensions: { zone: 'a' }, quantity: '2' },
      { dimensions: { zone: 'b' }, quantity: '2' },
    ],
  });
  expect(await tenant.usage(meter, ...day)).toMatchObject({ groups: { length: 3 } });
});

test('events are neither edited nor deleted, and months are dropped only when they are old', async () => {
  await tenant.send({ id: '1', time: '2020-01-01T00:00:00Z' }, { id: '2' });
  const { admin } = tenant;
  await expect(admin.query(`update usage_events set reason = null`)).rejects.toThrow(/append-only/);
  await expect(admin.query(`delete from usage_events`)).rejects.toThrow(/append-only/);
  await expect(admin.query(`select drop_usage_events_before(now())`)).rejects.toThrow(/13 months/);
  const { rows } = await admin.query(`select drop_usage_events_before('2020-02-01T00:00:00Z') as months`);
  expect(rows).toEqual([{ months: 1 }]);
  expect(states(await tenant.send({ id: '1', time: '2020-01-01T00:00:00Z' }))).toEqual(['duplicate']);
});

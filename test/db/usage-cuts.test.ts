/** A window that cuts a busy hour is read from buckets of its own: as exact as the events, and not as slow. */
import { cutUsage } from '../../db/transactions/usage-cut';
import { currentUsage } from '../../db/transactions/usage-of';
import { type AggregationKind, aggregationKinds } from '../../domain/metering/aggregations';
import type { Meter } from '../../domain/metering/meter';
import { fromIso, toIso } from '../../domain/time';
import { openMeteredTenant, type MeteredTenant } from '../support/metering';

let tenant: MeteredTenant;
beforeEach(async () => {
  tenant = await openMeteredTenant();
});
afterEach(() => tenant.close());

const hour = fromIso('2026-03-10T10:00:00Z');
const cut = hour + 17 * 60_000 + 23_456;
const end = hour + 3 * 3_600_000;
const event = (id: string, at: number, n: number, zone = 'a') => ({ id, time: toIso(at), properties: { n, zone } });
const questionOf = (meter: Meter, from: number, to: number) => ({
  tenantId: tenant.tenantId,
  meter,
  customerId: tenant.customers[0] ?? '',
  from,
  to,
});
const cutsMade = async () => (await tenant.admin.query('select from usage_cuts')).rowCount;

/** Meters whose hour can be cut. */
const cuttable = aggregationKinds.filter((kind) => kind !== 'unique');
const meterOf = (aggregation: AggregationKind) =>
  tenant.meter({ aggregation, value_property: aggregation === 'count' ? null : 'n', group_by: ['zone'] });

test.each(cuttable)(
  '%s around a cut is what the events say, before it, after it, and through corrections',
  async (kind) => {
    const meter = await meterOf(kind);
    const twin = await meterOf(kind);
    const both = async (): Promise<unknown[]> => {
      const windows = [
        [hour - 3_600_000, cut],
        [cut, end],
        [cut, hour + 3_600_000],
      ] as const;
      const read = [];
      for (const [from, to] of windows) {
        const [one, other] = [meter, twin].map((asked) =>
          tenant.usage(asked, toIso(from), toIso(to), ['zone']).then((usage) => JSON.stringify(usage)),
        );
        read.push(await one, await other);
      }
      return read;
    };
    const expectSame = async (): Promise<void> => {
      const read = await both();
      for (let at = 0; at < read.length; at += 2) expect(read[at]).toBe(read[at + 1]);
    };
    const offsets = [0, 1_000, cut - hour - 1, cut - hour, cut - hour + 1, 3_599_999, 3_600_000];
    await tenant.send(...offsets.map((offset, n) => event(`old-${n}`, hour + offset, n + 1, n % 2 === 0 ? 'a' : 'b')));
    await cutUsage(tenant.database, questionOf(meter, cut, end), cut);
    await expectSame();
    await tenant.send(...offsets.map((offset, n) => event(`new-${n}`, hour + offset, 20 - n, n % 3 === 0 ? 'a' : 'c')));
    await expectSame();
    for (const id of ['old-2', 'old-3', 'new-2', 'new-4']) await tenant.correct({ id: `v-${id}`, voids: id });
    await tenant.correct({ ...event('right', cut - 1, 7), amends: 'new-5' });
    await expectSame();
    // One of the two is read from its parts, not from its events.
    await tenant.admin.query(`update usage_edges set events = events + 1000, total = total + 1000, most = most + 1000,
    latest = latest + 1000`);
    const [one, other] = await both();
    expect(one).not.toBe(other);
  },
);

test('a busy hour is cut when a window through it is read, and a quiet one is not', async () => {
  const meter = await meterOf('count');
  const read = () => currentUsage(tenant.database, { ...questionOf(meter, cut, end), by: [] });
  await tenant.send(...Array.from({ length: 50 }, (_, n) => event(`e${n}`, hour + n * 70_000, 1)));
  const before = await read();
  expect(await cutsMade()).toBe(0);
  await tenant.send(event('one more', hour, 1));
  expect(await read()).toEqual(before);
  expect(await cutsMade()).toBe(1);
  await tenant.send(event('and one', cut, 1));
  const quantity = before.form === 'quantity' ? before.quantity : '';
  expect(await read()).toEqual({ form: 'quantity', quantity: String(Number(quantity) + 1) });
});

test('a cut that is made while events and voids come in misses none and counts none twice', async () => {
  const meter = await meterOf('sum');
  const batches = Array.from({ length: 12 }, (_, batch) =>
    Array.from({ length: 40 }, (__, n) => event(`e${batch}-${n}`, hour + ((batch * 40 + n) * 3_600_000) / 480, n + 1)),
  );
  const question = questionOf(meter, cut, end);
  await tenant.send(...(batches[0] ?? []));
  await Promise.all([
    ...batches.slice(1, 6).map((batch) => tenant.send(...batch)),
    ...[1, 5, 39].map((n) => tenant.correct({ id: `v${n}`, voids: `e0-${n}` })),
    cutUsage(tenant.database, question, cut),
    cutUsage(tenant.database, questionOf(meter, hour, cut + 1), cut + 1),
    ...batches.slice(6).map((batch) => tenant.send(...batch)),
  ]);
  const sums = await tenant.admin.query<{ side: boolean; total: string }>(
    `select e.occurred_at >= $1 as side, sum((e.properties->>'n')::integer)::text as total from usage_events e
      where not exists (select from usage_corrections c where e.key in (c.target, c.corrected_by)) group by 1 order by 1`,
    [toIso(cut)],
  );
  const usage = async (from: number, to: number) => {
    const read = await tenant.usage(meter, toIso(from), toIso(to), []);
    return read.form === 'quantity' ? read.quantity : null;
  };
  expect(await usage(hour, cut)).toBe(sums.rows[0]?.total);
  expect(await usage(cut, end)).toBe(sums.rows[1]?.total);
  const { rows } = await tenant.admin.query(`select count(*)::integer as parts, count(distinct ends_at)::integer as ends
    from usage_edges where events > 0`);
  expect(rows).toEqual([{ parts: 4, ends: 3 }]);
});

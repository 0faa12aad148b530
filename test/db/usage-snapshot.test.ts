/** What is measured for a bill is of one moment, and the bill knows of which: what comes meanwhile is neither counted in part nor lost. */
import { measureTogether, usageOf } from '../../db/transactions/usage-of';
import { fromIso } from '../../domain/time';
import { openMeteredTenant, type MeteredTenant } from '../support/metering';

let tenant: MeteredTenant;
beforeAll(async () => {
  tenant = await openMeteredTenant();
});
afterAll(() => tenant.close());

const used = (id: string, n: string) => tenant.send({ id, time: '2026-03-10T10:00:00Z', properties: { n } });

test('an event that comes while a bill is measured is in none of its readings, and not in what it says it counted', async () => {
  const meter = await tenant.meter({ aggregation: 'sum', value_property: 'n' });
  await used('before', '3');
  const [from, to] = [fromIso('2026-03-01T00:00:00Z'), fromIso('2026-04-01T00:00:00Z')];
  const question = { tenantId: tenant.tenantId, meter, customerId: tenant.customers[0] ?? '', from, to };
  let readings = 0;
  const { usages, counted } = await measureTogether(tenant.database, [question, question], async (db, asked) => {
    readings += 1;
    if (readings === 2) await used('meanwhile', '5');
    return usageOf(db, asked);
  });
  expect(usages).toEqual(Array.from({ length: 2 }, () => ({ form: 'quantity', quantity: '3' })));
  const text = `select event_id from usage_events where pg_visible_in_snapshot(written_by, $1::pg_snapshot)`;
  expect((await tenant.admin.query<object>(text, [counted])).rows).toEqual([{ event_id: 'before' }]);
});

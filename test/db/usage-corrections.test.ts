/** Amending and voiding: nothing is deleted, and usage is as if the wrong event had never been. */
import { findUsageEvent } from '../../db/queries/usage-events';
import { type AggregationKind, aggregationKinds } from '../../domain/metering/aggregations';
import { openMeteredTenant, type MeteredTenant } from '../support/metering';

let tenant: MeteredTenant;
beforeEach(async () => {
  tenant = await openMeteredTenant();
});
afterEach(() => tenant.close());

const day = ['2026-03-10T00:00:00Z', '2026-03-11T00:00:00Z'] as const;
const at = (time: string, id: string, n: number) => ({ id, time: `2026-03-10T${time}Z`, properties: { n } });
const stateOf = async (id: string | undefined) =>
  (await findUsageEvent(tenant.database.as(tenant.tenantId), tenant.tenantId, id ?? ''))?.state;

const meterOf = (aggregation: AggregationKind) =>
  tenant.meter({ aggregation, value_property: aggregation === 'count' ? null : 'n' });

test.each(aggregationKinds)('%s is after a void what it was before the event', async (aggregation) => {
  const meter = await meterOf(aggregation);
  await tenant.send(at('10:00:00', '1', 3), at('10:30:00', '2', 5));
  const before = await tenant.usage(meter, ...day);
  const [wrong] = await tenant.send(at('10:45:00', 'wrong', 70));
  expect(await tenant.usage(meter, ...day)).not.toEqual(before);
  expect((await tenant.correct({ id: 'v', voids: 'wrong' })).state).toBe('pending');
  expect(await tenant.usage(meter, ...day)).toEqual(before);
  expect(await stateOf(wrong?.id)).toBe('voided');
});

test.each(aggregationKinds)('%s is after an amendment as if only the amendment had come', async (aggregation) => {
  const meter = await meterOf(aggregation);
  await tenant.send(at('10:00:00', '1', 3), at('10:30:00', 'wrong', 50), at('10:40:00', '3', 3));
  await tenant.correct({ ...at('11:15:00', 'right', 4), amends: 'wrong' });
  const amended = await tenant.usage(meter, ...day);
  const clean = await openMeteredTenant();
  const same = await clean.meter(meter.definition);
  await clean.send(at('10:00:00', '1', 3), at('10:40:00', '3', 3), at('11:15:00', 'right', 4));
  expect(amended).toEqual(await clean.usage(same, ...day));
  await clean.close();
});

test('a correction counts once, and an event is corrected once', async () => {
  const meter = await meterOf('sum');
  const [wrong] = await tenant.send(at('10:00:00', 'wrong', 9), at('10:00:00', 'other', 1));
  const amendment = { ...at('10:00:00', 'right', 4), amends: 'wrong' };
  const taken = await Promise.all([tenant.correct(amendment), tenant.correct(amendment)]);
  expect(taken.map(({ state }) => state).sort()).toEqual(['duplicate', 'pending']);
  expect(await tenant.correct({ id: 'late', voids: 'wrong' })).toMatchObject({ reason: 'target_corrected' });
  expect(await tenant.correct({ id: 'v', voids: 'nobody' })).toMatchObject({ reason: 'target_unknown' });
  expect(await tenant.usage(meter, ...day)).toEqual({ form: 'quantity', quantity: '5' });
  expect(await stateOf(wrong?.id)).toBe('amended');
});

test('an amendment can be corrected in its turn; a void cannot', async () => {
  const meter = await meterOf('sum');
  await tenant.send(at('10:00:00', 'wrong', 9));
  await tenant.correct({ ...at('10:00:00', 'better', 4), amends: 'wrong' });
  await tenant.correct({ id: 'v', voids: 'better' });
  expect(await tenant.usage(meter, ...day)).toEqual({ form: 'quantity', quantity: '0' });
  expect(await tenant.correct({ id: 'w', voids: 'v' })).toMatchObject({ reason: 'target_voids' });
});

test('an amendment that nothing counts leaves its target as it was', async () => {
  const meter = await meterOf('sum');
  const [wrong] = await tenant.send(at('10:00:00', 'wrong', 9));
  const amendment = { id: 'a', amends: 'wrong', properties: { n: 'many' } };
  expect(await tenant.correct(amendment)).toMatchObject({ reason: 'value_invalid' });
  expect([await stateOf(wrong?.id), await tenant.usage(meter, ...day)]).toEqual([
    'pending',
    { form: 'quantity', quantity: '9' },
  ]);
});

test('events and their voids at the same moment leave nothing behind', async () => {
  const [sum, max] = [await meterOf('sum'), await meterOf('max')];
  const ids = Array.from({ length: 20 }, (_, n) => `e${n}`);
  await tenant.send(...ids.map((id, n) => at('10:00:00', id, n + 1)));
  await Promise.all([
    ...ids.map((id) => tenant.correct({ id: `v-${id}`, voids: id })),
    ...ids.map((id, n) => tenant.send(at('10:20:00', `new-${id}`, n === 7 ? 2 : 1))),
  ]);
  expect(await tenant.usage(sum, ...day)).toEqual({ form: 'quantity', quantity: '21' });
  expect(await tenant.usage(max, ...day)).toEqual({ form: 'quantity', quantity: '2' });
});

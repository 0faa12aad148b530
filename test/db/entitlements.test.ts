/** Limits read from the books: what counts in which window, what is held, and that nobody gets the same unit twice. */
import type { Database } from '../../db/pool';
import { expireReservations, findReservation } from '../../db/queries/entitlement-reservations';
import { raiseAlerts } from '../../db/transactions/entitlement-alerts';
import { loadStanding } from '../../db/transactions/entitlement-standing';
import { reserveEntitlement } from '../../db/transactions/reserve-entitlement';
import { commitReservation, releaseReservation } from '../../db/transactions/settle-reservation';
import { sweepThresholds } from '../../db/transactions/threshold-sweep';
import type { Feature } from '../../domain/entitlements/feature';
import { waitFor } from '../../dev/stack/wait';
import { newId } from '../../domain/ids';
import type { Meter } from '../../domain/metering/meter';
import { parseUsageEvent, type UsageEvent } from '../../domain/metering/usage-event';
import { fromIso } from '../../domain/time';
import { granted, openEntitledTenant, type EntitledTenant } from '../support/entitled';

let tenant: EntitledTenant;
let tokens: Meter;
let calls: Feature;
beforeAll(async () => {
  tenant = await openEntitledTenant();
  tokens = await tenant.meter({ event_type: 'call', aggregation: 'sum', value_property: 'tokens' });
  calls = await tenant.feature('calls', tokens.id);
});
afterAll(() => tenant.close());

let numbers = 0;
/** So many tokens of a customer at a time. */
const used = (quantity: string, time: string, customerId: string) => ({
  id: `e${++numbers}`,
  type: 'call',
  customer_id: customerId,
  time,
  properties: { tokens: quantity },
});
const send = (quantity: string, time: string, customerId: string) => tenant.send(used(quantity, time, customerId));

/** A customer of its own, and how they stand. */
async function customer(): Promise<{ id: string; stands: (at: string) => Promise<string[]> }> {
  const id = newId('cus');
  await tenant.admin.query(
    `insert into customers (id, tenant_id, name, occurred_at) values ($1, $2, 'C', '2026-01-01')`,
    [id, tenant.tenantId],
  );
  const stands = async (at: string) => {
    const request = { customerId: id, feature: 'calls', wallClock: fromIso(at) };
    const metered = (await loadStanding(tenant.database, tenant.tenantId, request))?.features[0]?.metered;
    return [metered?.usage ?? 'none', metered?.reserved ?? 'none', metered?.limit ?? 'none'];
  };
  return { id, stands };
}

const march = { from: '2026-03-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z' };

test('what was used in the window counts, to the millisecond, and nothing before or after', async () => {
  const { id, stands } = await customer();
  const odd = { from: '2026-03-01T10:20:30.500Z', to: '2026-04-01T10:20:30.500Z', customerId: id };
  await tenant.subscribe([granted(calls, { limit: '100' })], odd);
  await send('1', '2026-03-01T10:20:30.499Z', id);
  await send('2', '2026-03-01T10:20:30.500Z', id);
  await send('4', '2026-03-05T00:00:00.000Z', id);
  await send('8', '2026-04-01T10:20:30.499Z', id);
  await send('16', '2026-04-01T10:20:30.500Z', id);
  expect(await stands('2026-03-10T00:00:00.000Z')).toEqual(['14', '0', '100']);
  // The renewal is not in the books yet: the next period follows from the anchor.
  expect(await stands('2026-04-01T10:20:31.000Z')).toEqual(['16', '0', '100']);
});

test('a busy hour in which the window begins is read from its own parts, and counts the same', async () => {
  const { id, stands } = await customer();
  const odd = { from: '2026-03-01T10:30:00.000Z', to: '2026-04-01T10:30:00.000Z', customerId: id };
  await tenant.subscribe([granted(calls, { limit: '1000' })], odd);
  const at = (minute: number) => `2026-03-01T10:${String(minute).padStart(2, '0')}:00.000Z`;
  await tenant.send(...Array.from({ length: 120 }, (_, index) => used('1', at(index % 60), id)));
  const readings = [];
  for (let turn = 0; turn < 3; turn += 1) readings.push((await stands('2026-03-01T11:00:00.000Z'))[0]);
  await send('5', at(45), id);
  readings.push((await stands('2026-03-01T11:00:00.000Z'))[0]);
  expect(readings).toEqual(['60', '60', '60', '65']);
});

test('a subscription that is paused, unpaid or over grants nothing; one that is past due or in trial does', async () => {
  const found = [];
  for (const status of ['trialing', 'active', 'past_due', 'unpaid', 'paused', 'canceled'] as const) {
    const { id, stands } = await customer();
    await tenant.subscribe([granted(calls, { limit: '10' })], { ...march, customerId: id, status });
    found.push((await stands('2026-03-10T00:00:00.000Z'))[2]);
  }
  expect(found).toEqual(['10', '10', '10', 'none', 'none', 'none']);
});

test('a subscription whose end has come grants nothing, though its workflow has not ended it yet', async () => {
  const { id, stands } = await customer();
  const subscription = await tenant.subscribe([granted(calls, { limit: '10' })], { ...march, customerId: id });
  await tenant.admin.query('update subscriptions set cancel_at = $2 where id = $1', [subscription, march.to]);
  expect((await stands('2026-03-31T23:59:59.999Z'))[2]).toBe('10');
  expect((await stands(march.to))[2]).toBe('none');
});

test('what comes over is fixed once the period is in the books, not while it is foreseen', async () => {
  const { id, stands } = await customer();
  const rollover = { maximum: null };
  const subscription = await tenant.subscribe([granted(calls, { limit: '10', rollover })], {
    ...march,
    customerId: id,
  });
  const fact = (seq: number, start: string, end: string) => {
    const period = { index: seq, start: fromIso(start), end: fromIso(end) };
    const text = `insert into events (id, tenant_id, type, subscription_id, data, fact_seq, fact, occurred_at) values ($1, $2, 'x', $3, '{}', $4, $5, $6)`;
    const values = { type: 'invoice_issued', period };
    return tenant.admin.query(text, [newId('evt'), tenant.tenantId, subscription, seq, JSON.stringify(values), start]);
  };
  await fact(0, march.from, march.to);
  await send('4', '2026-03-10T00:00:00.000Z', id);
  const april = { from: march.to, to: '2026-05-01T00:00:00.000Z' };
  expect((await stands('2026-04-01T00:00:01.000Z'))[2]).toBe('16');
  await send('1', '2026-03-31T00:00:00.000Z', id);
  expect((await stands('2026-04-01T00:00:02.000Z'))[2]).toBe('15');
  await fact(1, april.from, april.to);
  const renewed = 'update subscriptions set current_period_start = $2, current_period_end = $3 where id = $1';
  await tenant.admin.query(renewed, [subscription, april.from, april.to]);
  expect((await stands('2026-04-01T00:00:03.000Z'))[2]).toBe('15');
  await send('1', '2026-03-31T01:00:00.000Z', id);
  expect((await stands('2026-04-01T00:00:04.000Z'))[2]).toBe('15');
});

test('two subscriptions add up, and use before the second began is not taken from it', async () => {
  const { id, stands } = await customer();
  await tenant.subscribe([granted(calls, { limit: '100' })], { ...march, customerId: id });
  const later = { from: '2026-03-15T00:00:00.000Z', to: '2026-04-15T00:00:00.000Z', customerId: id };
  await tenant.subscribe([granted(calls, { limit: '50' })], later);
  await send('120', '2026-03-10T00:00:00.000Z', id);
  await send('30', '2026-03-20T00:00:00.000Z', id);
  // 120 exceeded the 100 of the first; of the second's 50, 30 are taken.
  expect(await stands('2026-03-21T00:00:00.000Z')).toEqual(['130', '0', '150']);
});

const held = (id: string, quantity: string, at: string, heldMs = 60_000, database = tenant.database) =>
  reserveEntitlement(database, {
    tenantId: tenant.tenantId,
    id: newId('rsv'),
    customerId: id,
    feature: 'calls',
    quantity,
    heldMs,
    wallClock: fromIso(at),
  });

test('of a hundred callers who want one each of the last ten at once, exactly ten get one', async () => {
  const { id, stands } = await customer();
  await tenant.subscribe([granted(calls, { limit: '30' })], { ...march, customerId: id });
  await send('20', '2026-03-02T00:00:00.000Z', id);
  const at = '2026-03-10T00:00:00.000Z';
  const outcomes = await Promise.all(Array.from({ length: 100 }, () => held(id, '1', at)));
  expect(outcomes.filter(({ kind }) => kind === 'reserved')).toHaveLength(10);
  expect(await stands(at)).toEqual(['20', '10', '30']);
});

/** The database as one who was let in has it, and to whom something happens before what was granted is written. */
const beforeTaking = (happens: () => Promise<void>): Database => ({
  ...tenant.database,
  transaction: (tenantId, work) =>
    tenant.database.transaction(tenantId, (db) =>
      work({
        query: async (statement, values) => {
          if (statement.name === 'entitlement_reservations_insert') await happens();
          return db.query(statement, values);
        },
      }),
    ),
});

const waitingForLocks = async (): Promise<number> => {
  const text = `select count(*)::integer as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return (await tenant.admin.query<{ n: number }>(text)).rows[0]?.n ?? 0;
};

test('whoever asks while another has seen what is left and not taken it yet waits, and sees what was taken', async () => {
  const { id } = await customer();
  await tenant.subscribe([granted(calls, { limit: '10' })], { ...march, customerId: id });
  const at = '2026-03-10T00:00:00.000Z';
  let second: ReturnType<typeof held> | undefined;
  const overtaken = async (): Promise<void> => {
    let isThrough = false;
    second = held(id, '10', at).finally(() => (isThrough = true));
    await waitFor('the second waits, or is through', async () => isThrough || (await waitingForLocks()) > 0);
  };
  const first = await held(id, '10', at, 60_000, beforeTaking(overtaken));
  expect([first.kind, (await second)?.kind]).toEqual(['reserved', 'refused']);
});

test('what a reservation holds is free again once it is released, or past its end', async () => {
  const { id, stands } = await customer();
  await tenant.subscribe([granted(calls, { limit: '10' })], { ...march, customerId: id });
  const at = '2026-03-10T00:00:00.000Z';
  const first = await held(id, '6', at);
  await held(id, '4', at, 1_000);
  expect([(await held(id, '1', at)).kind, ...(await stands(at))]).toEqual(['refused', '0', '10', '10']);
  if (first.kind === 'reserved') await releaseReservation(tenant.database, first.reservation, fromIso(at));
  expect(await stands(at)).toEqual(['0', '4', '10']);
  expect(await stands('2026-03-10T00:00:01.000Z')).toEqual(['0', '0', '10']);
});

test('while reservations become usage events, every check counts each of them exactly once', async () => {
  const { id, stands } = await customer();
  await tenant.subscribe([granted(calls, { limit: '1000' })], { ...march, customerId: id });
  const at = '2026-03-10T00:00:00.000Z';
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => held(id, '10', at)));
  const commits = outcomes.map(async (outcome) => {
    if (outcome.kind !== 'reserved') throw new Error('it was not reserved');
    const event = parseUsageEvent(used('10', at, id), fromIso(at)) as UsageEvent;
    return commitReservation(tenant.database, outcome.reservation, [event], fromIso(at));
  });
  let over = false;
  const finished = Promise.all(commits).finally(() => (over = true));
  const sums = new Set<number>();
  while (!over) {
    const [usage, reserved] = await stands(at);
    sums.add(Number(usage) + Number(reserved));
  }
  await finished;
  expect([[...sums], await stands(at)]).toEqual([[200], ['200', '0', '1000']]);
});

test('a reservation is committed once: the second commit takes no event in', async () => {
  const { id, stands } = await customer();
  await tenant.subscribe([granted(calls, { limit: '1000' })], { ...march, customerId: id });
  const at = '2026-03-10T00:00:00.000Z';
  const outcome = await held(id, '10', at);
  if (outcome.kind !== 'reserved') throw new Error('it was not reserved');
  const commit = () => {
    const event = parseUsageEvent(used('10', at, id), fromIso(at)) as UsageEvent;
    return commitReservation(tenant.database, outcome.reservation, [event], fromIso(at));
  };
  const both = await Promise.all([commit(), commit()]);
  expect([both.filter((taken) => taken === null).length, await stands(at)]).toEqual([1, ['10', '0', '1000']]);
});

test('what is past its end is marked in real time, and then no check reads it', async () => {
  const { id } = await customer();
  await tenant.subscribe([granted(calls, { limit: '10' })], { ...march, customerId: id });
  const outcomes = [await held(id, '1', '2026-03-10T00:00:00.000Z'), await held(id, '1', '2026-03-10T00:00:01.000Z')];
  const ids = outcomes.map((outcome) => (outcome.kind === 'reserved' ? outcome.reservation.id : ''));
  const db = tenant.database.as(tenant.tenantId);
  await expireReservations(db, fromIso('2026-03-10T00:01:00.000Z'));
  const found = await Promise.all(ids.map((one) => findReservation(db, tenant.tenantId, one)));
  expect(found.map((one) => one?.status)).toEqual(['expired', 'held']);
});

const eventsOf = async (id: string) => {
  const { rows } = await tenant.admin.query<{ threshold: string }>(
    `select data->>'threshold' as threshold from events where customer_id = $1 and type = 'entitlement.threshold_reached' order by id`,
    [id],
  );
  return rows.map(({ threshold }) => threshold).sort();
};

test('the sweep raises each threshold once per window, for customers whose usage is new, however often it looks', async () => {
  const { id } = await customer();
  await tenant.subscribe([granted(calls, { limit: '100', thresholds: [50, 80, 100] })], { ...march, customerId: id });
  const sweep = () => sweepThresholds(tenant.database, fromIso('2026-03-10T00:00:00.000Z'));
  await sweep();
  await send('79', '2026-03-05T00:00:00.000Z', id);
  await sweep();
  expect(await eventsOf(id)).toEqual(['50']);
  expect((await sweep())?.looked).toBe(0);
  await send('21', '2026-03-05T01:00:00.000Z', id);
  await Promise.all([sweep(), sweep()]);
  await sweep();
  expect(await eventsOf(id)).toEqual(['100', '50', '80']);
});

test('events of a transaction that ends after the look are seen by the next one', async () => {
  const { id } = await customer();
  await tenant.subscribe([granted(calls, { limit: '10', thresholds: [50] })], { ...march, customerId: id });
  const sweep = () => sweepThresholds(tenant.database, fromIso('2026-03-10T00:00:00.000Z'));
  const at = fromIso('2026-03-05T00:00:00.000Z');
  const outcome = await held(id, '9', '2026-03-10T00:00:00.000Z');
  if (outcome.kind !== 'reserved') throw new Error('it was not reserved');
  await tenant.admin.query('begin');
  // Its events wait for this lock, written and not committed.
  await tenant.admin.query('select from entitlement_reservations where id = $1 for update', [outcome.reservation.id]);
  const event = parseUsageEvent(used('9', '2026-03-05T00:00:00.000Z', id), at) as UsageEvent;
  const committing = commitReservation(
    tenant.database,
    outcome.reservation,
    [event],
    fromIso('2026-03-10T00:00:00.000Z'),
  );
  const waits = async (): Promise<boolean> => {
    // Within a transaction, what others do is read once and remembered.
    await tenant.admin.query('select pg_stat_clear_snapshot()');
    const text = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%entitlement_reservations%'`;
    return ((await tenant.admin.query(text)).rowCount ?? 0) > 0;
  };
  await waitFor('The commit waits for the lock', waits);
  await sweep();
  await tenant.admin.query('rollback');
  await committing;
  await sweep();
  expect(await eventsOf(id)).toEqual(['50']);
});

test('a check raises what is reached at once, and the sweep does not raise it again', async () => {
  const { id } = await customer();
  await tenant.subscribe([granted(calls, { limit: '10' })], { ...march, customerId: id });
  await send('10', '2026-03-05T00:00:00.000Z', id);
  const request = { customerId: id, feature: 'calls', wallClock: fromIso('2026-03-10T00:00:00.000Z') };
  const standing = await loadStanding(tenant.database, tenant.tenantId, request);
  if (standing === null) throw new Error('the customer is not known');
  const raised = await raiseAlerts(tenant.database, tenant.tenantId, [standing]);
  await sweepThresholds(tenant.database, request.wallClock);
  expect([raised, await eventsOf(id)]).toEqual([2, ['100', '80']]);
});

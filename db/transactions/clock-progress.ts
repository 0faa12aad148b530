/**
 * A test clock's way: where it stands and which subscriptions are due next.
 */
import { toIso, type Instant } from '../../domain/time';
import type { Queryable, Statement } from '../pool';

export interface DueOnClock {
  readonly at: Instant;
  readonly subscriptionIds: readonly string[];
}

const clockStatement: Statement = {
  name: 'clock',
  text: `
select c.now, (select array_agg(s.id order by s.id) from subscriptions s
  where s.test_clock_id = c.id and s.status not in ('canceled', 'expired')) as ids
from test_clocks c where c.tenant_id = $1 and c.id = $2`,
};

/** The clock with all its subscriptions that still live; null when there is none such. */
export async function loadClock(
  db: Queryable,
  tenantId: string,
  clockId: string,
): Promise<{ now: Instant; subscriptionIds: string[] } | null> {
  const [row] = await db.query(clockStatement, [tenantId, clockId]);
  return row === undefined ? null : { now: row['now'].getTime(), subscriptionIds: row['ids'] ?? [] };
}

// What was due before the clock's own time (a start in the past) is due now. Credits that expire are due, too, and name no subscription.
const dueStatement: Statement = {
  name: 'clock_due',
  text: `
with due as (
  select id, greatest(next_due_at, $4::timestamptz) as at from subscriptions
  where tenant_id = $1 and test_clock_id = $2 and next_due_at <= $3 and ($5::timestamptz is null or next_due_at > $5)
  union all
  select null, greatest(g.expires_at, $4) from customers c join wallets w on w.customer_id = c.id join credit_grants g on g.wallet_id = w.id
  where c.tenant_id = $1 and c.test_clock_id = $2 and not g.is_ended and g.expires_at <= $3 and ($5::timestamptz is null or g.expires_at > $5)
)
select at, coalesce(array_agg(id order by id) filter (where id is not null), '{}') as ids from due group by at order by at limit 1`,
};

/**
 * The earliest due instant up to the target, with the subscriptions due then in the order of their ids, which may be none; null when
 * nothing is due.
 * @param after leaves out what is due up to this instant: subscriptions that did not get on
 */
export async function loadDue(
  db: Queryable,
  tenantId: string,
  clockId: string,
  target: Instant,
  from: Instant,
  after: Instant | null,
): Promise<DueOnClock | null> {
  const [row] = await db.query(dueStatement, [
    tenantId,
    clockId,
    toIso(target),
    toIso(from),
    after === null ? null : toIso(after),
  ]);
  return row === undefined ? null : { at: row['at'].getTime(), subscriptionIds: row['ids'] };
}

const departStatement: Statement = {
  name: 'clock_depart',
  text: `update test_clocks set status = 'advancing', target = $3 where tenant_id = $1 and id = $2`,
};

/** The clock begins to move: from now on its row says where it goes. */
export async function departClock(db: Queryable, tenantId: string, clockId: string, target: Instant): Promise<void> {
  await db.query(departStatement, [tenantId, clockId, toIso(target)]);
}

const moveStatement: Statement = {
  name: 'clock_move',
  text: `update test_clocks set now = greatest(now, $3) where tenant_id = $1 and id = $2`,
};

/** Moves the clock forward, never back. */
export async function moveClock(db: Queryable, tenantId: string, clockId: string, to: Instant): Promise<void> {
  await db.query(moveStatement, [tenantId, clockId, toIso(to)]);
}

// One that was sent another way meanwhile (its workflow was ended by hand) has not arrived.
const arriveStatement: Statement = {
  name: 'clock_arrive',
  text: `
update test_clocks set now = greatest(now, $3), status = 'ready', target = null
where tenant_id = $1 and id = $2 and target = $3`,
};

/** The clock has arrived: it may be advanced again. */
export async function arriveClock(db: Queryable, tenantId: string, clockId: string, target: Instant): Promise<void> {
  await db.query(arriveStatement, [tenantId, clockId, toIso(target)]);
}

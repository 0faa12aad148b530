/**
 * Subscriptions whose due instant passed without anything happening.
 */
import type { SubscriptionState } from '../../domain/subscription/state';
import type { Instant } from '../../domain/time';
import type { Queryable, Statement } from '../pool';

export interface OverdueSubscription {
  readonly state: SubscriptionState;
  readonly dueAt: Instant;
}

/** One round looks at so many; the rest comes with the next. */
const roundRowsMax = 200;

// A test clock moves by command only, so its customers are never late; a workflow of theirs that is ended is noticed as such.
const statement: Statement = {
  name: 'overdue_subscriptions',
  text: `
select state, next_due_at from subscriptions
where next_due_at < now() - make_interval(secs => $1) and test_clock_id is null
order by next_due_at limit $2`,
};

export async function loadOverdue(db: Queryable, lateSeconds: number): Promise<OverdueSubscription[]> {
  const rows = await db.query(statement, [lateSeconds, roundRowsMax]);
  return rows.map((row) => ({ state: row['state'], dueAt: row['next_due_at'].getTime() }));
}

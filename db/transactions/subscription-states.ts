/**
 * What a subscription's workflow is started again from: the state as it was last written, at the time of its test clock.
 */
import type { SubscriptionState } from '../../domain/subscription/state';
import type { Queryable, Statement } from '../pool';

// A clock goes on while a workflow is gone: the row's state knows only the instant of its last fact.
const statement: Statement = {
  name: 'subscription_states',
  text: `
select s.state, c.now from subscriptions s left join test_clocks c on c.id = s.test_clock_id where s.id = any($1)`,
};

/** The states of these subscriptions, in no order; one without a row (another installation's) is left out. */
export async function loadStates(db: Queryable, ids: readonly string[]): Promise<SubscriptionState[]> {
  const rows = await db.query(statement, [ids]);
  return rows.map((row) => {
    const state = row['state'] as SubscriptionState;
    return state.clock === null || row['now'] === null
      ? state
      : { ...state, clock: { ...state.clock, now: Math.max(state.clock.now, row['now'].getTime()) } };
  });
}

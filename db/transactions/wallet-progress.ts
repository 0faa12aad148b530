/** Which wallets have something to do by themselves: grants that expired, automatic top-ups to be looked at. */
import type { Queryable, Statement } from '../pool';

export interface DueWallet {
  readonly id: string;
  readonly tenantId: string;
}

/** So many a round: a round stays short, so that a stop is quick. */
const roundMax = 100;

/**
 * Units pay what was used until they expired, and that is billed with the period in which it was used, or after its grace: until then they
 * wait. Nobody can draw them for anything else.
 */
const isAwaited = (wallet: string, now: string): string => `exists (select from subscriptions s
    where s.customer_id = ${wallet}.customer_id and s.status in ('trialing', 'active', 'past_due')
      and (s.current_period_end <= ${now} or jsonb_typeof(s.state->'unbilledUsage') = 'array'))`;

// In real time (no clock) or on one test clock; each has a look-up of its own, so that neither walks through the other's.
const expiredStatement: Statement = {
  name: 'wallets_expired',
  text: `
select distinct w.id, w.tenant_id from credit_grants g join wallets w on w.id = g.wallet_id join customers c on c.id = w.customer_id
where not g.is_ended and g.expires_at <= $1 and c.test_clock_id is not distinct from $2 and (w.meter_id is null or not ${isAwaited('w', '$1')})
limit ${roundMax}`,
};
const dueStatement: Statement = {
  name: 'wallets_to_top_up',
  text: `
select w.id, w.tenant_id from wallets w join customers c on c.id = w.customer_id
left join test_clocks k on k.id = c.test_clock_id
where w.automatic_due and case when $1::text is null then coalesce(k.status, 'ready') = 'ready' else c.test_clock_id = $1 end
order by w.id limit ${roundMax}`,
};
const inFlightStatement: Statement = {
  name: 'top_ups_in_flight_on_clock',
  text: `
select u.id from wallet_top_ups u join customers c on c.id = u.customer_id
where u.tenant_id = $1 and c.test_clock_id = $2 and u.status in ('requested', 'pending') order by u.id`,
};

const walletOf = (row: { id: string; tenant_id: string }): DueWallet => ({ id: row.id, tenantId: row.tenant_id });

/** Wallets with grants that expired by an instant and are not ended. @param clockId null: customers in real time */
export async function walletsWithExpired(db: Queryable, clockId: string | null, now: number): Promise<DueWallet[]> {
  return (await db.query<{ id: string; tenant_id: string }>(expiredStatement, [new Date(now), clockId])).map(walletOf);
}

/** Wallets that may be below their threshold. @param clockId null: customers in real time, and on clocks that stand still */
export async function walletsToTopUp(db: Queryable, clockId: string | null): Promise<DueWallet[]> {
  return (await db.query<{ id: string; tenant_id: string }>(dueStatement, [clockId])).map(walletOf);
}

/** Top-ups of a clock's customers that are under way. */
export async function topUpsInFlight(db: Queryable, tenantId: string, clockId: string): Promise<string[]> {
  return (await db.query<{ id: string }>(inFlightStatement, [tenantId, clockId])).map(({ id }) => id);
}

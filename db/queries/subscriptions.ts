/** Subscriptions: the projection of each workflow's state. */
import type { SubscriptionState, SubscriptionStatus } from '../../domain/subscription/state';
import type { Queryable, Statement } from '../pool';
import type { Metadata } from './customers';
import { pageReader } from './page';
import { firstOf, instantOrNull } from './row-values';

export interface Subscription {
  readonly id: string;
  readonly tenantId: string;
  readonly customerId: string;
  readonly planId: string;
  readonly planVersion: number;
  readonly quantity: number;
  readonly currency: string;
  readonly status: SubscriptionStatus;
  readonly paymentMethodId: string | null;
  readonly testClockId: string | null;
  readonly startAt: number;
  readonly trialEnd: number | null;
  readonly period: { readonly index: number; readonly start: number; readonly end: number } | null;
  readonly cancelAt: number | null;
  readonly canceledAt: number | null;
  readonly nextDueAt: number | null;
  readonly attention: string | null;
  readonly paymentGated: boolean;
  readonly metadata: Metadata;
  readonly state: SubscriptionState;
  readonly occurredAt: number;
}

export type NewSubscription = Omit<Subscription, 'period' | 'cancelAt' | 'canceledAt' | 'attention'>;

interface SubscriptionRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  customer_id: string;
  plan_id: string;
  plan_version: number;
  quantity: number;
  currency: string;
  status: SubscriptionStatus;
  payment_method_id: string | null;
  test_clock_id: string | null;
  start_at: Date;
  trial_end: Date | null;
  current_period_index: number | null;
  current_period_start: Date | null;
  current_period_end: Date | null;
  cancel_at: Date | null;
  canceled_at: Date | null;
  next_due_at: Date | null;
  attention: string | null;
  payment_gated: boolean;
  metadata: Metadata;
  state: SubscriptionState;
  occurred_at: Date;
  clock_now: Date | null;
}

// The check on quantities keeps them far below what an integer holds.
const columns = `id, tenant_id, customer_id, plan_id, plan_version, quantity::integer as quantity, currency, status, payment_method_id,
  test_clock_id, start_at, trial_end, current_period_index, current_period_start, current_period_end, cancel_at, canceled_at, next_due_at,
  attention, payment_gated, metadata, state, occurred_at,
  (select now from test_clocks c where c.id = subscriptions.test_clock_id) as clock_now`;

/** The row keeps the state as of its last fact; a test clock may have moved on since without anything happening. */
function stateOf({ state, clock_now: now }: SubscriptionRow): SubscriptionState {
  return state.clock === null || now === null ? state : { ...state, clock: { ...state.clock, now: now.getTime() } };
}

function periodOf(row: SubscriptionRow): Subscription['period'] {
  const { current_period_index: index, current_period_start: start, current_period_end: end } = row;
  return index === null || start === null || end === null
    ? null
    : { index, start: start.getTime(), end: end.getTime() };
}

const fromRow = (row: SubscriptionRow): Subscription => ({
  id: row.id,
  tenantId: row.tenant_id,
  customerId: row.customer_id,
  planId: row.plan_id,
  planVersion: row.plan_version,
  quantity: row.quantity,
  currency: row.currency,
  status: row.status,
  paymentMethodId: row.payment_method_id,
  testClockId: row.test_clock_id,
  startAt: row.start_at.getTime(),
  trialEnd: instantOrNull(row.trial_end),
  period: periodOf(row),
  cancelAt: instantOrNull(row.cancel_at),
  canceledAt: instantOrNull(row.canceled_at),
  nextDueAt: instantOrNull(row.next_due_at),
  attention: row.attention,
  paymentGated: row.payment_gated,
  metadata: row.metadata,
  state: stateOf(row),
  occurredAt: row.occurred_at.getTime(),
});

const insert: Statement = {
  name: 'subscriptions_insert',
  text: `insert into subscriptions (id, tenant_id, customer_id, plan_id, plan_version, quantity, currency, status, payment_method_id,
      test_clock_id, start_at, trial_end, next_due_at, payment_gated, metadata, state, occurred_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
    on conflict do nothing returning id`,
};
const byId: Statement = {
  name: 'subscriptions_by_id',
  text: `select ${columns} from subscriptions where tenant_id = $1 and id = $2`,
};
const aliveOfCustomer: Statement = {
  name: 'subscriptions_alive_of_customer',
  text: `select id from subscriptions
    where tenant_id = $1 and customer_id = $2 and (status not in ('canceled', 'expired') or state->'collection' <> 'null'::jsonb)
    order by id`,
};

/** Writes a subscription; false when its id is there already. */
export async function insertSubscription(db: Queryable, subscription: NewSubscription): Promise<boolean> {
  const s = subscription;
  const dates = [s.startAt, s.trialEnd, s.nextDueAt].map((at) => (at === null ? null : new Date(at)));
  const terms = [
    s.customerId,
    s.planId,
    s.planVersion,
    s.quantity,
    s.currency,
    s.status,
    s.paymentMethodId,
    s.testClockId,
  ];
  const rest = [s.paymentGated, JSON.stringify(s.metadata), JSON.stringify(s.state), new Date(s.occurredAt)];
  const rows = await db.query(insert, [s.id, s.tenantId, ...terms, ...dates, ...rest]);
  return rows.length > 0;
}

/** A subscription of a tenant, or null. */
export async function findSubscription(db: Queryable, tenantId: string, id: string): Promise<Subscription | null> {
  return firstOf((await db.query<SubscriptionRow>(byId, [tenantId, id])).map(fromRow));
}

/** Subscriptions of a customer whose workflow still has something to do. */
export async function aliveSubscriptionsOf(db: Queryable, tenantId: string, customerId: string): Promise<string[]> {
  return (await db.query<{ id: string }>(aliveOfCustomer, [tenantId, customerId])).map((row) => row.id);
}

export const listSubscriptions = pageReader<SubscriptionRow, Subscription>({
  name: 'subscriptions_page',
  select: columns,
  from: 'subscriptions',
  id: 'id',
  tenant: 'tenant_id',
  filters: { status: 'status', customerId: 'customer_id', planId: 'plan_id', testClockId: 'test_clock_id' },
  fromRow,
});

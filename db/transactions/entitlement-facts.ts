/** Reads what customers are granted of features: by their subscriptions in force, or by an exception, with what the windows follow from. */
import { type Entitlement, grantedTo } from '../../domain/entitlements/entitlement';
import type { Calendar } from '../../domain/entitlements/window';
import { type Instant, type Interval, toIso } from '../../domain/time';
import type { Queryable, Statement } from '../pool';

/** Where a grant comes from when it is no subscription's. */
export const overrideSource = 'override';

export interface Grant {
  /** The subscription, or `override`. */
  readonly source: string;
  readonly planId: string | null;
  readonly entitlement: Entitlement;
  readonly calendar: Calendar;
  /** True in a trial: nothing comes over from it. */
  readonly inTrial: boolean;
  /** What came over to the window that was looked at last. */
  readonly rollover: { readonly windowStart: Instant; readonly quantity: string } | null;
}

export interface EntitlementFacts {
  readonly customerId: string;
  /** The customer's own time: their test clock, else the wall clock. */
  readonly now: Instant;
  readonly hasSubscription: boolean;
  /** In the order in which the subscriptions were made; an override stands alone. */
  readonly grants: readonly Grant[];
}

export interface FactsRequest {
  readonly customerId: string;
  /** Null: of all features. */
  readonly feature: string | null;
}

/** In these, service is given: a payment that is late is dunning's business, until dunning says otherwise. */
const statusesInForce = ['trialing', 'active', 'past_due'];

const milliseconds = (column: string): string => `(extract(epoch from ${column}) * 1000)::bigint`;

const newestRollover = (source: string): string => `(
    select jsonb_build_object('windowStart', ${milliseconds('r.window_start')}, 'quantity', r.quantity::text)
    from entitlement_rollovers r
    where r.customer_id = c.id and r.feature = e->>'feature' and r.source = ${source} order by r.window_start desc limit 1)`;

// Each request has a look-up of its own (`offset 0`), so that the plan never walks through whole tables. A subscription whose end has come
// is over, though its workflow may be a moment behind.
const factsStatement: Statement = {
  name: 'entitlement_facts',
  text: `
select asked.n, found.*
from jsonb_to_recordset($2) as asked(n integer, customer_id text, feature text)
cross join lateral (
  select ${milliseconds('k.now')} as clock_now, ${milliseconds('c.occurred_at')} as made_at, coalesce(c.time_zone, t.time_zone) as time_zone,
    (select jsonb_agg(jsonb_build_object('id', s.id, 'planId', s.plan_id, 'quantity', s.quantity, 'startAt', ${milliseconds('s.start_at')},
        'inTrial', s.status = 'trialing', 'from', ${milliseconds('s.current_period_start')}, 'to', ${milliseconds('s.current_period_end')},
        'anchor', s.state->'anchor', 'timeZone', s.state->'timeZone', 'interval', v.definition->'interval',
        'grants', (select jsonb_agg(jsonb_build_object('entitlement', e, 'rollover', ${newestRollover('s.id')}))
          from jsonb_array_elements(v.definition->'entitlements') e where asked.feature is null or e->>'feature' = asked.feature)) order by s.id)
      from subscriptions s join plan_versions v on v.plan_id = s.plan_id and v.version = s.plan_version
      where s.customer_id = c.id and s.status = any($3::text[]) and (s.cancel_at is null or s.cancel_at > coalesce(k.now, $4))) as subscriptions,
    (select jsonb_agg(jsonb_build_object('entitlement', e, 'endsAt', ${milliseconds('o.ends_at')}, 'rollover', ${newestRollover(`'${overrideSource}'`)}))
      from entitlement_overrides o cross join lateral (select o.entitlement as e) own
      where o.customer_id = c.id and (asked.feature is null or o.feature = asked.feature)) as overrides
  from customers c join tenants t on t.id = c.tenant_id left join test_clocks k on k.id = c.test_clock_id
  where c.tenant_id = $1 and c.id = asked.customer_id
  offset 0
) found`,
};

interface StoredGrant {
  readonly entitlement: Entitlement;
  readonly rollover: Grant['rollover'];
}

interface StoredSubscription {
  readonly id: string;
  readonly planId: string;
  readonly quantity: number;
  readonly startAt: number;
  readonly inTrial: boolean;
  readonly from: number | null;
  readonly to: number | null;
  readonly anchor: { readonly at: number; readonly day: number | null };
  readonly timeZone: string;
  readonly interval: Interval;
  readonly grants: readonly StoredGrant[] | null;
}

interface Row {
  [column: string]: unknown;
  n: number;
  clock_now: string | null;
  made_at: string;
  time_zone: string;
  subscriptions: readonly StoredSubscription[] | null;
  overrides: readonly (StoredGrant & { readonly endsAt: number | null })[] | null;
}

const instantOf = (text: string): Instant => Number.parseInt(text, 10);

function calendarOf({ startAt, from, to, anchor, interval, timeZone }: StoredSubscription, local: string): Calendar {
  const billing = from === null || to === null ? null : { period: { from, to }, anchor, interval, timeZone };
  return { startAt, timeZone: local, billing };
}

function grantsOf(row: Row, now: Instant): Grant[] {
  const subscriptions = row.subscriptions ?? [];
  const byPlan = subscriptions.flatMap((one) =>
    (one.grants ?? []).map((grant): Grant => {
      const { id: source, planId, inTrial, quantity } = one;
      const entitlement = grantedTo(grant.entitlement, quantity);
      return { source, planId, inTrial, calendar: calendarOf(one, row.time_zone), ...grant, entitlement };
    }),
  );
  const [oldest] = subscriptions;
  const alone = { startAt: instantOf(row.made_at), timeZone: row.time_zone, billing: null };
  const calendar = oldest === undefined ? alone : calendarOf(oldest, row.time_zone);
  const overrides = (row.overrides ?? [])
    .filter(({ endsAt }) => endsAt === null || now < endsAt)
    .map(({ entitlement, rollover }): Grant => {
      return { source: overrideSource, planId: null, inTrial: false, calendar, entitlement, rollover };
    });
  const excepted = new Set(overrides.map(({ entitlement }) => entitlement.feature));
  return [...byPlan.filter(({ entitlement }) => !excepted.has(entitlement.feature)), ...overrides];
}

/**
 * What is granted, per request; null where the customer is not one of the tenant.
 * @param wallClock the time of customers without a test clock
 */
export async function loadEntitlementFacts(
  db: Queryable,
  tenantId: string,
  requests: readonly FactsRequest[],
  wallClock: Instant,
): Promise<(EntitlementFacts | null)[]> {
  const asked = requests.map(({ customerId, feature }, n) => ({ n, customer_id: customerId, feature }));
  const rows = await db.query<Row>(factsStatement, [
    tenantId,
    JSON.stringify(asked),
    statusesInForce,
    toIso(wallClock),
  ]);
  const byPlace = new Map(rows.map((row) => [row.n, row]));
  return requests.map(({ customerId }, n) => {
    const row = byPlace.get(n);
    if (row === undefined) return null;
    const now = row.clock_now === null ? wallClock : instantOf(row.clock_now);
    return { customerId, now, hasSubscription: row.subscriptions !== null, grants: grantsOf(row, now) };
  });
}

export interface PastTerms {
  readonly at: Instant;
  /** The period that the fact began; null when it changed the terms alone. */
  readonly period: { readonly index: number; readonly start: Instant; readonly end: Instant } | null;
  readonly terms: { readonly planId: string; readonly planVersion: number; readonly quantity: number } | null;
  readonly entitlement: Entitlement | null;
}

/** So many facts reach back further than rollovers do. */
const factsMax = 200;

const pastStatement: Statement = {
  name: 'entitlement_past_terms',
  text: `
select ${milliseconds('f.occurred_at')} as at, coalesce(f.fact->'period', f.fact->'calendar'->'period') as period, f.fact->'terms' as terms,
  (select e from plan_versions v cross join jsonb_array_elements(v.definition->'entitlements') e
    where v.plan_id = f.fact->'terms'->>'planId' and v.version = (f.fact->'terms'->>'planVersion')::integer and e->>'feature' = $3) as entitlement
from events f
where f.tenant_id = $1 and f.subscription_id = $2 and f.fact_seq is not null
  and f.fact->>'type' in ('trial_started', 'invoice_issued', 'terms_changed', 'resumed')
order by f.fact_seq desc limit ${factsMax}`,
};

/** The periods and terms that a subscription had, newest first, with what its plans granted of a feature. */
export async function loadPastTerms(
  db: Queryable,
  tenantId: string,
  subscriptionId: string,
  feature: string,
): Promise<PastTerms[]> {
  const rows = await db.query<Omit<PastTerms, 'at'> & { at: string; [column: string]: unknown }>(pastStatement, [
    tenantId,
    subscriptionId,
    feature,
  ]);
  return rows.map(({ at, period, terms, entitlement }) => {
    const granted = entitlement === null || terms === null ? entitlement : grantedTo(entitlement, terms.quantity);
    return { at: instantOf(at), period, terms, entitlement: granted };
  });
}

const fixStatement: Statement = {
  name: 'entitlement_rollover_fix',
  text: `with fixed as (
      insert into entitlement_rollovers (tenant_id, customer_id, feature, source, window_start, quantity) values ($1, $2, $3, $4, $5, $6)
      on conflict do nothing returning quantity)
    select quantity::text from fixed
    union all select quantity::text from entitlement_rollovers
      where customer_id = $2 and feature = $3 and source = $4 and window_start = $5`,
};

/** Fixes what came over to a window; the first one who says it is right, and all others hear it. */
export async function fixRollover(
  db: Queryable,
  rollover: {
    readonly tenantId: string;
    readonly customerId: string;
    readonly feature: string;
    readonly source: string;
    readonly windowStart: Instant;
    readonly quantity: string;
  },
): Promise<string> {
  const { tenantId, customerId, feature, source, windowStart, quantity } = rollover;
  const values = [tenantId, customerId, feature, source, toIso(windowStart), quantity];
  const [row] = await db.query<{ quantity: string }>(fixStatement, values);
  // Another statement may have written it after ours began: then it is there for the next one to see.
  return row?.quantity ?? quantity;
}

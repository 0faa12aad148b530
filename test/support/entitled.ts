/** A tenant whose plans grant features, with subscriptions as rows: for tests of limits that need no workflow. */
import { insertFeature } from '../../db/queries/features';
import { insertSubscription } from '../../db/queries/subscriptions';
import { loadStanding, type CustomerStanding } from '../../db/transactions/entitlement-standing';
import { type Entitlement, readEntitlement } from '../../domain/entitlements/entitlement';
import type { Feature } from '../../domain/entitlements/feature';
import { newId } from '../../domain/ids';
import { initialState } from '../../domain/subscription/initial';
import { fromIso } from '../../domain/time';
import { openMeteredTenant, type MeteredTenant } from './metering';

export interface EntitledTenant extends MeteredTenant {
  /** The first customer. */
  readonly customerId: string;
  feature(key: string, meterId: string | null, type?: Feature['type']): Promise<Feature>;
  /** A subscription in force of a plan that grants these; answers its id. */
  subscribe(grants: readonly Entitlement[], period: Period): Promise<string>;
  /** How the first customer stands with a feature at an instant. */
  standing(feature: string | null, at: string): Promise<CustomerStanding>;
}

export interface Period {
  readonly from: string;
  readonly to: string;
  readonly customerId?: string;
  readonly status?: 'trialing' | 'active' | 'past_due' | 'unpaid' | 'paused' | 'canceled';
  readonly startAt?: string;
}

/** What a plan grants of a feature, as the API takes it. */
export function granted(feature: Feature, body: object): Entitlement {
  const read = readEntitlement(feature, body, '');
  if ('errors' in read) throw new Error(JSON.stringify(read.errors));
  return read.value;
}

interface Stored {
  readonly tenant: MeteredTenant;
  readonly productId: string;
}

async function insertPlan({ tenant, productId }: Stored, entitlements: readonly Entitlement[]): Promise<string> {
  const { admin, tenantId } = tenant;
  const planId = newId('plan');
  await admin.query(
    `insert into plans (id, tenant_id, product_id, code, name, current_version) values ($1, $2, $3, $1, 'P', 1)`,
    [planId, tenantId, productId],
  );
  const definition = { interval: { unit: 'month', count: 1 }, prices: [], trial: null, proration: null, entitlements };
  await admin.query(`insert into plan_versions (plan_id, version, tenant_id, definition) values ($1, 1, $2, $3)`, [
    planId,
    tenantId,
    JSON.stringify(definition),
  ]);
  return planId;
}

async function insertInForce(stored: Stored, planId: string, customerId: string, period: Period): Promise<string> {
  const { tenant } = stored;
  const { tenantId } = tenant;
  const subscriptionId = newId('sub');
  const startAt = fromIso(period.startAt ?? period.from);
  const status = period.status ?? 'active';
  const terms = { planId, planVersion: 1, quantity: 1 };
  const names = { tenantId, subscriptionId, customerId, customerName: 'C', planName: 'P' };
  const fixed = { anchorDay: null, timeZone: 'UTC', clock: null, jitterMs: 0, openInvoicesMax: 12 };
  const state = { ...initialState({ ...names, ...terms, currency: 'USD', startAt, ...fixed }), status };
  await insertSubscription(tenant.database.as(tenantId), {
    id: subscriptionId,
    tenantId,
    customerId,
    ...terms,
    currency: 'USD',
    status,
    paymentMethodId: null,
    testClockId: null,
    startAt,
    trialEnd: null,
    nextDueAt: null,
    paymentGated: false,
    metadata: {},
    state,
    occurredAt: startAt,
  });
  const values = [subscriptionId, period.from, period.to];
  await tenant.admin.query(
    'update subscriptions set current_period_index = 0, current_period_start = $2, current_period_end = $3 where id = $1',
    values,
  );
  return subscriptionId;
}

/** Opens it. Call `close()` in `afterAll`. */
export async function openEntitledTenant(): Promise<EntitledTenant> {
  const tenant = await openMeteredTenant();
  const { admin, tenantId, database } = tenant;
  const productId = newId('prod');
  await admin.query(`insert into products (id, tenant_id, name) values ($1, $2, 'P')`, [productId, tenantId]);
  const customerId = tenant.customers[0] ?? '';
  const stored = { tenant, productId };
  return {
    ...tenant,
    customerId,
    async feature(key, meterId, type = 'metered') {
      const feature = { key, type, meterId };
      await insertFeature(database.as(tenantId), { ...feature, id: newId('feat'), tenantId, name: key, unit: null });
      return feature;
    },
    async subscribe(grants, period) {
      return insertInForce(stored, await insertPlan(stored, grants), period.customerId ?? customerId, period);
    },
    async standing(feature, at) {
      const standing = await loadStanding(database, tenantId, { customerId, feature, wallClock: fromIso(at) });
      if (standing === null) throw new Error('the customer is not known');
      return standing;
    },
  };
}

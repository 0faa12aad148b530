/** Plans: a name for a line of versions. */
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export interface Plan {
  readonly id: string;
  readonly tenantId: string;
  readonly productId: string;
  readonly code: string;
  readonly name: string;
  readonly currentVersion: number;
  readonly recordedAt: number;
}

interface PlanRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  product_id: string;
  code: string;
  name: string;
  current_version: number;
  recorded_at: Date;
}

const columns = 'id, tenant_id, product_id, code, name, current_version, recorded_at';

const fromRow = (row: PlanRow): Plan => ({
  id: row.id,
  tenantId: row.tenant_id,
  productId: row.product_id,
  code: row.code,
  name: row.name,
  currentVersion: row.current_version,
  recordedAt: row.recorded_at.getTime(),
});

// The code is unique per tenant: whoever comes second with another id gets no row.
const insert: Statement = {
  name: 'plans_insert',
  text: `insert into plans (id, tenant_id, product_id, code, name, current_version) values ($1, $2, $3, $4, $5, 1)
    on conflict do nothing`,
};
const byId: Statement = { name: 'plans_by_id', text: `select ${columns} from plans where tenant_id = $1 and id = $2` };
const lock: Statement = {
  name: 'plans_lock',
  text: `select ${columns} from plans where tenant_id = $1 and id = $2 for update`,
};
const setVersion: Statement = {
  name: 'plans_set_version',
  text: `update plans set current_version = $3 where tenant_id = $1 and id = $2`,
};

/** Writes a plan at version 1 unless its id or its code is there already. */
export async function insertPlan(db: Queryable, plan: Omit<Plan, 'recordedAt' | 'currentVersion'>): Promise<void> {
  await db.query(insert, [plan.id, plan.tenantId, plan.productId, plan.code, plan.name]);
}

/** A plan of a tenant, or null. */
export async function findPlan(db: Queryable, tenantId: string, id: string): Promise<Plan | null> {
  return firstOf((await db.query<PlanRow>(byId, [tenantId, id])).map(fromRow));
}

/** A plan, locked until the transaction ends, so that versions are numbered one after the other. */
export async function lockPlan(db: Queryable, tenantId: string, id: string): Promise<Plan | null> {
  return firstOf((await db.query<PlanRow>(lock, [tenantId, id])).map(fromRow));
}

/** Makes a version the one that new subscriptions get. */
export async function setCurrentVersion(db: Queryable, tenantId: string, id: string, version: number): Promise<void> {
  await db.query(setVersion, [tenantId, id, version]);
}

export const listPlans = pageReader<PlanRow, Plan>({
  name: 'plans_page',
  select: columns,
  from: 'plans',
  id: 'id',
  tenant: 'tenant_id',
  filters: { productId: 'product_id', code: 'code' },
  fromRow,
});

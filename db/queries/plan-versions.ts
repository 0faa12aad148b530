/** Plan versions: what a subscription is billed; never edited. */
import type { PlanDefinition } from '../../domain/plan';
import type { Queryable, Statement } from '../pool';
import { firstOf } from './row-values';

export interface StoredPlanVersion {
  readonly planId: string;
  readonly version: number;
  readonly definition: PlanDefinition;
  readonly recordedAt: number;
}

interface PlanVersionRow {
  [column: string]: unknown;
  plan_id: string;
  version: number;
  definition: PlanDefinition;
  recorded_at: Date;
}

const columns = 'plan_id, version, definition, recorded_at';

const fromRow = (row: PlanVersionRow): StoredPlanVersion => ({
  planId: row.plan_id,
  version: row.version,
  definition: row.definition,
  recordedAt: row.recorded_at.getTime(),
});

const insert: Statement = {
  name: 'plan_versions_insert',
  text: `insert into plan_versions (plan_id, version, tenant_id, definition) values ($1, $2, $3, $4) on conflict do nothing`,
};
const byNumber: Statement = {
  name: 'plan_versions_by_number',
  text: `select ${columns} from plan_versions where tenant_id = $1 and plan_id = $2 and version = $3`,
};
const ofPlans: Statement = {
  name: 'plan_versions_of_plans',
  text: `select ${columns} from plan_versions where tenant_id = $1 and plan_id = any($2::text[]) order by plan_id, version`,
};

/** Writes a version unless it is there already. */
export async function insertPlanVersion(
  db: Queryable,
  version: { tenantId: string; planId: string; version: number; definition: PlanDefinition },
): Promise<void> {
  await db.query(insert, [version.planId, version.version, version.tenantId, JSON.stringify(version.definition)]);
}

/** One version of a plan, or null. */
export async function findPlanVersion(
  db: Queryable,
  tenantId: string,
  planId: string,
  version: number,
): Promise<StoredPlanVersion | null> {
  return firstOf((await db.query<PlanVersionRow>(byNumber, [tenantId, planId, version])).map(fromRow));
}

/** All versions of some plans, oldest first. */
export async function versionsOfPlans(
  db: Queryable,
  tenantId: string,
  planIds: readonly string[],
): Promise<StoredPlanVersion[]> {
  return (await db.query<PlanVersionRow>(ofPlans, [tenantId, planIds])).map(fromRow);
}

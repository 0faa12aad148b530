/** Targets over several revenue streams, or over all income. */
import type { RevenueTarget } from '../../domain/revenue/target';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf } from './row-values';

export interface CombinedTarget {
  readonly id: string;
  readonly tenantId: string;
  readonly key: string;
  readonly name: string;
  /** Keys of revenue streams; null: all income. */
  readonly streams: readonly string[] | null;
  readonly target: RevenueTarget;
  readonly recordedAt: number;
}

interface CombinedTargetRow {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  key: string;
  name: string;
  streams: string[] | null;
  target: RevenueTarget;
  recorded_at: Date;
}

const columns = 'id, tenant_id, key, name, streams, target, recorded_at';

const fromRow = (row: CombinedTargetRow): CombinedTarget => ({
  id: row.id,
  tenantId: row.tenant_id,
  key: row.key,
  name: row.name,
  streams: row.streams,
  target: row.target,
  recordedAt: row.recorded_at.getTime(),
});

const insert: Statement = {
  name: 'revenue_targets_insert',
  text: `insert into revenue_targets (id, tenant_id, key, name, streams, target) values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
};
const byId: Statement = {
  name: 'revenue_targets_by_id',
  text: `select ${columns} from revenue_targets where tenant_id = $1 and id = $2`,
};
const update: Statement = {
  name: 'revenue_targets_update',
  text: `update revenue_targets set name = $3, streams = $4, target = $5 where tenant_id = $1 and id = $2`,
};

/** Writes a target unless its id or its key is there already. */
export async function insertRevenueTarget(db: Queryable, row: Omit<CombinedTarget, 'recordedAt'>): Promise<void> {
  await db.query(insert, [row.id, row.tenantId, row.key, row.name, row.streams, JSON.stringify(row.target)]);
}

/** Writes all of a target but its key. */
export async function updateRevenueTarget(db: Queryable, row: CombinedTarget): Promise<void> {
  await db.query(update, [row.tenantId, row.id, row.name, row.streams, JSON.stringify(row.target)]);
}

/** A target of a tenant, or null. */
export async function findRevenueTarget(db: Queryable, tenantId: string, id: string): Promise<CombinedTarget | null> {
  return firstOf((await db.query<CombinedTargetRow>(byId, [tenantId, id])).map(fromRow));
}

export const listRevenueTargets = pageReader<CombinedTargetRow, CombinedTarget>({
  name: 'revenue_targets_page',
  select: columns,
  from: 'revenue_targets',
  id: 'id',
  tenant: 'tenant_id',
  filters: { key: 'key' },
  fromRow,
});

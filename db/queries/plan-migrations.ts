/** Plan migrations: orders to move chosen subscriptions to another version or plan, and how far each got. */
import type { MigrationOrder, MigrationOutcome, MigrationTiming } from '../../domain/plan-migration';
import type { Queryable, Statement } from '../pool';
import { pageReader } from './page';
import { firstOf, instantOrNull } from './row-values';

export type PlanMigrationStatus = 'running' | 'paused' | 'completed' | 'canceled';

/** Which subscriptions were asked for; null leaves a condition out. */
export interface MigrationSelection {
  readonly fromVersions: readonly number[] | null;
  /** Stands alone: exactly these. */
  readonly subscriptionIds: readonly string[] | null;
  readonly customerIds: readonly string[] | null;
}

export interface PlanMigration {
  readonly id: string;
  readonly tenantId: string;
  readonly order: MigrationOrder;
  readonly selection: MigrationSelection;
  readonly perSecond: number;
  readonly status: PlanMigrationStatus;
  readonly selected: number;
  readonly counts: Readonly<Record<MigrationOutcome, number>>;
  readonly actor: string;
  readonly requestId: string | null;
  readonly finishedAt: number | null;
  readonly occurredAt: number;
}

interface Row {
  [column: string]: unknown;
  id: string;
  tenant_id: string;
  plan_id: string;
  to_plan_id: string;
  to_version: number;
  selection: MigrationSelection;
  timing: MigrationTiming;
  proration: string | null;
  per_second: number;
  status: PlanMigrationStatus;
  selected: number;
  migrated: number;
  unchanged: number;
  refused: number;
  gone: number;
  actor: string;
  request_id: string | null;
  finished_at: Date | null;
  occurred_at: Date;
}

const columns = `id, tenant_id, plan_id, to_plan_id, to_version, selection, timing, proration, per_second, status, selected, migrated, unchanged,
  refused, gone, actor, request_id, finished_at, occurred_at`;

const fromRow = (row: Row): PlanMigration => ({
  id: row.id,
  tenantId: row.tenant_id,
  order: {
    planId: row.plan_id,
    fromVersions: row.selection.fromVersions,
    toPlanId: row.to_plan_id,
    toVersion: row.to_version,
    timing: row.timing,
    proration: row.proration,
  },
  selection: row.selection,
  perSecond: row.per_second,
  status: row.status,
  selected: row.selected,
  counts: { migrated: row.migrated, unchanged: row.unchanged, refused: row.refused, gone: row.gone },
  actor: row.actor,
  requestId: row.request_id,
  finishedAt: instantOrNull(row.finished_at),
  occurredAt: row.occurred_at.getTime(),
});

const byId: Statement = {
  name: 'plan_migrations_by_id',
  text: `select ${columns} from plan_migrations where tenant_id = $1 and id = $2`,
};
// One that has come to its end stays there.
const setStatus: Statement = {
  name: 'plan_migrations_set_status',
  text: `update plan_migrations set status = $3, finished_at = $4
    where tenant_id = $1 and id = $2 and status in ('running', 'paused') and status <> $3 returning ${columns}`,
};

/** A plan migration of a tenant, or null. */
export async function findPlanMigration(db: Queryable, tenantId: string, id: string): Promise<PlanMigration | null> {
  return firstOf((await db.query<Row>(byId, [tenantId, id])).map(fromRow));
}

/**
 * Moves a migration that is not over to another status; the row as it then is, or null when nothing changed.
 * @param finishedAt epoch milliseconds of its end; null while it goes on
 */
export async function setMigrationStatus(
  db: Queryable,
  { tenantId, migrationId }: { tenantId: string; migrationId: string },
  status: PlanMigrationStatus,
  finishedAt: number | null,
): Promise<PlanMigration | null> {
  const at = finishedAt === null ? null : new Date(finishedAt);
  return firstOf((await db.query<Row>(setStatus, [tenantId, migrationId, status, at])).map(fromRow));
}

export const listPlanMigrations = pageReader<Row, PlanMigration>({
  name: 'plan_migrations_page',
  select: columns,
  from: 'plan_migrations',
  id: 'id',
  tenant: 'tenant_id',
  filters: { status: 'status', planId: 'plan_id' },
  fromRow,
});

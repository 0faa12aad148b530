/** How far a plan migration got: who waits, what became of each, and what status it has. */
import type { MigrationResult } from '../../domain/plan-migration';
import type { SubscriptionState } from '../../domain/subscription/state';
import type { Instant } from '../../domain/time';
import type { Database, Queryable, Statement } from '../pool';
import { insertAuditEntry, type AuditEntry } from '../queries/audit-log';
import { insertEvent, type StoredEvent } from '../queries/events';
import {
  findPlanMigration,
  setMigrationStatus,
  type PlanMigration,
  type PlanMigrationStatus,
} from '../queries/plan-migrations';
import { findSubscription } from '../queries/subscriptions';

export type { PlanMigration, PlanMigrationStatus };

export interface MigrationName {
  readonly tenantId: string;
  readonly migrationId: string;
}

const waiting: Statement = {
  name: 'plan_migration_waiting',
  text: `select subscription_id from plan_migration_subscriptions
    where migration_id = $2 and tenant_id = $1 and outcome is null and subscription_id > $3 order by subscription_id limit $4`,
};
// The count goes with the result, so that it says neither more nor less than the rows.
const tell: Statement = {
  name: 'plan_migration_tell',
  text: `
with told as (
  update plan_migration_subscriptions set outcome = $4, code = $5, message = $6, told_at = now()
  where migration_id = $2 and tenant_id = $1 and subscription_id = $3 and outcome is null returning outcome
)
update plan_migrations m set migrated = migrated + (told.outcome = 'migrated')::integer, unchanged = unchanged + (told.outcome = 'unchanged')::integer,
  refused = refused + (told.outcome = 'refused')::integer, gone = gone + (told.outcome = 'gone')::integer
from told where m.id = $2`,
};

/** The migration, or null. */
export function loadMigration(db: Queryable, { tenantId, migrationId }: MigrationName): Promise<PlanMigration | null> {
  return findPlanMigration(db, tenantId, migrationId);
}

/** The state of a subscription as its row has it, or null. */
export async function loadMigrant(db: Queryable, tenantId: string, id: string): Promise<SubscriptionState | null> {
  return (await findSubscription(db, tenantId, id))?.state ?? null;
}

/** Ids of those that wait for their turn, in the order of the walk. @param after the last one of the page before; null: from the start */
export async function loadWaiting(
  db: Queryable,
  { tenantId, migrationId }: MigrationName,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const rows = await db.query<{ subscription_id: string }>(waiting, [tenantId, migrationId, after ?? '', limit]);
  return rows.map((row) => row.subscription_id);
}

/** Writes what became of one, and counts it. Once: another result changes nothing. */
export async function tellResult(
  db: Queryable,
  { tenantId, migrationId }: MigrationName,
  subscriptionId: string,
  { outcome, reason }: MigrationResult,
): Promise<void> {
  const { code = null, message = null } = reason ?? {};
  await db.query(tell, [tenantId, migrationId, subscriptionId, outcome, code, message]);
}

/** What goes into the books of the engine with a new status. */
export interface NotedWith {
  readonly audit: AuditEntry;
  /** Null: the outside is not told. */
  readonly event: StoredEvent | null;
}

/** Moves a migration that is not over to another status, with what that leaves behind; one that has it already is left alone. */
export async function noteStatus(
  database: Database,
  name: MigrationName,
  status: PlanMigrationStatus,
  finishedAt: Instant | null,
  leave: (after: PlanMigration) => NotedWith,
): Promise<void> {
  await database.transaction(name.tenantId, async (db) => {
    const after = await setMigrationStatus(db, name, status, finishedAt);
    if (after === null) return;
    const { audit, event } = leave(after);
    await insertAuditEntry(db, audit);
    if (event !== null) await insertEvent(db, event);
  });
}

/** Notes that a plan migration pauses, goes on or is over: its row, who wanted it, and an event at the end, in one transaction. */
import { idFromFacts } from '../domain/ids';
import type { Instant } from '../domain/time';
import {
  noteStatus,
  type NotedWith,
  type PlanMigration,
  type PlanMigrationStatus,
} from '../db/transactions/plan-migration-progress';
import type { ActivityDependencies } from './dependencies';

export interface NotePlanMigrationInput {
  readonly tenantId: string;
  readonly migrationId: string;
  readonly status: PlanMigrationStatus;
  /** Who wanted it; of the migration itself, when it has come to its end. */
  readonly actor: string;
  readonly requestId: string | null;
  /** Names this change among those of the migration. */
  readonly key: string;
  readonly now: Instant;
}

/** What the outside hears of a migration. */
const told = ({ id, order, status, selected, counts }: PlanMigration) => ({
  plan_migration_id: id,
  plan_id: order.planId,
  to_plan_id: order.toPlanId,
  to_version: order.toVersion,
  status,
  selected,
  ...counts,
});

function left(input: NotePlanMigrationInput, after: PlanMigration, isOver: boolean): NotedWith {
  const { tenantId, migrationId, status, actor, requestId, key, now } = input;
  const audit = {
    id: idFromFacts('aud', migrationId, key),
    tenantId,
    actor,
    action: `plan_migration.${status}`,
    subjectId: migrationId,
    commandId: key,
    outcome: 'applied' as const,
    before: null,
    after: told(after),
    requestId,
    occurredAt: now,
  };
  const event = {
    id: idFromFacts('evt', migrationId, status),
    tenantId,
    type: `plan_migration.${status}`,
    customerId: null,
    subscriptionId: null,
    invoiceId: null,
    data: told(after),
    occurredAt: now,
  };
  return { audit, event: isOver ? event : null };
}

export function notePlanMigration(deps: ActivityDependencies) {
  return async function note(input: NotePlanMigrationInput): Promise<void> {
    const { status, now } = input;
    const isOver = status === 'completed' || status === 'canceled';
    await noteStatus(deps.database, input, status, isOver ? now : null, (after) => left(input, after, isOver));
  };
}

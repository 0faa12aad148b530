/** Writes a plan migration with the subscriptions that it moves and the message that starts its workflow, and starts it. */
import type { z } from '@hono/zod-openapi';
import type { Queryable } from '../db/pool';
import { insertOutboxMessage, markOutboxDelivered, waitingOutboxMessages } from '../db/queries/outbox';
import { findPlanVersion } from '../db/queries/plan-versions';
import { findPlanMigration, type MigrationSelection, type PlanMigration } from '../db/queries/plan-migrations';
import { findPlan } from '../db/queries/plans';
import { chosenMax, insertMigrationWithChosen, notOfPlan } from '../db/transactions/choose-subscriptions';
import { fail, type FieldError } from '../domain/errors';
import { idFromSeed, planMigrationWorkflowId } from '../domain/ids';
import type { MigrationOrder } from '../domain/plan-migration';
import { actorOf, tenantOf, type ApiContext } from './context';
import type { ApiDependencies } from './dependencies';
import { foundOr404, foundOr422 } from './found';
import { recordChange } from './record-change';
import type { planMigrationBody, planMigrationPreviewBody } from './resources/plan-migration';

type Body = z.output<typeof planMigrationBody>;

const faulty = (...fields: FieldError[]): never => fail('validation_failed', {}, { fields });

export interface PreparedMigration {
  readonly order: MigrationOrder;
  readonly selection: MigrationSelection;
  /** For people, such as "Pro v2". */
  readonly target: string;
}

const distinct = <T>(values: readonly T[] | undefined): T[] | null =>
  values === undefined ? null : [...new Set(values)];

/**
 * What a body asks for, checked against the catalogue and the subscriptions.
 * @throws PerennialError `validation_failed` on the field that names what is not there.
 */
export async function prepareMigration(
  db: Queryable,
  tenantId: string,
  body: Body | z.output<typeof planMigrationPreviewBody>,
): Promise<PreparedMigration> {
  const { plan_id: planId, to_plan_id: toPlanId = planId, selection: asked = {}, when: timing, proration } = body;
  foundOr422(await findPlan(db, tenantId, planId), 'plan_id', 'plan');
  const plan = foundOr422(await findPlan(db, tenantId, toPlanId), 'to_plan_id', 'plan');
  const toVersion = body.to_version ?? plan.currentVersion;
  foundOr422(await findPlanVersion(db, tenantId, toPlanId, toVersion), 'to_version', 'version of the plan');
  const fromVersions = distinct(asked.from_versions);
  if (toPlanId === planId && fromVersions?.includes(toVersion))
    faulty({ path: 'selection.from_versions', message: 'must not name the target' });
  const subscriptionIds = distinct(asked.subscription_ids);
  const strangers = subscriptionIds === null ? [] : await notOfPlan(db, tenantId, planId, subscriptionIds);
  if (strangers.length > 0)
    faulty(
      ...strangers.map((id) => ({
        path: `selection.subscription_ids.${asked.subscription_ids?.indexOf(id)}`,
        message: 'is not a subscription of the plan',
      })),
    );
  const selection = { fromVersions, subscriptionIds, customerIds: distinct(asked.customer_ids) };
  const order = { planId, fromVersions, toPlanId, toVersion, timing, proration: proration ?? null };
  return { order, selection, target: `${plan.name} v${toVersion}` };
}

async function writeMigration(c: ApiContext, deps: ApiDependencies, id: string, body: Body): Promise<void> {
  const { tenantId } = tenantOf(c);
  const occurredAt = deps.wallClock();
  await deps.database.transaction(tenantId, async (db) => {
    const { order, selection, target } = await prepareMigration(db, tenantId, body);
    const who = { actor: actorOf(c), requestId: c.get('requestId') };
    const migration = { id, tenantId, order, selection, perSecond: body.per_second, ...who, occurredAt };
    const chosen = await insertMigrationWithChosen(db, migration);
    if (chosen === 0) faulty({ path: 'selection', message: 'chooses no subscription' });
    if (chosen > chosenMax)
      faulty({ path: 'selection', message: `chooses ${chosen} subscriptions, and ${chosenMax} may be moved at once` });
    const payload = { tenantId, migrationId: id, label: `${chosen} to ${target}` };
    const workflowId = planMigrationWorkflowId(tenantId, id);
    await insertOutboxMessage(db, { tenantId, kind: 'start_plan_migration', workflowId, payload });
    const { planId, toPlanId, toVersion, timing } = order;
    const told = { plan_migration_id: id, plan_id: planId, to_plan_id: toPlanId, to_version: toVersion };
    const after = { ...told, when: timing, selected: chosen };
    const event = { type: 'plan_migration.created', data: after };
    await recordChange(db, c, { action: 'plan_migration.create', subjectId: id, after, occurredAt, event });
  });
}

/**
 * Starts the workflow of a migration unless it runs.
 * @throws PerennialError `temporal_unavailable`.
 */
export async function startMigration(deps: ApiDependencies, migration: PlanMigration): Promise<void> {
  const { tenantId, id: migrationId, order, selected } = migration;
  const name = (await findPlan(deps.database.as(tenantId), tenantId, order.toPlanId))?.name ?? order.toPlanId;
  const label = `${selected} to ${name} v${order.toVersion}`;
  await deps.workflows.startPlanMigration({ tenantId, migrationId, label });
}

async function startOrdered(deps: ApiDependencies, migration: PlanMigration): Promise<void> {
  const { tenantId, id } = migration;
  const db = deps.database.as(tenantId);
  const workflowId = planMigrationWorkflowId(tenantId, id);
  const waiting = await waitingOutboxMessages(db, { tenantId, workflowId, kind: 'start_plan_migration' });
  if (waiting.length === 0) return;
  await startMigration(deps, migration);
  await markOutboxDelivered(db, tenantId, waiting);
}

/**
 * Orders a migration and answers it; its workflow goes on by itself.
 * @throws PerennialError `validation_failed`, `temporal_unavailable`: then row and message stand, and the relay starts it later.
 */
export async function createPlanMigration(c: ApiContext, deps: ApiDependencies, body: Body): Promise<PlanMigration> {
  const { tenantId } = tenantOf(c);
  const db = deps.database.as(tenantId);
  const id = idFromSeed('mig', c.get('seed'));
  const read = () => findPlanMigration(db, tenantId, id);
  if ((await read()) === null) await writeMigration(c, deps, id, body);
  const written = foundOr404(await read(), 'Plan migration', id);
  await startOrdered(deps, written);
  return foundOr404(await read(), 'Plan migration', id);
}

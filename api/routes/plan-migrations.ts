/** Plan migrations: chosen subscriptions of a plan moved to another version or plan, with a preview and with progress. */
import { createRoute, z } from '@hono/zod-openapi';
import { listMigratedSubscriptions } from '../../db/queries/plan-migration-subscriptions';
import { findPlanMigration, listPlanMigrations, type PlanMigration } from '../../db/queries/plan-migrations';
import { previewMigration } from '../../db/reports/plan-migration-preview';
import { fail } from '../../domain/errors';
import { migrationOutcomes } from '../../domain/plan-migration';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { actorOf, tenantOf, type Api, type ApiContext } from '../context';
import { createPlanMigration, prepareMigration, startMigration } from '../create-plan-migration';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import {
  migratedSubscriptionAnswer,
  planMigrationAnswer,
  planMigrationBody,
  planMigrationExample,
  planMigrationPreviewAnswer,
  planMigrationPreviewBody,
  presentMigrated,
  presentMigrationPreview,
  presentPlanMigration,
} from '../resources/plan-migration';
import type { MigrationWish, Progress } from '../temporal';
import { meansOf } from '../preview-means';

const tags = ['Plan migrations'];
const id = idParameter(planMigrationExample.id);

const create = createRoute({
  method: 'post',
  path: '/plan-migrations',
  tags,
  summary: 'Move chosen subscriptions to another version or plan',
  description:
    'Who is chosen is decided at this moment. Answers at once; the work goes on, and GET tells how far it got.',
  request: jsonBody(planMigrationBody),
  responses: { 201: jsonAnswer(planMigrationAnswer, 'The migration, which has begun.') },
});
const preview = createRoute({
  method: 'post',
  path: '/plan-migrations/preview',
  tags,
  summary: 'Preview a plan migration',
  description: 'How many are chosen, and what each of a page would be billed. Nothing is written.',
  request: jsonBody(planMigrationPreviewBody),
  responses: { 200: jsonAnswer(planMigrationPreviewAnswer, 'What the migration would come to.') },
});
const get = createRoute({
  method: 'get',
  path: '/plan-migrations/{id}',
  tags,
  summary: 'Read a plan migration and how far it got',
  request: id,
  responses: { 200: jsonAnswer(planMigrationAnswer, 'The migration.') },
});
const statuses = z.enum(['running', 'paused', 'completed', 'canceled']);
const list = createRoute({
  method: 'get',
  path: '/plan-migrations',
  tags,
  summary: 'List plan migrations',
  request: { query: z.strictObject({ ...pageFields, status: statuses.optional(), plan_id: z.string().optional() }) },
  responses: { 200: jsonAnswer(pageAnswer(planMigrationAnswer), 'A page of plan migrations.') },
});
const results = createRoute({
  method: 'get',
  path: '/plan-migrations/{id}/subscriptions',
  tags,
  summary: 'List the subscriptions of a plan migration and what became of each',
  request: {
    ...id,
    query: z.strictObject({ ...pageFields, outcome: z.enum(['waiting', ...migrationOutcomes]).optional() }),
  },
  responses: { 200: jsonAnswer(pageAnswer(migratedSubscriptionAnswer), 'A page of subscriptions.') },
});

const steering = <const Wish extends MigrationWish>(wish: Wish, summary: string) =>
  createRoute({
    method: 'post',
    path: `/plan-migrations/{id}/${wish}`,
    tags,
    summary,
    request: id,
    responses: {
      200: jsonAnswer(planMigrationAnswer, 'The migration as it then is.'),
      202: jsonAnswer(
        planMigrationAnswer,
        'It will be so after the subscriptions that are under way; read the migration.',
      ),
    },
  });
const pause = steering('pause', 'Pause a plan migration');
const resume = steering('resume', 'Go on with a plan migration');
const cancel = steering('cancel', 'Cancel what a plan migration has not done yet');

async function migrationOr404(
  { database }: ApiDependencies,
  tenantId: string,
  migrationId: string,
): Promise<PlanMigration> {
  return foundOr404(
    await findPlanMigration(database.as(tenantId), tenantId, migrationId),
    'Plan migration',
    migrationId,
  );
}

async function steer(
  c: ApiContext,
  deps: ApiDependencies,
  migrationId: string,
  wish: MigrationWish,
): Promise<{ migration: PlanMigration; progress: Progress }> {
  const { tenantId } = tenantOf(c);
  const before = await migrationOr404(deps, tenantId, migrationId);
  const { status } = before;
  if (status === 'completed' || status === 'canceled') fail('plan_migration_over', { migrationId, status });
  const meta = { commandId: c.get('idempotencyKey'), actor: actorOf(c), requestId: c.get('requestId') };
  // It may not have begun yet, or have been terminated by hand: then it begins, and hears what is asked of it.
  await startMigration(deps, before);
  const progress = await deps.workflows.steerPlanMigration({ tenantId, migrationId }, wish, meta);
  return { migration: await migrationOr404(deps, tenantId, migrationId), progress };
}

function registerSteering(api: Api, deps: ApiDependencies): void {
  for (const [route, wish] of [
    [pause, 'pause'],
    [resume, 'resume'],
    [cancel, 'cancel'],
  ] as const) {
    api.openapi(route, async (c) => {
      const { migration, progress } = await steer(c, deps, c.req.valid('param').id, wish);
      return c.json(presentPlanMigration(migration), progress === 'settled' ? 200 : 202);
    });
  }
}

function registerReading(api: Api, deps: ApiDependencies): void {
  const { database } = deps;
  api.openapi(get, async (c) =>
    c.json(presentPlanMigration(await migrationOr404(deps, tenantOf(c).tenantId, c.req.valid('param').id)), 200),
  );
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const filters = { status: query.status, planId: query.plan_id };
    const page = await listPlanMigrations(database.as(tenantId), tenantId, filters, pageOf(query));
    return c.json(wirePage(page, presentPlanMigration), 200);
  });
  api.openapi(results, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const { id: migrationId } = await migrationOr404(deps, tenantId, c.req.valid('param').id);
    const filters = { migrationId, outcome: query.outcome };
    const page = await listMigratedSubscriptions(database.as(tenantId), tenantId, filters, pageOf(query));
    return c.json(wirePage(page, presentMigrated), 200);
  });
}

/** Registers the routes of plan migrations. */
export function planMigrations(api: Api, deps: ApiDependencies): void {
  const { database } = deps;
  api.openapi(create, async (c) =>
    c.json(presentPlanMigration(await createPlanMigration(c, deps, c.req.valid('json'))), 201),
  );
  api.openapi(preview, async (c) => {
    const { tenantId } = tenantOf(c);
    const { limit, starting_after: after = null, ...body } = c.req.valid('json');
    const { order, selection } = await prepareMigration(database.as(tenantId), tenantId, { ...body, limit });
    const request = { tenantId, order, selection, after, limit, now: deps.wallClock() };
    return c.json(presentMigrationPreview(await previewMigration(database, request, meansOf(deps))), 200);
  });
  registerReading(api, deps);
  registerSteering(api, deps);
}

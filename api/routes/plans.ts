/** Plans and their versions. */
import { createRoute, z } from '@hono/zod-openapi';
import type { Queryable } from '../../db/pool';
import { findPlan, insertPlan, listPlans, lockPlan, setCurrentVersion } from '../../db/queries/plans';
import { insertPlanVersion, versionsOfPlans } from '../../db/queries/plan-versions';
import { findProduct } from '../../db/queries/products';
import { fail } from '../../domain/errors';
import { idFromSeed } from '../../domain/ids';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404, foundOr422 } from '../found';
import { pageAnswer, pageFields, pageOf } from '../pagination';
import { preparePlanVersion, writePlanPrices } from '../prepare-plan-version';
import { recordChange } from '../record-change';
import { planAnswer, planBody, planVersionBody, presentPlan, type PlanVersionBody } from '../resources/catalogue';

const tags = ['Plans'];
const id = idParameter('plan_01kav5xq8yfz2s1m3c4d5e6f7g');

const create = createRoute({
  method: 'post',
  path: '/plans',
  tags,
  summary: 'Create a plan with its first version',
  request: jsonBody(planBody),
  responses: { 201: jsonAnswer(planAnswer, 'The plan.') },
});
const addVersion = createRoute({
  method: 'post',
  path: '/plans/{id}/versions',
  tags,
  summary: 'Add a version to a plan',
  description: 'New subscriptions get the new version; those that run keep theirs until they are changed.',
  request: { ...id, ...jsonBody(planVersionBody) },
  responses: { 201: jsonAnswer(planAnswer, 'The plan with all versions.') },
});
const get = createRoute({
  method: 'get',
  path: '/plans/{id}',
  tags,
  summary: 'Read a plan with its versions',
  request: id,
  responses: { 200: jsonAnswer(planAnswer, 'The plan.') },
});
const list = createRoute({
  method: 'get',
  path: '/plans',
  tags,
  summary: 'List plans',
  request: { query: z.strictObject({ ...pageFields, product_id: z.string().optional(), code: z.string().optional() }) },
  responses: { 200: jsonAnswer(pageAnswer(planAnswer), 'A page of plans.') },
});

type PlanAnswer = z.infer<typeof planAnswer>;

async function readPlan(db: Queryable, tenantId: string, planId: string): Promise<PlanAnswer> {
  const plan = foundOr404(await findPlan(db, tenantId, planId), 'Plan', planId);
  return presentPlan(plan, await versionsOfPlans(db, tenantId, [planId]));
}

async function createPlan(c: ApiContext, deps: ApiDependencies, body: z.output<typeof planBody>): Promise<PlanAnswer> {
  const { tenantId } = tenantOf(c);
  const db = deps.database.as(tenantId);
  const product = foundOr422(await findProduct(db, tenantId, body.product_id), 'product_id', 'product');
  const prepared = await preparePlanVersion(c, deps, product, body);
  const planId = idFromSeed('plan', c.get('seed'));
  await deps.database.transaction(tenantId, async (transaction) => {
    await insertPlan(transaction, { id: planId, tenantId, productId: product.id, code: body.code, name: body.name });
    if ((await findPlan(transaction, tenantId, planId)) === null)
      fail('already_exists', { resource: 'Plan with the code', id: body.code });
    await writePlanPrices(transaction, prepared.newPrices);
    await insertPlanVersion(transaction, { tenantId, planId, version: 1, definition: prepared.definition });
    const after = { code: body.code, name: body.name, version: 1, definition: prepared.definition };
    await recordChange(transaction, c, {
      action: 'plan.create',
      subjectId: planId,
      after,
      occurredAt: deps.wallClock(),
    });
  });
  return readPlan(db, tenantId, planId);
}

async function createVersion(
  c: ApiContext,
  deps: ApiDependencies,
  planId: string,
  body: PlanVersionBody,
): Promise<PlanAnswer> {
  const { tenantId } = tenantOf(c);
  const db = deps.database.as(tenantId);
  const known = foundOr404(await findPlan(db, tenantId, planId), 'Plan', planId);
  const product = foundOr404(await findProduct(db, tenantId, known.productId), 'Product', known.productId);
  const prepared = await preparePlanVersion(c, deps, product, body);
  await deps.database.transaction(tenantId, async (transaction) => {
    const plan = foundOr404(await lockPlan(transaction, tenantId, planId), 'Plan', planId);
    const version = plan.currentVersion + 1;
    const after = { version, definition: prepared.definition };
    const isNew = await recordChange(transaction, c, {
      action: 'plan.add_version',
      subjectId: planId,
      after,
      occurredAt: deps.wallClock(),
    });
    // The request was repeated after a crash: its version is there.
    if (!isNew) return;
    await writePlanPrices(transaction, prepared.newPrices);
    await insertPlanVersion(transaction, { tenantId, planId, version, definition: prepared.definition });
    await setCurrentVersion(transaction, tenantId, planId, version);
  });
  return readPlan(db, tenantId, planId);
}

/** Registers the routes of plans. */
export function plans(api: Api, deps: ApiDependencies): void {
  api.openapi(create, async (c) => c.json(await createPlan(c, deps, c.req.valid('json')), 201));
  api.openapi(addVersion, async (c) =>
    c.json(await createVersion(c, deps, c.req.valid('param').id, c.req.valid('json')), 201),
  );
  api.openapi(get, async (c) => {
    const { tenantId } = tenantOf(c);
    return c.json(await readPlan(deps.database.as(tenantId), tenantId, c.req.valid('param').id), 200);
  });
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const db = deps.database.as(tenantId);
    const query = c.req.valid('query');
    const page = await listPlans(db, tenantId, { productId: query.product_id, code: query.code }, pageOf(query));
    const versions = await versionsOfPlans(
      db,
      tenantId,
      page.data.map((plan) => plan.id),
    );
    return c.json({ data: page.data.map((plan) => presentPlan(plan, versions)), has_more: page.hasMore }, 200);
  });
}

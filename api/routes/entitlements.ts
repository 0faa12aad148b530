/** What customers may use: the check, how they stand, and exceptions for one customer. */
import { createRoute, z } from '@hono/zod-openapi';
import { findCustomer, type Customer } from '../../db/queries/customers';
import {
  type EntitlementOverride,
  overridesOf,
  putOverride,
  removeOverride,
} from '../../db/queries/entitlement-overrides';
import { knownFeatures, type StoredFeature } from '../../db/queries/features';
import { forecastUsageOf } from '../../db/reports/usage-forecast';
import { raiseAlerts } from '../../db/transactions/entitlement-alerts';
import { loadStanding } from '../../db/transactions/entitlement-standing';
import { readEntitlement } from '../../domain/entitlements/entitlement';
import { fail } from '../../domain/errors';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { instantOf } from '../fields';
import { foundOr404, foundOr422 } from '../found';
import { givenFields } from '../prepare-entitlements';
import { recordChange } from '../record-change';
import {
  checkAnswer,
  checkBody,
  customerEntitlementsAnswer,
  customerIdExample,
  overrideAnswer,
  overrideBody,
  overridesAnswer,
  presentCheck,
  presentOverride,
  presentStandings,
} from '../resources/entitlement';
import { forecastAnswer, presentForecast } from '../resources/usage-forecast';
import { meansOf } from '../preview-means';

const tags = ['Entitlements'];
const id = idParameter(customerIdExample);

const check = createRoute({
  method: 'post',
  path: '/entitlements/check',
  tags,
  summary: 'Check whether a customer may use a feature now',
  description:
    'Changes nothing, so it needs no Idempotency-Key. A refusal is an answer as well: 200 with allowed: false.',
  request: jsonBody(checkBody),
  responses: { 200: jsonAnswer(checkAnswer, 'Whether, why, and how the customer stands.') },
});
const standing = createRoute({
  method: 'get',
  path: '/customers/{id}/entitlements',
  tags,
  summary: 'Read what a customer may use, and how much is left',
  request: id,
  responses: { 200: jsonAnswer(customerEntitlementsAnswer, 'Every feature that is granted.') },
});
const override = createRoute({
  method: 'post',
  path: '/customers/{id}/entitlement-overrides',
  tags,
  summary: 'Grant one customer something else of a feature than the plans do',
  description: 'It takes the place of what the plans grant, and of an override of the same feature that was there.',
  request: { ...id, ...jsonBody(overrideBody) },
  responses: { 201: jsonAnswer(overrideAnswer, 'The override.') },
});
const overrides = createRoute({
  method: 'get',
  path: '/customers/{id}/entitlement-overrides',
  tags,
  summary: 'List the overrides of a customer',
  request: id,
  responses: { 200: jsonAnswer(overridesAnswer, 'The overrides, past ones too.') },
});
const remove = createRoute({
  method: 'delete',
  path: '/customers/{id}/entitlement-overrides/{feature}',
  tags,
  summary: 'Take an override away: the plans count again',
  request: { params: id.params.extend({ feature: z.string().openapi({ param: { name: 'feature', in: 'path' } }) }) },
  responses: { 200: jsonAnswer(overrideAnswer, 'The override as it was.') },
});

const forecast = createRoute({
  method: 'get',
  path: '/customers/{id}/usage-forecast',
  tags,
  summary: 'Foresee the usage of the period and the next invoices',
  description:
    'Linear by elapsed time. Of a month half gone, twice the usage is foreseen, and priced as the invoice will be.',
  request: id,
  responses: { 200: jsonAnswer(forecastAnswer, 'The forecast.') },
});

/** The feature that a body names, or 422. */
export async function featureOr422(
  { database }: ApiDependencies,
  tenantId: string,
  key: string,
): Promise<StoredFeature> {
  const features = await knownFeatures(database.as(tenantId), tenantId, [key]);
  return foundOr422(features.get(key) ?? null, 'feature', 'feature');
}

async function checkNow(
  deps: ApiDependencies,
  tenantId: string,
  { customer_id: customerId, feature: key, quantity }: z.output<typeof checkBody>,
): Promise<z.infer<typeof checkAnswer>> {
  const feature = await featureOr422(deps, tenantId, key);
  const request = { customerId, feature: key, wallClock: deps.wallClock() };
  const own = foundOr422(await loadStanding(deps.database, tenantId, request), 'customer_id', 'customer');
  await raiseAlerts(deps.database, tenantId, [own]);
  return presentCheck(own, feature, quantity);
}

async function customerOr404({ database }: ApiDependencies, tenantId: string, customerId: string): Promise<Customer> {
  return foundOr404(await findCustomer(database.as(tenantId), tenantId, customerId), 'Customer', customerId);
}

async function createOverride(
  c: ApiContext,
  deps: ApiDependencies,
  customerId: string,
  { feature: key, ends_at: ends = null, ...grant }: z.output<typeof overrideBody>,
): Promise<EntitlementOverride> {
  const { tenantId } = tenantOf(c);
  const customer = await customerOr404(deps, tenantId, customerId);
  const read = readEntitlement(await featureOr422(deps, tenantId, key), givenFields(grant), '');
  if ('errors' in read) return fail('validation_failed', {}, { fields: read.errors });
  const occurredAt = customer.clockNow ?? deps.wallClock();
  const made = { customerId, entitlement: read.value, endsAt: ends === null ? null : instantOf(ends), occurredAt };
  return deps.database.transaction(tenantId, async (db) => {
    const before = (await overridesOf(db, tenantId, customerId)).find((one) => one.entitlement.feature === key);
    // The audit entry is the mark of a request that was carried out: a repetition after a crash must not undo what came after it.
    const isNew = await recordChange(db, c, {
      action: 'entitlement.override',
      subjectId: customerId,
      before: before === undefined ? null : presentOverride(before),
      after: presentOverride(made),
      occurredAt,
      event: { type: 'entitlement.overridden', customerId, data: presentOverride(made) },
    });
    if (!isNew) return before ?? made;
    await putOverride(db, tenantId, made);
    return made;
  });
}

async function deleteOverride(
  c: ApiContext,
  deps: ApiDependencies,
  customerId: string,
  feature: string,
): Promise<EntitlementOverride> {
  const { tenantId } = tenantOf(c);
  const customer = await customerOr404(deps, tenantId, customerId);
  return deps.database.transaction(tenantId, async (db) => {
    const removed = foundOr404(await removeOverride(db, tenantId, customerId, feature), 'Override of', feature);
    const before = presentOverride(removed);
    await recordChange(db, c, {
      action: 'entitlement.remove_override',
      subjectId: customerId,
      before,
      after: null,
      occurredAt: customer.clockNow ?? deps.wallClock(),
      event: { type: 'entitlement.override_removed', customerId, data: before },
    });
    return removed;
  });
}

/** Registers the routes of entitlements. */
export function entitlements(api: Api, deps: ApiDependencies): void {
  const { database } = deps;
  api.openapi(check, async (c) => c.json(await checkNow(deps, tenantOf(c).tenantId, c.req.valid('json')), 200));
  api.openapi(standing, async (c) => {
    const { id: customerId } = c.req.valid('param');
    const request = { customerId, feature: null, wallClock: deps.wallClock() };
    const own = foundOr404(await loadStanding(database, tenantOf(c).tenantId, request), 'Customer', customerId);
    return c.json(presentStandings(own), 200);
  });
  api.openapi(forecast, async (c) => {
    const { id: customerId } = c.req.valid('param');
    const request = { tenantId: tenantOf(c).tenantId, customerId, wallClock: deps.wallClock() };
    const foreseen = await forecastUsageOf(database, request, meansOf(deps));
    return c.json(presentForecast(foundOr404(foreseen, 'Customer', customerId)), 200);
  });
  api.openapi(override, async (c) => {
    const made = await createOverride(c, deps, c.req.valid('param').id, c.req.valid('json'));
    return c.json(presentOverride(made), 201);
  });
  api.openapi(overrides, async (c) => {
    const { tenantId } = tenantOf(c);
    const customer = await customerOr404(deps, tenantId, c.req.valid('param').id);
    const made = await overridesOf(database.as(tenantId), tenantId, customer.id);
    return c.json({ data: made.map(presentOverride) }, 200);
  });
  api.openapi(remove, async (c) => {
    const { id: customerId, feature } = c.req.valid('param');
    return c.json(presentOverride(await deleteOverride(c, deps, customerId, feature)), 200);
  });
}

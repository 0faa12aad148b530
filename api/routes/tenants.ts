/** Tenants: made by whoever runs the engine, who holds the admin key; a tenant reads and changes its own settings. */
import { createRoute, z } from '@hono/zod-openapi';
import { allTenants } from '../../db/pool';
import { insertApiKey } from '../../db/queries/api-keys';
import { insertAuditEntry } from '../../db/queries/audit-log';
import { findTenant, insertTenant, listTenants, updateTenant, type Tenant } from '../../db/queries/tenants';
import { parseDunningPolicy, type DunningPolicy } from '../../domain/dunning';
import { fail } from '../../domain/errors';
import { idFromFacts } from '../../domain/ids';
import type { ProrationPolicy } from '../../domain/proration';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { actorOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { deriveApiKey, hashOfKey, prefixOfKey } from '../keys';
import { keyOf } from '../middleware/idempotency';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import {
  dunningInput,
  newTenantAnswer,
  presentTenant,
  tenantAnswer,
  tenantBody,
  tenantExample,
  tenantPatch,
} from '../resources/tenant';

const tags = ['Tenants'];
const id = idParameter(tenantExample.id);

const create = createRoute({
  method: 'post',
  path: '/tenants',
  tags,
  summary: 'Create a tenant and its first key (admin key)',
  request: jsonBody(tenantBody),
  responses: { 201: jsonAnswer(newTenantAnswer, 'The tenant and its key.') },
});
const list = createRoute({
  method: 'get',
  path: '/tenants',
  tags,
  summary: 'List tenants (admin key)',
  request: { query: z.strictObject(pageFields) },
  responses: { 200: jsonAnswer(pageAnswer(tenantAnswer), 'A page of tenants.') },
});
const get = createRoute({
  method: 'get',
  path: '/tenants/{id}',
  tags,
  summary: 'Read a tenant (admin key, or a key of its own)',
  request: id,
  responses: { 200: jsonAnswer(tenantAnswer, 'The tenant.') },
});
const patch = createRoute({
  method: 'patch',
  path: '/tenants/{id}',
  tags,
  summary: 'Change the settings of a tenant (admin key, or a key of its own with scope admin)',
  request: { ...id, ...jsonBody(tenantPatch) },
  responses: { 200: jsonAnswer(tenantAnswer, 'The tenant as it then is.') },
});

function requireAdmin(c: ApiContext): void {
  if (c.get('principal')?.kind !== 'admin') fail('forbidden', { scope: 'of the admin key' });
}

/** A tenant sees itself only; the admin key sees all. */
async function visibleTenant(c: ApiContext, { database }: ApiDependencies, tenantId: string): Promise<Tenant> {
  const principal = c.get('principal');
  const visible = principal?.kind === 'admin' || (principal?.kind === 'tenant' && principal.tenantId === tenantId);
  return foundOr404(visible ? await findTenant(database.as(allTenants), tenantId) : null, 'Tenant', tenantId);
}

/** The domain's reading of a policy, with its faults named by field. */
function policyFrom(wire: Parameters<typeof dunningInput>[0], base: Partial<DunningPolicy>): DunningPolicy {
  const input = dunningInput(wire);
  const cap = { ...base.capPerCard, ...(input['capPerCard'] as object | undefined) };
  const parsed = parseDunningPolicy({ ...base, ...input, capPerCard: cap });
  if (!Array.isArray(parsed)) return parsed as DunningPolicy;
  const fields = parsed.map(({ path, message }) => ({ path: `dunning_policy.${path}`, message }));
  return fail('validation_failed', {}, { fields });
}

async function createTenant(
  c: ApiContext,
  deps: ApiDependencies,
  body: z.output<typeof tenantBody>,
): Promise<{ tenant: Tenant; key: string }> {
  const { database, settings } = deps;
  const idempotencyKey = keyOf(c);
  c.header('Idempotency-Key', idempotencyKey);
  // There is no tenant yet to keep the key for: the id and the key follow from it, so a repetition gives both again.
  const tenantId = idFromFacts('ten', settings.linkSecret, idempotencyKey);
  const key = deriveApiKey(settings.linkSecret, body.mode, tenantId);
  const wanted = {
    id: tenantId,
    name: body.name,
    mode: body.mode,
    timeZone: body.time_zone,
    invoiceSeries: body.invoice_series,
    dunningPolicy: policyFrom(body.dunning_policy, {}),
    prorationPolicy: body.proration_policy as ProrationPolicy,
    incompleteHours: body.incomplete_hours,
    usageGraceHours: body.usage_grace_hours,
    lateUsage: body.late_usage,
  };
  await database.transaction(allTenants, async (db) => {
    await insertTenant(db, wanted);
    const keyId = idFromFacts('key', tenantId, 'first');
    await insertApiKey(db, {
      id: keyId,
      tenantId,
      name: 'first key',
      prefix: prefixOfKey(key),
      hash: hashOfKey(key),
      scopes: ['admin'],
    });
  });
  const tenant = foundOr404(await findTenant(database.as(allTenants), tenantId), 'Tenant', tenantId);
  if (tenant.mode !== body.mode || tenant.name !== body.name) fail('idempotency_key_reused', { key: idempotencyKey });
  return { tenant, key };
}

async function changeTenant(
  c: ApiContext,
  deps: ApiDependencies,
  tenantId: string,
  body: z.output<typeof tenantPatch>,
): Promise<Tenant> {
  const before = await visibleTenant(c, deps, tenantId);
  const after = {
    ...before,
    name: body.name ?? before.name,
    timeZone: body.time_zone ?? before.timeZone,
    dunningPolicy:
      body.dunning_policy === undefined ? before.dunningPolicy : policyFrom(body.dunning_policy, before.dunningPolicy),
    prorationPolicy: (body.proration_policy ?? before.prorationPolicy) as ProrationPolicy,
    incompleteHours: body.incomplete_hours ?? before.incompleteHours,
    usageGraceHours: body.usage_grace_hours ?? before.usageGraceHours,
    lateUsage: body.late_usage ?? before.lateUsage,
  };
  return deps.database.transaction(tenantId, async (db) => {
    const written = foundOr404(await updateTenant(db, after), 'Tenant', tenantId);
    await insertAuditEntry(db, {
      id: idFromFacts('aud', c.get('requestId'), tenantId),
      tenantId,
      actor: actorOf(c),
      action: 'tenant.update',
      subjectId: tenantId,
      commandId: null,
      outcome: 'applied',
      before: presentTenant(before),
      after: presentTenant(written),
      requestId: c.get('requestId'),
      occurredAt: deps.wallClock(),
    });
    return written;
  });
}

/** Registers the routes of tenants. */
export function tenants(api: Api, deps: ApiDependencies): void {
  api.openapi(create, async (c) => {
    requireAdmin(c);
    const { tenant, key } = await createTenant(c, deps, c.req.valid('json'));
    return c.json({ ...presentTenant(tenant), key }, 201);
  });
  api.openapi(list, async (c) => {
    requireAdmin(c);
    const page = await listTenants(deps.database.as(allTenants), allTenants, {}, pageOf(c.req.valid('query')));
    return c.json(wirePage(page, presentTenant), 200);
  });
  api.openapi(get, async (c) => c.json(presentTenant(await visibleTenant(c, deps, c.req.valid('param').id)), 200));
  api.openapi(patch, async (c) =>
    c.json(presentTenant(await changeTenant(c, deps, c.req.valid('param').id, c.req.valid('json'))), 200),
  );
}

/** How a seller entity taxes where it differs from its tenant, and what providers of sales tax were told. */
import { createRoute, z } from '@hono/zod-openapi';
import { listTaxReports } from '../../db/queries/tax-reports';
import { findEntityTaxSettings, updateEntityTaxSettings } from '../../db/queries/tax-settings';
import { fail } from '../../domain/errors';
import type { TaxSettings } from '../../domain/tax/settings';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { recordChange } from '../record-change';
import { entityExample } from '../resources/entity';
import {
  presentTaxReport,
  presentTaxSettings,
  settingsOf,
  taxReportAnswer,
  taxSettingsAnswer,
  taxSettingsBody,
} from '../resources/tax';

const tags = ['Tax'];
const id = idParameter(entityExample.id);
const path = '/entities/{id}/tax-settings' as const;

const read = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Read how a seller entity taxes, where it differs from the tenant',
  request: id,
  responses: { 200: jsonAnswer(taxSettingsAnswer, "The entity's own settings; null where the tenant's hold.") },
});
const write = createRoute({
  method: 'patch',
  path,
  tags,
  summary: 'Say how a seller entity taxes, from its next invoice on; what is left out takes its default',
  request: { ...id, ...jsonBody(taxSettingsBody) },
  responses: { 200: jsonAnswer(taxSettingsAnswer, 'The settings as they then are.') },
});
const drop = createRoute({
  method: 'delete',
  path,
  tags,
  summary: 'Let a seller entity tax as the tenant does',
  request: id,
  responses: { 200: jsonAnswer(taxSettingsAnswer, 'No settings of its own.') },
});
const reports = createRoute({
  method: 'get',
  path: '/tax-reports',
  tags,
  summary: 'List what providers of sales tax were told, or are to be told',
  request: {
    query: z.strictObject({
      ...pageFields,
      invoice_id: z.string().optional(),
      state: z.enum(['due', 'reported', 'estimated']).optional(),
    }),
  },
  responses: { 200: jsonAnswer(pageAnswer(taxReportAnswer), 'A page of reports.') },
});

async function change(
  c: ApiContext,
  { database, wallClock }: ApiDependencies,
  entityId: string,
  settings: TaxSettings | null,
): Promise<TaxSettings | null> {
  const { tenantId } = tenantOf(c);
  await database.transaction(tenantId, async (db) => {
    const before = await findEntityTaxSettings(db, tenantId, entityId);
    if (before === undefined) fail('not_found', { resource: 'Entity', id: entityId.slice(0, 100) });
    await updateEntityTaxSettings(db, { tenantId, entityId }, settings);
    const audit = { action: 'entity.tax_settings', subjectId: entityId, before, after: settings };
    await recordChange(db, c, { ...audit, occurredAt: wallClock() });
  });
  return settings;
}

/** Registers the routes of entities' tax settings and of reports of sales tax. */
export function entityTax(api: Api, deps: ApiDependencies): void {
  api.openapi(read, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id: entityId } = c.req.valid('param');
    const found = await findEntityTaxSettings(deps.database.as(tenantId), tenantId, entityId);
    if (found === undefined) fail('not_found', { resource: 'Entity', id: entityId.slice(0, 100) });
    return c.json(presentTaxSettings(found), 200);
  });
  api.openapi(write, async (c) => {
    const settings = settingsOf(c.req.valid('json'));
    return c.json(presentTaxSettings(await change(c, deps, c.req.valid('param').id, settings)), 200);
  });
  api.openapi(drop, async (c) => c.json(presentTaxSettings(await change(c, deps, c.req.valid('param').id, null)), 200));
  api.openapi(reports, async (c) => {
    const { tenantId } = tenantOf(c);
    const { invoice_id: invoiceId, state, ...query } = c.req.valid('query');
    const page = await listTaxReports(deps.database.as(tenantId), tenantId, { invoiceId, state }, pageOf(query));
    return c.json(wirePage(page, presentTaxReport), 200);
  });
}

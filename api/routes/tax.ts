/** How a tenant taxes, and the table of rates. */
import { createRoute, z } from '@hono/zod-openapi';
import { findTaxSettings, updateTaxCategory, updateTaxSettings } from '../../db/queries/tax-settings';
import {
  endTaxRate,
  findTaxRate,
  insertTaxRate,
  listTaxRates,
  lockTaxRates,
  ownTaxRates,
  type StoredTaxRate,
} from '../../db/queries/tax-rates';
import { fail } from '../../domain/errors';
import { idFromSeed } from '../../domain/ids';
import { isCalendarDate } from '../../domain/tax/date';
import type { TaxSettings } from '../../domain/tax/settings';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { recordChange } from '../record-change';
import {
  presentTaxRate,
  presentTaxSettings,
  productExample,
  rateOf,
  settingsOf,
  taxCategoryAnswer,
  taxCategoryBody,
  taxRateAnswer,
  taxRateBody,
  taxRateId,
  taxRatePatch,
  taxSettingsAnswer,
  taxSettingsBody,
} from '../resources/tax';

const tags = ['Tax'];
const id = idParameter(taxRateId);

const readSettings = createRoute({
  method: 'get',
  path: '/tax-settings',
  tags,
  summary: 'Read how the tenant taxes',
  responses: { 200: jsonAnswer(taxSettingsAnswer, 'The settings.') },
});
const writeSettings = createRoute({
  method: 'patch',
  path: '/tax-settings',
  tags,
  summary: 'Say how the tenant taxes, from the next invoice on; what is left out takes its default',
  request: jsonBody(taxSettingsBody),
  responses: { 200: jsonAnswer(taxSettingsAnswer, 'The settings as they then are.') },
});
const dropSettings = createRoute({
  method: 'delete',
  path: '/tax-settings',
  tags,
  summary: 'Tax nothing any more',
  responses: { 200: jsonAnswer(taxSettingsAnswer, 'No settings.') },
});
const create = createRoute({
  method: 'post',
  path: '/tax-rates',
  tags,
  summary: 'Add a rate of the tenant, with the days it holds; it stands above the general ones',
  request: jsonBody(taxRateBody),
  responses: { 201: jsonAnswer(taxRateAnswer, 'The rate.') },
});
const list = createRoute({
  method: 'get',
  path: '/tax-rates',
  tags,
  summary: "List tax rates, the tenant's own and the general ones",
  request: {
    query: z.strictObject({
      ...pageFields,
      country: z.string().optional(),
      region: z.string().optional(),
      category: z.string().optional(),
    }),
  },
  responses: { 200: jsonAnswer(pageAnswer(taxRateAnswer), 'A page of rates.') },
});
const get = createRoute({
  method: 'get',
  path: '/tax-rates/{id}',
  tags,
  summary: 'Read a tax rate',
  request: id,
  responses: { 200: jsonAnswer(taxRateAnswer, 'The rate.') },
});
const patch = createRoute({
  method: 'patch',
  path: '/tax-rates/{id}',
  tags,
  summary: 'End a rate of the tenant; on its first day, as if it had never been',
  request: { ...id, ...jsonBody(taxRatePatch) },
  responses: { 200: jsonAnswer(taxRateAnswer, 'The rate as it then is.') },
});

const setCategory = createRoute({
  method: 'patch',
  path: '/products/{id}/tax-category',
  tags,
  summary: 'Say what a product is for tax: a category of the table of rates',
  request: { ...idParameter(productExample.id), ...jsonBody(taxCategoryBody) },
  responses: { 200: jsonAnswer(taxCategoryAnswer, 'The category, from the next invoice on.') },
});

async function changeSettings(
  c: ApiContext,
  { database, wallClock }: ApiDependencies,
  settings: TaxSettings | null,
): Promise<TaxSettings | null> {
  const { tenantId } = tenantOf(c);
  await database.transaction(tenantId, async (db) => {
    const before = await findTaxSettings(db, tenantId);
    await updateTaxSettings(db, tenantId, settings);
    const change = { action: 'tax_settings.update', subjectId: tenantId, before, after: settings };
    await recordChange(db, c, { ...change, occurredAt: wallClock() });
  });
  return settings;
}

async function rateOrFail({ database }: ApiDependencies, tenantId: string, rateId: string): Promise<StoredTaxRate> {
  return foundOr404(await findTaxRate(database.as(tenantId), tenantId, rateId), 'Tax rate', rateId);
}

async function addRate(
  c: ApiContext,
  deps: ApiDependencies,
  body: z.output<typeof taxRateBody>,
): Promise<StoredTaxRate> {
  const { tenantId } = tenantOf(c);
  const rateId = idFromSeed('txr', c.get('seed'));
  await deps.database.transaction(tenantId, async (db) => {
    await lockTaxRates(db, tenantId);
    const own = await ownTaxRates(db, tenantId, body.country);
    const rate = rateOf(
      body,
      own.filter((known) => known.id !== rateId),
    );
    await insertTaxRate(db, tenantId, { ...rate, id: rateId });
    const change = { action: 'tax_rate.create', subjectId: rateId, after: rate, occurredAt: deps.wallClock() };
    await recordChange(db, c, change);
  });
  return rateOrFail(deps, tenantId, rateId);
}

/** Only later days can be given back by another row; a general row is nobody's to change. */
async function endRate(c: ApiContext, deps: ApiDependencies, rateId: string, to: string): Promise<StoredTaxRate> {
  const { tenantId } = tenantOf(c);
  await deps.database.transaction(tenantId, async (db) => {
    await lockTaxRates(db, tenantId);
    const before = foundOr404(await findTaxRate(db, tenantId, rateId), 'Tax rate', rateId);
    if (!before.isOwn) fail('not_found', { resource: 'Tax rate of the tenant', id: rateId });
    const isSound = isCalendarDate(to) && to >= before.from && (before.to === null || to <= before.to);
    if (!isSound)
      fail('validation_failed', {}, { fields: [{ path: 'to', message: 'must be a day from its first to its last' }] });
    await endTaxRate(db, tenantId, rateId, to);
    const change = { action: 'tax_rate.end', subjectId: rateId, before: { to: before.to }, after: { to } };
    await recordChange(db, c, { ...change, occurredAt: deps.wallClock() });
  });
  return rateOrFail(deps, tenantId, rateId);
}

async function categorize(c: ApiContext, deps: ApiDependencies, productId: string, category: string): Promise<void> {
  const { tenantId } = tenantOf(c);
  await deps.database.transaction(tenantId, async (db) => {
    const before = await updateTaxCategory(db, tenantId, productId, category);
    if (before === null) fail('not_found', { resource: 'Product', id: productId.slice(0, 100) });
    const states = { before: { tax_category: before }, after: { tax_category: category } };
    const change = { action: 'product.tax_category', subjectId: productId, ...states };
    await recordChange(db, c, { ...change, occurredAt: deps.wallClock() });
  });
}

/** Registers the routes of tax. */
export function tax(api: Api, deps: ApiDependencies): void {
  const { database } = deps;
  api.openapi(readSettings, async (c) => {
    const { tenantId } = tenantOf(c);
    return c.json(presentTaxSettings(await findTaxSettings(database.as(tenantId), tenantId)), 200);
  });
  api.openapi(writeSettings, async (c) => {
    const settings = settingsOf(c.req.valid('json'));
    return c.json(presentTaxSettings(await changeSettings(c, deps, settings)), 200);
  });
  api.openapi(dropSettings, async (c) => c.json(presentTaxSettings(await changeSettings(c, deps, null)), 200));
  api.openapi(setCategory, async (c) => {
    const { id: productId } = c.req.valid('param');
    const { category } = c.req.valid('json');
    await categorize(c, deps, productId, category);
    return c.json({ product_id: productId, category }, 200);
  });
  api.openapi(create, async (c) => c.json(presentTaxRate(await addRate(c, deps, c.req.valid('json'))), 201));
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const { country, region, category, ...query } = c.req.valid('query');
    const page = await listTaxRates(database.as(tenantId), tenantId, { country, region, category }, pageOf(query));
    return c.json(wirePage(page, presentTaxRate), 200);
  });
  api.openapi(get, async (c) =>
    c.json(presentTaxRate(await rateOrFail(deps, tenantOf(c).tenantId, c.req.valid('param').id)), 200),
  );
  api.openapi(patch, async (c) =>
    c.json(presentTaxRate(await endRate(c, deps, c.req.valid('param').id, c.req.valid('json').to)), 200),
  );
}

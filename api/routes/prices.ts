/** Prices: made once, never changed. */
import { createRoute, z } from '@hono/zod-openapi';
import { findPrice, insertPrice, listPrices, type Price } from '../../db/queries/prices';
import { findProduct } from '../../db/queries/products';
import { fail } from '../../domain/errors';
import { idFromSeed } from '../../domain/ids';
import { toIso } from '../../domain/time';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { parametersOf, priceErrors } from '../check-price';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404, foundOr422 } from '../found';
import { meterErrors, metersOfPrices, usageFieldsOf } from '../meters-of-prices';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { recordChange } from '../record-change';
import { presentPlanPrice, priceAnswer, priceBody, priceExample } from '../resources/catalogue';

const tags = ['Prices'];

const create = createRoute({
  method: 'post',
  path: '/prices',
  tags,
  summary: 'Create a price',
  request: jsonBody(priceBody),
  responses: { 201: jsonAnswer(priceAnswer, 'The price.') },
});
const get = createRoute({
  method: 'get',
  path: '/prices/{id}',
  tags,
  summary: 'Read a price',
  request: idParameter(priceExample.id),
  responses: { 200: jsonAnswer(priceAnswer, 'The price.') },
});
const list = createRoute({
  method: 'get',
  path: '/prices',
  tags,
  summary: 'List prices',
  request: { query: z.strictObject({ ...pageFields, product_id: z.string().optional() }) },
  responses: { 200: jsonAnswer(pageAnswer(priceAnswer), 'A page of prices.') },
});

const present = (price: Price): z.infer<typeof priceAnswer> => ({
  ...presentPlanPrice(price),
  product_id: price.productId,
  created_at: toIso(price.recordedAt),
});

async function priceOrFail({ database }: ApiDependencies, tenantId: string, id: string): Promise<Price> {
  return foundOr404(await findPrice(database.as(tenantId), tenantId, id), 'Price', id);
}

async function createPrice(c: ApiContext, deps: ApiDependencies, body: z.output<typeof priceBody>): Promise<Price> {
  const { tenantId } = tenantOf(c);
  const meters = await metersOfPrices(deps.database.as(tenantId), tenantId, [body]);
  const own = priceErrors(body);
  const fields = own.length > 0 ? own : meterErrors(body, meters);
  if (fields.length > 0) fail('validation_failed', {}, { fields });
  const product = foundOr422(
    await findProduct(deps.database.as(tenantId), tenantId, body.product_id),
    'product_id',
    'product',
  );
  const { kind, model, description, stream = product.stream } = body;
  const id = idFromSeed('price', c.get('seed'));
  const price = {
    id,
    tenantId,
    productId: product.id,
    kind,
    model,
    parameters: parametersOf(body),
    description,
    stream,
    ...usageFieldsOf(body, meters),
  };
  await deps.database.transaction(tenantId, async (db) => {
    await insertPrice(db, price);
    await recordChange(db, c, {
      action: 'price.create',
      subjectId: price.id,
      after: price,
      occurredAt: deps.wallClock(),
    });
  });
  return priceOrFail(deps, tenantId, price.id);
}

/** Registers the routes of prices. */
export function prices(api: Api, deps: ApiDependencies): void {
  api.openapi(create, async (c) => c.json(present(await createPrice(c, deps, c.req.valid('json'))), 201));
  api.openapi(get, async (c) =>
    c.json(present(await priceOrFail(deps, tenantOf(c).tenantId, c.req.valid('param').id)), 200),
  );
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const page = await listPrices(deps.database.as(tenantId), tenantId, { productId: query.product_id }, pageOf(query));
    return c.json(wirePage(page, present), 200);
  });
}

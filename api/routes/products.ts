/** Products. */
import { createRoute, z } from '@hono/zod-openapi';
import { findProduct, insertProduct, listProducts, type Product } from '../../db/queries/products';
import { idFromSeed } from '../../domain/ids';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { recordChange } from '../record-change';
import { presentProduct, productAnswer, productBody, productExample } from '../resources/catalogue';

const tags = ['Products'];

const create = createRoute({
  method: 'post',
  path: '/products',
  tags,
  summary: 'Create a product',
  request: jsonBody(productBody),
  responses: { 201: jsonAnswer(productAnswer, 'The product.') },
});
const get = createRoute({
  method: 'get',
  path: '/products/{id}',
  tags,
  summary: 'Read a product',
  request: idParameter(productExample.id),
  responses: { 200: jsonAnswer(productAnswer, 'The product.') },
});
const list = createRoute({
  method: 'get',
  path: '/products',
  tags,
  summary: 'List products',
  request: { query: z.strictObject(pageFields) },
  responses: { 200: jsonAnswer(pageAnswer(productAnswer), 'A page of products.') },
});

async function productOrFail({ database }: ApiDependencies, tenantId: string, id: string): Promise<Product> {
  return foundOr404(await findProduct(database.as(tenantId), tenantId, id), 'Product', id);
}

async function createProduct(
  c: ApiContext,
  deps: ApiDependencies,
  body: z.output<typeof productBody>,
): Promise<Product> {
  const { tenantId } = tenantOf(c);
  const product = {
    id: idFromSeed('prod', c.get('seed')),
    tenantId,
    name: body.name,
    description: body.description ?? null,
    stream: body.stream,
  };
  await deps.database.transaction(tenantId, async (db) => {
    await insertProduct(db, product);
    await recordChange(db, c, {
      action: 'product.create',
      subjectId: product.id,
      after: product,
      occurredAt: deps.wallClock(),
    });
  });
  return productOrFail(deps, tenantId, product.id);
}

/** Registers the routes of products. */
export function products(api: Api, deps: ApiDependencies): void {
  api.openapi(create, async (c) => c.json(presentProduct(await createProduct(c, deps, c.req.valid('json'))), 201));
  api.openapi(get, async (c) =>
    c.json(presentProduct(await productOrFail(deps, tenantOf(c).tenantId, c.req.valid('param').id)), 200),
  );
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const page = await listProducts(deps.database.as(tenantId), tenantId, {}, pageOf(c.req.valid('query')));
    return c.json(wirePage(page, presentProduct), 200);
  });
}

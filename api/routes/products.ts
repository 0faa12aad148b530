/** Products. */
import { createRoute, z } from '@hono/zod-openapi';
import { findProduct, insertProduct, listProducts, updateProduct, type Product } from '../../db/queries/products';
import { fail } from '../../domain/errors';
import { idFromSeed } from '../../domain/ids';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { recordChange } from '../record-change';
import { presentProduct, productAnswer, productBody, productExample, productPatch } from '../resources/catalogue';

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
  request: { query: z.strictObject({ ...pageFields, code: z.string().optional() }) },
  responses: { 200: jsonAnswer(pageAnswer(productAnswer), 'A page of products.') },
});
const patch = createRoute({
  method: 'patch',
  path: '/products/{id}',
  tags,
  summary: 'Change the name, the description or the stream of a product',
  description: 'Prices that stand keep the stream that they have.',
  request: { ...idParameter(productExample.id), ...jsonBody(productPatch) },
  responses: { 200: jsonAnswer(productAnswer, 'The product as it then is.') },
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
    code: body.code ?? null,
    name: body.name,
    description: body.description ?? null,
    stream: body.stream,
  };
  await deps.database.transaction(tenantId, async (db) => {
    await insertProduct(db, product);
    if (product.code !== null && (await findProduct(db, tenantId, product.id)) === null)
      fail('already_exists', { resource: 'Product with the code', id: product.code });
    await recordChange(db, c, {
      action: 'product.create',
      subjectId: product.id,
      after: product,
      occurredAt: deps.wallClock(),
    });
  });
  return productOrFail(deps, tenantId, product.id);
}

async function changeProduct(
  c: ApiContext,
  deps: ApiDependencies,
  id: string,
  changes: z.output<typeof productPatch>,
): Promise<Product> {
  const { tenantId } = tenantOf(c);
  const before = await productOrFail(deps, tenantId, id);
  const { name = before.name, description = before.description, stream = before.stream } = changes;
  const after: Product = { ...before, name, description, stream };
  await deps.database.transaction(tenantId, async (db) => {
    await updateProduct(db, after);
    const occurredAt = deps.wallClock();
    await recordChange(db, c, { action: 'product.update', subjectId: id, before, after, occurredAt });
  });
  return after;
}

/** Registers the routes of products. */
export function products(api: Api, deps: ApiDependencies): void {
  api.openapi(create, async (c) => c.json(presentProduct(await createProduct(c, deps, c.req.valid('json'))), 201));
  api.openapi(get, async (c) =>
    c.json(presentProduct(await productOrFail(deps, tenantOf(c).tenantId, c.req.valid('param').id)), 200),
  );
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const page = await listProducts(deps.database.as(tenantId), tenantId, { code: query.code }, pageOf(query));
    return c.json(wirePage(page, presentProduct), 200);
  });
  api.openapi(patch, async (c) =>
    c.json(presentProduct(await changeProduct(c, deps, c.req.valid('param').id, c.req.valid('json'))), 200),
  );
}

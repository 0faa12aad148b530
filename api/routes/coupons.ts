/** Coupons and their codes. */
import { createRoute, z } from '@hono/zod-openapi';
import {
  archiveCoupon,
  type Coupon,
  findCoupon,
  findCouponCode,
  insertCoupon,
  insertCouponCode,
  listCouponCodes,
  listCoupons,
  type StoredCouponCode,
} from '../../db/queries/coupons';
import { findCustomer } from '../../db/queries/customers';
import { normalCode } from '../../domain/discount/code';
import { fail } from '../../domain/errors';
import { idFromSeed } from '../../domain/ids';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404, foundOr422 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { recordChange } from '../record-change';
import {
  codeOf,
  couponAnswer,
  couponBody,
  couponCodeAnswer,
  couponCodeBody,
  couponId,
  presentCoupon,
  presentCouponCode,
  termsOf,
} from '../resources/coupon';

const tags = ['Coupons'];
const id = idParameter(couponId);

const create = createRoute({
  method: 'post',
  path: '/coupons',
  tags,
  summary: 'Create a coupon',
  request: jsonBody(couponBody),
  responses: { 201: jsonAnswer(couponAnswer, 'The coupon.') },
});
const list = createRoute({
  method: 'get',
  path: '/coupons',
  tags,
  summary: 'List coupons',
  request: { query: z.strictObject({ ...pageFields, key: z.string().optional() }) },
  responses: { 200: jsonAnswer(pageAnswer(couponAnswer), 'A page of coupons.') },
});
const get = createRoute({
  method: 'get',
  path: '/coupons/{id}',
  tags,
  summary: 'Read a coupon',
  request: id,
  responses: { 200: jsonAnswer(couponAnswer, 'The coupon.') },
});
const archive = createRoute({
  method: 'post',
  path: '/coupons/{id}/archive',
  tags,
  summary: 'Take a coupon out of use; where it is attached it goes on',
  request: { ...id, ...jsonBody(z.strictObject({}).openapi('CouponArchive', { example: {} })) },
  responses: { 200: jsonAnswer(couponAnswer, 'The coupon as it then is.') },
});
const createCode = createRoute({
  method: 'post',
  path: '/coupons/{id}/codes',
  tags,
  summary: 'Create a code of a coupon',
  request: { ...id, ...jsonBody(couponCodeBody) },
  responses: { 201: jsonAnswer(couponCodeAnswer, 'The code, in upper case.') },
});
const listCodes = createRoute({
  method: 'get',
  path: '/coupons/{id}/codes',
  tags,
  summary: 'List the codes of a coupon',
  request: { ...id, query: z.strictObject({ ...pageFields, code: z.string().optional() }) },
  responses: { 200: jsonAnswer(pageAnswer(couponCodeAnswer), 'A page of codes.') },
});

async function couponOrFail({ database }: ApiDependencies, tenantId: string, couponId: string): Promise<Coupon> {
  return foundOr404(await findCoupon(database.as(tenantId), tenantId, couponId), 'Coupon', couponId);
}

async function createCoupon(c: ApiContext, deps: ApiDependencies, body: z.output<typeof couponBody>): Promise<Coupon> {
  const { tenantId } = tenantOf(c);
  const { key = null } = body;
  const terms = termsOf(body);
  const coupon = { id: idFromSeed('cpn', c.get('seed')), key, terms, occurredAt: deps.wallClock() };
  await deps.database.transaction(tenantId, async (db) => {
    await insertCoupon(db, tenantId, coupon);
    if (key !== null && (await findCoupon(db, tenantId, coupon.id)) === null)
      fail('already_exists', { resource: 'Coupon with the key', id: key });
    const change = { action: 'coupon.create', subjectId: coupon.id, after: terms, occurredAt: coupon.occurredAt };
    await recordChange(db, c, change);
  });
  return couponOrFail(deps, tenantId, coupon.id);
}

async function archiveOne(c: ApiContext, deps: ApiDependencies, couponId: string): Promise<Coupon> {
  const { tenantId } = tenantOf(c);
  const before = await couponOrFail(deps, tenantId, couponId);
  const occurredAt = deps.wallClock();
  await deps.database.transaction(tenantId, async (db) => {
    await archiveCoupon(db, tenantId, couponId, occurredAt);
    const states = { before: { archived_at: before.archivedAt }, after: { archived_at: occurredAt } };
    await recordChange(db, c, { action: 'coupon.archive', subjectId: couponId, ...states, occurredAt });
  });
  return couponOrFail(deps, tenantId, couponId);
}

async function addCode(
  c: ApiContext,
  deps: ApiDependencies,
  couponId: string,
  body: z.output<typeof couponCodeBody>,
): Promise<StoredCouponCode> {
  const { tenantId } = tenantOf(c);
  const parsed = codeOf(body);
  const db = deps.database.as(tenantId);
  await couponOrFail(deps, tenantId, couponId);
  const { code, customer_id } = parsed;
  if (customer_id !== null) foundOr422(await findCustomer(db, tenantId, customer_id), 'customer_id', 'customer');
  const made = { ...parsed, id: idFromSeed('cpc', c.get('seed')), couponId, occurredAt: deps.wallClock() };
  await deps.database.transaction(tenantId, async (transaction) => {
    await insertCouponCode(transaction, tenantId, made);
    if ((await findCouponCode(transaction, tenantId, made.id)) === null)
      fail('already_exists', { resource: 'Coupon code', id: code });
    const after = { coupon_id: couponId, ...parsed };
    const change = { action: 'coupon_code.create', subjectId: made.id, after, occurredAt: made.occurredAt };
    await recordChange(transaction, c, change);
  });
  return foundOr404(await findCouponCode(db, tenantId, made.id), 'Coupon code', made.id);
}

/** Registers the routes of coupons. */
export function coupons(api: Api, deps: ApiDependencies): void {
  const { database } = deps;
  api.openapi(create, async (c) => c.json(presentCoupon(await createCoupon(c, deps, c.req.valid('json'))), 201));
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const page = await listCoupons(database.as(tenantId), tenantId, { key: query.key }, pageOf(query));
    return c.json(wirePage(page, presentCoupon), 200);
  });
  api.openapi(get, async (c) =>
    c.json(presentCoupon(await couponOrFail(deps, tenantOf(c).tenantId, c.req.valid('param').id)), 200),
  );
  api.openapi(archive, async (c) => c.json(presentCoupon(await archiveOne(c, deps, c.req.valid('param').id)), 200));
  api.openapi(createCode, async (c) =>
    c.json(presentCouponCode(await addCode(c, deps, c.req.valid('param').id, c.req.valid('json'))), 201),
  );
  api.openapi(listCodes, async (c) => {
    const { tenantId } = tenantOf(c);
    const coupon = await couponOrFail(deps, tenantId, c.req.valid('param').id);
    const query = c.req.valid('query');
    const code = query.code === undefined ? undefined : normalCode(query.code);
    const filters = { couponId: coupon.id, code };
    const page = await listCouponCodes(database.as(tenantId), tenantId, filters, pageOf(query));
    return c.json(wirePage(page, presentCouponCode), 200);
  });
}

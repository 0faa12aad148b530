/** Coupons as they are attached: those of customers begin and end here, those of subscriptions by commands. */
import { createRoute, z } from '@hono/zod-openapi';
import {
  type CouponAttachment,
  detachCoupon,
  findCouponAttachment,
  listCouponAttachments,
} from '../../db/queries/coupon-attachments';
import { findCustomer } from '../../db/queries/customers';
import { fail } from '../../domain/errors';
import { idFromFacts } from '../../domain/ids';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { recordChange } from '../record-change';
import { redeemNamed, withCoupons, type NamedCoupon } from '../redeem-coupons';
import { attachmentAnswer, attachmentExample, presentAttachment, redemptionBody } from '../resources/coupon';

const tags = ['Coupons'];
const id = idParameter(attachmentExample.id);

const attach = createRoute({
  method: 'post',
  path: '/customers/{id}/coupons',
  tags,
  summary: 'Attach a coupon to a customer: it lowers the invoices of all their subscriptions',
  request: { ...idParameter(attachmentExample.customer_id), ...jsonBody(redemptionBody) },
  responses: { 201: jsonAnswer(attachmentAnswer, 'The attached coupon.') },
});
const detach = createRoute({
  method: 'post',
  path: '/coupon-attachments/{id}/detach',
  tags,
  summary: "Detach a coupon from a customer; a subscription's is removed by its command",
  request: { ...id, ...jsonBody(z.strictObject({}).openapi('CouponDetach', { example: {} })) },
  responses: { 200: jsonAnswer(attachmentAnswer, 'The coupon as it then is.') },
});
const get = createRoute({
  method: 'get',
  path: '/coupon-attachments/{id}',
  tags,
  summary: 'Read an attached coupon',
  request: id,
  responses: { 200: jsonAnswer(attachmentAnswer, 'The attached coupon.') },
});
const list = createRoute({
  method: 'get',
  path: '/coupon-attachments',
  tags,
  summary: 'List attached coupons, also those that were detached',
  request: {
    query: z.strictObject({
      ...pageFields,
      coupon_id: z.string().optional(),
      customer_id: z.string().optional(),
      subscription_id: z.string().optional(),
    }),
  },
  responses: { 200: jsonAnswer(pageAnswer(attachmentAnswer), 'A page of attached coupons.') },
});

async function attachmentOrFail({ database }: ApiDependencies, tenantId: string, attachmentId: string) {
  const found = await findCouponAttachment(database.as(tenantId), tenantId, attachmentId);
  return foundOr404(found, 'Coupon attachment', attachmentId);
}

async function attachToCustomer(
  c: ApiContext,
  deps: ApiDependencies,
  customerId: string,
  named: NamedCoupon,
): Promise<CouponAttachment> {
  const { tenantId } = tenantOf(c);
  const customer = foundOr404(
    await findCustomer(deps.database.as(tenantId), tenantId, customerId),
    'Customer',
    customerId,
  );
  const now = customer.clockNow ?? deps.wallClock();
  const redemption = { tenantId, customerId, subscriptionId: null, currency: null, seed: c.get('seed'), now };
  const attachmentId = idFromFacts('ca', redemption.seed, customerId, '0');
  // A repetition after a crash finds what was written.
  const written = await findCouponAttachment(deps.database.as(tenantId), tenantId, attachmentId);
  if (written !== null) return written;
  await withCoupons(() =>
    deps.database.transaction(tenantId, async (db) => {
      const coupon = await redeemNamed(db, redemption, named);
      const after = { coupon_id: coupon.couponId, customer_id: customerId };
      const event = { type: 'customer.coupon_applied', customerId, data: { attachment_id: coupon.id, ...after } };
      await recordChange(db, c, { action: 'coupon.attach', subjectId: coupon.id, after, occurredAt: now, event });
    }),
  );
  return attachmentOrFail(deps, tenantId, attachmentId);
}

async function detachFromCustomer(
  c: ApiContext,
  deps: ApiDependencies,
  attachmentId: string,
): Promise<CouponAttachment> {
  const { tenantId } = tenantOf(c);
  const before = await attachmentOrFail(deps, tenantId, attachmentId);
  if (before.subscriptionId !== null) return fail('coupon_not_attached', { attachmentId });
  const { customerId } = before;
  const customer = await findCustomer(deps.database.as(tenantId), tenantId, customerId);
  const now = customer?.clockNow ?? deps.wallClock();
  await deps.database.transaction(tenantId, async (db) => {
    if (!(await detachCoupon(db, tenantId, attachmentId, now))) return;
    const event = { type: 'customer.coupon_removed', customerId, data: { attachment_id: attachmentId } };
    const after = { detached_at: now };
    await recordChange(db, c, { action: 'coupon.detach', subjectId: attachmentId, after, occurredAt: now, event });
  });
  return attachmentOrFail(deps, tenantId, attachmentId);
}

/** Registers the routes of attached coupons. */
export function couponAttachments(api: Api, deps: ApiDependencies): void {
  const { database } = deps;
  api.openapi(attach, async (c) => {
    const made = await attachToCustomer(c, deps, c.req.valid('param').id, c.req.valid('json'));
    return c.json(presentAttachment(made), 201);
  });
  api.openapi(detach, async (c) =>
    c.json(presentAttachment(await detachFromCustomer(c, deps, c.req.valid('param').id)), 200),
  );
  api.openapi(get, async (c) =>
    c.json(presentAttachment(await attachmentOrFail(deps, tenantOf(c).tenantId, c.req.valid('param').id)), 200),
  );
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const filters = {
      couponId: query.coupon_id,
      customerId: query.customer_id,
      subscriptionId: query.subscription_id,
    };
    const page = await listCouponAttachments(database.as(tenantId), tenantId, filters, pageOf(query));
    return c.json(wirePage(page, presentAttachment), 200);
  });
}

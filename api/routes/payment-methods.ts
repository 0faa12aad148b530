/** Payment methods of customers. */
import { createRoute, z } from '@hono/zod-openapi';
import { findCustomer, setDefaultPaymentMethod } from '../../db/queries/customers';
import {
  findPaymentMethod,
  listPaymentMethods,
  setPaymentMethodStatus,
  type PaymentMethod,
} from '../../db/queries/payment-methods';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { attachPaymentMethod } from '../attach-payment-method';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { recordChange } from '../record-change';
import {
  paymentMethodAnswer,
  paymentMethodBody,
  paymentMethodExample,
  presentPaymentMethod,
} from '../resources/payment';

const tags = ['Payment methods'];
const id = idParameter(paymentMethodExample.id);

const create = createRoute({
  method: 'post',
  path: '/payment-methods',
  tags,
  summary: 'Attach a payment method to a customer',
  description:
    'A card that its issuer refuses answers 402 with `decline_code`. Open invoices are tried with the new method at once.',
  request: jsonBody(paymentMethodBody),
  responses: { 201: jsonAnswer(paymentMethodAnswer, 'The payment method.') },
});
const get = createRoute({
  method: 'get',
  path: '/payment-methods/{id}',
  tags,
  summary: 'Read a payment method',
  request: id,
  responses: { 200: jsonAnswer(paymentMethodAnswer, 'The payment method.') },
});
const list = createRoute({
  method: 'get',
  path: '/payment-methods',
  tags,
  summary: 'List payment methods',
  request: {
    query: z.strictObject({ ...pageFields, customer_id: z.string().optional(), status: z.string().optional() }),
  },
  responses: { 200: jsonAnswer(pageAnswer(paymentMethodAnswer), 'A page of payment methods.') },
});
const detach = createRoute({
  method: 'delete',
  path: '/payment-methods/{id}',
  tags,
  summary: 'Detach a payment method',
  request: id,
  responses: { 200: jsonAnswer(paymentMethodAnswer, 'The payment method, detached.') },
});

async function methodOrFail({ database }: ApiDependencies, tenantId: string, methodId: string): Promise<PaymentMethod> {
  return foundOr404(await findPaymentMethod(database.as(tenantId), tenantId, methodId), 'Payment method', methodId);
}

/** Our row first: from then on nothing is charged to it. A rail that is down answers 503, and a repetition ends the rest. */
async function detachMethod(c: ApiContext, deps: ApiDependencies, methodId: string): Promise<PaymentMethod> {
  const { tenantId } = tenantOf(c);
  const method = await methodOrFail(deps, tenantId, methodId);
  const detached = await deps.database.transaction(tenantId, async (db) => {
    const customer = await findCustomer(db, tenantId, method.customerId);
    if (customer?.defaultPaymentMethodId === methodId) {
      await setDefaultPaymentMethod(db, { tenantId, customerId: customer.id, paymentMethodId: null });
    }
    const row = foundOr404(
      await setPaymentMethodStatus(db, { tenantId, id: methodId, status: 'detached' }),
      'Payment method',
      methodId,
    );
    const event = {
      type: 'payment_method.detached',
      customerId: method.customerId,
      data: { payment_method_id: methodId },
    };
    const occurredAt = customer?.clockNow ?? deps.wallClock();
    const change = {
      action: 'payment_method.detach',
      subjectId: methodId,
      before: { status: method.status },
      after: { status: 'detached' },
    };
    if (method.status !== 'detached') await recordChange(db, c, { ...change, occurredAt, event });
    return row;
  });
  await deps.rails[method.rail]?.detachPaymentMethod({ providerRef: method.providerRef });
  return detached;
}

/** Registers the routes of payment methods. */
export function paymentMethods(api: Api, deps: ApiDependencies): void {
  api.openapi(create, async (c) =>
    c.json(presentPaymentMethod(await attachPaymentMethod(c, deps, c.req.valid('json'))), 201),
  );
  api.openapi(get, async (c) =>
    c.json(presentPaymentMethod(await methodOrFail(deps, tenantOf(c).tenantId, c.req.valid('param').id)), 200),
  );
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const filters = { customerId: query.customer_id, status: query.status };
    const page = await listPaymentMethods(deps.database.as(tenantId), tenantId, filters, pageOf(query));
    return c.json(wirePage(page, presentPaymentMethod), 200);
  });
  api.openapi(detach, async (c) =>
    c.json(presentPaymentMethod(await detachMethod(c, deps, c.req.valid('param').id)), 200),
  );
}

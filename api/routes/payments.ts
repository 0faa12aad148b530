/** Payments: read only; the engine makes them. */
import { createRoute, z } from '@hono/zod-openapi';
import { attemptsOfPayments } from '../../db/queries/payment-attempts';
import { findPayment, listPayments } from '../../db/queries/payments';
import { idParameter, jsonAnswer } from '../answers';
import { tenantOf, type Api } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { expandField, pageAnswer, pageFields, pageOf } from '../pagination';
import { paymentAnswer, paymentExample, presentPayment } from '../resources/payment';

const tags = ['Payments'];

const get = createRoute({
  method: 'get',
  path: '/payments/{id}',
  tags,
  summary: 'Read a payment with its attempts',
  request: idParameter(paymentExample.id),
  responses: { 200: jsonAnswer(paymentAnswer, 'The payment.') },
});
const list = createRoute({
  method: 'get',
  path: '/payments',
  tags,
  summary: 'List payments',
  request: {
    query: z.strictObject({
      ...pageFields,
      ...expandField(['attempts']),
      status: z.string().optional(),
      customer_id: z.string().optional(),
      subscription_id: z.string().optional(),
      invoice_id: z.string().optional(),
    }),
  },
  responses: { 200: jsonAnswer(pageAnswer(paymentAnswer), 'A page of payments.') },
});

/** Registers the routes of payments. */
export function payments(api: Api, { database }: ApiDependencies): void {
  api.openapi(get, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id } = c.req.valid('param');
    const db = database.as(tenantId);
    const [payment, attempts] = await Promise.all([
      findPayment(db, tenantId, id),
      attemptsOfPayments(db, tenantId, [id]),
    ]);
    return c.json(presentPayment(foundOr404(payment, 'Payment', id), attempts), 200);
  });
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const db = database.as(tenantId);
    const query = c.req.valid('query');
    const { status, customer_id: customerId, subscription_id: subscriptionId, invoice_id: invoiceId } = query;
    const page = await listPayments(db, tenantId, { status, customerId, subscriptionId, invoiceId }, pageOf(query));
    const wanted = query['expand[]']?.includes('attempts') === true;
    const attempts = wanted
      ? await attemptsOfPayments(
          db,
          tenantId,
          page.data.map((payment) => payment.id),
        )
      : null;
    return c.json({ data: page.data.map((payment) => presentPayment(payment, attempts)), has_more: page.hasMore }, 200);
  });
}

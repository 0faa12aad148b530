/** Payments: read only; the engine makes them. */
import { createRoute, z } from '@hono/zod-openapi';
import { disputesOfPayments } from '../../db/queries/disputes';
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
  summary: 'Read a payment with its attempts and disputes',
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
      ...expandField(['attempts', 'disputes']),
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
    const [payment, attempts, disputes] = await Promise.all([
      findPayment(db, tenantId, id),
      attemptsOfPayments(db, tenantId, [id]),
      disputesOfPayments(db, tenantId, [id]),
    ]);
    return c.json(presentPayment(foundOr404(payment, 'Payment', id), { attempts, disputes }), 200);
  });
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const db = database.as(tenantId);
    const query = c.req.valid('query');
    const { status, customer_id: customerId, subscription_id: subscriptionId, invoice_id: invoiceId } = query;
    const page = await listPayments(db, tenantId, { status, customerId, subscriptionId, invoiceId }, pageOf(query));
    const ids = page.data.map((payment) => payment.id);
    const wants = (name: 'attempts' | 'disputes') => query['expand[]']?.includes(name) === true;
    const [attempts, disputes] = await Promise.all([
      wants('attempts') ? attemptsOfPayments(db, tenantId, ids) : null,
      wants('disputes') ? disputesOfPayments(db, tenantId, ids) : null,
    ]);
    const data = page.data.map((payment) => presentPayment(payment, { attempts, disputes }));
    return c.json({ data, has_more: page.hasMore }, 200);
  });
}

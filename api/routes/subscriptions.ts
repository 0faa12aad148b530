/** Subscriptions and the commands on them. */
import { createRoute, z } from '@hono/zod-openapi';
import { latestInvoicesOf } from '../../db/queries/invoices';
import { findPaymentMethod } from '../../db/queries/payment-methods';
import { findSubscription, listSubscriptions, type Subscription } from '../../db/queries/subscriptions';
import { fail } from '../../domain/errors';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { carryOutCommand, payloadOf } from '../carry-out-command';
import { tenantOf, type Api, type ApiContext } from '../context';
import { createSubscription } from '../create-subscription';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { expandField, pageAnswer, pageFields, pageOf } from '../pagination';
import {
  commandBodies,
  presentSubscription,
  subscriptionAnswer,
  subscriptionBody,
  subscriptionExample,
  type SubscriptionAnswer,
} from '../resources/subscription';

const tags = ['Subscriptions'];
const id = idParameter(subscriptionExample.id);
const expand = expandField(['latest_invoice']);

const create = createRoute({
  method: 'post',
  path: '/subscriptions',
  tags,
  summary: 'Create a subscription',
  description:
    'Answers once the first invoice is issued and its payment tried, or after 15 s with the status as it then is.',
  request: jsonBody(subscriptionBody),
  responses: { 201: jsonAnswer(subscriptionAnswer, 'The subscription.') },
});
const get = createRoute({
  method: 'get',
  path: '/subscriptions/{id}',
  tags,
  summary: 'Read a subscription',
  request: { ...id, query: z.strictObject(expand) },
  responses: { 200: jsonAnswer(subscriptionAnswer, 'The subscription.') },
});
const list = createRoute({
  method: 'get',
  path: '/subscriptions',
  tags,
  summary: 'List subscriptions',
  request: {
    query: z.strictObject({
      ...pageFields,
      ...expand,
      status: z.string().optional(),
      customer_id: z.string().optional(),
      plan_id: z.string().optional(),
      test_clock_id: z.string().optional(),
    }),
  },
  responses: { 200: jsonAnswer(pageAnswer(subscriptionAnswer), 'A page of subscriptions.') },
});

type CommandWithBody = keyof typeof commandBodies;

/** Path and purpose of each command. */
const commands: Readonly<Record<CommandWithBody, { readonly path: string; readonly summary: string }>> = {
  changePlan: { path: 'change-plan', summary: 'Change the plan now or at the end of the period' },
  changeQuantity: { path: 'change-quantity', summary: 'Change the quantity now or at the end of the period' },
  cancel: { path: 'cancel', summary: 'Cancel now or at the end of the period' },
  uncancel: { path: 'uncancel', summary: 'Take back a scheduled cancellation' },
  pause: { path: 'pause', summary: 'Pause billing' },
  resume: { path: 'resume', summary: 'Resume billing' },
  updatePaymentMethod: { path: 'update-payment-method', summary: 'Charge another payment method from now on' },
  applyCoupon: { path: 'apply-coupon', summary: 'Redeem a coupon for the subscription' },
  removeCoupon: { path: 'remove-coupon', summary: 'Detach a coupon from the subscription' },
  retryPayment: { path: 'retry-payment', summary: 'Try the payment of what is owed now' },
};

/** The answers with their newest invoices where they were asked for; one more query, however many there are. */
async function expanded(
  deps: ApiDependencies,
  tenantId: string,
  subscriptions: readonly Subscription[],
  names: readonly string[] | undefined,
): Promise<SubscriptionAnswer[]> {
  if (names?.includes('latest_invoice') !== true)
    return subscriptions.map((subscription) => presentSubscription(subscription));
  const ids = subscriptions.map((subscription) => subscription.id);
  const followers = subscriptions.filter(({ state }) => state.follows === true).map(({ id }) => id);
  const latest = await latestInvoicesOf(deps.database.as(tenantId), tenantId, ids, followers);
  return subscriptions.map((subscription) => presentSubscription(subscription, latest.get(subscription.id) ?? null));
}

/** A payment method that is not the customer's is a mistake of the request, told before the workflow is asked. */
async function checkPaymentMethod(
  c: ApiContext,
  deps: ApiDependencies,
  subscriptionId: string,
  paymentMethodId: string,
): Promise<void> {
  const { tenantId } = tenantOf(c);
  const db = deps.database.as(tenantId);
  const [subscription, method] = await Promise.all([
    findSubscription(db, tenantId, subscriptionId),
    findPaymentMethod(db, tenantId, paymentMethodId),
  ]);
  const { customerId } = foundOr404(subscription, 'Subscription', subscriptionId);
  if (method === null || method.customerId !== customerId || method.status === 'detached') {
    fail('payment_method_not_found', { paymentMethodId });
  }
}

function registerCommand(api: Api, deps: ApiDependencies, name: CommandWithBody): void {
  const { path, summary } = commands[name];
  const route = createRoute({
    method: 'post',
    path: `/subscriptions/{id}/${path}`,
    tags,
    summary,
    request: { ...id, ...jsonBody(commandBodies[name]) },
    responses: {
      200: jsonAnswer(subscriptionAnswer, 'The subscription once the command is carried out.'),
      202: jsonAnswer(
        subscriptionAnswer,
        'The command is accepted and still being carried out; repeat with the same Idempotency-Key.',
      ),
    },
  });
  api.openapi(route, async (c) => {
    const { id: subscriptionId } = c.req.valid('param') as { id: string };
    const body = c.req.valid('json') as Record<string, unknown>;
    const methodId = body['payment_method_id'];
    if (typeof methodId === 'string') await checkPaymentMethod(c, deps, subscriptionId, methodId);
    const { progress, subscription } = await carryOutCommand(
      c,
      deps,
      subscriptionId,
      name,
      payloadOf<typeof name>(body),
    );
    return c.json(presentSubscription(subscription), progress === 'settled' ? 200 : 202);
  });
}

/** Registers the routes of subscriptions. */
export function subscriptions(api: Api, deps: ApiDependencies): void {
  const { database } = deps;
  api.openapi(create, async (c) =>
    c.json(presentSubscription(await createSubscription(c, deps, c.req.valid('json'))), 201),
  );
  api.openapi(get, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id: subscriptionId } = c.req.valid('param');
    const subscription = foundOr404(
      await findSubscription(database.as(tenantId), tenantId, subscriptionId),
      'Subscription',
      subscriptionId,
    );
    const [answer] = await expanded(deps, tenantId, [subscription], c.req.valid('query')['expand[]']);
    return c.json(answer ?? presentSubscription(subscription), 200);
  });
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const query = c.req.valid('query');
    const filters = {
      status: query.status,
      customerId: query.customer_id,
      planId: query.plan_id,
      testClockId: query.test_clock_id,
    };
    const page = await listSubscriptions(database.as(tenantId), tenantId, filters, pageOf(query));
    return c.json({ data: await expanded(deps, tenantId, page.data, query['expand[]']), has_more: page.hasMore }, 200);
  });
  for (const name of Object.keys(commands) as CommandWithBody[]) registerCommand(api, deps, name);
}

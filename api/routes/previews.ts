/** Previews: what a change or the next boundary would bill, by the functions that bill it. Nothing is written. */
import { createRoute, type z } from '@hono/zod-openapi';
import { findSubscription, type Subscription } from '../../db/queries/subscriptions';
import { previewChange, previewUpcoming } from '../../db/reports/invoice-preview';
import { previewAddOn, previewCharge } from '../../db/reports/item-preview';
import { errorOfRefusal, isRefusal, PerennialError } from '../../domain/errors';
import { refuseCommand } from '../../domain/subscription/commands';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { payloadOf } from '../carry-out-command';
import { tenantOf, type Api } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { meansOf } from '../preview-means';
import { previewSubscription } from '../preview-subscription';
import { chargedPrice } from '../price-of-charge';
import { presentPreview, previewAnswer, previewChangeBody } from '../resources/preview';
import { subscriptionBody, subscriptionExample } from '../resources/subscription';
import { addOnBody, chargeBody } from '../resources/subscription-item';

const tags = ['Subscriptions'];
const id = idParameter(subscriptionExample.id);

const change = createRoute({
  method: 'post',
  path: '/subscriptions/{id}/preview-change',
  tags,
  summary: 'Preview a change of plan or quantity',
  request: { ...id, ...jsonBody(previewChangeBody) },
  responses: { 200: jsonAnswer(previewAnswer, 'What the change would bill now.') },
});
const upcoming = createRoute({
  method: 'get',
  path: '/subscriptions/{id}/upcoming-invoice',
  tags,
  summary: 'Preview the next invoice of the calendar',
  description: 'Answers 404 when no invoice is to come.',
  request: id,
  responses: { 200: jsonAnswer(previewAnswer, 'The next invoice as things stand.') },
});

const creation = createRoute({
  method: 'post',
  path: '/subscriptions/preview',
  tags,
  summary: 'Preview the first invoice of a new subscription',
  description:
    'The body is that of a creation; coupons, prices of its own and all. After a trial: the invoice at its end.',
  request: jsonBody(subscriptionBody),
  responses: { 200: jsonAnswer(previewAnswer, 'What the subscription would bill first.') },
});
const addOn = createRoute({
  method: 'post',
  path: '/subscriptions/{id}/preview-add-on',
  tags,
  summary: 'Preview an add-on',
  request: { ...id, ...jsonBody(addOnBody) },
  responses: { 200: jsonAnswer(previewAnswer, 'What booking it would bill now.') },
});
const charge = createRoute({
  method: 'post',
  path: '/subscriptions/{id}/preview-charge',
  tags,
  summary: 'Preview a one-off charge',
  request: { ...id, ...jsonBody(chargeBody) },
  responses: { 200: jsonAnswer(previewAnswer, 'What it would bill now, or the next invoice with it.') },
});

async function changeOf(
  deps: ApiDependencies,
  subscription: Subscription,
  body: z.output<typeof previewChangeBody>,
): Promise<z.infer<typeof previewAnswer>> {
  const { state } = subscription;
  const { terms } = state;
  const now = state.clock?.now ?? deps.wallClock();
  const { plan_id: planId = terms.planId, plan_version: version, ...rest } = body;
  const payload = payloadOf<'changePlan'>({
    ...rest,
    plan_id: planId,
    ...(version === undefined ? {} : { plan_version: version }),
  });
  const refused = refuseCommand(state, 'changePlan', payload, now);
  if (refused !== null) throw new PerennialError(refused.code, refused.context, { fields: refused.fields ?? [] });
  const request = {
    planId,
    // Naming no plan keeps the version too, as a change of quantity does.
    planVersion: version ?? (body.plan_id === undefined ? terms.planVersion : null),
    quantity: body.quantity ?? terms.quantity,
    atPeriodEnd: body.at_period_end ?? false,
    proration: body.proration,
    at: payload.at,
  };
  const preview = await previewChange(deps.database, state, request, now, meansOf(deps));
  if (isRefusal(preview)) throw errorOfRefusal(preview);
  return presentPreview(preview);
}

const nowOf = ({ state }: Subscription, deps: ApiDependencies): number => state.clock?.now ?? deps.wallClock();

/** @throws PerennialError what the command itself would be refused with. */
function refuseAs(name: 'addAddOn' | 'addCharge', { state }: Subscription, payload: object, now: number): void {
  const refused = refuseCommand(state, name, payload, now);
  if (refused !== null) throw new PerennialError(refused.code, refused.context, { fields: refused.fields ?? [] });
}

async function addOnOf(
  deps: ApiDependencies,
  subscription: Subscription,
  { price_id: priceId, quantity = 1 }: z.output<typeof addOnBody>,
): Promise<z.infer<typeof previewAnswer>> {
  const now = nowOf(subscription, deps);
  refuseAs('addAddOn', subscription, { priceId, quantity }, now);
  const order = { priceId, quantity: String(quantity) };
  const preview = await previewAddOn(deps.database, subscription.state, order, now, meansOf(deps));
  if (isRefusal(preview)) throw errorOfRefusal(preview);
  return presentPreview(preview);
}

async function chargeOf(
  deps: ApiDependencies,
  subscription: Subscription,
  body: z.output<typeof chargeBody>,
): Promise<z.infer<typeof previewAnswer>> {
  const { invoice, quantity = 1 } = body;
  const now = nowOf(subscription, deps);
  const price = await chargedPrice(deps, subscription, body);
  refuseAs('addCharge', subscription, { priceId: price.id, quantity, invoice }, now);
  const order = { price, quantity: String(quantity), invoice };
  const preview = await previewCharge(deps.database, subscription.state, order, now, meansOf(deps));
  return presentPreview(foundOr404(preview, 'Upcoming invoice of', subscription.id));
}

/** Registers the previews. */
export function previews(api: Api, deps: ApiDependencies): void {
  const read = async (tenantId: string, subscriptionId: string): Promise<Subscription> =>
    foundOr404(
      await findSubscription(deps.database.as(tenantId), tenantId, subscriptionId),
      'Subscription',
      subscriptionId,
    );
  api.openapi(change, async (c) => {
    const subscription = await read(tenantOf(c).tenantId, c.req.valid('param').id);
    return c.json(await changeOf(deps, subscription, c.req.valid('json')), 200);
  });
  api.openapi(creation, async (c) =>
    c.json(presentPreview(await previewSubscription(c, deps, c.req.valid('json'))), 200),
  );
  api.openapi(addOn, async (c) => {
    const subscription = await read(tenantOf(c).tenantId, c.req.valid('param').id);
    return c.json(await addOnOf(deps, subscription, c.req.valid('json')), 200);
  });
  api.openapi(charge, async (c) => {
    const subscription = await read(tenantOf(c).tenantId, c.req.valid('param').id);
    return c.json(await chargeOf(deps, subscription, c.req.valid('json')), 200);
  });
  api.openapi(upcoming, async (c) => {
    const subscription = await read(tenantOf(c).tenantId, c.req.valid('param').id);
    const preview = await previewUpcoming(deps.database, subscription.state, meansOf(deps));
    return c.json(presentPreview(foundOr404(preview, 'Upcoming invoice of', subscription.id)), 200);
  });
}

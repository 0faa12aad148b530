/** Previews: what a change or the next boundary would bill, by the functions that bill it. Nothing is written. */
import { createRoute, type z } from '@hono/zod-openapi';
import { findSubscription, type Subscription } from '../../db/queries/subscriptions';
import { previewChange, previewUpcoming, type LimitsOfRail } from '../../db/reports/invoice-preview';
import { limitsOf } from '../../domain/invoice/chargeable';
import { errorOfRefusal, isRefusal, PerennialError } from '../../domain/errors';
import { refuseCommand } from '../../domain/subscription/commands';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { payloadOf } from '../carry-out-command';
import { tenantOf, type Api } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { presentPreview, previewAnswer, previewChangeBody } from '../resources/preview';
import { subscriptionExample } from '../resources/subscription';

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

/** The rail whose limits hold for a customer who has no payment method yet is the first of the registry. */
export const limitsOfRails =
  ({ rails }: ApiDependencies): LimitsOfRail =>
  (name, currency) => {
    const rail = name === null ? Object.values(rails)[0] : rails[name];
    return limitsOf(rail?.capabilities ?? { minimumAmounts: {}, amountSteps: {} }, currency);
  };

async function previewOf(
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
  const preview = await previewChange(deps.database, state, request, now, limitsOfRails(deps));
  if (isRefusal(preview)) throw errorOfRefusal(preview);
  return presentPreview(preview);
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
    return c.json(await previewOf(deps, subscription, c.req.valid('json')), 200);
  });
  api.openapi(upcoming, async (c) => {
    const subscription = await read(tenantOf(c).tenantId, c.req.valid('param').id);
    const preview = await previewUpcoming(deps.database, subscription.state, limitsOfRails(deps));
    return c.json(presentPreview(foundOr404(preview, 'Upcoming invoice of', subscription.id)), 200);
  });
}

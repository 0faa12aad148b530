/** What a subscription has beside its plan: add-ons, one-off charges and prices of its own. */
import { createRoute, z } from '@hono/zod-openapi';
import { listItems, type StoredItem } from '../../db/queries/subscription-items';
import { findSubscription } from '../../db/queries/subscriptions';
import { findCommand } from '../../db/transactions/find-command';
import type { CommandName, CommandPayloads } from '../../domain/subscription/commands';
import { idParameter, jsonAnswer, jsonBody } from '../answers';
import { carryOutCommand, payloadOf } from '../carry-out-command';
import { tenantOf, type Api, type ApiContext } from '../context';
import type { ApiDependencies } from '../dependencies';
import { foundOr404 } from '../found';
import { pageAnswer, pageFields, pageOf, wirePage } from '../pagination';
import { priceOfCharge } from '../price-of-charge';
import { subscriptionExample } from '../resources/subscription';
import {
  addOnBody,
  chargeBody,
  itemAnswer,
  itemPendingAnswer,
  presentItem,
  priceOverrideBody,
  removeAddOnBody,
  removeOverrideBody,
} from '../resources/subscription-item';

const tags = ['Subscriptions'];
const id = idParameter(subscriptionExample.id);

const pending = jsonAnswer(
  itemPendingAnswer,
  'The command is accepted and still being carried out; repeat with the same Idempotency-Key.',
);
const done = { 200: jsonAnswer(itemAnswer, 'The item as the command left it.'), 202: pending };

const addOn = createRoute({
  method: 'post',
  path: '/subscriptions/{id}/add-ons',
  tags,
  summary: 'Book an add-on',
  description: 'The rest of the period is billed at once by the rule of proration, each further one with its invoice.',
  request: { ...id, ...jsonBody(addOnBody) },
  responses: done,
});
const removeAddOn = createRoute({
  method: 'post',
  path: '/subscriptions/{id}/remove-add-on',
  tags,
  summary: 'End an add-on now, with a credit, or at the end of the period',
  request: { ...id, ...jsonBody(removeAddOnBody) },
  responses: done,
});
const charge = createRoute({
  method: 'post',
  path: '/subscriptions/{id}/charges',
  tags,
  summary: 'Charge once, now or with the next invoice',
  request: { ...id, ...jsonBody(chargeBody) },
  responses: done,
});
const override = createRoute({
  method: 'post',
  path: '/subscriptions/{id}/price-overrides',
  tags,
  summary: 'Give a subscription a price of its own from the next period on',
  request: { ...id, ...jsonBody(priceOverrideBody) },
  responses: done,
});
const removeOverride = createRoute({
  method: 'post',
  path: '/subscriptions/{id}/remove-price-override',
  tags,
  summary: "Take a subscription's own price back from the next period on",
  request: { ...id, ...jsonBody(removeOverrideBody) },
  responses: done,
});
const list = createRoute({
  method: 'get',
  path: '/subscriptions/{id}/items',
  tags,
  summary: 'List what a subscription has beside its plan',
  request: {
    ...id,
    query: z.strictObject({ ...pageFields, kind: z.enum(['add_on', 'charge', 'override']).optional() }),
  },
  responses: { 200: jsonAnswer(pageAnswer(itemAnswer), 'A page of items.') },
});

/** The item that a command was about, as the books have it. */
async function itemOf(
  c: ApiContext,
  { database }: ApiDependencies,
  subscriptionId: string,
): Promise<StoredItem | undefined> {
  const { tenantId } = tenantOf(c);
  const db = database.as(tenantId);
  const answered = await findCommand(db, subscriptionId, c.get('idempotencyKey'));
  if (answered?.kind !== 'applied' || answered.event.type !== 'items_changed') return undefined;
  const { itemId } = answered.event;
  const page = await listItems(
    db,
    tenantId,
    { subscriptionId, id: itemId },
    { limit: 1, startingAfter: null, endingBefore: null },
  );
  return page.data[0];
}

type ItemCommand = 'addAddOn' | 'removeAddOn' | 'addCharge' | 'overridePrice' | 'removePriceOverride';

/** Carries the command out and answers its item, or null while it is under way. */
async function carryOut<N extends ItemCommand & CommandName>(
  c: ApiContext,
  deps: ApiDependencies,
  subscriptionId: string,
  name: N,
  payload: CommandPayloads[N],
): Promise<z.infer<typeof itemAnswer> | null> {
  const { progress } = await carryOutCommand(c, deps, subscriptionId, name, payload);
  const item = progress === 'settled' ? await itemOf(c, deps, subscriptionId) : undefined;
  return item === undefined ? null : presentItem(item);
}

/** Only what was given: a field without a value is none. */
const given = (body: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));

async function chargePayload(
  c: ApiContext,
  deps: ApiDependencies,
  subscriptionId: string,
  body: z.output<typeof chargeBody>,
) {
  const { amount, description = '', stream, price_id: price, ...rest } = body;
  const priceId =
    amount === undefined ? price : await priceOfCharge(c, deps, subscriptionId, { amount, description, stream });
  return payloadOf<'addCharge'>(given({ ...rest, price_id: priceId }));
}

/** Registers the routes of what stands beside a plan. */
export function subscriptionItems(api: Api, deps: ApiDependencies): void {
  const answer = async (c: ApiContext, item: Promise<z.infer<typeof itemAnswer> | null>) => {
    const made = await item;
    return made === null ? c.json({ id: null }, 202) : c.json(made, 200);
  };
  api.openapi(addOn, (c) => {
    const payload = payloadOf<'addAddOn'>(given(c.req.valid('json')));
    return answer(c, carryOut(c, deps, c.req.valid('param').id, 'addAddOn', payload));
  });
  api.openapi(removeAddOn, (c) => {
    const payload = payloadOf<'removeAddOn'>(given(c.req.valid('json')));
    return answer(c, carryOut(c, deps, c.req.valid('param').id, 'removeAddOn', payload));
  });
  api.openapi(charge, async (c) => {
    const { id: subscriptionId } = c.req.valid('param');
    const payload = await chargePayload(c, deps, subscriptionId, c.req.valid('json'));
    return answer(c, carryOut(c, deps, subscriptionId, 'addCharge', payload));
  });
  api.openapi(override, (c) => {
    const payload = payloadOf<'overridePrice'>(given(c.req.valid('json')));
    return answer(c, carryOut(c, deps, c.req.valid('param').id, 'overridePrice', payload));
  });
  api.openapi(removeOverride, (c) => {
    const payload = payloadOf<'removePriceOverride'>(given(c.req.valid('json')));
    return answer(c, carryOut(c, deps, c.req.valid('param').id, 'removePriceOverride', payload));
  });
  api.openapi(list, async (c) => {
    const { tenantId } = tenantOf(c);
    const { id: subscriptionId } = c.req.valid('param');
    const db = deps.database.as(tenantId);
    foundOr404(await findSubscription(db, tenantId, subscriptionId), 'Subscription', subscriptionId);
    const { kind, ...query } = c.req.valid('query');
    return c.json(wirePage(await listItems(db, tenantId, { subscriptionId, kind }, pageOf(query)), presentItem), 200);
  });
}

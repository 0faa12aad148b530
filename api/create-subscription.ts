/** Writes the row of a new subscription with the message that starts it, and starts it. */
import type { Queryable } from '../db/pool';
import { insertOutboxMessage, markOutboxDelivered, waitingOutboxMessages } from '../db/queries/outbox';
import { insertItem } from '../db/queries/subscription-items';
import {
  findSubscription,
  insertSubscription,
  type NewSubscription,
  type Subscription,
} from '../db/queries/subscriptions';
import { idFromSeed, subscriptionWorkflowId } from '../domain/ids';
import type { SubscriptionState } from '../domain/subscription/state';
import { toIso } from '../domain/time';
import { tenantOf, type ApiContext } from './context';
import type { ApiDependencies } from './dependencies';
import { foundOr404 } from './found';
import { recordChange } from './record-change';
import { redeemNamed, withCoupons } from './redeem-coupons';
import { loadParts, overrideItems, refuseUnsound, rowOf, stateOf, type Body } from './subscription-parts';

/** In the order of the request, in which they apply. */
async function redeemAll(db: Queryable, c: ApiContext, row: NewSubscription, coupons: Body['coupons']): Promise<void> {
  const { tenantId, customerId, id: subscriptionId, currency, occurredAt: now } = row;
  const redemption = { tenantId, customerId, subscriptionId, currency, seed: c.get('seed'), now };
  for (const [place, named] of coupons.entries()) await redeemNamed(db, redemption, named, place);
}

/** The row with what stands beside its plan from the start on; false when a twin of this request wrote it before. */
export async function insertWithTerms(
  db: Queryable,
  c: ApiContext,
  row: NewSubscription,
  body: Body,
): Promise<boolean> {
  if (!(await insertSubscription(db, row))) return false;
  const { tenantId, id: subscriptionId } = row;
  for (const item of overrideItems(body, c.get('seed'), row.startAt))
    await insertItem(db, { tenantId, subscriptionId, item });
  await redeemAll(db, c, row, body.coupons);
  return true;
}

/** Writes the row and its start; the message's id, or null when a twin of this request wrote them before. */
async function writeSubscription(
  c: ApiContext,
  deps: ApiDependencies,
  row: NewSubscription,
  body: Body,
): Promise<string | null> {
  const { id, tenantId, customerId } = row;
  return deps.database.transaction(tenantId, async (db) => {
    if (!(await insertWithTerms(db, c, row, body))) return null;
    const workflowId = subscriptionWorkflowId(tenantId, id);
    const start = { tenantId, kind: 'start_subscription', workflowId, payload: { state: row.state } } as const;
    const messageId = await insertOutboxMessage(db, start);
    const terms = {
      customer_id: customerId,
      plan_id: row.planId,
      plan_version: row.planVersion,
      quantity: row.quantity,
      currency: row.currency,
      ...(body.price_overrides.length === 0 ? {} : { price_overrides: body.price_overrides }),
    };
    const event = {
      type: 'subscription.created',
      customerId,
      subscriptionId: id,
      data: { ...terms, start_at: toIso(row.startAt) },
    };
    await recordChange(db, c, {
      action: 'subscription.create',
      subjectId: id,
      after: terms,
      occurredAt: row.occurredAt,
      event,
    });
    return messageId;
  });
}

/** Starts a subscription whose start was not delivered yet; one that runs is left alone. */
export async function ensureStarted(deps: ApiDependencies, tenantId: string, state: SubscriptionState): Promise<void> {
  const db = deps.database.as(tenantId);
  const workflowId = subscriptionWorkflowId(tenantId, state.subscriptionId);
  const waiting = await waitingOutboxMessages(db, { tenantId, workflowId, kind: 'start_subscription' });
  if (waiting.length === 0) return;
  await deps.workflows.startSubscription(state);
  await markOutboxDelivered(db, tenantId, waiting);
}

/**
 * Makes a subscription and answers it as it is once nothing is due, or after 15 s.
 * @throws PerennialError for what the body names wrongly, or `temporal_unavailable`: then row and message stand, the relay starts the
 * subscription later, and a repetition with the same Idempotency-Key completes the request.
 */
export async function createSubscription(c: ApiContext, deps: ApiDependencies, body: Body): Promise<Subscription> {
  const { tenantId } = tenantOf(c);
  const db = deps.database.as(tenantId);
  const id = idFromSeed('sub', c.get('seed'));
  const read = async () => foundOr404(await findSubscription(db, tenantId, id), 'Subscription', id);
  // A repetition after a crash goes on with what was written, whatever has changed in the meantime.
  const [written, parts] = await Promise.all([
    findSubscription(db, tenantId, id),
    loadParts(db, tenantId, body).catch((error: unknown) => error as Error),
  ]);
  if (written === null) {
    if (parts instanceof Error) throw parts;
    refuseUnsound(parts, body);
    const now = parts.customer.clockNow ?? deps.wallClock();
    const row = rowOf(stateOf(deps, id, parts, body, now), parts, body, now);
    const messageId = await withCoupons(() => writeSubscription(c, deps, row, body));
    if (messageId !== null) {
      await deps.workflows.startSubscription(row.state);
      return (await Promise.all([read(), markOutboxDelivered(db, tenantId, [messageId])]))[0];
    }
  }
  await ensureStarted(deps, tenantId, (await read()).state);
  return read();
}

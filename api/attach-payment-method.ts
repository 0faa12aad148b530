/** Binds a payment method to a customer at the rail, keeps its facts, and tells the customer's subscriptions. */
import type { z } from '@hono/zod-openapi';
import { RailRefusedRequest, type PaymentMethodFacts, type Rail } from '../adapters/rails/port';
import type { Queryable } from '../db/pool';
import { findCustomer, setDefaultPaymentMethod, setProviderRefOf, type Customer } from '../db/queries/customers';
import { insertOutboxMessage, markOutboxDelivered } from '../db/queries/outbox';
import { upsertPaymentMethod, type PaymentMethod } from '../db/queries/payment-methods';
import { aliveSubscriptionsOf } from '../db/queries/subscriptions';
import { freeAutomaticTopUps } from '../db/queries/wallets';
import { fail, isPerennialError, PerennialError } from '../domain/errors';
import { attachKey, customerKey, idFromSeed, subscriptionWorkflowId } from '../domain/ids';
import { messages } from '../workflows/contract';
import { tenantOf, type ApiContext } from './context';
import type { ApiDependencies } from './dependencies';
import { foundOr422 } from './found';
import { recordChange } from './record-change';
import type { paymentMethodBody } from './resources/payment';

type Body = z.output<typeof paymentMethodBody>;

interface Notice {
  readonly subscriptionId: string;
  readonly outboxId: string;
}

/** The customer's id at the rail; made there the first time. The key makes a repetition find the same one. */
async function customerRefOf(deps: ApiDependencies, rail: Rail, customer: Customer): Promise<string> {
  const known = customer.providerRefs[rail.name];
  if (known !== undefined) return known;
  const { tenantId, id: customerId, name, email } = customer;
  const { customerRef } = await rail.createCustomer({
    tenantId,
    customerId,
    name,
    email,
    idempotencyKey: customerKey(customerId),
  });
  await setProviderRefOf(deps.database.as(tenantId), {
    tenantId,
    customerId,
    rail: rail.name,
    providerRef: customerRef,
  });
  return customerRef;
}

/** A rail that refuses our own key is our fault; one that refuses the token is the caller's. */
function tokenFault(error: unknown): never {
  const isCallers = error instanceof RailRefusedRequest && !/auth|api_key|permission/i.test(error.code);
  if (!isCallers) throw error;
  const fields = [{ path: 'token', message: `was refused: ${error.message}` }];
  throw new PerennialError('validation_failed', {}, { fields, cause: error });
}

async function attachAtRail(
  rail: Rail,
  customerRef: string,
  token: string,
  methodId: string,
): Promise<PaymentMethodFacts> {
  const outcome = await rail
    .attachPaymentMethod({ customerRef, token, idempotencyKey: attachKey(methodId) })
    .catch(tokenFault);
  if (outcome.kind === 'attached') return outcome.method;
  const { declineCode, code, message } = outcome.decline;
  throw new PerennialError('payment_method_declined', { reason: message, declineCode: declineCode ?? code });
}

/** One message per subscription that still has something to do, in the transaction that changes the method. */
async function noticeSubscriptions(
  db: Queryable,
  tenantId: string,
  customerId: string,
  methodId: string,
): Promise<Notice[]> {
  const notices: Notice[] = [];
  for (const subscriptionId of await aliveSubscriptionsOf(db, tenantId, customerId)) {
    const workflowId = subscriptionWorkflowId(tenantId, subscriptionId);
    const payload = { name: messages.paymentMethodChanged, args: [noticeOf(methodId)] };
    notices.push({
      subscriptionId,
      outboxId: await insertOutboxMessage(db, { tenantId, kind: 'signal', workflowId, payload }),
    });
  }
  return notices;
}

/** Named by the method, so that the direct signal and the relay's are one. */
const noticeOf = (methodId: string) => ({ eventId: `method:${methodId}`, type: 'payment_method.attached' });

/** Sends now what the relay would send later; a stopped Temporal is no reason to fail, since the message stands in the outbox. */
async function sendNotices(
  deps: ApiDependencies,
  tenantId: string,
  notices: readonly Notice[],
  methodId: string,
): Promise<void> {
  const send = ({ subscriptionId }: Notice) =>
    deps.workflows.signal({ tenantId, subscriptionId }, messages.paymentMethodChanged, [noticeOf(methodId)]);
  try {
    await Promise.all(notices.map(send));
    await markOutboxDelivered(
      deps.database.as(tenantId),
      tenantId,
      notices.map(({ outboxId }) => outboxId),
    );
  } catch (error) {
    if (!isPerennialError(error)) throw error;
    deps.logger.warn({ code: error.code }, 'subscriptions hear of the payment method from the relay');
  }
}

/**
 * Attaches a payment method.
 * @throws PerennialError `validation_failed`, `payment_method_declined` with the decline code, `provider_unavailable`, `already_exists`
 * when another customer holds the instrument.
 */
export async function attachPaymentMethod(c: ApiContext, deps: ApiDependencies, body: Body): Promise<PaymentMethod> {
  const { tenantId } = tenantOf(c);
  const rail = foundOr422(deps.rails[body.rail] ?? null, 'rail', 'rail');
  const customer = foundOr422(
    await findCustomer(deps.database.as(tenantId), tenantId, body.customer_id),
    'customer_id',
    'customer',
  );
  const newId = idFromSeed('pm', c.get('seed'));
  const facts = await attachAtRail(rail, await customerRefOf(deps, rail, customer), body.token, newId);
  const occurredAt = customer.clockNow ?? deps.wallClock();
  const { method, notices } = await deps.database.transaction(tenantId, async (db) => {
    const row = await upsertPaymentMethod(db, {
      id: newId,
      tenantId,
      customerId: customer.id,
      rail: rail.name,
      ...facts,
      occurredAt,
    });
    if (row === null) fail('already_exists', { resource: 'Payment method', id: facts.providerRef });
    if (body.default) await setDefaultPaymentMethod(db, { tenantId, customerId: customer.id, paymentMethodId: row.id });
    await freeAutomaticTopUps(db, tenantId, customer.id);
    const after = { payment_method_id: row.id, rail: rail.name, kind: row.kind, default: body.default };
    const event = { type: 'payment_method.attached', customerId: customer.id, data: after };
    await recordChange(db, c, { action: 'payment_method.attach', subjectId: row.id, after, occurredAt, event });
    return { method: row, notices: await noticeSubscriptions(db, tenantId, customer.id, newId) };
  });
  await sendNotices(deps, tenantId, notices, newId);
  return method;
}

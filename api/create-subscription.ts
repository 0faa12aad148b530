/** Checks what a subscription shall be, writes its row with the message that starts it, and starts it. */
import type { z } from '@hono/zod-openapi';
import type { Queryable } from '../db/pool';
import { findCustomer, type Customer } from '../db/queries/customers';
import { insertOutboxMessage, markOutboxDelivered, waitingOutboxMessages } from '../db/queries/outbox';
import { findPaymentMethod, type PaymentMethod } from '../db/queries/payment-methods';
import { findPlan, type Plan } from '../db/queries/plans';
import { findPlanVersion, type StoredPlanVersion } from '../db/queries/plan-versions';
import {
  findSubscription,
  insertSubscription,
  type NewSubscription,
  type Subscription,
} from '../db/queries/subscriptions';
import { findTenant, type Tenant } from '../db/queries/tenants';
import { fail } from '../domain/errors';
import { idFromSeed, subscriptionWorkflowId } from '../domain/ids';
import type { Trial } from '../domain/plan';
import { currenciesOf } from '../domain/pricing';
import { sha256 } from '../domain/sha256';
import { nextDueAt } from '../domain/subscription/decide';
import { initialState } from '../domain/subscription/initial';
import type { SubscriptionState } from '../domain/subscription/state';
import { addDays, periodBoundary, toIso } from '../domain/time';
import { tenantOf, type ApiContext } from './context';
import type { ApiDependencies } from './dependencies';
import { instantOf } from './fields';
import { foundOr404, foundOr422 } from './found';
import { recordChange } from './record-change';
import { redeemNamed, withCoupons } from './redeem-coupons';
import type { subscriptionBody } from './resources/subscription';

type Body = z.output<typeof subscriptionBody>;

/** A start further away than this is a typing mistake; catching up more than ten years would bill for minutes. */
const startDaysBackMax = 3_653;
const startDaysAheadMax = 1_827;

interface Parts {
  readonly tenant: Tenant;
  readonly customer: Customer;
  readonly plan: Plan;
  readonly version: StoredPlanVersion;
  readonly method: PaymentMethod | null;
}

async function loadVersion(
  db: Queryable,
  tenantId: string,
  body: Body,
): Promise<{ plan: Plan; version: StoredPlanVersion }> {
  const plan = foundOr422(await findPlan(db, tenantId, body.plan_id), 'plan_id', 'plan');
  const wanted = body.plan_version ?? plan.currentVersion;
  const version = foundOr422(
    await findPlanVersion(db, tenantId, plan.id, wanted),
    'plan_version',
    'version of the plan',
  );
  return { plan, version };
}

async function loadMethod(db: Queryable, tenantId: string, body: Body): Promise<PaymentMethod | null> {
  if (body.payment_method_id === undefined) return null;
  const method = await findPaymentMethod(db, tenantId, body.payment_method_id);
  const usable = method !== null && method.customerId === body.customer_id && method.status !== 'detached';
  return foundOr422(usable ? method : null, 'payment_method_id', 'payment method of the customer');
}

async function loadParts(db: Queryable, tenantId: string, body: Body): Promise<Parts> {
  const [tenant, customer, { plan, version }, method] = await Promise.all([
    findTenant(db, tenantId),
    findCustomer(db, tenantId, body.customer_id),
    loadVersion(db, tenantId, body),
    loadMethod(db, tenantId, body),
  ]);
  const owner = foundOr422(customer, 'customer_id', 'customer');
  return { tenant: foundOr404(tenant, 'Tenant', tenantId), customer: owner, plan, version, method };
}

/** The trial in force: what the request says, else the plan's. */
function trialOf(body: Body, version: StoredPlanVersion): Trial | null {
  if (body.trial === 'none') return null;
  const planned = version.definition.trial;
  if (body.trial_days === undefined) return planned;
  return { paymentMethodRequired: false, endBehavior: 'charge', ...planned, days: body.trial_days };
}

/** Where a trial that differs from the plan's ends; the start itself says that there is none; null leaves it to the plan. */
function trialEndOf(body: Body, startAt: number, timeZone: string): number | null {
  if (body.trial === 'none') return startAt;
  if (body.trial_days === undefined) return null;
  return periodBoundary(startAt, { unit: 'day', count: body.trial_days }, 1, timeZone);
}

function refuseUnsound({ version, customer, method }: Parts, body: Body): void {
  const priced = version.definition.prices.every((price) =>
    currenciesOf(price.model, price.parameters).includes(body.currency),
  );
  if (!priced) fail('currency_not_priced', { currency: body.currency });
  const trial = trialOf(body, version);
  const hasMethod = method !== null || customer.defaultPaymentMethodId !== null;
  if (trial?.paymentMethodRequired === true && !hasMethod) fail('payment_method_required', { customerId: customer.id });
}

function startOf(body: Body, now: number): number {
  if (body.start_at === undefined) return now;
  const startAt = instantOf(body.start_at);
  const earliest = addDays(now, -startDaysBackMax);
  const latest = addDays(now, startDaysAheadMax);
  if (startAt >= earliest && startAt <= latest) return startAt;
  return fail('start_out_of_range', { startAt: toIso(startAt), earliest: toIso(earliest), latest: toIso(latest) });
}

/** Renewals of the same instant are spread by what follows from the id, so that a repetition spreads alike. */
function jitterOf(subscriptionId: string, jitterSecondsMax: number): number {
  const bytes = sha256(subscriptionId);
  const fraction = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) / 2 ** 32;
  return Math.floor(fraction * jitterSecondsMax * 1_000);
}

function stateOf(deps: ApiDependencies, id: string, parts: Parts, body: Body, now: number): SubscriptionState {
  const { tenant, customer, plan, version } = parts;
  const timeZone = customer.timeZone ?? tenant.timeZone;
  const startAt = startOf(body, now);
  const clock = customer.testClockId === null ? null : { id: customer.testClockId, now };
  const state = initialState({
    tenantId: tenant.id,
    subscriptionId: id,
    customerId: customer.id,
    customerName: customer.name,
    planName: plan.name,
    planId: plan.id,
    planVersion: version.version,
    quantity: body.quantity,
    currency: body.currency,
    startAt,
    anchorDay: body.billing_day ?? null,
    timeZone,
    clock,
    jitterMs: clock === null ? jitterOf(id, deps.settings.dueJitterSeconds) : 0,
    openInvoicesMax: tenant.dunningPolicy.openInvoicesMax,
  });
  return { ...state, trialEnd: trialEndOf(body, startAt, timeZone) };
}

function rowOf(state: SubscriptionState, { method }: Parts, body: Body, now: number): NewSubscription {
  return {
    id: state.subscriptionId,
    tenantId: state.tenantId,
    customerId: state.customerId,
    ...state.terms,
    currency: state.currency,
    status: state.status,
    paymentMethodId: method?.id ?? null,
    testClockId: state.clock?.id ?? null,
    startAt: state.startAt,
    trialEnd: state.trialEnd,
    nextDueAt: nextDueAt(state),
    paymentGated: body.payment_gated,
    metadata: body.metadata,
    state,
    occurredAt: now,
  };
}

/** In the order of the request, in which they apply. */
async function redeemAll(db: Queryable, c: ApiContext, row: NewSubscription, coupons: Body['coupons']): Promise<void> {
  const { tenantId, customerId, id: subscriptionId, currency, occurredAt: now } = row;
  const redemption = { tenantId, customerId, subscriptionId, currency, seed: c.get('seed'), now };
  for (const [place, named] of coupons.entries()) await redeemNamed(db, redemption, named, place);
}

/** Writes the row and its start; the message's id, or null when a twin of this request wrote them before. */
async function writeSubscription(
  c: ApiContext,
  deps: ApiDependencies,
  row: NewSubscription,
  coupons: Body['coupons'],
): Promise<string | null> {
  const { id, tenantId, customerId } = row;
  return deps.database.transaction(tenantId, async (db) => {
    if (!(await insertSubscription(db, row))) return null;
    await redeemAll(db, c, row, coupons);
    const workflowId = subscriptionWorkflowId(tenantId, id);
    const start = { tenantId, kind: 'start_subscription', workflowId, payload: { state: row.state } } as const;
    const messageId = await insertOutboxMessage(db, start);
    const terms = {
      customer_id: customerId,
      plan_id: row.planId,
      plan_version: row.planVersion,
      quantity: row.quantity,
      currency: row.currency,
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
    const messageId = await withCoupons(() => writeSubscription(c, deps, row, body.coupons));
    if (messageId !== null) {
      await deps.workflows.startSubscription(row.state);
      return (await Promise.all([read(), markOutboxDelivered(db, tenantId, [messageId])]))[0];
    }
  }
  await ensureStarted(deps, tenantId, (await read()).state);
  return read();
}

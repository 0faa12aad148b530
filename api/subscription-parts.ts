/** What a subscription that shall be made is made of: read, checked, and as its first state. */
import type { z } from '@hono/zod-openapi';
import type { Queryable } from '../db/pool';
import { findCustomer, type Customer } from '../db/queries/customers';
import { findPaymentMethod, type PaymentMethod } from '../db/queries/payment-methods';
import { findPlan, type Plan } from '../db/queries/plans';
import { findPlanVersion, type StoredPlanVersion } from '../db/queries/plan-versions';
import type { NewSubscription } from '../db/queries/subscriptions';
import { findTenant, type Tenant } from '../db/queries/tenants';
import { fail } from '../domain/errors';
import { idFromFacts } from '../domain/ids';
import type { Trial } from '../domain/plan';
import type { OverrideItem } from '../domain/plan/items';
import { overrideErrors, type PriceOverride } from '../domain/plan/override';
import { currenciesOf } from '../domain/pricing';
import { sha256 } from '../domain/sha256';
import { nextDueAt } from '../domain/subscription/decide';
import { initialState } from '../domain/subscription/initial';
import type { SubscriptionState } from '../domain/subscription/state';
import { addDays, periodBoundary, toIso } from '../domain/time';
import type { ApiDependencies } from './dependencies';
import { instantOf } from './fields';
import { foundOr404, foundOr422 } from './found';
import type { subscriptionBody } from './resources/subscription';

export type Body = z.output<typeof subscriptionBody>;

/** A start further away than this is a typing mistake; catching up more than ten years would bill for minutes. */
const startDaysBackMax = 3_653;
const startDaysAheadMax = 1_827;

export interface Parts {
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

/** Reads what the body names. @throws PerennialError `validation_failed` for what there is not. */
export async function loadParts(db: Queryable, tenantId: string, body: Body): Promise<Parts> {
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
export function trialOf(body: Body, version: StoredPlanVersion): Trial | null {
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

/** @throws PerennialError for what the plan, the customer or the subscription's own prices do not allow. */
export function refuseUnsound({ version, customer, method }: Parts, body: Body): void {
  const fields = overrideErrors(version.definition, overridesOf(body)).map(({ path, message }) => ({
    path: path.replace(/^overrides/, 'price_overrides'),
    message,
  }));
  if (fields.length > 0) fail('validation_failed', {}, { fields });
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

/** The first state, by facts of the request alone. @throws PerennialError `start_out_of_range`. */
export function stateOf(deps: ApiDependencies, id: string, parts: Parts, body: Body, now: number): SubscriptionState {
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

/** The row of the first state. */
export function rowOf(state: SubscriptionState, { method }: Parts, body: Body, now: number): NewSubscription {
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

/** Prices of its own, as the body has them. */
function overridesOf({ price_overrides: overrides }: Body): PriceOverride[] {
  return overrides.map(({ price_id: priceId, model, parameters, description }) => ({
    priceId,
    ...(model === undefined ? {} : { model }),
    parameters,
    ...(description === undefined ? {} : { description }),
  }));
}

/** The same as items that hold from the start on, named by the request. */
export function overrideItems(body: Body, seed: string, from: number): OverrideItem[] {
  return overridesOf(body).map((override, index) => {
    const id = idFromFacts('si', seed, 'override', String(index));
    return { kind: 'override', id, override, from, to: null };
  });
}

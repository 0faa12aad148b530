/**
 * Who plays in a fault test: a tenant of its own with two plans, and a customer with a card, on a test clock.
 */
import { randomBytes } from 'node:crypto';
import type { ApiClient } from '../../../dev/api-client';
import { waitFor } from '../../../dev/stack/wait';
import { createStripeControl, type StripeControl } from '../../../sandbox/stripe/control/client';
import type { TestEngine } from '../perennial';
import { makeTenant } from '../tenant';

export interface Cast {
  readonly engine: Pick<TestEngine, 'admin' | 'database' | 'temporal'>;
  readonly stripeUrl: string;
  readonly control: StripeControl;
  readonly api: ApiClient;
  readonly tenantId: string;
  readonly clockId: string;
  readonly customerId: string;
  /** The provider's id of the card, by which outcomes are scripted. */
  readonly cardRef: string;
  /** 49.00 USD a month. */
  readonly starterId: string;
  /** 199.00 USD a month. */
  readonly proId: string;
}

export interface SubscriptionView {
  readonly id: string;
  readonly status: string;
  readonly plan_id: string;
  readonly customer_id: string;
  readonly current_period: { readonly start: string; readonly end: string } | null;
  readonly collection: { readonly invoice_id: string; readonly attempts: number } | null;
  readonly next_due_at: string | null;
  readonly cancel_at: string | null;
  readonly attention: string | null;
}

export interface InvoiceView {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly total: { readonly amount: string; readonly currency: string };
  readonly amount_due: { readonly amount: string };
}

export const firstDay = '2026-01-01T00:00:00.000Z';
/** The end of the first month. */
export const firstRenewal = '2026-02-01T00:00:00.000Z';

/** A day and more after the decline of `firstRenewal`, before the next step of dunning: an operator may ask for another try. */
export const dayAfterRenewal = '2026-02-02T12:00:00.000Z';

/** Waits of these tests cover a lost task (10 s), a lost payment activity (45 s) and a busy machine. */
export const settleMsMax = 150_000;

async function makePlan(api: ApiClient, productId: string, code: string, amount: string, interval: object) {
  const prices = [{ model: 'flat', amounts: { USD: amount }, description: code }];
  const plan = await api.post<{ id: string }>('/plans', { product_id: productId, code, name: code, interval, prices });
  return plan.id;
}

export interface CastOptions {
  readonly card?: string;
  readonly tenant?: object;
  readonly interval?: object;
  /** Real time instead of a test clock. */
  readonly realTime?: boolean;
}

/** The provider's id of a payment method, which the API keeps to itself. */
export async function providerRefOf({ database }: Cast['engine'], tenantId: string, id: string): Promise<string> {
  const text = 'select provider_ref from payment_methods where id = $1';
  const [row] = await database.as(tenantId).query<{ provider_ref: string }>({ name: 'provider_ref', text }, [id]);
  return row?.provider_ref ?? '';
}

/** Makes everybody. */
export async function makeCast(
  engine: Cast['engine'],
  stripeUrl: string,
  { card = 'pm_card_visa', tenant = {}, interval = { unit: 'month', count: 1 }, realTime = false }: CastOptions = {},
): Promise<Cast> {
  const { tenantId, api } = await makeTenant(engine, tenant);
  const product = await api.post<{ id: string }>('/products', { name: 'Acme Cloud' });
  const starterId = await makePlan(api, product.id, 'starter', '49.00', interval);
  const proId = await makePlan(api, product.id, 'pro', '199.00', interval);
  const clock = await api.post<{ id: string }>('/test-clocks', { name: 'faults', now: firstDay });
  const customer = await api.post<{ id: string }>('/customers', {
    name: 'Ada',
    ...(realTime ? {} : { test_clock_id: clock.id }),
  });
  const { id } = await api.post<{ id: string }>('/payment-methods', {
    customer_id: customer.id,
    rail: 'stripe',
    token: card,
  });
  const cardRef = await providerRefOf(engine, tenantId, id);
  return {
    engine,
    stripeUrl,
    control: createStripeControl(stripeUrl),
    api,
    tenantId,
    clockId: clock.id,
    customerId: customer.id,
    cardRef,
    starterId,
    proId,
  };
}

export const newKey = (): string => `key-${randomBytes(8).toString('hex')}`;

export function subscribe({ api, customerId, starterId }: Cast, more: object = {}): Promise<SubscriptionView> {
  return api.post(
    '/subscriptions',
    { customer_id: customerId, plan_id: starterId, currency: 'USD', ...more },
    newKey(),
  );
}

export const readSubscription = ({ api }: Cast, id: string): Promise<SubscriptionView> =>
  api.get(`/subscriptions/${id}`);

/** All invoices of the tenant, oldest first. */
export async function readInvoices({ api }: Cast): Promise<readonly InvoiceView[]> {
  const found: InvoiceView[] = [];
  for (let after = ''; ; after = `&starting_after=${found.at(-1)?.id ?? ''}`) {
    const page = await api.get<{ data: InvoiceView[]; has_more: boolean }>(`/invoices?limit=100${after}`);
    found.push(...page.data);
    if (!page.has_more) return found.reverse();
  }
}

/** Sets the clock in motion; the answer is not waited for. */
export function beginAdvance({ api, clockId }: Cast, to: string): void {
  void api.send('POST', `/test-clocks/${clockId}/advance`, { to }).catch(() => undefined);
}

/** Moves the clock and waits until it has arrived. */
export async function advance(cast: Cast, to: string): Promise<void> {
  await cast.api.send('POST', `/test-clocks/${cast.clockId}/advance`, { to });
  await arrived(cast, to);
}

export async function arrived({ api, clockId }: Cast, to: string): Promise<void> {
  const read = () => api.get<{ status: string; now: string }>(`/test-clocks/${clockId}`);
  await waitFor(
    `the clock arrives at ${to}`,
    async () => {
      const { status, now } = await read();
      return status === 'ready' && now === to;
    },
    { timeoutMs: settleMsMax, intervalMs: 200 },
  );
}

/** From now on the card is declined for want of money, or as given. */
export const declineCard = ({ control, cardRef }: Cast, declineCode = 'insufficient_funds'): Promise<void> =>
  control.script({ target: cardRef, always: { kind: 'decline', decline_code: declineCode } });

/** An active subscription whose first month is paid. */
export async function paidSubscription(cast: Cast): Promise<SubscriptionView> {
  const made = await subscribe(cast);
  return waitFor(
    'the first month is paid',
    async () => {
      const now = await readSubscription(cast, made.id);
      return now.status === 'active' && now.collection === null ? now : null;
    },
    { timeoutMs: settleMsMax, intervalMs: 200 },
  );
}

/** A subscription whose first renewal was declined. */
export async function pastDueSubscription(cast: Cast): Promise<SubscriptionView> {
  const { id } = await paidSubscription(cast);
  await declineCard(cast);
  await advance(cast, firstRenewal);
  return readSubscription(cast, id);
}

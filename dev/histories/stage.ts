/** What the recorded lives are played on: a tenant of its own per life, the public API, operators' signals, and the provider's double. */
import type { Client } from '@temporalio/client';
import { subscriptionWorkflowId } from '../../domain/ids';
import { createStripeControl, type StripeControl } from '../../sandbox/stripe/control/client';
import { createApiClient, type ApiClient } from '../api-client';
import type { StackAddresses } from '../stack/stack';
import { waitFor } from '../stack/wait';

interface Identified {
  readonly id: string;
}

export interface SubscriptionView {
  readonly id: string;
  readonly status: string;
  readonly plan_id: string;
  readonly cancel_at: string | null;
  readonly collection: { readonly waiting_for: string; readonly attempts: number } | null;
}

export interface Stage {
  readonly tenantId: string;
  readonly api: ApiClient;
  readonly provider: StripeControl;
  /** A monthly plan of one amount in USD, unless more is said. */
  plan(amount: string, more?: object): Promise<string>;
  /** A test clock that begins at this instant. */
  clock(now: string): Promise<string>;
  advance(clockId: string, to: string): Promise<void>;
  /** A customer, on a clock if given, with a card of this token; null: without any. */
  customer(clockId: string | null, token: string | null): Promise<string>;
  card(customerId: string, token: string): Promise<void>;
  subscribe(customerId: string, planId: string, more?: object): Promise<string>;
  command(subscriptionId: string, path: string, body?: object): Promise<void>;
  signal(subscriptionId: string, name: string, payload?: object): Promise<void>;
  /** Temporal's own cancellation. */
  requestCancellation(subscriptionId: string): Promise<void>;
  /** Waits for what comes by signal, webhook or timer. */
  until(subscriptionId: string, what: string, holds: (now: SubscriptionView) => boolean): Promise<void>;
}

const month = { unit: 'month', count: 1 };
/** Real timers and outages take their time. */
const waitMsMax = 120_000;

function clockOf(api: ApiClient): Pick<Stage, 'clock' | 'advance'> {
  return {
    clock: async (now) => (await api.post<Identified>('/test-clocks', { name: 'recorded', now })).id,
    advance: async (clockId, to) => {
      await api.post(`/test-clocks/${clockId}/advance`, { to });
      const arrived = async () => (await api.get<{ status: string }>(`/test-clocks/${clockId}`)).status === 'ready';
      await waitFor('the clock arrives', arrived, { timeoutMs: waitMsMax });
    },
  };
}

function catalogueOf(api: ApiClient, productId: string): Pick<Stage, 'plan'> {
  let count = 0;
  return {
    plan: async (amount, more = {}) => {
      count += 1;
      const prices = [{ model: 'flat', amounts: { USD: amount }, description: 'Plan' }];
      const body = { product_id: productId, code: `plan-${count}`, name: `Plan ${count}`, interval: month, prices };
      return (await api.post<Identified>('/plans', { ...body, ...more })).id;
    },
  };
}

function customersOf(api: ApiClient): Pick<Stage, 'customer' | 'card' | 'subscribe'> {
  const card = async (customerId: string, token: string): Promise<void> => {
    await api.post('/payment-methods', { customer_id: customerId, rail: 'stripe', token });
  };
  return {
    card,
    customer: async (clockId, token) => {
      const { id } = await api.post<Identified>('/customers', { name: 'Acme', test_clock_id: clockId });
      if (token !== null) await card(id, token);
      return id;
    },
    subscribe: async (customerId, planId, more = {}) => {
      const body = { customer_id: customerId, plan_id: planId, currency: 'USD', ...more };
      return (await api.post<Identified>('/subscriptions', body)).id;
    },
  };
}

/** Opens a stage with a fresh tenant. */
export async function openStage(stack: StackAddresses, temporal: Client): Promise<Stage> {
  const admin = createApiClient({ baseUrl: `${stack.apiUrl}/api/v1`, apiKey: stack.adminKey });
  const tenant = await admin.post<Identified & { key: string }>('/tenants', { name: 'Recorded', mode: 'test' });
  const api = admin.as(tenant.key);
  const product = await api.post<Identified>('/products', { name: 'Product' });
  return {
    tenantId: tenant.id,
    api,
    provider: createStripeControl(stack.stripeUrl ?? ''),
    ...catalogueOf(api, product.id),
    ...clockOf(api),
    ...customersOf(api),
    command: async (subscriptionId, path, body = {}) => {
      await api.post(`/subscriptions/${subscriptionId}/${path}`, body);
    },
    signal: (subscriptionId, name, payload = {}) =>
      temporal.workflow.getHandle(subscriptionWorkflowId(tenant.id, subscriptionId)).signal(name, payload),
    requestCancellation: async (subscriptionId) => {
      await temporal.workflow.getHandle(subscriptionWorkflowId(tenant.id, subscriptionId)).cancel();
    },
    until: async (subscriptionId, what, holds) => {
      const asked = async () => holds(await api.get<SubscriptionView>(`/subscriptions/${subscriptionId}`));
      await waitFor(what, asked, { timeoutMs: waitMsMax });
    },
  };
}

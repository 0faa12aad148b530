/**
 * A business to measure with: a tenant, plans and customers with a card, made through the public API.
 */
import { createApiClient, type ApiClient } from '../api-client';
import { inParallel, range } from './latency';

/** More would only queue: the machine has few cores. */
export const seedingConcurrency = 8;

export interface Business {
  readonly api: ApiClient;
  /** For requests whose bodies are made beforehand: with /api/v1, and the tenant's key. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly tenantId: string;
  readonly productId: string;
}

export interface Row {
  readonly id: string;
}

/** Makes a test tenant with a product. */
export async function createBusiness(apiUrl: string, adminKey: string): Promise<Business> {
  const baseUrl = `${apiUrl}/api/v1`;
  const admin = createApiClient({ baseUrl, apiKey: adminKey });
  const tenant = await admin.post<Row & { key: string }>('/tenants', { name: 'Benchmark', mode: 'test' });
  const api = admin.as(tenant.key);
  const product = await api.post<Row>('/products', { name: 'Pro' });
  return { api, baseUrl, apiKey: tenant.key, tenantId: tenant.id, productId: product.id };
}

export interface Interval {
  readonly unit: 'second' | 'month';
  readonly count: number;
}

/** A plan with one flat recurring price. */
export async function createPlan(
  business: Business,
  code: string,
  interval: Interval,
  amount: string,
): Promise<string> {
  const prices = [{ kind: 'recurring', model: 'per_seat', amounts: { USD: amount }, description: `Plan ${code}` }];
  const plan = await business.api.post<Row>('/plans', {
    product_id: business.productId,
    code,
    name: `Plan ${code}`,
    interval,
    prices,
  });
  return plan.id;
}

/** Customers, each with a card of its own that works. */
export async function createCustomers({ api }: Business, count: number): Promise<string[]> {
  return inParallel(range(count), seedingConcurrency, async (index) => {
    const customer = await api.post<Row>('/customers', { name: `Customer ${index}` });
    await api.post('/payment-methods', { customer_id: customer.id, rail: 'stripe', token: 'pm_card_visa' });
    return customer.id;
  });
}

/** One subscription in US dollars. */
export async function createSubscription(
  { api }: Business,
  customerId: string,
  planId: string,
  startAt?: number,
): Promise<string> {
  const start = startAt === undefined ? {} : { start_at: new Date(startAt).toISOString() };
  const body = { customer_id: customerId, plan_id: planId, currency: 'USD', quantity: 2, ...start };
  return (await api.post<Row>('/subscriptions', body)).id;
}

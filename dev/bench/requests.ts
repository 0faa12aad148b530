/**
 * Latencies of the requests that people wait for, on a machine that does nothing else.
 */
import { cpuBetween, sampleCpu, type Roots } from './cpu';
import { range, timed, type Latency } from './latency';
import { createCustomers, createPlan, createSubscription, type Business, type Row } from './population';

/** Requests in flight at once. */
export const requestConcurrency = 4;

/** A kind of request: how long it took, and the CPU that each part spent on one, in milliseconds. */
export interface RequestResult extends Latency {
  readonly cpuMs: Readonly<Record<string, number>>;
}

export type RequestsResult = Readonly<Record<string, RequestResult>>;

/** The first requests of a fresh process compile its code, the busiest of it after some hundred calls: they are made, and not counted. */
const warmUpCount = 200;

/** Creates subscriptions (each with its first invoice, paid), then reads, previews and changes them. */
export async function measureRequests(business: Business, roots: Roots, count: number): Promise<RequestsResult> {
  await measureAll(business, roots, warmUpCount, 'warm-up');
  return measureAll(business, roots, count, 'measured');
}

const tenths = (ms: number): number => Math.round(ms * 10) / 10;

/** Does the work so often, and tells what one of it took. */
async function measured<T>(
  roots: Roots,
  items: readonly T[],
  work: (item: T, index: number) => Promise<unknown>,
): Promise<RequestResult> {
  const before = sampleCpu(roots);
  const latency = await timed(items, requestConcurrency, work);
  const spent = Object.entries(cpuBetween(before, sampleCpu(roots)));
  return { ...latency, cpuMs: Object.fromEntries(spent.map(([part, ms]) => [part, tenths(ms / items.length)])) };
}

async function measureAll(business: Business, roots: Roots, count: number, name: string): Promise<RequestsResult> {
  const { api } = business;
  const month = { unit: 'month', count: 1 } as const;
  const small = await createPlan(business, `${name}-small`, month, '20.00');
  const large = await createPlan(business, `${name}-large`, month, '50.00');
  const customers = await createCustomers(business, count);
  const ids: string[] = [];
  const at = (index: number): string => ids[index % ids.length] ?? '';
  const measure = (work: (index: number) => Promise<unknown>) => measured(roots, range(count), work);

  const create = await measured(roots, customers, async (customerId) => {
    ids.push(await createSubscription(business, customerId, small));
  });
  const { data: invoices } = await api.get<{ data: Row[] }>('/invoices?limit=100');
  const readSubscription = await measure((index) => api.get(`/subscriptions/${at(index)}`));
  const readInvoice = await measure((index) => api.get(`/invoices/${invoices[index % invoices.length]?.id ?? ''}`));
  const preview = await measure((index) => api.post(`/subscriptions/${at(index)}/preview-change`, { plan_id: large }));
  const changePlan = await measure((index) => api.post(`/subscriptions/${at(index)}/change-plan`, { plan_id: large }));
  const changeQuantity = await measure((index) =>
    api.post(`/subscriptions/${at(index)}/change-quantity`, { quantity: 3 }),
  );
  const cancel = await measure((index) => api.post(`/subscriptions/${at(index)}/cancel`, { at_period_end: true }));
  const uncancel = await measure((index) => api.post(`/subscriptions/${at(index)}/uncancel`, {}));
  return { create, changePlan, changeQuantity, cancel, uncancel, preview, readSubscription, readInvoice };
}

/** Customers of two seller entities whose subscriptions fall due at the same instant: their invoices compete for two series of numbers. */
import { randomUUID } from 'node:crypto';
import type { ApiClient } from '../../dev/api-client';

interface Identified {
  readonly id: string;
}

/** Makes a second entity, whose invoices are numbered DE-000001 and so on; answers its id. */
export async function makeSecondEntity(api: ApiClient, more: object = {}): Promise<string> {
  const body = { legal_name: 'Kilima GmbH', country: 'DE', invoice_series: 'DE', credit_note_series: 'DECN', ...more };
  return (await api.post<Identified>('/entities', body)).id;
}

/** Subscribes some customers of each entity, all on one test clock, each with a card. */
export async function subscribeBoth(
  api: ApiClient,
  { clockId, planId, entityId, each }: { clockId: string; planId: string; entityId: string; each: number },
): Promise<void> {
  for (let index = 0; index < 2 * each; index++) {
    const seller = index % 2 === 0 ? {} : { entity_id: entityId };
    const customer = await api.post<Identified>('/customers', {
      name: `Customer ${index}`,
      test_clock_id: clockId,
      ...seller,
    });
    await api.post('/payment-methods', { customer_id: customer.id, rail: 'stripe', token: 'pm_card_visa' });
    await api.post('/subscriptions', { customer_id: customer.id, plan_id: planId, currency: 'USD' }, randomUUID());
  }
}

/** All numbers of a tenant's invoices, by prefix, in their order. */
export async function numbersOf(api: ApiClient): Promise<Record<string, string[]>> {
  const { data } = await api.get<{ data: { number: string }[] }>('/invoices?limit=100');
  const numbers: Record<string, string[]> = {};
  for (const { number } of data) {
    const prefix = number.split('-')[0] ?? '';
    numbers[prefix] = [...(numbers[prefix] ?? []), number].sort();
  }
  return numbers;
}

/** "DE-000001", "DE-000002" and so on. */
export const firstNumbers = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${String(index + 1).padStart(6, '0')}`);

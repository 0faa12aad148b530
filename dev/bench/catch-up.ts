/**
 * Subscriptions that were sold two years ago and are entered today: every past month is billed and paid, in order.
 */
import { waitFor } from '../stack/wait';
import { ask } from './database-counters';
import { inParallel } from './latency';
import { createCustomers, createPlan, createSubscription, type Business } from './population';

export interface CatchUpResult {
  readonly subscriptions: number;
  readonly invoices: number;
  readonly seconds: number;
  readonly invoicesPerSecond: number;
  readonly subscriptionIds: readonly string[];
}

const yearsBack = 2;
const timeoutMs = 300_000;

/** Two years back from now, an hour after the boundary, so that none falls into the measurement. */
function startInstant(): number {
  const now = new Date();
  return Date.UTC(now.getUTCFullYear() - yearsBack, now.getUTCMonth(), now.getUTCDate(), now.getUTCHours() - 1);
}

/** Enters them all at once and waits until every month up to today is paid. */
export async function measureCatchUp(business: Business, adminUrl: string, count: number): Promise<CatchUpResult> {
  const planId = await createPlan(business, 'catch-up', { unit: 'month', count: 1 }, '10.00');
  const customers = await createCustomers(business, count);
  const paid = async (): Promise<number> => {
    const sql = `select count(*)::integer as count from invoices i join subscriptions s on s.id = i.subscription_id
      where s.plan_id = $1 and i.status = 'paid'`;
    return (await ask<{ count: number }>(adminUrl, sql, [planId]))[0]?.count ?? 0;
  };
  const startAt = startInstant();
  const expected = count * (12 * yearsBack + 1);
  const began = performance.now();
  // The api answers after 15 s at the latest; what is not settled then goes on by itself.
  const ids = await inParallel(customers, count, (customerId) =>
    createSubscription(business, customerId, planId, startAt),
  );
  await waitFor('Every past month is paid', async () => (await paid()) >= expected, { timeoutMs, intervalMs: 100 });
  const seconds = (performance.now() - began) / 1_000;
  return {
    subscriptions: count,
    invoices: expected,
    seconds: Math.round(seconds * 10) / 10,
    invoicesPerSecond: Math.round((expected / seconds) * 10) / 10,
    subscriptionIds: ids,
  };
}

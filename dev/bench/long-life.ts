/**
 * A few subscriptions that live through many cycles by real timers, seconds apart: what a cycle costs Temporal over a whole life, new
 * runs included.
 */
import type { Client } from '@temporalio/client';
import { subscriptionWorkflowId } from '../../domain/ids';
import { waitFor } from '../stack/wait';
import { ask } from './database-counters';
import { endSubscriptions } from './end-subscriptions';
import { costOf, historiesOf } from './histories';
import { inParallel } from './latency';
import { createCustomers, createPlan, createSubscription, type Business } from './population';

export interface LongLifeResult {
  readonly cycles: number;
  readonly runs: number;
  readonly eventsPerCycle: number;
  readonly actionsPerCycle: number;
  readonly workflowId: string;
}

const lives = 3;
const hundredths = (value: number): number => Math.round(value * 100) / 100;

/** Lets each live through so many cycles and reads the histories of the first. */
export async function measureLongLife(
  { client, business, adminUrl }: { client: Client; business: Business; adminUrl: string },
  { cycles, periodSeconds }: { cycles: number; periodSeconds: number },
): Promise<LongLifeResult> {
  const planId = await createPlan(business, 'life', { unit: 'second', count: periodSeconds }, '10.00');
  const customers = await createCustomers(business, lives);
  const ids = await inParallel(customers, lives, (customerId) => createSubscription(business, customerId, planId));
  const least = async (): Promise<number> => {
    const sql = `select coalesce(min(s.current_period_index), 0) as least from subscriptions s where s.plan_id = $1`;
    return (await ask<{ least: number }>(adminUrl, sql, [planId]))[0]?.least ?? 0;
  };
  const timeoutMs = 4_000 * periodSeconds * cycles;
  await waitFor(`${cycles} cycles are done`, async () => (await least()) >= cycles, { timeoutMs, intervalMs: 500 });
  const workflowIds = ids.map((id) => subscriptionWorkflowId(business.tenantId, id));
  await endSubscriptions({ client, adminUrl }, workflowIds);
  const costs = await Promise.all(workflowIds.map(async (id) => costOf(await historiesOf(client, id))));
  const sum = (of: (cost: (typeof costs)[number]) => number): number =>
    costs.reduce((total, cost) => total + of(cost), 0);
  const lived = sum((cost) => cost.cyclesDoneAt.length);
  return {
    cycles: lived,
    runs: sum((cost) => cost.runs),
    eventsPerCycle: hundredths(sum((cost) => cost.events) / lived),
    actionsPerCycle: hundredths(sum((cost) => cost.actions) / lived),
    workflowId: workflowIds[0] ?? '',
  };
}

/**
 * What people feel on a billing day: commands on some subscriptions while the renewals of many others keep the machine busy.
 * The due instants are spread by the jitter, as an operator would set it (WORKER_DUE_JITTER_SECONDS).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { cpuBetween, sampleCpu, type Roots } from './cpu';
import { ask } from './database-counters';
import { inParallel, latencyOf, type Latency } from './latency';
import { createCustomers, createPlan, createSubscription, seedingConcurrency, type Business } from './population';
import { requestConcurrency } from './requests';

export interface BillingDayResult {
  readonly subscriptions: number;
  /** Renewals that fall due per second, and those that were paid. */
  readonly duePerSecond: number;
  readonly paidPerSecond: number;
  /** How far behind its due instant (jitter included) the last renewal of the window was paid, in milliseconds. */
  readonly lag: Latency;
  /** Share of all cores that was busy, with whatever else ran on the machine. */
  readonly machineBusy: number;
  readonly commands: Readonly<Record<string, Latency>>;
  /** Commands that were answered with 503: the engine gave up waiting. */
  readonly commandsFailed: number;
}

export interface BillingDaySetting {
  readonly business: Business;
  readonly adminUrl: string;
  readonly roots: Roots;
  readonly cores: number;
  readonly duePerSecond: number;
  readonly jitterSeconds: number;
  /** Seconds of load that are measured. */
  readonly seconds: number;
  readonly say: (line: string) => void;
}

/** People who give commands, each on a subscription of their own. */
const people = 24;

async function commandsUntil(
  business: Business,
  ids: readonly string[],
  until: number,
): Promise<Pick<BillingDayResult, 'commands' | 'commandsFailed'>> {
  const failed: string[] = [];
  const took: Record<string, number[]> = { changeQuantity: [], cancel: [], uncancel: [] };
  const command = async (name: string, path: string, body: object): Promise<void> => {
    const began = performance.now();
    // A command that the engine gave up on is not left out: it took that long, and it counts.
    const { status } = await business.api.send('POST', path, body);
    took[name]?.push(performance.now() - began);
    if (status >= 500) failed.push(name);
  };
  const lanes = Array.from({ length: requestConcurrency }, (_, lane) => lane);
  await Promise.all(
    lanes.map(async (lane) => {
      for (let turn = lane; Date.now() < until; turn += requestConcurrency) {
        const path = `/subscriptions/${ids[turn % ids.length] ?? ''}`;
        await command('changeQuantity', `${path}/change-quantity`, { quantity: 3 + turn });
        await command('cancel', `${path}/cancel`, { at_period_end: true });
        await command('uncancel', `${path}/uncancel`, {});
      }
    }),
  );
  const commands = Object.fromEntries(Object.entries(took).map(([name, values]) => [name, latencyOf(values)]));
  return { commands, commandsFailed: failed.length };
}

/** Lags of the payments in the window: recorded minus due; the due instant is the period's start plus the subscription's jitter. */
async function lagsOf(adminUrl: string, planId: string, from: Date, to: Date): Promise<number[]> {
  const sql = `
    select extract(epoch from a.recorded_at - i.period_start) * 1000 - (s.state->>'jitterMs')::numeric as lag
    from payment_attempts a join payments p on p.id = a.payment_id join invoices i on i.id = p.invoice_id
    join subscriptions s on s.id = i.subscription_id
    where s.plan_id = $1 and i.business_key not like '%' || to_char(s.start_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
      and a.recorded_at between $2 and $3`;
  return (await ask<{ lag: string }>(adminUrl, sql, [planId, from, to])).map((row) => Number(row.lag));
}

/** Runs the load and the commands together. */
export async function measureBillingDay(setting: BillingDaySetting): Promise<BillingDayResult> {
  const { business, adminUrl, roots, duePerSecond, jitterSeconds, seconds, say } = setting;
  const count = Math.round(duePerSecond * jitterSeconds);
  const customers = await createCustomers(business, count + people);
  const monthly = await createPlan(business, 'people', { unit: 'month', count: 1 }, '20.00');
  const commanded = await inParallel(customers.slice(0, people), seedingConcurrency, (customerId) =>
    createSubscription(business, customerId, monthly),
  );
  const load = await createPlan(business, 'load', { unit: 'second', count: jitterSeconds }, '10.00');
  // All start at once, later; the renewals are what the jitter spreads.
  const startAt = Math.ceil((Date.now() + 3_000 + 50 * count) / 1_000) * 1_000;
  await inParallel(customers.slice(people), seedingConcurrency, (customerId) =>
    createSubscription(business, customerId, load, startAt),
  );
  say(`  ${count} subscriptions renew every ${jitterSeconds} s, spread by the jitter`);
  // The first renewals fill the pipe; then the load is even.
  await pause(startAt + 2_000 * jitterSeconds - Date.now());
  const before = sampleCpu(roots);
  const from = new Date();
  const commanding = await commandsUntil(business, commanded, Date.now() + seconds * 1_000);
  const to = new Date();
  const used = cpuBetween(before, sampleCpu(roots));
  const lags = await lagsOf(adminUrl, load, from, to);
  const wallMs = to.getTime() - from.getTime();
  return {
    subscriptions: count,
    duePerSecond: Math.round((count / jitterSeconds) * 10) / 10,
    paidPerSecond: Math.round((lags.length / wallMs) * 10_000) / 10,
    lag: latencyOf(lags),
    machineBusy: Math.round(((used['machine'] ?? 0) / (wallMs * setting.cores)) * 100) / 100,
    ...commanding,
  };
}

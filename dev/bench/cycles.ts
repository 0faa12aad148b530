/**
 * Empty and paid cycles side by side: waves of subscriptions that fall due at the same instant, by real timers. The waves of the two
 * kinds take turns, so that what else runs on the machine disturbs both alike.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { subscriptionStart } from '../../workflows/contract';
import { newId, subscriptionWorkflowId } from '../../domain/ids';
import { initialState } from '../../domain/subscription/initial';
import { cpuBetween, sampleCpu, sumCpu, type CpuSample, type Roots } from './cpu';
import { ask, countersBetween, readCounters, type DatabaseCounters } from './database-counters';
import { endSubscriptions } from './end-subscriptions';
import { costOf, historiesOf, type WorkflowCost } from './histories';
import { inParallel, range } from './latency';
import { createCustomers, createPlan, createSubscription, seedingConcurrency, type Business } from './population';

export interface KindResult {
  readonly cycles: number;
  readonly cyclesPerSecond: number;
  /** Seconds from the due instant to the last cycle done, per wave. */
  readonly waveSeconds: readonly number[];
  /** A wave that was not over when the next one began makes the numbers of both doubtful. */
  readonly overrun: boolean;
  /** CPU milliseconds per cycle and part. */
  readonly cpuMs: Readonly<Record<string, number>>;
  /** Without the sandbox, the client and the rest of the machine. */
  readonly cpuMsInAll: number;
  /** CPU of the machine that none of our processes used, as a share of one core. */
  readonly othersCores: number;
}

export interface CyclesResult {
  readonly subscriptions: number;
  readonly empty: KindResult;
  readonly paid: KindResult;
  readonly ratio: number;
  /** The engine's own, per paid cycle; the first column of each table in the JSON. */
  readonly commitsPerCycle: number;
  readonly rowsPerCycle: number;
  readonly rowsByTable: Readonly<Record<string, number>>;
}

export interface CyclesSetting {
  readonly client: Client;
  readonly business: Business;
  readonly adminUrl: string;
  readonly emptyQueue: string;
  readonly roots: Roots;
  readonly subscriptions: number;
  readonly seconds: number;
  readonly waves: number;
  readonly say: (line: string) => void;
}

interface Wave {
  readonly kind: 'empty' | 'paid';
  readonly index: number;
  readonly dueAt: number;
  readonly cpu: CpuSample;
}

/** Before the first wave everything is started (which takes about as long as making the customers did) and the counters are read. */
const startsPerCustomer = 2.5;
const aheadMs = 15_000;
const kinds = ['empty', 'paid'] as const;
/** The sample is taken when the wave before has long ended and the next timers have not fired. */
const sampleAheadMs = 150;

async function startEmpty(setting: CyclesSetting, firstDueAt: number): Promise<string[]> {
  const { client, emptyQueue, subscriptions } = setting;
  return inParallel(range(subscriptions), seedingConcurrency, async () => {
    const [tenantId, subscriptionId] = [newId('ten'), newId('sub')];
    const state = initialState({
      tenantId,
      subscriptionId,
      customerId: newId('cus'),
      customerName: 'Customer',
      planName: 'Plan empty',
      planId: newId('plan'),
      planVersion: 1,
      quantity: 2,
      currency: 'USD',
      startAt: firstDueAt,
      anchorDay: null,
      timeZone: 'UTC',
      clock: null,
      jitterMs: 0,
      openInvoicesMax: 12,
    });
    await client.workflow.start('subscription', subscriptionStart(state, emptyQueue));
    return subscriptionWorkflowId(tenantId, subscriptionId);
  });
}

async function startPaid(setting: CyclesSetting, customers: readonly string[], firstDueAt: number): Promise<string[]> {
  const { business, seconds } = setting;
  const planId = await createPlan(business, 'cycle', { unit: 'second', count: 2 * seconds }, '10.00');
  return inParallel(customers, seedingConcurrency, async (customerId) => {
    const id = await createSubscription(business, customerId, planId, firstDueAt);
    return subscriptionWorkflowId(business.tenantId, id);
  });
}

/** Waits through the waves and samples the CPU of each. */
async function watchWaves(setting: CyclesSetting, firstDueAt: number): Promise<Wave[]> {
  const { seconds, waves, roots, say } = setting;
  const roundMs = 2_000 * seconds;
  // The first round warms up: caches, prepared statements, compiled code. A slow machine may be late for more than that.
  const warming = Math.max(1, Math.ceil((Date.now() + sampleAheadMs - firstDueAt) / roundMs));
  const done: Wave[] = [];
  await pause(firstDueAt + warming * roundMs - sampleAheadMs - Date.now());
  let before = sampleCpu(roots);
  for (const turn of range(2 * waves)) {
    const dueAt = firstDueAt + warming * roundMs + 1_000 * seconds * turn;
    await pause(dueAt + 1_000 * seconds - sampleAheadMs - Date.now());
    const after = sampleCpu(roots);
    const kind = kinds[turn % 2] ?? 'empty';
    done.push({ kind, index: warming + Math.floor(turn / 2), dueAt, cpu: cpuBetween(before, after) });
    before = after;
    if (turn % 2 === 1) say(`  wave ${(turn + 1) / 2} of ${waves}`);
  }
  return done;
}

const notTheEngine = new Set(['sandbox', 'client', 'machine']);

function kindResult(setting: CyclesSetting, waves: readonly Wave[], costs: readonly WorkflowCost[]): KindResult {
  const waveMs = waves.map(
    ({ index, dueAt }) => Math.max(...costs.map((cost) => cost.cyclesDoneAt[index] ?? 0)) - dueAt,
  );
  const cycles = waves.length * costs.length;
  const cpu = sumCpu(waves.map((wave) => wave.cpu));
  const ours = Object.entries(cpu).filter(([part]) => part !== 'machine');
  const used = ours.reduce((sum, [, ms]) => sum + ms, 0);
  const engine = ours.filter(([part]) => !notTheEngine.has(part)).reduce((sum, [, ms]) => sum + ms, 0);
  const perCycle = (total: number): number => Math.round((total / cycles) * 100) / 100;
  return {
    cycles,
    cyclesPerSecond: Math.round((cycles / waveMs.reduce((sum, ms) => sum + ms, 0)) * 10_000) / 10,
    waveSeconds: waveMs.map((ms) => Math.round(ms / 100) / 10),
    overrun: waveMs.some((ms) => ms > setting.seconds * 1_000 || ms < 0),
    cpuMs: Object.fromEntries(ours.map(([part, ms]) => [part, perCycle(ms)])),
    cpuMsInAll: perCycle(engine),
    othersCores: Math.round((((cpu['machine'] ?? 0) - used) / (waves.length * setting.seconds * 1_000)) * 100) / 100,
  };
}

/** Between the waves the engine is idle, but for its relay, which asks twice a second whether there is something to deliver: no part of a cycle. */
async function idleCommitsPerMs(adminUrl: string, before: DatabaseCounters): Promise<number> {
  const began = performance.now();
  const after = await readCounters(adminUrl);
  return (after.commits - before.commits) / (performance.now() - began);
}

const paidInvoices = async (adminUrl: string): Promise<number> =>
  (await ask<{ count: number }>(adminUrl, "select count(*)::integer as count from invoices where status = 'paid'"))[0]
    ?.count ?? 0;

async function costsOf(client: Client, workflowIds: readonly string[]): Promise<WorkflowCost[]> {
  return inParallel(workflowIds, 4, async (id) => costOf(await historiesOf(client, id)));
}

interface Footprint {
  readonly cycles: number;
  readonly written: DatabaseCounters;
}

/** What the paid cycles of the watched waves left in the database, the idle engine's polling taken off. */
async function footprintOf(adminUrl: string, work: () => Promise<void>): Promise<Footprint> {
  const before = await readCounters(adminUrl);
  const paidBefore = await paidInvoices(adminUrl);
  const began = performance.now();
  await work();
  const after = await readCounters(adminUrl);
  const elapsedMs = performance.now() - began;
  const idle = (await idleCommitsPerMs(adminUrl, after)) * elapsedMs;
  const { commits, rows } = countersBetween(before, after);
  const stopped = (await ask<{ count: number }>(adminUrl, 'select count(*)::integer as count from subscriptions'))[0];
  const ofCycles = { ...rows, subscriptions: (rows['subscriptions'] ?? 0) - (stopped?.count ?? 0) };
  return { cycles: (await paidInvoices(adminUrl)) - paidBefore, written: { commits: commits - idle, rows: ofCycles } };
}

const hundredths = (value: number): number => Math.round(value * 100) / 100;

function rowsPerCycle({ cycles, written }: Footprint): { rowsPerCycle: number; rowsByTable: Record<string, number> } {
  const byTable = Object.entries(written.rows).map(([name, rows]) => [name, rows / cycles] as const);
  return {
    rowsPerCycle: hundredths(byTable.reduce((sum, [, rows]) => sum + rows, 0)),
    rowsByTable: Object.fromEntries(byTable.map(([name, rows]) => [name, hundredths(rows)])),
  };
}

/** Runs both kinds and sums them up. The subscriptions are ended afterwards. */
export async function measureCycles(setting: CyclesSetting): Promise<CyclesResult> {
  const { client, adminUrl, business, subscriptions, seconds, waves, say } = setting;
  const began = Date.now();
  const customers = await createCustomers(business, subscriptions);
  const seeded = Date.now();
  const firstDueAt = Math.ceil((seeded + aheadMs + startsPerCustomer * (seeded - began)) / 1_000) * 1_000;
  const empty = await startEmpty(setting, firstDueAt);
  // Paid waves fall due half a period after the empty ones.
  const paid = await startPaid(setting, customers, firstDueAt + seconds * 1_000);
  let watched: Wave[] = [];
  const footprint = await footprintOf(adminUrl, async () => {
    say(`  ${subscriptions} subscriptions of each kind; ${waves} waves of ${seconds} s each`);
    watched = await watchWaves(setting, firstDueAt);
    await endSubscriptions(setting, [...empty, ...paid]);
  });
  const results = {
    empty: kindResult(
      setting,
      watched.filter((wave) => wave.kind === 'empty'),
      await costsOf(client, empty),
    ),
    paid: kindResult(
      setting,
      watched.filter((wave) => wave.kind === 'paid'),
      await costsOf(client, paid),
    ),
  };
  return {
    subscriptions,
    ...results,
    ratio: hundredths(results.paid.cyclesPerSecond / results.empty.cyclesPerSecond),
    commitsPerCycle: hundredths(footprint.written.commits / footprint.cycles),
    ...rowsPerCycle(footprint),
  };
}

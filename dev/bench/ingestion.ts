/**
 * How fast usage events are taken in, beside a plain COPY of the same rows into the same Postgres, and how long a limit check waits
 * meanwhile: for a customer with nearly all events, and for one with ten.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { cpuBetween, sampleCpu, type CpuSample, type Roots } from './cpu';
import { ask } from './database-counters';
import { inParallel, latencyOf, range, type Latency } from './latency';
import type { Business, Row } from './population';

export interface IngestionResult {
  readonly events: number;
  readonly eventsPerSecond: number;
  /** Rows a second of COPY into a table without any index, and into one with the indexes of usage_events. */
  readonly copyPerSecond: number;
  readonly copyIndexedPerSecond: number;
  readonly ratio: number;
  readonly ratioIndexed: number;
  /** The check of a limit of the month, asked for 100 times a second while the events come. */
  readonly check: Latency;
  readonly checkOfFew: Latency;
  /** The same when nothing else goes on. */
  readonly checkIdle: Latency;
  readonly checkOfFewIdle: Latency;
  /** Microseconds of CPU per event, checks included, by part. */
  readonly cpuUs: CpuSample;
  /** Answers of the check that were not what was taken in. */
  readonly wrong: number;
}

export interface IngestionSetting {
  readonly business: Business;
  readonly adminUrl: string;
  readonly roots: Roots;
  readonly batches: number;
}

const batchSize = 1_000;
/** Requests in flight: enough that a round is under way while the next one is read. */
const lanes = 4;
const checksPerSecond = 100;
const customersCount = 50;
/** Of the events, so many are the one customer's. */
const heavyShare = 0.5;

interface Scene extends IngestionSetting {
  readonly customers: readonly string[];
  readonly heavy: string;
  readonly few: string;
}

/** Numbers of the ten events, far from all others. */
const fewFrom = 900_000_000;

const feature = 'tokens';

const monthStart = Date.UTC(2026, 0, 1);
/** Within the first hour, which has events: a subscription's period seldom begins with an hour. */
const periodStart = monthStart + 17 * 60_000 + 23_000;

/** A customer on the clock, with a month's limit that nobody reaches: the check reads what a real one reads. */
async function createLimited({ api, productId }: Business, clockId: string, count: number): Promise<string[]> {
  const plan = await api.post<Row>('/plans', {
    product_id: productId,
    code: 'limited',
    name: 'Limited',
    interval: { unit: 'month', count: 1 },
    prices: [{ model: 'flat', amounts: { USD: '0.00' }, description: 'Limited' }],
    entitlements: [{ feature, limit: '1000000000000' }],
  });
  return inParallel(range(count), lanes, async (index) => {
    const { id } = await api.post<Row>('/customers', { name: `Limited ${index}`, test_clock_id: clockId });
    await api.post('/subscriptions', { customer_id: id, plan_id: plan.id, currency: 'USD' });
    return id;
  });
}

async function setScene(setting: IngestionSetting): Promise<Scene> {
  const { api } = setting.business;
  const meter = await api.post<Row>('/meters', {
    code: 'tokens',
    name: 'Tokens',
    event_type: 'completion.finished',
    aggregation: 'sum',
    value_property: 'tokens',
    group_by: ['model'],
  });
  await api.post('/features', { key: feature, name: 'Tokens', type: 'metered', meter_id: meter.id });
  const now = new Date(periodStart).toISOString();
  const clock = await api.post<Row>('/test-clocks', { name: 'January', now });
  const [heavy = '', few = ''] = await createLimited(setting.business, clock.id, 2);
  const rows = await inParallel(range(customersCount), lanes, (index) =>
    api.post<Row>('/customers', { name: `Customer ${index}` }),
  );
  const customers = rows.map(({ id }) => id);
  return { ...setting, customers, heavy, few };
}

const eventOf = (customerId: string, number: number, at: number) => ({
  id: `completion-${number}`,
  type: 'completion.finished',
  customer_id: customerId,
  time: new Date(at).toISOString(),
  properties: { tokens: number % 1_000, model: number % 3 === 0 ? 'large' : 'small', region: 'eu-central-1' },
});

/** Bodies as a gateway sends them: events of an hour come together. Made beforehand, so that making them is not measured. */
function bodiesOf({ customers, heavy, batches }: Scene, first: number): string[] {
  return range(batches).map((batch) => {
    const hour = monthStart + ((first + batch) % 700) * 3_600_000;
    const events = range(batchSize).map((index) => {
      const number = (first + batch) * batchSize + index;
      const isHeavy = index < batchSize * heavyShare;
      const customerId = isHeavy ? heavy : (customers[index % customers.length] ?? '');
      return eventOf(customerId, number, hour + index * 3_600);
    });
    return JSON.stringify({ events });
  });
}

async function post({ business }: Scene, body: string): Promise<void> {
  const response = await fetch(`${business.baseUrl}/usage-events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${business.apiKey}`, 'content-type': 'application/json' },
    body,
  });
  const text = await response.text();
  const isTaken = response.status === 202 && !/"(unmatched|duplicate|late)"/.test(text);
  if (!isTaken) throw new Error(`events were not taken in: ${response.status} ${text.slice(0, 300)}`);
}

/** What a limit check says was used. */
async function usageOf({ business }: Scene, customerId: string): Promise<string> {
  const body = { customer_id: customerId, feature };
  return (await business.api.post<{ usage: string }>('/entitlements/check', body)).usage;
}

interface Checks {
  readonly heavy: number[];
  readonly few: number[];
}

/** Asks on schedule, whatever the answers take, and counts the wait from the moment that the question was due. */
async function checkUntil(scene: Scene, isOver: () => boolean): Promise<Checks> {
  const took: Checks = { heavy: [], few: [] };
  const began = performance.now();
  const asked: Promise<void>[] = [];
  const check = async (due: number, of: keyof Checks): Promise<void> => {
    await usageOf(scene, scene[of]);
    took[of].push(performance.now() - due);
  };
  for (let number = 0; !isOver(); number += 1) {
    const due = began + (number * 1_000) / checksPerSecond;
    const wait = due - performance.now();
    if (wait > 0) await pause(wait);
    asked.push(check(due, number % 2 === 0 ? 'heavy' : 'few'));
  }
  await Promise.all(asked);
  return took;
}

/** Seconds that Postgres takes to COPY the events from a file of its own into a table made like theirs. */
async function copySeconds(adminUrl: string, table: string, like: string): Promise<number> {
  await ask(adminUrl, `create table ${table} (like usage_events ${like})`);
  const [{ file = '' } = {}] = await ask<{ file: string }>(
    adminUrl,
    `select current_setting('data_directory') || '/usage-copy.txt' as file`,
  );
  await ask(adminUrl, `copy (select * from usage_events) to '${file}'`);
  await ask(adminUrl, 'checkpoint');
  const began = performance.now();
  await ask(adminUrl, `copy ${table} from '${file}'`);
  const seconds = (performance.now() - began) / 1_000;
  await ask(adminUrl, `drop table ${table}`);
  return seconds;
}

async function isWrong(scene: Scene): Promise<number> {
  const sums = await ask<{ customer_id: string; tokens: string }>(
    scene.adminUrl,
    `select customer_id, sum((properties->>'tokens')::numeric)::text as tokens from usage_events
      where customer_id = any($1) and occurred_at >= $2 group by 1`,
    [[scene.heavy, scene.few], new Date(periodStart).toISOString()],
  );
  const answers = await Promise.all(sums.map(({ customer_id }) => usageOf(scene, customer_id)));
  return sums.filter(({ tokens }, index) => answers[index] !== tokens).length;
}

const tenth = (value: number): number => Math.round(value * 10) / 10;
const hundredth = (value: number): number => Math.round(value * 100) / 100;

/** Takes events in by the API, then copies what was taken in. */
export async function measureIngestion(setting: IngestionSetting): Promise<IngestionResult> {
  const scene = await setScene(setting);
  const few = range(10).map((index) => eventOf(scene.few, fewFrom + index, periodStart + index * 60_000));
  await post(scene, JSON.stringify({ events: few }));
  // The first batches compile the code and make the partition; the checks of them cut the hour.
  const warmUp = bodiesOf({ ...scene, batches: 10 }, 0);
  for (const body of warmUp) await post(scene, body);
  for (let turn = 0; turn < 50; turn += 1) await usageOf(scene, turn % 2 === 0 ? scene.heavy : scene.few);
  const bodies = bodiesOf(scene, warmUp.length);
  let over = false;
  const before = sampleCpu(scene.roots);
  const checking = checkUntil(scene, () => over);
  const began = performance.now();
  await inParallel(bodies, lanes, (body) => post(scene, body));
  const seconds = (performance.now() - began) / 1_000;
  const used = cpuBetween(before, sampleCpu(scene.roots));
  over = true;
  const busy = await checking;
  const until = performance.now() + 3_000;
  const idle = await checkUntil(scene, () => performance.now() > until);
  const rows = (warmUp.length + scene.batches) * batchSize;
  const copy = rows / (await copySeconds(scene.adminUrl, 'usage_copied', 'including defaults'));
  const copyIndexed = rows / (await copySeconds(scene.adminUrl, 'usage_copied', 'including all'));
  const eventsPerSecond = (scene.batches * batchSize) / seconds;
  return {
    events: scene.batches * batchSize,
    eventsPerSecond: tenth(eventsPerSecond),
    copyPerSecond: tenth(copy),
    copyIndexedPerSecond: tenth(copyIndexed),
    ratio: hundredth(eventsPerSecond / copy),
    ratioIndexed: hundredth(eventsPerSecond / copyIndexed),
    check: latencyOf(busy.heavy),
    checkOfFew: latencyOf(busy.few),
    checkIdle: latencyOf(idle.heavy),
    checkOfFewIdle: latencyOf(idle.few),
    cpuUs: Object.fromEntries(Object.entries(used).map(([part, ms]) => [part, tenth(ms / scene.batches)])),
    wrong: await isWrong(scene),
  };
}

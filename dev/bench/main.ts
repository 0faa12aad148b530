/**
 * npm run bench: measures the whole real stack on fresh data, prints a table and JSON, and keeps the JSON in .perennial/bench/.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { subscriptionWorkflowId } from '../../domain/ids';
import { createStripeControl } from '../../sandbox/stripe/control/client';
import { installRuntime } from '../../worker/workers';
import { startProgram } from '../stack/program';
import { anyPorts, startStack, type Stack } from '../stack/stack';
import { makeTemporaryFolder, removeTemporaryFolder } from '../stack/watchdog';
import { measureBillingDay } from './billing-day';
import { measureCatchUp } from './catch-up';
import { rootsOf } from './cpu';
import { measureCycles, type CyclesResult } from './cycles';
import { measureIngestion } from './ingestion';
import { measureLongLife } from './long-life';
import { parseOptions, type BenchOptions } from './options';
import { createBusiness, type Business } from './population';
import { measureReplay } from './replay';
import { renderReport, type BenchResult } from './report';
import { measureRequests } from './requests';

const resultFolder = path.resolve(__dirname, '../../.perennial/bench');
const emptyQueue = 'perennial-empty';

/** Offered when the cycles were not measured in the same run. */
const duePerSecondDefault = 30;
/**
 * Renewals are offered at this share of the rate that was measured: with the commands the machine is then busy through and through. More
 * than it can carry would only measure how fast a queue grows.
 */
const offeredShare = 0.75;

/** Progress goes to the error output: the standard output is the result alone. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A fresh stack for the work, and nothing left of it afterwards. */
async function withStack<T>(
  options: BenchOptions,
  variables: Record<string, string>,
  work: (stack: Stack) => Promise<T>,
): Promise<T> {
  const folder = makeTemporaryFolder('perennial-bench-');
  const cached: Record<string, string> =
    options.cached === null ? {} : { WORKER_CACHED_WORKFLOWS_MAX: String(options.cached) };
  // The sandbox has no limit of its own: ours would be what is measured.
  const measured = { LOG_LEVEL: 'warn', STRIPE_REQUESTS_PER_SECOND_MAX: '10000', ...cached, ...variables };
  const stack = await startStack({ folder, ports: anyPorts, say, temporary: true, variables: measured });
  try {
    // Customers have cards of their own: the tries of one card wait for each other.
    if (stack.stripeUrl !== null) await createStripeControl(stack.stripeUrl).ownCards(true);
    return await work(stack);
  } finally {
    await stack.stop();
    removeTemporaryFolder(folder);
  }
}

async function withTemporal<T>(stack: Stack, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: stack.temporalAddress });
  try {
    return await work(new Client({ connection, namespace: stack.temporalNamespace }));
  } finally {
    await connection.close();
  }
}

async function runCycles(options: BenchOptions, stack: Stack, client: Client): Promise<CyclesResult> {
  say('Cycles: empty and paid in turns…');
  const business = await createBusiness(stack.apiUrl, stack.adminKey);
  const worker = await startProgram({
    name: 'empty worker',
    file: 'dev/bench/empty-worker.ts',
    arguments: [String(2 * options.seconds)],
    variables: {
      PERENNIAL_ENV: 'development',
      DATABASE_URL: stack.databaseUrl,
      TEMPORAL_ADDRESS: stack.temporalAddress,
      TEMPORAL_NAMESPACE: stack.temporalNamespace,
      TEMPORAL_TASK_QUEUE: emptyQueue,
      ...(options.cached === null ? {} : { WORKER_CACHED_WORKFLOWS_MAX: String(options.cached) }),
    },
    logFile: path.join(stack.logFolder, 'empty-worker.log'),
    restart: false,
    say,
  });
  try {
    return await measureCycles({
      client,
      business,
      adminUrl: stack.databaseAdminUrl,
      emptyQueue,
      roots: { ...rootsOf(stack), empty_worker: worker.pid() },
      subscriptions: options.subscriptions,
      seconds: options.seconds,
      waves: options.waves,
      say,
    });
  } finally {
    await worker.stop();
  }
}

/** The caught-up subscription and the one with many cycles are what replays are measured with. */
async function runLives(
  options: BenchOptions,
  setting: { client: Client; business: Business; adminUrl: string },
): Promise<Pick<BenchResult, 'catchUp' | 'longLife' | 'replay'>> {
  const { client, business, adminUrl } = setting;
  say('Catch-up of two years…');
  const { subscriptionIds, ...catchUp } = await measureCatchUp(business, adminUrl, options.catchUp);
  if (!options.only.includes('long-life')) return { catchUp };
  say(`A life of ${options.cycles} cycles, and replays…`);
  const { workflowId, ...longLife } = await measureLongLife(setting, { cycles: options.cycles, periodSeconds: 1 });
  const replay = await measureReplay(client, {
    'longest run of a life by real timers': workflowId,
    'longest run of two years caught up': subscriptionWorkflowId(business.tenantId, subscriptionIds[0] ?? ''),
  });
  return { catchUp, longLife, replay };
}

async function runIngestion(
  { batches }: BenchOptions,
  stack: Stack,
  business: Business,
): Promise<Pick<BenchResult, 'ingestion'>> {
  say('Ingestion of usage events…');
  return {
    ingestion: await measureIngestion({ business, adminUrl: stack.databaseAdminUrl, roots: rootsOf(stack), batches }),
  };
}

/** Everything that is measured on one stack without jitter. */
async function runSteady(options: BenchOptions, stack: Stack): Promise<Omit<BenchResult, 'machine' | 'billingDay'>> {
  const wants = (phase: BenchOptions['only'][number]): boolean => options.only.includes(phase);
  return withTemporal(stack, async (client) => {
    const cycles = wants('cycles') ? { cycles: await runCycles(options, stack, client) } : {};
    const business = await createBusiness(stack.apiUrl, stack.adminKey);
    if (wants('requests')) say('Requests…');
    const requests = wants('requests')
      ? { requests: await measureRequests(business, rootsOf(stack), options.requests) }
      : {};
    const setting = { client, business, adminUrl: stack.databaseAdminUrl };
    const lives = wants('catch-up') || wants('long-life') ? await runLives(options, setting) : {};
    const ingestion = wants('ingestion') ? await runIngestion(options, stack, business) : {};
    return { ...cycles, ...requests, ...lives, ...ingestion };
  });
}

async function runBillingDay(options: BenchOptions, duePerSecond: number): Promise<Pick<BenchResult, 'billingDay'>> {
  say('Commands on a billing day…');
  const jitterSeconds = options.quick ? 5 : 10;
  return withStack(options, { WORKER_DUE_JITTER_SECONDS: String(jitterSeconds) }, async (stack) => ({
    billingDay: await measureBillingDay({
      business: await createBusiness(stack.apiUrl, stack.adminKey),
      adminUrl: stack.databaseAdminUrl,
      roots: rootsOf(stack),
      cores: os.availableParallelism(),
      duePerSecond,
      jitterSeconds,
      seconds: options.quick ? 10 : 30,
      say,
    }),
  }));
}

function keep(result: BenchResult): string {
  mkdirSync(resultFolder, { recursive: true });
  const json = JSON.stringify(result, null, 2);
  writeFileSync(path.join(resultFolder, `${new Date().toISOString().replaceAll(':', '-')}.json`), `${json}\n`);
  return json;
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  installRuntime('ERROR');
  const machine = {
    cores: os.availableParallelism(),
    model: os.cpus()[0]?.model.trim() ?? '',
    node: process.versions.node,
    loadBefore: Math.round((os.loadavg()[0] ?? 0) * 100) / 100,
  };
  const onlyBillingDay = options.only.length === 1 && options.only[0] === 'billing-day';
  const steady = onlyBillingDay ? {} : await withStack(options, {}, (stack) => runSteady(options, stack));
  const measured = steady.cycles?.paid.cyclesPerSecond;
  const duePerSecond = measured === undefined ? duePerSecondDefault : offeredShare * measured;
  const billingDay = options.only.includes('billing-day') ? await runBillingDay(options, duePerSecond) : {};
  const result: BenchResult = { machine, ...steady, ...billingDay };
  const json = keep(result);
  console.log(`${renderReport(result)}\n\n${json}`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? (error.stack ?? error.message) : error);
    process.exit(1);
  },
);

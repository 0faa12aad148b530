/**
 * A whole engine in the test's own process on real parts: its own database, its own task queue on the run's Temporal server, the
 * Stripe sandbox, workers, relay and API. What it does for the tests is only bookkeeping; everything goes through the public API.
 */
import { createHmac } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { serve, type ServerType } from '@hono/node-server';
import { createActivities } from '../../activities';
import type { ActivityDependencies } from '../../activities/dependencies';
import { documentRenderers } from '../../adapters/documents';
import { askingOf, createSalesTax, type SalesTaxProviders } from '../../adapters/tax';
import { checkDigits } from '../../adapters/tax/check-digits';
import { createChain } from '../../adapters/chains';
import { openChains, registerAssets, type ConfiguredChain } from '../../adapters/chains/configured';
import type { Signer } from '../../adapters/signers/port';
import { createRails, isRailName } from '../../adapters/rails';
import { createApp } from '../../api/app';
import { openWorkflows } from '../../api/temporal';
import { openDatabase, type Database } from '../../db/pool';
import { signPaymentLink } from '../../domain/payment-link';
import { startStripeSandbox, type StripeSandboxServer } from '../../sandbox/stripe/server';
import { createMessenger, createAdvancer, startWatcher } from '../../worker/messenger';
import { createPlanChanger } from '../../worker/plan-changer';
import { startRelay } from '../../worker/relay';
import { startWalletKeeper } from '../../worker/wallet-keeper';
import { startWorkers } from '../../worker/workers';
import { createApiClient, type ApiClient } from '../../dev/api-client';
import { createTestDatabase, type TestDatabase } from './database';
import { temporalAddress, temporalNamespace, uniqueTaskQueue, workflowBundlePath } from './temporal';

export const testAdminKey = 'admin_test_key_of_the_tests';
const linkSecret = 'link-secret-of-the-tests';
export const stripeKey = 'sk_test_perennial_tests';
export const stripeWebhookSecret = 'whsec_of_the_tests_0123456789';

export interface TestEngine {
  /** As the admin, who makes tenants. */
  readonly admin: ApiClient;
  readonly database: Database;
  readonly testDatabase: TestDatabase;
  readonly sandbox: StripeSandboxServer;
  readonly salesTax: SalesTaxProviders;
  readonly temporal: Client;
  readonly taskQueue: string;
  readonly apiUrl: string;
  stop(): Promise<void>;
}

export interface EngineOptions {
  /** Wraps the activities' dependencies, to inject faults. */
  readonly wrap?: (deps: ActivityDependencies) => ActivityDependencies;
  readonly cachedWorkflowsMax?: number;
  /** False leaves workers and relay to processes of the test's own, which it can kill. */
  readonly worker?: boolean;
  /** Chains that run for this test, and the keys that sign on them. */
  readonly chains?: { readonly configured: readonly ConfiguredChain[]; readonly signers: ReadonlyMap<string, Signer> };
  /** host:port by which the API alone reaches Temporal: a proxy that refuses or delays. */
  readonly temporalOfApi?: string;
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

const sign = (text: string) => createHmac('sha256', linkSecret).update(text).digest('base64url');

async function listen(
  fetch: (request: Request) => Response | Promise<Response>,
): Promise<{ url: string; server: ServerType }> {
  return new Promise((resolve) => {
    const server = serve({ fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      resolve({ url: `http://127.0.0.1:${port}`, server }),
    );
  });
}

/** What must be ended, in the order in which it was begun. */
class Closers {
  readonly #closers: (() => Promise<unknown>)[] = [];
  add(close: () => Promise<unknown>): void {
    this.#closers.push(close);
  }
  async closeAll(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
  }
}

async function openParts(closers: Closers) {
  const testDatabase = await createTestDatabase();
  closers.add(() => testDatabase.drop());
  const database = openDatabase({ url: testDatabase.url, poolSizeMax: 10, onError: () => undefined });
  closers.add(() => database.close());
  const connection = await Connection.connect({ address: temporalAddress() });
  closers.add(() => connection.close());
  return { testDatabase, database, temporal: new Client({ connection, namespace: temporalNamespace() }) };
}

interface Handler {
  fetch(request: Request): Response | Promise<Response>;
}

async function openApi(
  closers: Closers,
  database: Database,
  taskQueue: string,
  address: string,
  chainIds: readonly string[],
) {
  const late: { app?: Handler } = {};
  const { url, server } = await listen(
    (request) => late.app?.fetch(request) ?? new Response('starting', { status: 503 }),
  );
  closers.add(() => new Promise((resolve) => server.close(resolve)));
  const webhookSecret = stripeWebhookSecret;
  const webhookEndpoints = [{ url: `${url}/api/v1/webhooks/stripe`, secret: webhookSecret, enabledEvents: ['*'] }];
  const sandbox = await startStripeSandbox({ port: 0, webhookEndpoints });
  closers.add(() => sandbox.close());
  const rails = createRails({
    stripe: { secretKey: stripeKey, webhookSecret, apiUrl: sandbox.url, requestsPerSecondMax: 0 },
  });
  const salesTax = createSalesTax({ stripe: { secretKey: stripeKey, apiUrl: sandbox.url, restMs: 0 } });
  const workflows = openWorkflows({ address, namespace: temporalNamespace(), taskQueue });
  closers.add(() => workflows.close());
  const settings = {
    publicUrl: url,
    adminKey: testAdminKey,
    linkSecret,
    requestsPerSecondMax: 0,
    bodyBytesMax: 1_000_000,
    dueJitterSeconds: 0,
  };
  late.app = createApp({
    database,
    workflows,
    rails,
    documents: documentRenderers,
    chainIds,
    checkDigits,
    askSalesTax: askingOf(salesTax),
    settings,
    logger: quiet,
    wallClock: Date.now,
  }) as Handler;
  return { url, sandbox, rails, salesTax };
}

async function openWorker(
  closers: Closers,
  taskQueue: string,
  deps: ActivityDependencies,
  temporal: Client,
  { cachedWorkflowsMax = 200, chains }: EngineOptions,
) {
  const workers = await startWorkers({
    address: temporalAddress(),
    namespace: temporalNamespace(),
    taskQueue,
    buildId: 'test',
    cachedWorkflowsMax,
    workflowTasksMax: 20,
    localActivitiesMax: 20,
    activitiesMax: 20,
    workflowBundlePath: workflowBundlePath(),
    watchesChains: chains !== undefined,
    activities: createActivities(deps),
  });
  closers.add(() => workers.stop());
  const relay = startRelay({
    database: deps.database,
    messenger: createMessenger(temporal, taskQueue),
    log: quiet,
    idleMs: 50,
  });
  closers.add(() => relay.stop());
  for (const { id } of chains?.configured ?? []) await startWatcher(temporal, taskQueue, id);
  const keeper = startWalletKeeper(deps, 200);
  closers.add(() => keeper.stop());
}

/** Brings an engine up; `stop()` takes every part of it down again. */
export async function startTestEngine(options: EngineOptions = {}): Promise<TestEngine> {
  const closers = new Closers();
  const taskQueue = uniqueTaskQueue('engine');
  const { testDatabase, database, temporal } = await openParts(closers);
  const chains = options.chains?.configured ?? [];
  registerAssets(chains);
  const { url, sandbox, rails, salesTax } = await openApi(
    closers,
    database,
    taskQueue,
    options.temporalOfApi ?? temporalAddress(),
    chains.map(({ id }) => id),
  );
  const signers = options.chains?.signers ?? new Map<string, Signer>();
  const deps: ActivityDependencies = {
    database,
    chainNamed: openChains({ chains, signers: () => Promise.resolve(signers), create: createChain }),
    railNamed: (name) => {
      if (!isRailName(name)) throw new Error(`no rail ${name}`);
      return rails[name];
    },
    paymentLink: (facts) => `${url}/pay/${signPaymentLink(facts, sign)}`,
    askSalesTax: askingOf(salesTax),
    log: quiet,
    advanceSubscription: createAdvancer(temporal),
    changePlan: createPlanChanger(temporal),
  };
  const wrapped = options.wrap?.(deps) ?? deps;
  if (options.worker !== false) await openWorker(closers, taskQueue, wrapped, temporal, options);
  const admin = createApiClient({ baseUrl: `${url}/api/v1`, apiKey: testAdminKey });
  return {
    admin,
    database,
    testDatabase,
    sandbox,
    salesTax,
    temporal,
    taskQueue,
    apiUrl: url,
    stop: () => closers.closeAll(),
  };
}

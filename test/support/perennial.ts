/**
 * A whole engine in the test's own process on real parts: its own database, its own task queue on the run's Temporal server, the
 * Stripe sandbox, workers, relay and API. What it does for the tests is only bookkeeping; everything goes through the public API.
 */
import { createHmac } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { serve, type ServerType } from '@hono/node-server';
import { createActivities } from '../../activities';
import type { ActivityDependencies } from '../../activities/dependencies';
import { createRails, isRailName } from '../../adapters/rails';
import { createApp } from '../../api/app';
import { openWorkflows } from '../../api/temporal';
import { openDatabase, type Database } from '../../db/pool';
import { signPaymentLink } from '../../domain/payment-link';
import { startStripeSandbox, type RunningStripeSandbox } from '../../sandbox/stripe/server';
import { createMessenger, createAdvancer } from '../../worker/messenger';
import { startRelay } from '../../worker/relay';
import { startWorkers } from '../../worker/workers';
import { createApiClient, type ApiClient } from '../../dev/api-client';
import { createTestDatabase, type TestDatabase } from './database';
import { temporalAddress, temporalNamespace, uniqueTaskQueue, workflowBundlePath } from './temporal';

export const testAdminKey = 'admin_test_key_of_the_tests';
const linkSecret = 'link-secret-of-the-tests';
export const stripeKey = 'sk_test_perennial_tests';

export interface TestEngine {
  /** As the admin, who makes tenants. */
  readonly admin: ApiClient;
  readonly database: Database;
  readonly testDatabase: TestDatabase;
  readonly sandbox: RunningStripeSandbox;
  readonly temporal: Client;
  readonly taskQueue: string;
  readonly apiUrl: string;
  stop(): Promise<void>;
}

export interface EngineOptions {
  /** Wraps the activities' dependencies, to inject faults. */
  readonly wrap?: (deps: ActivityDependencies) => ActivityDependencies;
  readonly cachedWorkflowsMax?: number;
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

/** Brings an engine up; `stop()` takes every part of it down again. */
export async function startTestEngine(options: EngineOptions = {}): Promise<TestEngine> {
  const testDatabase = await createTestDatabase();
  const database = openDatabase({ url: testDatabase.url, poolSizeMax: 10, onError: () => undefined });
  const sandbox = await startStripeSandbox({ port: 0 });
  const webhookSecret = 'whsec_of_the_tests_0123456789';
  const rails = createRails({
    stripe: { secretKey: stripeKey, webhookSecret, apiUrl: sandbox.url, requestsPerSecondMax: 0 },
  });
  const taskQueue = uniqueTaskQueue('engine');
  const address = temporalAddress();
  const namespace = temporalNamespace();
  const workflows = openWorkflows({ address, namespace, taskQueue });
  let publicUrl = '';
  const app = createApp({
    database,
    workflows,
    rails,
    settings: {
      publicUrl,
      adminKey: testAdminKey,
      linkSecret,
      requestsPerSecondMax: 0,
      bodyBytesMax: 1_000_000,
      dueJitterSeconds: 0,
    },
    logger: quiet,
    wallClock: Date.now,
  });
  const { url, server } = await listen(app.fetch as (request: Request) => Response | Promise<Response>);
  publicUrl = url;
  const connection = await Connection.connect({ address });
  const temporal = new Client({ connection, namespace });
  const deps: ActivityDependencies = {
    database,
    railNamed: (name) => {
      if (!isRailName(name)) throw new Error(`no rail ${name}`);
      return rails[name];
    },
    paymentLink: (facts) => `${publicUrl}/pay/${signPaymentLink(facts, sign)}`,
    log: quiet,
    advanceSubscription: createAdvancer(temporal),
  };
  const cachedWorkflowsMax = options.cachedWorkflowsMax ?? 200;
  const workers = await startWorkers({
    address,
    namespace,
    taskQueue,
    buildId: 'test',
    cachedWorkflowsMax,
    workflowTasksMax: 20,
    localActivitiesMax: 20,
    activitiesMax: 20,
    workflowBundlePath: workflowBundlePath(),
    activities: createActivities(options.wrap?.(deps) ?? deps),
  });
  const relay = startRelay({ database, messenger: createMessenger(temporal, taskQueue), log: quiet, idleMs: 50 });
  await sandbox.listenWebhooks({ url: `${url}/api/v1/webhooks/stripe`, secret: webhookSecret });
  return {
    admin: createApiClient({ baseUrl: `${url}/api/v1`, apiKey: testAdminKey }),
    database,
    testDatabase,
    sandbox,
    temporal,
    taskQueue,
    apiUrl: url,
    async stop() {
      await relay.stop();
      await workers.stop();
      await new Promise((resolve) => server.close(resolve));
      await workflows.close();
      await connection.close();
      await sandbox.close();
      await database.close();
      await testDatabase.drop();
    },
  };
}

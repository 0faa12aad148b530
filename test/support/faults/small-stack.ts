/**
 * An engine whose every part is a process of its own, so that the servers under it can be killed and started again on their data.
 */
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { migrate } from '../../../db/migrate';
import { openDatabase, type Database } from '../../../db/pool';
import { createApiClient, type ApiClient } from '../../../dev/api-client';
import { freePort } from '../../../dev/stack/ports';
import { startPostgres, type Postgres } from '../../../dev/stack/postgres';
import { startProgram, type Program } from '../../../dev/stack/program';
import { startTemporal, type TemporalServer } from '../../../dev/stack/temporal';
import { obtainTemporal, type TemporalSource } from '../../../dev/stack/temporal-binary';
import { waitFor } from '../../../dev/stack/wait';
import { makeTemporaryFolder, removeTemporaryFolder } from '../../../dev/stack/watchdog';
import { startStripeSandbox, type StripeSandboxServer } from '../../../sandbox/stripe/server';
import { stripeKey, stripeWebhookSecret } from '../perennial';
import { workflowBundlePath } from '../temporal';

const databaseName = 'faults';
const adminKey = 'admin_key_of_the_fault_tests_0123456789';

export interface SmallStack {
  readonly admin: ApiClient;
  readonly database: Database;
  readonly temporal: Client;
  readonly stripeUrl: string;
  /** Kills the server as a power cut would, and settles when it is gone. */
  killPostgres(): Promise<void>;
  startPostgres(): Promise<void>;
  killTemporal(): Promise<void>;
  startTemporal(): Promise<void>;
  killWorker(): void;
  stop(): Promise<void>;
}

interface Places {
  readonly folder: string;
  readonly temporalSource: Extract<TemporalSource, { kind: 'binary' }>;
  readonly temporalPort: number;
  readonly postgresPort: number;
  readonly apiPort: number;
}

function bringUpPostgres({ folder, postgresPort }: Places): Promise<Postgres> {
  const dataFolder = path.join(folder, 'postgres');
  return startPostgres({ dataFolder, port: postgresPort, password: 'faults', temporary: true });
}

function bringUpTemporal({ folder, temporalSource, temporalPort }: Places): Promise<TemporalServer> {
  return startTemporal({
    binary: temporalSource,
    dbFile: path.join(folder, 'temporal.db'),
    ports: { grpc: temporalPort },
    logFile: path.join(folder, 'temporal.log'),
  });
}

function applicationUrl(postgres: Postgres): string {
  const url = new URL(postgres.url(databaseName));
  url.username = 'perennial_app';
  url.password = 'faults';
  return url.toString();
}

interface Servers {
  readonly places: Places;
  readonly postgres: Postgres;
  readonly temporal: TemporalServer;
  readonly sandbox: StripeSandboxServer;
}

const variablesOf = ({ places, postgres, temporal, sandbox }: Servers): Record<string, string> => ({
  PERENNIAL_ENV: 'test',
  LOG_LEVEL: 'warn',
  DATABASE_URL: applicationUrl(postgres),
  TEMPORAL_ADDRESS: temporal.address,
  TEMPORAL_NAMESPACE: temporal.namespace,
  BUILD_ID: 'test',
  API_PORT: String(places.apiPort),
  API_PUBLIC_URL: `http://127.0.0.1:${places.apiPort}`,
  API_ADMIN_KEY: adminKey,
  API_REQUESTS_PER_SECOND_MAX: '0',
  STRIPE_SECRET_KEY: stripeKey,
  STRIPE_WEBHOOK_SECRET: stripeWebhookSecret,
  STRIPE_API_URL: sandbox.url,
  WORKFLOW_BUNDLE_PATH: workflowBundlePath(),
});

function bringUpProgram(servers: Servers, name: string, file: string): Promise<Program> {
  return startProgram({
    name,
    file,
    variables: variablesOf(servers),
    logFile: path.join(servers.places.folder, `${name}.log`),
    restart: true,
    say: () => undefined,
  });
}

async function choosePlaces(): Promise<Places> {
  const folder = makeTemporaryFolder('perennial-small-stack-');
  const temporalSource = await obtainTemporal({ say: () => undefined });
  if (temporalSource.kind !== 'binary')
    throw new Error('These tests kill the Temporal server: they need one of their own.');
  const taken = new Set<number>();
  const port = async (): Promise<number> => {
    const free = await freePort(0, taken);
    taken.add(free);
    return free;
  };
  return {
    folder,
    temporalSource,
    temporalPort: await port(),
    postgresPort: await port(),
    apiPort: await port(),
  };
}

async function bringUpServers(): Promise<Servers> {
  const places = await choosePlaces();
  const postgres = await bringUpPostgres(places);
  await postgres.ensureDatabase(databaseName);
  await migrate(postgres.url(databaseName), 'faults');
  const url = `http://127.0.0.1:${places.apiPort}/api/v1/webhooks/stripe`;
  const webhookEndpoints = [{ url, secret: stripeWebhookSecret, enabledEvents: ['*'] }];
  const sandbox = await startStripeSandbox({ port: 0, webhookEndpoints });
  return { places, postgres, temporal: await bringUpTemporal(places), sandbox };
}

/** Brings everything up. */
export async function startSmallStack(): Promise<SmallStack> {
  const servers = await bringUpServers();
  let { postgres, temporal } = servers;
  const worker = await bringUpProgram(servers, 'worker', 'worker/main.ts');
  const api = await bringUpProgram(servers, 'api', 'api/server.ts');
  const database = openDatabase({ url: applicationUrl(postgres), poolSizeMax: 4, onError: () => undefined });
  const connection = await Connection.connect({ address: temporal.address });
  return {
    admin: createApiClient({ baseUrl: `http://127.0.0.1:${servers.places.apiPort}/api/v1`, apiKey: adminKey }),
    database,
    temporal: new Client({ connection, namespace: temporal.namespace }),
    stripeUrl: servers.sandbox.url,
    killPostgres: async () => {
      postgres.kill('SIGKILL');
      await postgres.exited;
    },
    startPostgres: async () => {
      // What is left of the killed server's children lets go of the memory first.
      postgres = await waitFor('Postgres is back', () => bringUpPostgres(servers.places), { timeoutMs: 60_000 });
    },
    killTemporal: async () => {
      temporal.kill('SIGKILL');
      await temporal.exited;
    },
    startTemporal: async () => {
      temporal = await bringUpTemporal(servers.places);
    },
    killWorker: () => worker.kill('SIGKILL'),
    stop: async () => {
      await Promise.all([worker.stop(), api.stop(), connection.close(), database.close()]);
      await Promise.all([servers.sandbox.close(), temporal.stop(), postgres.stop()]);
      removeTemporaryFolder(servers.places.folder);
    },
  };
}

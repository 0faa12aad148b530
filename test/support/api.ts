/** The API in process on a database of its own, with a tenant and its key; requests as a client sends them. */
import { createApp } from '../../api/app';
import type { ApiDependencies, ApiSettings } from '../../api/dependencies';
import { openWorkflows, type TemporalOptions } from '../../api/temporal';
import { documentRenderers } from '../../adapters/documents';
import { checkDigits } from '../../adapters/tax/check-digits';
import { createRails } from '../../adapters/rails';
import { openDatabase, type Database } from '../../db/pool';
import { createTestDatabase, type TestDatabase } from './database';

/** Nothing listens on port 1 of this machine: a part that is stopped. */
export const closedPort = 1;

export const stoppedTemporal: TemporalOptions = {
  address: `127.0.0.1:${closedPort}`,
  namespace: 'default',
  taskQueue: 'none',
};

export const adminKey = 'test-admin-key-of-the-engine';
export const webhookSecret = 'whsec_test_of_the_api';

/** JSON as it came over the wire: a test looks into it freely, and a wrong look fails the test. */
export type Wire = ReturnType<JSON['parse']>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Wire;
}

export interface Sent {
  readonly body?: unknown;
  readonly key?: string | null;
  readonly headers?: Record<string, string>;
}

export interface TestApi {
  readonly app: ReturnType<typeof createApp>;
  readonly database: Database;
  readonly testDatabase: TestDatabase;
  readonly deps: ApiDependencies;
  send(method: string, path: string, sent?: Sent): Promise<Answer>;
  /** Another tenant, with a key of the scope admin. */
  newTenant(mode?: 'test' | 'live'): Promise<{ id: string; key: string }>;
  readonly tenant: { id: string; key: string };
  close(): Promise<void>;
}

export interface TestApiOptions {
  readonly temporal?: TemporalOptions;
  /** Another address of the database, such as one where none listens. */
  readonly databaseUrl?: string;
  readonly stripeUrl?: string;
  readonly settings?: Partial<ApiSettings>;
  readonly rails?: ApiDependencies['rails'];
}

const settings: ApiSettings = {
  publicUrl: 'http://api.test',
  adminKey,
  linkSecret: 'test-link-secret-of-the-engine',
  requestsPerSecondMax: 0,
  bodyBytesMax: 256 * 1024,
  dueJitterSeconds: 0,
};

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

function railsAt(apiUrl: string): ApiDependencies['rails'] {
  return createRails({ stripe: { secretKey: 'sk_test_api', webhookSecret, apiUrl, requestsPerSecondMax: 0 } });
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : { text } };
}

/** Opens the API. Call `close()` in `afterAll`. */
export async function openTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const testDatabase = await createTestDatabase();
  const url = options.databaseUrl ?? testDatabase.url;
  const database = openDatabase({ url, poolSizeMax: 4, onError: () => undefined });
  const workflows = openWorkflows(options.temporal ?? stoppedTemporal);
  const deps: ApiDependencies = {
    database,
    workflows,
    rails: options.rails ?? railsAt(options.stripeUrl ?? `http://127.0.0.1:${closedPort}`),
    documents: documentRenderers,
    chainIds: [],
    checkDigits,
    askSalesTax: () => Promise.resolve({ kind: 'unknown', obstacle: 'no provider in these tests' }),
    settings: { ...settings, ...options.settings },
    logger: quiet,
    wallClock: Date.now,
  };
  const app = createApp(deps);
  let tenant = { id: '', key: '' };

  async function send(method: string, path: string, sent: Sent = {}): Promise<Answer> {
    const key = sent.key === undefined ? tenant.key : sent.key;
    const headers = {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(sent.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...sent.headers,
    };
    const text = typeof sent.body === 'string' ? sent.body : JSON.stringify(sent.body);
    const at =
      path.startsWith('/pay/') || path.startsWith('/docs') || path.startsWith('/openapi') ? path : `/api/v1${path}`;
    return read(await app.request(at, { method, headers, ...(sent.body === undefined ? {} : { body: text }) }));
  }

  async function newTenant(mode: 'test' | 'live' = 'test') {
    const { body } = await send('POST', '/tenants', { key: adminKey, body: { name: `Tenant ${mode}`, mode } });
    return { id: String(body['id']), key: String(body['key']) };
  }

  if (options.databaseUrl === undefined) tenant = await newTenant();
  return {
    app,
    database,
    testDatabase,
    deps,
    send,
    newTenant,
    tenant,
    async close() {
      await Promise.all([workflows.close(), database.close()]);
      await testDatabase.drop();
    },
  };
}

/** The double as an application without a port: for tests in one process, and what the server serves. */
import { Hono } from 'hono';
import type { HttpBindings } from '@hono/node-server';
import { controlRoutes, type Control } from './control/routes';
import { createFaults } from './control/faults';
import { createRequestLog } from './control/request-log';
import { endpoints } from './endpoints';
import { createIdempotencyKeys } from './http/idempotency';
import { route, type Pipeline } from './http/pipeline';
import { authenticationPage } from './pages/authenticate';
import { createSettler } from './payments/settle-later';
import { forgetfulJournal, openJournal, readJournal } from './state/journal';
import { createWorld, type World } from './state/world';
import { addWebhookEndpoint, type NewWebhookEndpoint } from './resources/webhook-endpoints';
import { Dispatcher } from './webhooks/dispatcher';

export interface StripeSandboxOptions {
  /** Where the state is kept over a restart; without it the sandbox forgets. */
  readonly stateFile?: string;
  /** The only API key that is accepted; without it any secret key of test mode is. */
  readonly secretKey?: string;
  /** Where a browser reaches the sandbox. The server sets it once it has a port. */
  readonly baseUrl?: string;
  /** Milliseconds before each further attempt of a webhook; Stripe retries over days, the sandbox over seconds. */
  readonly webhookRetryDelaysMs?: readonly number[];
  /** How long a webhook endpoint may take, in milliseconds. */
  readonly webhookTimeoutMs?: number;
  /** Endpoints that exist from the start, with secrets that are known beforehand. */
  readonly webhookEndpoints?: readonly NewWebhookEndpoint[];
  /** Bank debits and pending refunds settle by themselves after this many milliseconds; without it only on command. */
  readonly settleAfterMs?: number;
  /** The clock, in epoch milliseconds. */
  readonly now?: () => number;
  /** Told about an error of the sandbox itself, which the client sees as a 500. */
  readonly onDefect?: (error: unknown) => void;
}

export interface StripeSandbox {
  readonly app: Hono<{ Bindings: HttpBindings }>;
  readonly world: World;
  readonly dispatcher: Dispatcher;
  /** Stops timers and closes the state file. */
  close(): void;
}

const RETRY_DELAYS_MS = [200, 1_000, 5_000, 15_000, 60_000];
const WEBHOOK_TIMEOUT_MS = 10_000;

/** Makes the sandbox, with the state of the file when there is one. */
export function createStripeSandbox(options: StripeSandboxOptions = {}): StripeSandbox {
  const world = createWorld({
    now: options.now ?? Date.now,
    baseUrl: options.baseUrl ?? 'http://stripe.sandbox.localhost',
  });
  const journal = startJournal(world, options.stateFile);
  const commit = (): void => journal.append(world.takeChanges());
  const dispatcher = new Dispatcher({
    world,
    retryDelaysMs: options.webhookRetryDelaysMs ?? RETRY_DELAYS_MS,
    timeoutMs: options.webhookTimeoutMs ?? WEBHOOK_TIMEOUT_MS,
    commit,
  });
  const settler = createSettler(world, { afterMs: options.settleAfterMs ?? null, commit });
  const pipeline: Pipeline = {
    world,
    faults: createFaults(),
    requests: createRequestLog(),
    idempotencyKeys: createIdempotencyKeys(world),
    secretKey: options.secretKey ?? null,
    latencyMs: 0,
    commit,
    reportDefect: options.onDefect ?? (() => undefined),
  };
  addMissingEndpoints(world, options.webhookEndpoints ?? []);
  commit();
  const reset = (): void => {
    world.reset();
    dispatcher.clear();
    addMissingEndpoints(world, options.webhookEndpoints ?? []);
    commit();
  };
  dispatcher.resume();
  settler.resume();
  return {
    app: createApplication({ pipeline, dispatcher, reset }),
    world,
    dispatcher,
    close: () => {
      dispatcher.close();
      settler.close();
      journal.close();
    },
  };
}

function startJournal(world: World, stateFile: string | undefined): typeof forgetfulJournal {
  if (stateFile === undefined) return forgetfulJournal;
  readJournal(stateFile, (changes) => world.restore(changes));
  return openJournal(stateFile, world.allChanges());
}

/** After a restart the endpoints of the options exist already. */
function addMissingEndpoints(world: World, wanted: readonly NewWebhookEndpoint[]): void {
  const present = new Set([...world.webhookEndpoints.values()].map((endpoint) => endpoint.url));
  for (const endpoint of wanted) if (!present.has(endpoint.url)) addWebhookEndpoint(world, endpoint);
}

function createApplication(control: Control): Hono<{ Bindings: HttpBindings }> {
  const { pipeline } = control;
  const app = new Hono<{ Bindings: HttpBindings }>();
  for (const served of endpoints) route(app, pipeline, served);
  app.route('/_sandbox', controlRoutes(control));
  app.route('/_sandbox', authenticationPage(pipeline));
  app.notFound((context) => {
    const message = `Unrecognized request URL (${context.req.method}: ${context.req.path}). If you are trying to list objects, remove the trailing slash. If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in your code. Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`;
    return context.json({ error: { type: 'invalid_request_error', message } }, 404);
  });
  app.onError((error, context) => {
    pipeline.reportDefect(error);
    return context.json({ error: { type: 'api_error', message: 'The sandbox is wrong here.' } }, 500);
  });
  return app;
}

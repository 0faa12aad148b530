/**
 * The whole engine on one machine: Postgres, Temporal, the Stripe sandbox, an EVM node, the worker and the api, each a real
 * process.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { migrate } from '../../db/migrate';
import { ProcessList } from './orphans';
import { evmStateFile, prepareChain, type DevelopmentChain } from './chains';
import { freePort } from './ports';
import { startPostgres, type Postgres } from './postgres';
import { startProgram, type Program } from './program';
import { loadSecrets, saveSecrets, writePrivateFile, type StackSecrets } from './secrets';
import { startTemporal, type TemporalServer } from './temporal';
import { obtainTemporal } from './temporal-binary';
import { prepareNamespace } from './temporal-namespace';
import { chosenVariables, partVariables, sandboxStripeKey, type Addresses } from './variables';
import { ensureWebhookEndpoint } from './webhook-endpoint';

export interface StackPorts {
  readonly api: number;
  readonly temporal: number;
  readonly temporalUi: number;
  readonly postgres: number;
  readonly stripe: number;
  readonly evm: number;
}

/** Where `npm start` listens unless a port is taken. */
export const usualPorts: StackPorts = {
  api: 8080,
  temporal: 7233,
  temporalUi: 8233,
  postgres: 5433,
  stripe: 12111,
  evm: 8545,
};

/** Any free ports: for runs that live beside another. */
export const anyPorts: StackPorts = { api: 0, temporal: 0, temporalUi: 0, postgres: 0, stripe: 0, evm: 0 };

export interface StackOptions {
  /** Where everything is kept. One stack at a time; the caller holds the lock. */
  readonly folder: string;
  readonly ports: StackPorts;
  readonly say: (line: string) => void;
  /** The data go when the stack stops. */
  readonly temporary?: boolean;
  /** Configuration keys for the api and the worker, over the stack's own. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** What `stack.json` holds, and what the demo and the benchmarks are given. */
export interface StackAddresses {
  readonly pid: number;
  readonly apiUrl: string;
  readonly docsUrl: string;
  readonly adminKey: string;
  readonly databaseUrl: string;
  readonly databaseAdminUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly temporalUiUrl: string | null;
  readonly stripeUrl: string | null;
  /** The sandbox's; a key of Stripe itself is never written down. */
  readonly stripeKey: string | null;
  readonly webhookSecret: string;
  /** The EVM node of this machine; null when CHAINS named chains already. */
  readonly evmUrl: string | null;
  /** A token on it, CAIP-19. */
  readonly evmToken: string | null;
}

export interface Stack extends StackAddresses {
  readonly folder: string;
  readonly logFolder: string;
  readonly postgres: Postgres;
  /** `null` when TEMPORAL_ADDRESS named a server that runs already. */
  readonly temporal: TemporalServer | null;
  readonly api: Program;
  readonly worker: Program;
  /** `null` when STRIPE_SECRET_KEY pointed the parts at Stripe itself. */
  readonly stripe: Program | null;
  readonly say: (line: string) => void;
  /** Whether no tenant has been made yet. */
  isEmpty(): Promise<boolean>;
  /** Adds facts to `stack.json`, such as the demo tenant's api key, and keeps them over restarts. */
  remember(facts: Readonly<Record<string, unknown>>): void;
  /** Ends all parts, in the reverse order of their start. */
  stop(): Promise<void>;
}

const database = 'perennial';

/** A bank debit takes days in the world; here it is under way long enough to be seen, and settled before anybody wonders. */
const settleAfterMs = 10_000;

/** The state of a start, so that a failure half-way stops what is up. */
class Assembly {
  readonly logFolder: string;
  readonly processes: ProcessList;
  readonly secrets: StackSecrets;
  readonly chosen: Record<string, string>;
  readonly #stops: (() => Promise<void>)[] = [];
  readonly #taken = new Set<number>();

  constructor(readonly options: StackOptions) {
    this.logFolder = path.join(options.folder, 'logs');
    mkdirSync(this.logFolder, { recursive: true });
    this.processes = new ProcessList(options.folder);
    this.secrets = loadSecrets(options.folder);
    this.chosen = { ...chosenVariables(), ...options.variables };
  }

  /** The wanted port or the next free one; says so when it moved. */
  async port(part: string, wanted: number): Promise<number> {
    const port = await freePort(wanted, this.#taken);
    if (wanted !== 0 && port !== wanted) this.options.say(`Port ${wanted} is taken; the ${part} moves to ${port}.`);
    this.#taken.add(port);
    return port;
  }

  onStop(stop: () => Promise<void>): void {
    this.#stops.push(stop);
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0).reverse()) await stop();
    this.processes.clear();
  }

  log(name: string): string {
    return path.join(this.logFolder, `${name}.log`);
  }

  async program(
    name: string,
    file: string,
    variables: Record<string, string>,
    args: readonly string[] = [],
  ): Promise<Program> {
    const { say } = this.options;
    const onProcess = (pid: number): void => this.processes.add(pid, file);
    const program = await startProgram({
      name,
      file,
      arguments: args,
      variables,
      logFile: this.log(name),
      restart: true,
      say,
      onProcess,
    });
    this.onStop(() => program.stop());
    return program;
  }
}

async function bringUpPostgres(assembly: Assembly): Promise<Postgres> {
  const { options, secrets } = assembly;
  const port = await assembly.port('database', options.ports.postgres);
  const postgres = await startPostgres({
    dataFolder: path.join(options.folder, 'postgres'),
    port,
    password: secrets.databaseOwnerPassword,
    temporary: options.temporary ?? false,
  });
  assembly.onStop(() => postgres.stop());
  assembly.processes.add(postgres.pid, postgres.dataFolder);
  await postgres.ensureDatabase(database);
  const { applied } = await migrate(postgres.url(database), secrets.databaseApplicationPassword);
  const migrated = applied.length > 0 ? `, ${applied.length} migration(s) applied` : '';
  options.say(`Postgres is up on port ${postgres.port}${migrated}.`);
  return postgres;
}

interface TemporalPart {
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl: string | null;
  readonly server: TemporalServer | null;
}

async function bringUpTemporal(assembly: Assembly): Promise<TemporalPart> {
  const { options, chosen } = assembly;
  const namespace = chosen['TEMPORAL_NAMESPACE'] ?? 'default';
  const source = await obtainTemporal({ say: options.say });
  if (source.kind === 'address') {
    await prepareNamespace(source.address, namespace);
    options.say(`Temporal is the one at ${source.address}.`);
    return { address: source.address, namespace, uiUrl: null, server: null };
  }
  const grpc = await assembly.port('Temporal server', options.ports.temporal);
  const ui = await assembly.port('Temporal UI', options.ports.temporalUi);
  const dbFile = path.join(options.folder, 'temporal.db');
  const server = await startTemporal({
    binary: source,
    dbFile,
    ports: { grpc, ui },
    namespace,
    logFile: assembly.log('temporal'),
  });
  assembly.onStop(() => server.stop());
  assembly.processes.add(server.pid, dbFile);
  options.say(`Temporal ${source.server} (from ${source.origin}) is up on port ${grpc}.`);
  return { address: server.address, namespace, uiUrl: server.uiUrl, server };
}

interface StripePart {
  readonly url: string | null;
  readonly webhookSecret: string;
  readonly program: Program | null;
}

/** The sandbox, unless the person who starts has a key of Stripe itself. */
async function bringUpStripe(assembly: Assembly, apiUrl: string): Promise<StripePart> {
  const { options, chosen, secrets } = assembly;
  if (chosen['STRIPE_SECRET_KEY']) {
    options.say('Payments go to Stripe itself, because STRIPE_SECRET_KEY is set.');
    return { url: null, webhookSecret: chosen['STRIPE_WEBHOOK_SECRET'] ?? 'whsec_not_set', program: null };
  }
  const port = await assembly.port('Stripe sandbox', options.ports.stripe);
  const stateFile = path.join(options.folder, 'stripe-sandbox.state');
  const settings = ['--port', String(port), '--state-file', stateFile, '--settle-after-ms', String(settleAfterMs)];
  const program = await assembly.program('stripe-sandbox', 'sandbox/stripe/main.ts', {}, settings);
  const url = `http://127.0.0.1:${program.message.port ?? port}`;
  const receiverUrl = `${apiUrl}/api/v1/webhooks/stripe`;
  const endpoint = await ensureWebhookEndpoint({
    stripeUrl: url,
    stripeKey: sandboxStripeKey,
    receiverUrl,
    known: secrets.webhookEndpoint,
  });
  saveSecrets(options.folder, { ...secrets, webhookEndpoint: endpoint });
  options.say(`The Stripe sandbox is up on port ${port}.`);
  return { url, webhookSecret: endpoint.secret, program };
}

/** The EVM node, unless the person who starts has named chains. */
async function bringUpChain(assembly: Assembly): Promise<DevelopmentChain | null> {
  const { options, chosen, secrets } = assembly;
  if (chosen['CHAINS']) return null;
  const port = await assembly.port('EVM node', options.ports.evm);
  const state = ['--state-file', evmStateFile(options.folder), '--block-seconds', '1'];
  const program = await assembly.program('evm', 'sandbox/chains/evm/main.ts', {}, ['--port', String(port), ...state]);
  const url = `http://127.0.0.1:${program.message.port ?? port}`;
  const chain = await prepareChain(options.folder, url, `keys of ${secrets.linkSecret}`);
  options.say(`An EVM node (anvil) is up on port ${program.message.port ?? port}.`);
  return chain;
}

function applicationUrl(postgres: Postgres, secrets: StackSecrets): string {
  const url = new URL(postgres.url(database));
  url.username = 'perennial_app';
  url.password = encodeURIComponent(secrets.databaseApplicationPassword);
  return url.toString();
}

async function isEmpty(adminUrl: string): Promise<boolean> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from tenants limit 1');
    return rowCount === 0;
  } finally {
    await client.end();
  }
}

/** The file that tells other programs where everything is; facts that were remembered stay. */
function stackFile(folder: string, addresses: StackAddresses): (facts: Readonly<Record<string, unknown>>) => void {
  const file = path.join(folder, 'stack.json');
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>) : {};
  let content: Record<string, unknown> = { ...before, ...addresses };
  const remember = (facts: Readonly<Record<string, unknown>>): void => {
    content = { ...content, ...facts };
    writePrivateFile(file, content);
  };
  remember({});
  return remember;
}

async function assemble(assembly: Assembly): Promise<Stack> {
  const { options, secrets, chosen } = assembly;
  await assembly.processes.endOrphans(options.say);
  const apiPort = await assembly.port('api', options.ports.api);
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  // In sequence: on two cores they would only slow each other down, and what went wrong is clear.
  const postgres = await bringUpPostgres(assembly);
  const temporal = await bringUpTemporal(assembly);
  const stripe = await bringUpStripe(assembly, apiUrl);
  const addresses: Addresses = {
    databaseUrl: applicationUrl(postgres, secrets),
    databaseAdminUrl: postgres.url(database),
    temporalAddress: temporal.address,
    temporalNamespace: temporal.namespace,
    apiPort,
    apiUrl,
    stripeUrl: stripe.url,
    webhookSecret: stripe.webhookSecret,
  };
  const chain = await bringUpChain(assembly);
  const variables = { ...partVariables(addresses, secrets, chosen), ...chain?.variables };
  const [worker, api] = await startParts(assembly, variables);
  options.say(`The worker polls and the api answers at ${apiUrl}.`);
  const { apiPort: _, ...known } = addresses;
  const published: StackAddresses = {
    ...known,
    pid: process.pid,
    docsUrl: `${apiUrl}/docs`,
    adminKey: variables['API_ADMIN_KEY'] ?? '',
    temporalUiUrl: temporal.uiUrl,
    stripeKey: stripe.url === null ? null : sandboxStripeKey,
    evmUrl: chain?.url ?? null,
    evmToken: chain?.token ?? null,
  };
  return {
    ...published,
    folder: options.folder,
    logFolder: assembly.logFolder,
    postgres,
    temporal: temporal.server,
    api,
    worker,
    stripe: stripe.program,
    say: options.say,
    isEmpty: () => isEmpty(published.databaseAdminUrl),
    remember: stackFile(options.folder, published),
    stop: () => assembly.stop(),
  };
}

async function startParts(assembly: Assembly, variables: Record<string, string>): Promise<[Program, Program]> {
  const worker = await assembly.program('worker', 'worker/main.ts', variables);
  const api = await assembly.program('api', 'api/server.ts', variables);
  return [worker, api];
}

/**
 * Starts everything and waits until the api answers. A part that crashes later is started again.
 * @throws when a part cannot start; what was up by then is stopped first
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const assembly = new Assembly(options);
  try {
    return await assemble(assembly);
  } catch (error) {
    await assembly.stop();
    throw error;
  }
}

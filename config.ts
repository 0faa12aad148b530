/**
 * The configuration: read once from the environment, checked, typed and frozen. Only the composition roots (worker/main.ts, api/server.ts,
 * dev/, test/) import this file; everything else receives what it needs as arguments.
 */
import { inspect } from 'node:util';
import { configurationKeys, type ConfigurationKey } from './config-keys';

export { configurationKeys, type ConfigurationKey };

export type Environment = 'development' | 'test' | 'production';

/** A value that prints as its name, so that no log, error or debugger shows it by accident. */
export class Secret {
  readonly #value: string;

  constructor(
    readonly name: string,
    value: string,
  ) {
    this.#value = value;
  }

  /** The value itself: call it only where it leaves the process to the party that it belongs to. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return `[${this.name}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

export interface Config {
  readonly environment: Environment;
  readonly logLevel: string;
  readonly database: {
    /** The restricted role: row-level security applies to it. */
    readonly url: Secret;
    /** The owner: only the migration step has it; the api and the worker run without. */
    readonly adminUrl: Secret | null;
    readonly poolSizeMax: number;
  };
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    readonly taskQueue: string;
    readonly buildId: string;
  };
  readonly api: {
    readonly host: string;
    readonly port: number;
    readonly publicUrl: string;
    readonly adminKey: Secret;
    readonly linkSecret: Secret;
    readonly requestsPerSecondMax: number;
    readonly bodyBytesMax: number;
  };
  readonly stripe: {
    readonly secretKey: Secret;
    readonly webhookSecret: Secret;
    readonly apiUrl: string | null;
    readonly requestsPerSecondMax: number;
  };
  /** Chains that fees are collected and paid out on, and the keys that sign there. */
  readonly chains: {
    /** A document: see docs/operating/settlements.md. It may hold keys of endpoints. */
    readonly document: Secret;
    /** Null: no key, so no chain. */
    readonly keyFile: string | null;
    readonly keyPassphrase: Secret;
  };
  /** The register of VAT numbers of the European Union. */
  readonly vies: { readonly url: string | null };
  readonly worker: {
    readonly cachedWorkflowsMax: number;
    readonly workflowTasksMax: number;
    readonly localActivitiesMax: number;
    readonly activitiesMax: number;
    readonly dueJitterSeconds: number;
    readonly workflowBundlePath: string | null;
  };
}

type KeyName = keyof typeof configurationKeys;
type Values = Record<KeyName, string>;

/** The environment as a process sees it. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Says everything that is wrong at once, by name; never shows a secret's value. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigurationError';
  }
}

const keyNames = Object.keys(configurationKeys) as KeyName[];

function environmentOf(variables: Variables): string {
  return variables['PERENNIAL_ENV'] || configurationKeys.PERENNIAL_ENV.default;
}

function defaultOf(key: ConfigurationKey, production: boolean): string | null {
  return production ? key.default : (key.developmentDefault ?? key.default);
}

function problemOf(name: KeyName, value: string | null, production: boolean): string | null {
  const key: ConfigurationKey = configurationKeys[name];
  if (value === null) return `${name} is missing: ${key.meaning}`;
  if (production && value === key.developmentDefault)
    return `${name} has its development value, which production refuses.`;
  if (value === '' && key.default === '') return null;
  const objection = key.check(value);
  if (objection === null) return null;
  return key.secret ? `${name} ${objection}.` : `${name} ${objection}, not "${value}".`;
}

/** Rules that concern more than one key. */
function jointProblems(values: Values, production: boolean): string[] {
  const problems: string[] = [];
  // With a smaller cache, runs are evicted while a local activity is in flight, and throughput collapses (measured).
  if (Number(values.WORKER_CACHED_WORKFLOWS_MAX) < 4 * Number(values.WORKER_WORKFLOW_TASKS_MAX)) {
    problems.push('WORKER_CACHED_WORKFLOWS_MAX must be at least 4 times WORKER_WORKFLOW_TASKS_MAX.');
  }
  if (production && values.STRIPE_API_URL.startsWith('http:')) {
    problems.push('STRIPE_API_URL must be https in production: a key must not cross a network in the clear.');
  }
  return problems;
}

function readValues(variables: Variables): Values {
  const production = environmentOf(variables) === 'production';
  const problems: string[] = [];
  const values: Partial<Values> = {};
  for (const name of keyNames) {
    // An empty variable counts as unset: compose files and shells write it that way.
    const value = variables[name] || defaultOf(configurationKeys[name], production);
    const problem = problemOf(name, value, production);
    if (problem !== null) problems.push(problem);
    values[name] = value ?? '';
  }
  if (problems.length === 0) problems.push(...jointProblems(values as Values, production));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return values as Values;
}

function freezeDeep<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) freezeDeep(part as object);
  return Object.freeze(value);
}

function assemble(values: Values): Config {
  const secret = (name: KeyName): Secret => new Secret(name, values[name]);
  const number = (name: KeyName): number => Number(values[name]);
  return {
    environment: values.PERENNIAL_ENV as Environment,
    logLevel: values.LOG_LEVEL,
    database: {
      url: secret('DATABASE_URL'),
      adminUrl: values.DATABASE_ADMIN_URL === '' ? null : secret('DATABASE_ADMIN_URL'),
      poolSizeMax: number('DATABASE_POOL_SIZE_MAX'),
    },
    temporal: {
      address: values.TEMPORAL_ADDRESS,
      namespace: values.TEMPORAL_NAMESPACE,
      taskQueue: values.TEMPORAL_TASK_QUEUE,
      buildId: values.BUILD_ID,
    },
    api: {
      host: values.API_HOST,
      port: number('API_PORT'),
      publicUrl: values.API_PUBLIC_URL.replace(/\/+$/, ''),
      adminKey: secret('API_ADMIN_KEY'),
      linkSecret: secret('LINK_SECRET'),
      requestsPerSecondMax: number('API_REQUESTS_PER_SECOND_MAX'),
      bodyBytesMax: number('API_BODY_BYTES_MAX'),
    },
    stripe: {
      secretKey: secret('STRIPE_SECRET_KEY'),
      webhookSecret: secret('STRIPE_WEBHOOK_SECRET'),
      apiUrl: values.STRIPE_API_URL || null,
      requestsPerSecondMax: number('STRIPE_REQUESTS_PER_SECOND_MAX'),
    },
    chains: {
      document: secret('CHAINS'),
      keyFile: values.SIGNER_KEY_FILE || null,
      keyPassphrase: secret('SIGNER_KEY_PASSPHRASE'),
    },
    vies: { url: values.VIES_URL.replace(/\/+$/, '') || null },
    worker: {
      cachedWorkflowsMax: number('WORKER_CACHED_WORKFLOWS_MAX'),
      workflowTasksMax: number('WORKER_WORKFLOW_TASKS_MAX'),
      localActivitiesMax: number('WORKER_LOCAL_ACTIVITIES_MAX'),
      activitiesMax: number('WORKER_ACTIVITIES_MAX'),
      dueJitterSeconds: number('WORKER_DUE_JITTER_SECONDS'),
      workflowBundlePath: values.WORKFLOW_BUNDLE_PATH || null,
    },
  };
}

/**
 * Reads the configuration. Call it once, at the start of a process.
 * @throws ConfigurationError that names every missing or wrong key
 */
export function loadConfig(variables: Variables = process.env): Config {
  return freezeDeep(assemble(readValues(variables)));
}

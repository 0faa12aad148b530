/**
 * Every configuration key: what it means, its defaults, and what its value must look like. Read by `config.ts` alone; a table beside it, so
 * that a key is added in one place.
 */

/** What a value must look like. `null` accepts it, a text says what is wrong with it (without repeating it). */
type Check = (value: string) => string | null;

export interface ConfigurationKey {
  readonly meaning: string;
  /** Taken when the key is not set; `null`: the key must be set; `''`: the key may stay empty. */
  readonly default: string | null;
  /** Taken instead of `default` outside production, and refused in production even when set on purpose. */
  readonly developmentDefault?: string;
  readonly secret?: true;
  readonly check: Check;
}

const anyText: Check = () => null;

function oneOf(...choices: readonly string[]): Check {
  return (value) => (choices.includes(value) ? null : `must be one of ${choices.join(', ')}`);
}

function integer(minimum: number, maximum: number): Check {
  return (value) => {
    const inRange = /^\d{1,15}$/.test(value) && Number(value) >= minimum && Number(value) <= maximum;
    return inRange ? null : `must be a whole number from ${minimum} to ${maximum}`;
  };
}

function url(...protocols: readonly string[]): Check {
  return (value) => {
    const fits = URL.canParse(value) && protocols.includes(new URL(value).protocol);
    return fits ? null : `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`;
  };
}

function length(minimum: number): Check {
  return (value) => (value.length >= minimum ? null : `must have at least ${minimum} characters`);
}

function startsWith(...prefixes: readonly string[]): Check {
  return (value) =>
    prefixes.some((prefix) => value.startsWith(prefix)) ? null : `must start with ${prefixes.join(' or ')}`;
}

/** A list as JSON; what is in it is checked where it is read. */
const jsonList: Check = (value) => {
  try {
    return Array.isArray(JSON.parse(value)) ? null : 'must be a list in JSON';
  } catch {
    return 'must be a list in JSON';
  }
};

/** An address as gRPC takes it: host:port. */
const hostAndPort: Check = (value) => (/^[^\s/]+:\d{1,5}$/.test(value) ? null : 'must be host:port');

/** Every key there is. `docs/operating/configuration.md` shows this table, and a test compares the two both ways. */
export const configurationKeys = {
  PERENNIAL_ENV: {
    meaning: 'development, test or production. Unset means production, so that a forgotten key never opens a door.',
    default: 'production',
    check: oneOf('development', 'test', 'production'),
  },
  LOG_LEVEL: {
    meaning: 'The least level that is logged: trace, debug, info, warn, error, fatal or silent.',
    default: 'info',
    check: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  },
  DATABASE_URL: {
    meaning: 'Postgres as the restricted role `perennial_app`; row-level security applies to it.',
    default: null,
    secret: true,
    check: url('postgres:', 'postgresql:'),
  },
  DATABASE_ADMIN_URL: {
    meaning: 'Postgres as the owner. Only the migration step needs it; leave it empty for the api and the worker.',
    default: '',
    secret: true,
    check: url('postgres:', 'postgresql:'),
  },
  DATABASE_POOL_SIZE_MAX: {
    meaning: 'Connections to Postgres that one process holds at most. Keep it of the order of the activities at once.',
    default: '20',
    check: integer(1, 500),
  },
  TEMPORAL_ADDRESS: {
    meaning: 'The Temporal frontend, host:port.',
    default: null,
    developmentDefault: '127.0.0.1:7233',
    check: hostAndPort,
  },
  TEMPORAL_NAMESPACE: { meaning: 'The Temporal namespace.', default: 'default', check: anyText },
  TEMPORAL_TASK_QUEUE: {
    meaning: 'The base name of the task queues; payments have their own queue with the suffix -payments.',
    default: 'perennial',
    check: anyText,
  },
  BUILD_ID: {
    meaning:
      'Names the deployed code to Temporal (worker versioning): a new one for each release, the same one for each restart.',
    default: null,
    developmentDefault: 'development',
    check: anyText,
  },
  API_HOST: { meaning: 'The interface that the api listens on.', default: '127.0.0.1', check: anyText },
  API_PORT: {
    meaning: 'The port that the api listens on; 0 takes a free one.',
    default: '8080',
    check: integer(0, 65_535),
  },
  API_PUBLIC_URL: {
    meaning: 'The address under which customers reach the api; payment links start with it.',
    default: null,
    developmentDefault: 'http://127.0.0.1:8080',
    check: url('http:', 'https:'),
  },
  API_ADMIN_KEY: {
    meaning: 'The bearer key that makes tenants. At least 32 characters.',
    default: null,
    developmentDefault: 'development-admin-key-never-in-production',
    secret: true,
    check: length(32),
  },
  LINK_SECRET: {
    meaning: 'Signs payment links. At least 32 characters; changing it ends all links that are out.',
    default: null,
    developmentDefault: 'development-link-secret-never-in-production',
    secret: true,
    check: length(32),
  },
  API_REQUESTS_PER_SECOND_MAX: {
    meaning: 'Requests a second that one api key may send on average; 0 sets no limit.',
    default: '100',
    check: integer(0, 100_000),
  },
  API_BODY_BYTES_MAX: {
    meaning: 'The largest request body in bytes.',
    default: '1048576',
    check: integer(1_024, 67_108_864),
  },
  STRIPE_SECRET_KEY: {
    meaning: "Stripe's secret or restricted key.",
    default: null,
    developmentDefault: 'sk_test_perennial_sandbox',
    secret: true,
    check: startsWith('sk_', 'rk_'),
  },
  STRIPE_WEBHOOK_SECRET: {
    meaning: 'Verifies webhooks that come from Stripe.',
    default: null,
    developmentDefault: 'whsec_perennial_sandbox',
    secret: true,
    check: startsWith('whsec_'),
  },
  STRIPE_API_URL: {
    meaning:
      "Another address for Stripe's API, such as the local sandbox. Empty means Stripe itself; in production it must be https.",
    default: '',
    check: url('http:', 'https:'),
  },
  STRIPE_REQUESTS_PER_SECOND_MAX: {
    meaning:
      'Requests a second that go to Stripe over all processes. Stripe allows 100 in live mode and 25 in test mode.',
    default: '80',
    check: integer(1, 10_000),
  },
  VIES_URL: {
    meaning:
      "Where VIES, the EU's register of VAT numbers, is asked: https://ec.europa.eu/taxation_customs/vies/rest-api. Empty: nobody is asked, and check digits alone tell a business.",
    default: '',
    check: url('http:', 'https:'),
  },
  CHAINS: {
    meaning:
      'The chains that settlements use, as a list in JSON: endpoint, key, limit of the network fee and assets of each. Empty: none.',
    default: '',
    secret: true,
    check: jsonList,
  },
  SIGNER_KEY_FILE: {
    meaning: 'The file of encrypted keys that sign on chains. Only the worker reads it.',
    default: '',
    check: anyText,
  },
  SIGNER_KEY_PASSPHRASE: {
    meaning: 'Opens the key file. At least 12 characters.',
    default: '',
    secret: true,
    check: length(12),
  },
  WORKER_CACHED_WORKFLOWS_MAX: {
    meaning: 'Workflows that the worker keeps in memory. At least 4 times WORKER_WORKFLOW_TASKS_MAX.',
    default: '800',
    check: integer(4, 100_000),
  },
  WORKER_WORKFLOW_TASKS_MAX: {
    meaning: 'Workflow tasks that the worker runs at once.',
    default: '40',
    check: integer(2, 1_000),
  },
  WORKER_LOCAL_ACTIVITIES_MAX: {
    meaning:
      'Local activities (the fast path of a cycle) that the worker runs at once; the bound leaves head-room for commands.',
    default: '40',
    check: integer(1, 1_000),
  },
  WORKER_ACTIVITIES_MAX: {
    meaning: 'Ordinary activities that the worker runs at once.',
    default: '30',
    check: integer(1, 1_000),
  },
  WORKER_DUE_JITTER_SECONDS: {
    meaning:
      'Spreads due instants over this many seconds, by subscription. Raise it when many subscriptions fall due together.',
    default: '0',
    check: integer(0, 86_400),
  },
  WORKFLOW_BUNDLE_PATH: {
    meaning: 'A workflow bundle made beforehand. Empty: the worker bundles when it starts, which takes about a second.',
    default: '',
    check: anyText,
  },
} as const satisfies Record<string, ConfigurationKey>;

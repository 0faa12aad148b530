import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import {
  ConfigurationError,
  configurationKeys,
  loadConfig,
  Secret,
  type ConfigurationKey,
  type Variables,
} from '../config';

const keys: [string, ConfigurationKey][] = Object.entries(configurationKeys);

const development: Variables = {
  PERENNIAL_ENV: 'development',
  DATABASE_URL: 'postgres://app:hidden@127.0.0.1:5433/perennial',
};

const production: Variables = {
  PERENNIAL_ENV: 'production',
  DATABASE_URL: 'postgres://app:hidden@db:5432/perennial',
  TEMPORAL_ADDRESS: 'temporal:7233',
  BUILD_ID: '2026-11-21',
  API_PUBLIC_URL: 'https://billing.example.com',
  API_ADMIN_KEY: 'a'.repeat(32),
  LINK_SECRET: 'b'.repeat(32),
  STRIPE_SECRET_KEY: 'sk_live_hidden',
  STRIPE_WEBHOOK_SECRET: 'whsec_hidden',
};

function problemsOf(variables: Variables): readonly string[] {
  try {
    loadConfig(variables);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe('a start with a wrong configuration', () => {
  test.each(keys.filter(([, key]) => key.default === null).map(([name]) => name))(
    'is stopped by name when production misses %s',
    (name) => {
      expect(problemsOf({ ...production, [name]: undefined })).toEqual([expect.stringContaining(`${name} is missing`)]);
    },
  );

  test.each(
    keys.filter(([, key]) => key.developmentDefault !== undefined).map(([name, key]) => [name, key.developmentDefault]),
  )('is stopped when production has the development value of %s', (name, value) => {
    expect(problemsOf({ ...production, [name as string]: value })).toEqual([
      expect.stringContaining(`${name} has its development value`),
    ]);
  });

  test.each([
    ['PERENNIAL_ENV', 'staging'],
    ['LOG_LEVEL', 'loud'],
    ['DATABASE_URL', 'mysql://x'],
    ['DATABASE_ADMIN_URL', 'not a url'],
    ['DATABASE_POOL_SIZE_MAX', '0'],
    ['TEMPORAL_ADDRESS', 'http://temporal:7233'],
    ['API_PORT', '65536'],
    ['API_PORT', '80a'],
    ['API_PUBLIC_URL', 'billing.example.com'],
    ['API_ADMIN_KEY', 'short'],
    ['LINK_SECRET', 'short'],
    ['API_REQUESTS_PER_SECOND_MAX', '-1'],
    ['API_BODY_BYTES_MAX', '1.5'],
    ['STRIPE_SECRET_KEY', 'pk_live_public'],
    ['STRIPE_WEBHOOK_SECRET', 'secret'],
    ['STRIPE_API_URL', 'ftp://x'],
    ['WORKER_DUE_JITTER_SECONDS', '1e3'],
  ])('is stopped by name when %s is "%s"', (name, value) => {
    expect(problemsOf({ ...development, [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name} must`))]);
  });

  test('names everything that is wrong at once', () => {
    const problems = problemsOf({ ...production, API_PORT: 'x', LINK_SECRET: undefined, BUILD_ID: '' });
    expect(problems.map((problem) => problem.split(' ')[0]).sort()).toEqual(['API_PORT', 'BUILD_ID', 'LINK_SECRET']);
  });

  test('never repeats a wrong secret', () => {
    expect(problemsOf({ ...development, API_ADMIN_KEY: 'hunter2' }).join()).not.toContain('hunter2');
  });

  test('is stopped when the worker caches fewer than 4 workflows for each task at once', () => {
    const variables = { ...development, WORKER_WORKFLOW_TASKS_MAX: '40' };
    expect(problemsOf({ ...variables, WORKER_CACHED_WORKFLOWS_MAX: '159' })).toEqual([
      expect.stringContaining('WORKER_CACHED_WORKFLOWS_MAX'),
    ]);
    expect(problemsOf({ ...variables, WORKER_CACHED_WORKFLOWS_MAX: '160' })).toEqual([]);
  });

  test('is stopped when production speaks to a payment provider without encryption', () => {
    expect(problemsOf({ ...production, STRIPE_API_URL: 'http://127.0.0.1:12111' })).toEqual([
      expect.stringContaining('STRIPE_API_URL'),
    ]);
  });
});

describe('a configuration', () => {
  test('is production unless it says otherwise, so that a forgotten key opens no door', () => {
    expect(loadConfig({ ...production, PERENNIAL_ENV: undefined }).environment).toBe('production');
  });

  test('takes an empty variable for an unset one', () => {
    expect(loadConfig({ ...development, API_PORT: '', STRIPE_API_URL: '' })).toMatchObject({
      api: { port: 8080 },
      stripe: { apiUrl: null },
    });
  });

  test('carries each value to its place', () => {
    const config = loadConfig({
      ...development,
      API_PORT: '9',
      API_PUBLIC_URL: 'https://pay.example.com/',
      WORKER_ACTIVITIES_MAX: '7',
    });
    expect(config.api).toMatchObject({ port: 9, publicUrl: 'https://pay.example.com' });
    expect(config.worker).toMatchObject({
      activitiesMax: 7,
      workflowTasksMax: 40,
      cachedWorkflowsMax: 800,
      localActivitiesMax: 40,
    });
    expect(config.database.url.reveal()).toBe(development['DATABASE_URL']);
    expect(config.database.adminUrl).toBeNull();
  });

  test('cannot be changed, at any depth', () => {
    const config = loadConfig(development);
    expect(() => Object.assign(config, { logLevel: 'x' })).toThrow(TypeError);
    expect(() => Object.assign(config.api, { port: 1 })).toThrow(TypeError);
  });

  test('shows its secrets by name alone, however it is printed', () => {
    const config = loadConfig(production);
    for (const text of [
      JSON.stringify(config),
      inspect(config, { depth: 9, showHidden: true }),
      `${config.stripe.secretKey}`,
    ]) {
      expect(text).not.toContain('hidden');
      expect(text).toContain('[STRIPE_SECRET_KEY]');
    }
    expect(Object.values(new Secret('NAME', 'hidden'))).not.toContain('hidden');
  });

  test('has at most 30 keys', () => {
    expect(keys.length).toBeLessThanOrEqual(30);
  });
});

describe('docs/operating/configuration.md', () => {
  const show = (value: string | null | undefined): string => {
    if (value === undefined) return '';
    if (value === null) return 'required';
    return value === '' ? 'empty' : `\`${value}\``;
  };

  test('lists exactly the keys that there are, each with its defaults and meaning', () => {
    const text = readFileSync(path.join(__dirname, '../docs/operating/configuration.md'), 'utf8');
    const rows = text.split('\n').filter((line) => line.startsWith('| `'));
    const documented = rows.map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    const actual = keys.map(([name, key]) => {
      return [`\`${name}\``, show(key.default), show(key.developmentDefault), key.secret ? 'yes' : '', key.meaning];
    });
    expect(documented).toEqual(actual);
  });
});

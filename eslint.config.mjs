// The import table of the design is enforced here: each folder lists what it may import, everything else is refused by name.
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const folders = [
  'activities',
  'adapters',
  'api',
  'blueprints',
  'db',
  'dev',
  'domain',
  'sandbox',
  'test',
  'web',
  'worker',
  'workflows',
];

/** Refuses the specifiers that match; with `types`, a type-only import passes. */
const refuse = (regex, message, types = false) => ({ regex, message, allowTypeImports: types });

/** Refuses imports from the project's other folders (a specifier that climbs up and enters one by name). */
const refuseFolders = (names, message, types = false) => refuse(`^(\\.\\./)+(${names.join('|')})(/|$)`, message, types);

const refuseConfig = refuse(
  '^(\\.\\./)+config$',
  'Only the composition roots read the configuration: take what you need as an argument.',
  true,
);
const refuseLog = refuse('^(\\.\\./)+log$', 'Take a logger as an argument; its type may be imported.', true);
const refuseTemporal = (allowed, message) => refuse(`^@temporalio/(?!(${allowed.join('|') || '-'})(/|$))`, message);

/** A port's file (its types, its outage error) may be imported; an implementation comes in through deps. */
const refuseImplementations = refuse(
  '^(\\.\\./)+adapters/(?!([^/]+/)*port$)',
  'Implementations come in through deps: import the port, or only types.',
  true,
);

/** Refuses every package (and Node's own modules) except these. */
const onlyPackages = (allowed, message) => refuse(`^(?!\\.)(?!(${allowed.join('|') || '-'})(/|$))`, message);

const others = (...allowed) => folders.filter((folder) => !allowed.includes(folder));

const table = (files, patterns, ignores = []) => ({
  files,
  ignores,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
});

export default defineConfig(
  globalIgnores(['node_modules/', 'dist/', '.perennial/', 'coverage/', 'docs/', 'test/replay/histories/']),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { attributes: false, arguments: false } },
      ],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', 70],
    },
  },
  // A whole `describe` is one callback; the tidy test measures the functions inside. The people's terminal is dev/'s output.
  { files: ['test/**/*.ts'], rules: { 'max-lines-per-function': 'off' } },
  { files: ['dev/**/*.ts'], rules: { 'no-console': 'off' } },

  table(
    ['domain/**/*.ts'],
    [
      refuseFolders(others('domain'), 'domain/ imports nothing but itself.'),
      refuseConfig,
      refuse('^(\\.\\./)+log$', 'domain/ returns values and never logs.'),
      onlyPackages(
        ['decimal\\.js', 'typeid-js', 'currency-codes'],
        'domain/ is pure: pass in what it needs (clock, randomness, hash) as an argument.',
      ),
    ],
  ),
  table(
    ['workflows/**/*.ts'],
    [
      refuseFolders(
        others('domain', 'workflows', 'activities'),
        'workflows/ may import domain/ and workflows/; all effects are activities.',
      ),
      refuseFolders(['activities'], 'Only `import type` from activities/: workflow code must not bundle them.', true),
      refuseConfig,
      refuse('^(\\.\\./)+log$', 'Use `log` of @temporalio/workflow.'),
      onlyPackages(
        ['@temporalio/workflow', '@temporalio/common'],
        'Workflow code runs in a sandbox: only @temporalio/workflow and @temporalio/common.',
      ),
    ],
  ),
  ...[
    {
      files: ['activities/**/*.ts'],
      ignores: ['activities/**/*{relay,advance,repair}*.ts', 'activities/**/*{Relay,Advance,Repair}*.ts'],
      temporal: ['activity', 'common'],
    },
    {
      files: ['activities/**/*{relay,advance,repair}*.ts', 'activities/**/*{Relay,Advance,Repair}*.ts'],
      ignores: [],
      temporal: ['activity', 'common', 'client'],
    },
  ].map(({ files, ignores, temporal }) =>
    table(
      files,
      [
        refuseFolders(
          others('domain', 'workflows', 'activities', 'adapters', 'db'),
          'activities/ may import domain/, workflows/contract, ports and query types.',
        ),
        refuseImplementations,
        // What runs on the handle that comes in through deps may be called; what opens a handle may not.
        refuse(
          '^(\\.\\./)+db/(?!transactions/|errors$|pool$)',
          'Only db/transactions/ and db/errors; the handle comes in through deps.',
        ),
        refuse(
          '^(\\.\\./)+db/pool$',
          'The database comes in through createActivities(deps): only `import type`.',
          true,
        ),
        refuse('^(\\.\\./)+workflows/(?!contract$)', 'Only workflows/contract: nothing calls back up.'),
        refuseConfig,
        refuseLog,
        refuse('^pg(/|$)', 'Only db/ speaks SQL.'),
        refuseTemporal(
          temporal,
          'Activities import @temporalio/activity and common; the client is for the relay, clock advances and repairs.',
        ),
      ],
      ignores,
    ),
  ),
  table(
    ['adapters/**/*.ts'],
    [
      refuseFolders(others('domain', 'adapters'), 'adapters/ may import domain/ and the SDK of their vendor.'),
      refuseConfig,
      refuseLog,
      refuse('^(pg|hono|@hono/.*)(/|$)', 'adapters/ know neither the database nor the api.'),
      refuseTemporal([], 'adapters/ know nothing of Temporal.'),
    ],
  ),
  table(
    ['db/**/*.ts'],
    [
      refuseFolders(others('domain', 'db'), 'db/ may import domain/ and itself.'),
      refuseConfig,
      refuseLog,
      onlyPackages(['pg', 'node:.*'], 'db/ needs pg and Node alone.'),
    ],
    // The migration step is a program: it reads the configuration.
    ['db/main.ts'],
  ),
  ...[
    { files: ['api/**/*.ts'], ignores: ['api/server.ts'], root: false },
    { files: ['api/server.ts'], ignores: [], root: true },
  ].map(({ files, ignores, root }) =>
    table(
      files,
      [
        refuseFolders(
          others('api', 'domain', 'workflows', 'db', 'adapters'),
          'api/ may import domain/, workflows/contract, db/ and ports.',
        ),
        ...(root ? [] : [refuseImplementations, refuseConfig, refuseLog]),
        refuse('^(\\.\\./)+workflows/(?!contract$)', 'Only workflows/contract.'),
        refuse('^pg(/|$)', 'Only db/ speaks SQL.'),
        refuseTemporal(['client', 'common'], 'The api imports @temporalio/client (and common) alone.'),
      ],
      ignores,
    ),
  ),
  table(
    ['worker/**/*.ts'],
    [refuseConfig, refuseFolders(['dev', 'test', 'sandbox', 'api'], 'The worker is production code.')],
    ['worker/main.ts'],
  ),
  table(
    ['sandbox/**/*.ts'],
    [
      refuseFolders(others('sandbox', 'domain'), 'A double shares nothing with the engine that it stands against.'),
      refuse('^(\\.\\./)+domain/(?!money$)', 'At most domain/money.'),
      refuse('^(\\.\\./)+(config|log)$', 'A double is its own program.'),
      refuse('^(pg|@temporalio/.*)(/|$)', 'A double needs neither Postgres nor Temporal.'),
    ],
  ),
  table(
    ['blueprints/**/*.ts'],
    [refuseFolders(others('blueprints', 'domain'), 'A blueprint is data.'), refuseConfig, refuseLog],
  ),
);

// Two projects: pure tests start at once; the others get one Postgres, one Temporal server and one workflow bundle, brought up only when at
// least one of them is selected (jest runs a project's global setup only then).
'use strict';

/** Folders and files whose tests need neither Postgres nor Temporal. */
const pure = [
  'test/domain/**',
  'test/sandbox/**',
  'test/blueprints/**',
  'test/adapters/chains/**',
  'test/adapters/rates/**',
  'test/adapters/signers/**',
  'test/config.test.ts',
  'test/log.test.ts',
  'test/tidy.test.ts',
];

const shared = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: {
    '^.+\\.[cm]?[jt]sx?$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  // Packages that come as ES modules only: jest's module loader takes them translated.
  transformIgnorePatterns: ['/node_modules/(?!(.*/node_modules/)?(typeid-js|uuid|@noble|@scure|@nockchain)/)'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.perennial'],
  setupFilesAfterEnv: ['<rootDir>/test/support/seed.ts'],
};

module.exports = {
  maxWorkers: 2,
  testTimeout: 60_000,
  projects: [
    {
      ...shared,
      displayName: 'pure',
      testMatch: pure.map((glob) => `<rootDir>/${glob.replace('/**', '/**/*.test.ts')}`),
    },
    {
      ...shared,
      displayName: 'real',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: [
        '/node_modules/',
        ...pure.map((glob) => `<rootDir>/${glob.replace('/**', '/').replaceAll('.', '\\.')}`),
      ],
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
  ],
};

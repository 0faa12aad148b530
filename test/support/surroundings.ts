/**
 * What the global setup started, handed to the test files through the environment (jest gives its workers nothing else).
 */
export const variables = {
  postgresUrl: 'PERENNIAL_TEST_POSTGRES_URL',
  applicationPassword: 'PERENNIAL_TEST_APPLICATION_PASSWORD',
  temporalAddress: 'PERENNIAL_TEST_TEMPORAL_ADDRESS',
  temporalNamespace: 'PERENNIAL_TEST_TEMPORAL_NAMESPACE',
  workflowBundle: 'PERENNIAL_TEST_WORKFLOW_BUNDLE',
} as const;

/** A value of the global setup; a test in a folder that is declared pure has none. */
export function surrounding(name: keyof typeof variables): string {
  const value = process.env[variables[name]];
  if (value === undefined) {
    throw new Error(
      `${variables[name]} is not set: this test needs the real parts, but jest.config.js lists its folder as pure.`,
    );
  }
  return value;
}

/** How workflow code is bundled; the worker, the tests and the benchmark bundle it alike. */
export const workflowSource = {
  workflowsPath: require.resolve('../workflows'),
  preloadModules: [require.resolve('../workflows/preloaded')],
};

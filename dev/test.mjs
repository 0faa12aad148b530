// npm test [-- <pattern>] [--seed=<n>]: runs the tests and closes with a line of counts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureInstalled, projectFolder } from './install.mjs';

/** The closing line. A file that could not even be loaded counts as one failure. */
export function countsLine(results) {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + (results.numTodoTests ?? 0);
  return `${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** The seed that was asked for (`--seed=7`, `--seed 7`): the simulation plays that world, and without one its own. */
function seedOf(jestArguments) {
  const text = jestArguments.join(' ');
  return /--seed[= ](\d+)/.exec(text)?.[1];
}

function run(jestArguments) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'perennial-results-'));
  const file = path.join(folder, 'results.json');
  const jest = path.join(projectFolder, 'node_modules/jest/bin/jest.js');
  const flags = ['--forceExit', '--showSeed', '--json', `--outputFile=${file}`, ...jestArguments];
  const child = spawnSync(process.execPath, [jest, ...flags], {
    cwd: projectFolder,
    env: { ...process.env, PERENNIAL_TEST_SEED: seedOf(jestArguments) ?? '' },
    stdio: ['inherit', 'ignore', 'inherit'],
  });
  try {
    return { status: child.status ?? 1, results: JSON.parse(readFileSync(file, 'utf8')) };
  } catch {
    // jest ended before it had results: nothing was proven.
    return {
      status: child.status || 1,
      results: { numPassedTests: 0, numFailedTests: 1, numRuntimeErrorTestSuites: 0, numPendingTests: 0 },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

ensureInstalled();
const { status, results } = run(process.argv.slice(2));
console.log(countsLine(results));
process.exit(status);

// npm run check: format, lint, types, unused code, tidiness. All of them run, so that one look shows everything; any failure fails.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ensureInstalled, projectFolder } from './install.mjs';

const bin = (name) => path.join(projectFolder, 'node_modules', name);

const checks = [
  ['format', bin('prettier/bin/prettier.cjs'), ['--check', '--log-level', 'warn', '.']],
  ['lint', bin('eslint/bin/eslint.js'), ['.']],
  ['types', bin('typescript/bin/tsc'), ['--noEmit', '-p', 'tsconfig.json']],
  ['unused code', bin('knip/bin/knip.js'), ['--no-progress']],
  ['tidiness', bin('jest/bin/jest.js'), ['test/tidy.test.ts', '--silent']],
];

ensureInstalled();
const outcomes = checks.map(([name, program, programArguments]) => {
  const began = Date.now();
  console.log(`── ${name}`);
  const { status } = spawnSync(process.execPath, [program, ...programArguments], {
    cwd: projectFolder,
    stdio: 'inherit',
  });
  return { name, ok: status === 0, seconds: ((Date.now() - began) / 1000).toFixed(1) };
});

console.log('──');
for (const { name, ok, seconds } of outcomes) console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
process.exit(outcomes.every(({ ok }) => ok) ? 0 : 1);

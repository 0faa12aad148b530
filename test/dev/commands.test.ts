import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeTemporaryFolder, removeTemporaryFolder } from '../../dev/stack/watchdog';

const root = path.join(__dirname, '../..');

function run(...nodeArguments: string[]): { status: number | null; lastLine: string | undefined } {
  const { status, stdout } = spawnSync(process.execPath, nodeArguments, { cwd: root, encoding: 'utf8' });
  return { status, lastLine: stdout.trimEnd().split('\n').at(-1) };
}

/** Evaluates an expression over what dev/install.mjs exports: jest itself loads no ES modules. */
function install(expression: string): unknown {
  const file = JSON.stringify(path.join(root, 'dev/install.mjs'));
  const { lastLine } = run(
    '--input-type=module',
    '-e',
    `import * as install from ${file}; process.stdout.write(JSON.stringify(${expression}))`,
  );
  return JSON.parse(lastLine ?? 'null');
}

describe('npm test', () => {
  test('closes with a line of counts and 0 when all passed', () => {
    const { status, lastLine } = run('dev/test.mjs', 'test/log.test.ts');
    expect(lastLine).toMatch(/^\d+ passed, 0 failed$/);
    expect(status).toBe(0);
  });

  test('fails when the pattern matches nothing', () => {
    expect(run('dev/test.mjs', 'test/no-such-file').status).not.toBe(0);
  });
});

describe('npm start', () => {
  test('takes Node from 20.19 on', () => {
    const versions = ['18.20.0', '20.18.3', '20.19.0', '22.1.0'];
    expect(install(`${JSON.stringify(versions)}.map(install.isNodeSupported)`)).toEqual([false, false, true, true]);
  });

  test('refuses a flag that it does not know', () => {
    expect(run('dev/start.mjs', '--twice').status).toBe(2);
  });
});

describe('the dependencies are installed anew', () => {
  const wanted = {
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b': { version: '2.0.0', optional: true },
  };

  function isStale(installed: Record<string, unknown> | null): unknown {
    const folder = makeTemporaryFolder('perennial-install-');
    writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify({ packages: wanted }));
    mkdirSync(path.join(folder, 'node_modules'));
    if (installed)
      writeFileSync(path.join(folder, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
    const answer = install(`install.isStale(${JSON.stringify(folder)})`);
    removeTemporaryFolder(folder);
    return answer;
  }

  test.each([
    ['when npm never finished', null, true],
    ['when a package is missing', {}, true],
    ['when a package has another version', { 'node_modules/a': { version: '1.0.1' } }, true],
    [
      'but not when only an optional one of another platform is missing',
      { 'node_modules/a': { version: '1.0.0' } },
      false,
    ],
  ])('%s', (_when, installed, stale) => {
    expect(isStale(installed)).toBe(stale);
  });
});

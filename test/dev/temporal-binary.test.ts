import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { obtainTemporal } from '../../dev/stack/temporal-binary';
import { cliVersion, isAcceptable, serverVersionOf } from '../../dev/stack/temporal-versions';
import { makeTemporaryFolder, removeTemporaryFolder } from '../../dev/stack/watchdog';

describe('a Temporal server is obtained', () => {
  let folder: string;
  let cacheFolder: string;
  const say = (line: string): void => {
    throw new Error(`Nothing should be made: ${line}`);
  };

  function binary(file: string, server: string): string {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\necho 'temporal version 0.0.0-DEV (Server ${server}, UI 2.50.1)'\n`);
    chmodSync(file, 0o755);
    return file;
  }

  beforeEach(() => {
    folder = makeTemporaryFolder('perennial-temporal-');
    cacheFolder = path.join(folder, 'cache');
  });
  afterEach(() => removeTemporaryFolder(folder));

  const cached = (server: string): string =>
    binary(path.join(cacheFolder, `temporal-${cliVersion}-${process.platform}-${process.arch}`), server);
  const onPath = (server: string): string => binary(path.join(folder, 'bin/temporal'), server);

  test('from TEMPORAL_ADDRESS before anything else', async () => {
    cached('1.31.2');
    const variables = { TEMPORAL_ADDRESS: 'temporal.internal:7233', PATH: path.dirname(onPath('1.31.2')) };
    expect(await obtainTemporal({ say, cacheFolder, variables })).toEqual({
      kind: 'address',
      address: 'temporal.internal:7233',
    });
  });

  test('from the PATH before the cache', async () => {
    cached('1.31.2');
    const file = onPath('1.30.0');
    const found = await obtainTemporal({ say, cacheFolder, variables: { PATH: path.dirname(file) } });
    expect(found).toEqual({ kind: 'binary', path: file, origin: 'the PATH', server: '1.30.0' });
  });

  test('from the cache when the one on the PATH is too old', async () => {
    const file = cached('1.31.2');
    const found = await obtainTemporal({ say, cacheFolder, variables: { PATH: path.dirname(onPath('1.22.4')) } });
    expect(found).toEqual({ kind: 'binary', path: file, origin: 'the cache', server: '1.31.2' });
  });
});

test('a binary is judged by its server, not by its own version', () => {
  expect(serverVersionOf('temporal version 0.0.0-DEV (Server 1.31.2, UI 2.50.1)')).toBe('1.31.2');
  expect(serverVersionOf('something else')).toBeNull();
  expect(['1.28.3', '1.29.0', '1.31.2', '2.0.0', '0.99.0'].map(isAcceptable)).toEqual([false, true, true, true, false]);
});

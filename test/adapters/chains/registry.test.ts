/** The registry of chains as a whole. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { chainFamilies, createChain } from '../../../adapters/chains';

const root = path.join(__dirname, '../../..');

/** The packages that stand behind families; none is small. */
const heavy = ['viem', '@solana', '@ton', '@cosmjs', '@nockchain', '@grpc'];

test('no package of a family loads before a chain of it is made', () => {
  const script = `
    require('./adapters/chains');
    const packages = Object.keys(require.cache).flatMap((file) => file.split('node_modules/').at(-1).split('/')[0]);
    process.stdout.write(JSON.stringify([...new Set(packages)]));
  `;
  const loaded = execFileSync(process.execPath, ['--require', 'tsx/cjs', '--eval', script], {
    cwd: root,
    encoding: 'utf8',
  });
  expect((JSON.parse(loaded) as string[]).filter((name) => heavy.includes(name))).toEqual([]);
});

test('a chain of an unknown namespace is a wrong configuration', async () => {
  const connection = { url: 'http://localhost', timeoutMs: 1, headers: {} };
  await expect(createChain({ ...connection, id: 'bip122:000000000019d6689c085ae165831e93' })).rejects.toThrow(
    /No chain adapter for bip122/,
  );
  // A name that every object has is no family.
  await expect(createChain({ ...connection, id: 'constructor:1' })).rejects.toThrow(/No chain adapter/);
});

test('every family of the registry runs through the conformance suite', () => {
  const tests = readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
    .map((file) => path.join(__dirname, file))
    .filter((file) => file.endsWith('.test.ts') && statSync(file).isFile())
    .map((file) => readFileSync(file, 'utf8'))
    .filter((text) => /^chainConformance\(\w+\);$/m.test(text));
  expect(tests).toHaveLength(Object.keys(chainFamilies).length);
});

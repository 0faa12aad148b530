/** Files of a catalogue that are wrong are refused by file and field; the program as it is run, and the schemas of its files. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { serve } from '@hono/node-server';
import { jsonSchemas } from '../../api/catalogue/json-schemas';
import type { ApiClient } from '../../dev/api-client';
import { differences } from '../../dev/catalogue/compare';
import { parseOptions } from '../../dev/catalogue/options';
import { closedPort, openTestApi, type TestApi } from '../support/api';
import { clientOf } from '../support/api-client';
import {
  feature,
  fees,
  flat,
  makeCatalogueFolder,
  meter,
  plan,
  product,
  target,
  written,
  type FilesOfCatalogue,
} from '../support/catalogue-files';

let api: TestApi;
let files: FilesOfCatalogue;

beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

beforeEach(() => {
  files = makeCatalogueFolder();
});
afterEach(() => files.remove());

const freshTenant = async (): Promise<ApiClient> => clientOf(api, (await api.newTenant()).key);

test.each([
  ['no JSON', 'plans/x.json', '{', /^plans\/x\.json: is no JSON/],
  ['another name', 'plans/x.json', { ...plan }, /^plans\/x\.json: code must be the name of the file/],
  [
    'a misspelt field',
    'plans/studio-monthly.json',
    { ...plan, trail: {} },
    /^plans\/studio-monthly\.json: trail is not known$/,
  ],
  ['no schema', 'products/studio.json', { code: 'studio', name: 'Studio' }, /^products\/studio\.json: \$schema /],
  [
    'the schema of another kind',
    'products/studio.json',
    { ...product, $schema: 'plan.json' },
    /\$schema must name the schema product\.json/,
  ],
  [
    'an amount below zero',
    'plans/studio-monthly.json',
    { ...plan, prices: [flat('-1.00')] },
    /^plans\/studio-monthly\.json: prices\.0\.amounts\.USD must be a decimal/,
  ],
  [
    'a feature without its meter',
    'features/calls.json',
    { ...feature, meter: undefined },
    /^features\/calls\.json: meter is needed/,
  ],
  ['a meter of nobody', 'features/calls.json', feature, /^features\/calls\.json: meter names the meter calls/],
  [
    'a product of nobody',
    'plans/studio-monthly.json',
    { ...plan, product: 'nobody' },
    /product names the product nobody/,
  ],
  [
    'shares of 99 %',
    'fee-schedules/market.json',
    { ...fees, shares: [{ party: 'a', percent: '99' }] },
    /shares must be 100/,
  ],
  [
    'a stream of nobody',
    'targets/overall.json',
    { ...target, streams: ['nobody'] },
    /streams\.0 names the stream nobody/,
  ],
  [
    'a rule that a meter cannot have',
    'meters/calls.json',
    { ...meter, aggregation: 'sum' },
    /^meters\/calls\.json: value_property /,
  ],
  ['a folder of no kind', 'plan/x.json', plan, /^plan: is none of the folders streams, targets, products/],
])('a catalogue with %s is refused by file and field', async (_case, file, content, expected) => {
  const client = await freshTenant();
  files.write(file, content);
  const before = await written(client);
  const { code, lines } = await files.run(client);
  expect([code, lines.at(-1)?.endsWith('nothing was changed.'), await written(client)]).toEqual([1, true, before]);
  expect(lines[0]).toMatch(expected);
});

describe('the program', () => {
  const project = path.join(__dirname, '../..');

  /** Runs it as an operator does; the exit code, and the last line of all that it says. */
  const program = (...args: string[]): Promise<{ code: number; last: string }> =>
    new Promise((resolve) => {
      const command = ['dev/run.mjs', 'dev/catalogue/main.ts', ...args];
      execFile(process.execPath, command, { cwd: project }, (error, stdout, stderr) => {
        const lines = `${stdout}\n${stderr}`.trim().split('\n');
        resolve({ code: Number(error?.code ?? 0), last: lines.at(-1) ?? '' });
      });
    });

  test('applies all blueprints to one tenant, over HTTP', async () => {
    const server = serve({ fetch: api.app.fetch, hostname: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { key } = await api.newTenant();
      for (const name of readdirSync(path.join(project, 'blueprints')).filter((one) => !one.includes('.'))) {
        const target = [`blueprints/${name}`, '--url', url, '--key', key];
        expect(await program('apply', ...target)).toEqual({ code: 0, last: expect.stringMatching(/^\d+ done\.$/) });
        const { code, last } = await program('plan', ...target);
        expect([code, last]).toEqual([0, expect.stringMatching(/^\d+ unchanged(, \d+ only on the engine)?\.$/)]);
      }
    } finally {
      server.close();
    }
  }, 120_000);

  test('ends with 1 where files are wrong, and with 2 where nothing answers', async () => {
    files.write('plans/x.json', '{');
    const nowhere = ['--url', `http://127.0.0.1:${closedPort}`, '--key', 'none'];
    expect(await program('apply', files.root, ...nowhere)).toEqual({ code: 1, last: '1 fault; nothing was changed.' });
    rmSync(path.join(files.root, 'plans'), { recursive: true });
    files.write('products/studio.json', product);
    expect(await program('apply', files.root, ...nowhere)).toEqual({
      code: 2,
      last: expect.stringContaining('fetch failed'),
    });
  });
});

test('docs/schemas has the schemas of the API (npm run catalogue -- schemas writes them anew)', async () => {
  for (const [name, schema] of Object.entries(jsonSchemas)) {
    const committed: unknown = JSON.parse(readFileSync(path.join(__dirname, '../../docs/schemas', name), 'utf8'));
    expect(committed).toEqual(schema);
    const served = await api.app.request(`/schemas/${name}`);
    expect([served.status, await served.json()]).toEqual([200, schema]);
  }
  expect((await api.app.request('/schemas/none.json')).status).toBe(404);
});

test('nothing, null and an empty list are the same; everything else that differs is named', () => {
  expect(differences({ a: null, b: [], c: { d: '1' } }, { c: { d: '1' } })).toEqual([]);
  expect(differences({ a: ['1', '2'] }, { a: ['1'], b: false })).toEqual([
    { path: 'a.1', wanted: '2', present: undefined },
    { path: 'b', wanted: undefined, present: false },
  ]);
});

test('the command line is read, or refused with the usage', () => {
  expect(parseOptions(['apply', 'x', '--url', 'http://a', '--key', 'k'])).toEqual({
    command: 'apply',
    folder: 'x',
    url: 'http://a',
    key: 'k',
  });
  expect(parseOptions(['apply', 'x', '--dry-run'])).toMatchObject({ command: 'plan' });
  for (const wrong of [[], ['apply'], ['erase', 'x'], ['plan', 'x', '--force'], ['plan', 'x', '--url']])
    expect(() => parseOptions(wrong)).toThrow(/npm run catalogue/);
});

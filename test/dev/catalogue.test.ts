/** A catalogue as files: compared before anything changes, applied once however often it is run, and refused by file and field. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { serve } from '@hono/node-server';
import { jsonSchemas } from '../../api/catalogue/json-schemas';
import type { ApiAnswer, ApiClient } from '../../dev/api-client';
import { differences } from '../../dev/catalogue/compare';
import { parseOptions } from '../../dev/catalogue/options';
import { runCatalogue } from '../../dev/catalogue/run';
import { makeTemporaryFolder } from '../../dev/stack/watchdog';
import { closedPort, openTestApi, type TestApi } from '../support/api';
import { clientOf } from '../support/api-client';

let api: TestApi;
let root: string;

beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

beforeEach(() => {
  root = makeTemporaryFolder('perennial-catalogue-');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, content: object | string): void {
  const at = path.join(root, file);
  mkdirSync(path.dirname(at), { recursive: true });
  writeFileSync(at, typeof content === 'string' ? content : JSON.stringify(content));
}

const flat = (amount: string) => ({ model: 'flat', amounts: { USD: amount }, description: 'Studio' });
const product = { $schema: 'product.json', code: 'studio', name: 'Studio', stream: 'studio_plans' };
const usage = {
  model: 'per_unit',
  amounts: { USD: '0.01' },
  parameters: { included: '1000' },
  meter: 'calls',
  description: 'Calls above 1000',
};
const plan = {
  $schema: '../schemas/plan.json',
  code: 'studio-monthly',
  name: 'Studio monthly',
  product: 'studio',
  interval: { unit: 'month' },
  prices: [flat('49.00'), usage],
  entitlements: [{ feature: 'calls', limit: '1000', limit_type: 'soft', overage: 'billed' }],
};
const meter = { $schema: 'meter.json', code: 'calls', name: 'Calls', event_type: 'api.call', aggregation: 'count' };
const feature = { $schema: 'feature.json', key: 'calls', name: 'Calls', type: 'metered', meter: 'calls' };
const stream = {
  $schema: 'stream.json',
  key: 'studio_plans',
  name: 'Plans',
  target: { amount: '1000.00', currency: 'USD', interval: 'month' },
};
const fees = { $schema: 'fee-schedule.json', code: 'market', name: 'Market', rates: [{ percent: '15' }] };
const target = {
  $schema: 'target.json',
  key: 'overall',
  name: 'Overall',
  streams: ['studio_plans'],
  target: { amount: '900.00', currency: 'USD', interval: 'month' },
};

function writeAll(): void {
  write('products/studio.json', product);
  write('plans/studio-monthly.json', plan);
  write('meters/calls.json', meter);
  write('features/calls.json', feature);
  write('streams/studio_plans.json', stream);
  write('targets/overall.json', target);
  write('fee-schedules/market.json', fees);
}

interface Outcome {
  readonly code: number;
  readonly lines: readonly string[];
}

async function run(client: ApiClient, apply = true): Promise<Outcome> {
  const lines: string[] = [];
  const code = await runCatalogue({ folder: root, api: client, apply, say: (line) => lines.push(line) });
  return { code, lines: lines.map((line) => line.trim()) };
}

const freshTenant = async (): Promise<ApiClient> => clientOf(api, (await api.newTenant()).key);

/** How often the tenant asked to write. */
async function written(client: ApiClient): Promise<number> {
  const log = await client.get<{ data: unknown[] }>('/audit-log?limit=100');
  return log.data.length;
}

test('a plan changes nothing; applied, all is there; applied again, nothing has to be done', async () => {
  writeAll();
  const client = await freshTenant();
  const before = await written(client);
  const planned = await run(client, false);
  expect([planned.code, planned.lines.at(-1), await written(client)]).toEqual([0, '7 to add.', before]);
  const applied = await run(client);
  expect([applied.code, applied.lines.at(-1)]).toEqual([0, '7 done.']);
  const after = await written(client);
  const again = await run(client);
  expect(again.lines.filter((l) => l.includes('→'))).toEqual([]);
  expect([again.code, again.lines.at(-1), await written(client)]).toEqual([0, '7 unchanged.', after]);
});

test('a plan that changes gets a new version; the old one stays as it was', async () => {
  writeAll();
  const client = await freshTenant();
  await run(client);
  write('plans/studio-monthly.json', { ...plan, prices: [flat('59.00'), usage], trial: { days: 14 } });
  const { code, lines } = await run(client);
  expect(code).toBe(0);
  expect(lines.filter((line) => line.includes('→'))).toEqual([
    '~ studio-monthly  (version 1 → 2)',
    expect.stringMatching(/^trial: nothing → \{"days":14,/),
    'prices.0.amounts.USD: "49.00" → "59.00"',
  ]);
  expect(lines).toContain('1 new version, 6 unchanged.');
  type Versions = { data: { versions: { prices: { amounts: { USD: string } }[] }[] }[] };
  const { data } = await client.get<Versions>('/plans?code=studio-monthly');
  expect(data[0]?.versions.map(({ prices }) => prices[0]?.amounts.USD)).toEqual(['49.00', '59.00']);
});

test('a change there and back again makes a third version, not the first one anew', async () => {
  writeAll();
  const client = await freshTenant();
  await run(client);
  for (const amount of ['59.00', '49.00']) {
    write('plans/studio-monthly.json', { ...plan, prices: [flat(amount), usage] });
    expect((await run(client)).lines.at(-1)).toBe('1 done.');
  }
  const { data } = await client.get<{ data: { current_version: number }[] }>('/plans?code=studio-monthly');
  expect(data[0]?.current_version).toBe(3);
});

test('fee schedules get versions, and products, streams and targets change in place', async () => {
  writeAll();
  const client = await freshTenant();
  await run(client);
  write('fee-schedules/market.json', { ...fees, rates: [{ percent: '12' }] });
  write('products/studio.json', { ...product, name: 'Studio Pro' });
  write('streams/studio_plans.json', { ...stream, target: undefined });
  write('targets/overall.json', { ...target, streams: null });
  const planned = await run(client, false);
  expect(planned.lines).toEqual(
    expect.arrayContaining([
      'rates.0.percent: "15" → "12"',
      'name: "Studio" → "Studio Pro"',
      'streams: ["studio_plans"] → nothing',
    ]),
  );
  expect((await run(client)).lines.at(-1)).toBe('4 done.');
  expect((await run(client)).lines.at(-1)).toBe('7 unchanged.');
});

test('what only the engine has is said and left alone', async () => {
  writeAll();
  const client = await freshTenant();
  await client.post('/products', { code: 'older', name: 'Older' });
  const { code, lines } = await run(client);
  expect([code, lines.includes('· older  (only on the engine: left alone)')]).toEqual([0, true]);
  expect((await client.get<{ data: unknown[] }>('/products?code=older')).data).toHaveLength(1);
});

test('a meter that differs is refused, and nothing else is done either', async () => {
  writeAll();
  const client = await freshTenant();
  await run(client);
  write('meters/calls.json', { ...meter, event_type: 'api.request' });
  write('products/studio.json', { ...product, name: 'Studio Pro' });
  const before = await written(client);
  const { code, lines } = await run(client);
  expect([code, lines.at(-1), await written(client)]).toEqual([1, 'Nothing was changed.', before]);
  expect(lines).toContain('! calls  (a meter never changes: give a new one another code)');
});

/** Fails every request that writes after the first few. */
function failing(client: ApiClient, writesMax: number): ApiClient {
  let writes = 0;
  const send = async <T>(method: string, at: string, body?: unknown, headers?: Readonly<Record<string, string>>) => {
    writes += 1;
    if (writes > writesMax) throw new Error('the connection broke');
    return client.send<T>(method, at, body, headers) as Promise<ApiAnswer<T>>;
  };
  return { ...client, send };
}

test.each([0, 1, 4, 6])('a run that breaks after %s writes is completed by the next one', async (writes) => {
  writeAll();
  const client = await freshTenant();
  await expect(run(failing(client, writes))).rejects.toThrow('the connection broke');
  expect((await run(client)).lines.at(-1)).toBe(`${7 - writes} done.`);
  expect((await run(client)).lines.at(-1)).toBe('7 unchanged.');
});

test('an answer that was lost on its way is not asked for twice', async () => {
  writeAll();
  const client = await freshTenant();
  const losing: ApiClient = {
    ...client,
    async send<T>(method: string, at: string, body?: unknown, headers?: Readonly<Record<string, string>>) {
      await client.send<T>(method, at, body, headers);
      throw new Error('the answer was lost');
    },
  };
  await expect(run(losing)).rejects.toThrow('the answer was lost');
  expect((await run(client)).lines.at(-1)).toBe('6 done.');
});

test('two people who apply the same files at once make everything once', async () => {
  writeAll();
  const client = await freshTenant();
  const outcomes = await Promise.all([run(client), run(client)]);
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
  write('plans/studio-monthly.json', { ...plan, prices: [flat('59.00'), usage] });
  await Promise.all([run(client), run(client)]);
  expect((await run(client)).lines.at(-1)).toBe('7 unchanged.');
  const { data } = await client.get<{ data: { current_version: number }[] }>('/plans?code=studio-monthly');
  expect(data[0]?.current_version).toBe(2);
});

test('a refusal that is remembered does not stand in the way once its cause is gone', async () => {
  const client = await freshTenant();
  const live = clientOf(api, (await api.newTenant('live')).key);
  write('products/studio.json', product);
  const { entitlements: _entitlements, ...bare } = plan;
  write('plans/studio-monthly.json', { ...bare, prices: [flat('49.00')], interval: { unit: 'second', count: 5 } });
  for (const _time of [1, 2]) {
    const { code, lines } = await run(live);
    expect([code, lines.some((line) => line.startsWith('The engine refused: '))]).toEqual([1, true]);
  }
  expect((await run(client)).code).toBe(0);
});

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
  write(file, content);
  const before = await written(client);
  const { code, lines } = await run(client);
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
    write('plans/x.json', '{');
    const nowhere = ['--url', `http://127.0.0.1:${closedPort}`, '--key', 'none'];
    expect(await program('apply', root, ...nowhere)).toEqual({ code: 1, last: '1 fault; nothing was changed.' });
    rmSync(path.join(root, 'plans'), { recursive: true });
    write('products/studio.json', product);
    expect(await program('apply', root, ...nowhere)).toEqual({
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

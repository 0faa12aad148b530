/** A catalogue as files: compared before anything changes, and applied once however often it is run, by however many. */
import type { ApiAnswer, ApiClient } from '../../dev/api-client';
import { openTestApi, type TestApi } from '../support/api';
import { clientOf } from '../support/api-client';
import {
  coupon,
  fees,
  flat,
  makeCatalogueFolder,
  meter,
  plan,
  product,
  stream,
  target,
  usage,
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

const write = (file: string, content: object) => files.write(file, content);
const writeAll = () => files.writeAll();
const run = (client: ApiClient, apply?: boolean) => files.run(client, apply);
const freshTenant = async (): Promise<ApiClient> => clientOf(api, (await api.newTenant()).key);

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

test('a coupon gets its codes, gains another, and is refused when its terms differ until the old one is archived', async () => {
  write('products/studio.json', product);
  write('coupons/spring.json', coupon);
  const client = await freshTenant();
  expect((await run(client)).lines.at(-1)).toBe('2 done.');
  expect((await run(client)).lines.at(-1)).toBe('2 unchanged.');
  write('coupons/spring.json', { ...coupon, codes: ['SPRING26', 'APRIL'] });
  expect((await run(client)).lines).toEqual(expect.arrayContaining(['codes.0: "SPRING26" → "APRIL"', '1 done.']));
  type Coupons = { data: { id: string; percent: string; archived_at: string | null }[] };
  const [first] = (await client.get<Coupons>('/coupons?key=spring')).data;
  const codes = await client.get<{ data: { code: string }[] }>(`/coupons/${first?.id}/codes`);
  expect(codes.data.map(({ code }) => code).sort()).toEqual(['APRIL', 'SPRING26']);
  write('coupons/spring.json', { ...coupon, percent: '25', codes: ['MAY'] });
  expect(await run(client)).toMatchObject({ code: 1 });
  await client.post(`/coupons/${first?.id}/archive`);
  expect((await run(client)).lines.at(-1)).toBe('1 done.');
  const { data } = await client.get<Coupons>('/coupons?key=spring');
  expect(data.map(({ percent, archived_at: at }) => [percent, at === null])).toEqual([
    ['25', true],
    ['20', false],
  ]);
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

test('limits, phases and seats of a plan are what the file says, and a plan that says nothing of them is content', async () => {
  writeAll();
  const client = await freshTenant();
  const terms = {
    limits: { minimum: { USD: '40.00' } },
    seats: { added: 'next_invoice' },
    phases: [
      {
        name: 'First year',
        length: { unit: 'year', count: 1 },
        overrides: [{ price_index: 1, parameters: { amounts: { USD: '0.008' } } }],
      },
      { name: 'Afterwards', length: null },
    ],
  };
  write('plans/studio-monthly.json', { ...plan, ...terms });
  await run(client);
  expect((await run(client)).lines.at(-1)).toBe('7 unchanged.');
  write('plans/studio-monthly.json', plan);
  const { lines } = await run(client);
  const changed = lines.filter((line) => /^(limits|seats|phases)/.test(line)).map((line) => line.split(':')[0]);
  expect(changed.sort()).toEqual(['limits', 'phases', 'seats']);
  expect((await run(client)).lines.at(-1)).toBe('7 unchanged.');
});
